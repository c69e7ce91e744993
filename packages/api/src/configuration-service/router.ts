import { NoInputSchema } from "@coder/shared";
import { clientRef, procedure, router } from "@coder/shared/trpc";
import { describeChange } from "./audit.ts";
import {
  ChangedSettingSchema, GetSettingInputSchema, ListChangesInputSchema, ListSettingsInputSchema, ResetSettingInputSchema, RollBackChangeInputSchema,
  SetSettingInputSchema, SettingChangePageSchema, SettingPageSchema, SettingSchema, SnapshotSchema,
} from "./schemas.ts";
import { configurationServiceRef } from "./service.ts";

export { configurationServiceRef } from "./service.ts";

const tags = ["configuration-service"];

export const configurationServiceRouter = router({
  listSettings: procedure
    .meta({ permission: "configuration-service.setting.read", openapi: { method: "GET", path: "/configuration/settings", tags, summary: "List settings with their values and where each comes from" } })
    .input(ListSettingsInputSchema)
    .output(SettingPageSchema)
    .query(({ ctx, input }) => ctx.service(configurationServiceRef).listSettings(ctx.caller, input)),

  getSetting: procedure
    .meta({ permission: "configuration-service.setting.read", openapi: { method: "GET", path: "/configuration/settings/{key}", tags, summary: "Read one setting" } })
    .input(GetSettingInputSchema)
    .output(SettingSchema)
    .query(({ ctx, input }) => ctx.service(configurationServiceRef).getSetting(ctx.caller, input)),

  setSetting: procedure
    .meta({
      permission: "configuration-service.setting.write",
      openapi: { method: "PUT", path: "/configuration/settings/{key}", tags, summary: "Store a setting's value" },
      audit: { describe: describeChange },
    })
    .input(SetSettingInputSchema)
    .output(ChangedSettingSchema)
    .mutation(({ ctx, input }) => ctx.service(configurationServiceRef).setSetting(ctx.caller, input)),

  resetSetting: procedure
    .meta({
      permission: "configuration-service.setting.write",
      openapi: { method: "DELETE", path: "/configuration/settings/{key}", tags, summary: "Take a stored value away, so that the file or the default shows through" },
      audit: { describe: describeChange },
    })
    .input(ResetSettingInputSchema)
    .output(ChangedSettingSchema)
    .mutation(({ ctx, input }) => ctx.service(configurationServiceRef).resetSetting(ctx.caller, input)),

  listChanges: procedure
    .meta({ permission: "configuration-service.setting.read", openapi: { method: "GET", path: "/configuration/changes", tags, summary: "List who changed which setting, newest first" } })
    .input(ListChangesInputSchema)
    .output(SettingChangePageSchema)
    .query(({ ctx, input }) => ctx.service(configurationServiceRef).listChanges(ctx.caller, input)),

  rollBackChange: procedure
    .meta({
      permission: "configuration-service.setting.write",
      openapi: { method: "POST", path: "/configuration/changes/{id}/roll-back", tags, summary: "Bring back what was stored before a change" },
      audit: { describe: describeChange },
    })
    .input(RollBackChangeInputSchema)
    .output(ChangedSettingSchema)
    .mutation(({ ctx, input }) => ctx.service(configurationServiceRef).rollBackChange(ctx.caller, input)),

  snapshot: procedure
    .meta({ audience: "internal" })
    .input(NoInputSchema)
    .output(SnapshotSchema)
    .query(({ ctx }) => ctx.service(configurationServiceRef).snapshot(ctx.caller)),
});

/** How other modules call these procedures, in this process or another. */
export const configurationServiceClient = clientRef<typeof configurationServiceRouter>("configuration-service");
