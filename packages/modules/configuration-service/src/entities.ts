import { ChangeActionSchema } from "@coder/api/configuration-service";
import { defineEntity, type RowOf } from "@coder/db";
import { IsoTimeSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";

/** Values are kept as JSON text: what was written comes back the same from every store, `null` included. */
const JsonTextSchema = z.string();

/** One row per key that has a value in the database. */
export const settingEntity = defineEntity({
  table: "configuration_settings",
  noun: "setting",
  model: "ConfigurationSetting",
  schema: z.object({
    id: z.uuid(),
    key: z.string(),
    value: JsonTextSchema,
    changedBy: UserIdSchema.nullable(),
    changedAt: IsoTimeSchema,
  }),
  tenancy: "system",
  unique: [["key"]],
});
export type SettingRow = RowOf<typeof settingEntity>;

/** One row per change; rows are added and never changed. Null stands for "nothing stored". */
export const settingChangeEntity = defineEntity({
  table: "configuration_changes",
  noun: "change",
  model: "ConfigurationChange",
  schema: z.object({
    id: z.uuid(),
    key: z.string(),
    action: ChangeActionSchema,
    from: JsonTextSchema.nullable(),
    to: JsonTextSchema.nullable(),
    changedBy: UserIdSchema.nullable(),
    changedAt: IsoTimeSchema,
    rollsBack: z.uuid().nullable(),
  }),
  tenancy: "system",
  appendOnly: true,
  indexes: [["key", "id"]],
});
export type SettingChangeRow = RowOf<typeof settingChangeEntity>;
