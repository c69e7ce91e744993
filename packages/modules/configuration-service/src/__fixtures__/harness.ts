import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { configurationServicePermissions, SettingChangeSchema } from "@coder/api/configuration-service";
import { configurationServiceRef, configurationServiceRouter } from "@coder/api/configuration-service/router";
import { createMemoryDatabase, type IDatabase } from "@coder/db";
import type { Caller } from "@coder/shared";
import { loadConfig, type ConfigModule } from "@coder/shared/server";
import { createCallerFactory, type RequestContext } from "@coder/shared/trpc";
import { fixedConfig, permissionsOf, silentLogger, testContext, type AuditedCall } from "@coder/testing";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { ConfigurationService } from "../ConfigurationService.ts";
import { SettingStore } from "../SettingStore.ts";

const GardenSchema = z.strictObject({
  size: z.coerce.number().int().min(1).max(100).meta({ description: "Beds" }),
  motto: z.string().nullable().meta({ description: "Over the gate" }),
  plants: z.record(z.string(), z.strictObject({ count: z.number() })).meta({ description: "What grows" }),
  valve: z.string().meta({ restart: true, description: "Which valve" }),
  gateToken: z.string().nullable().meta({ secret: true, description: "Opens the gate" }),
});
const GARDEN_DEFAULTS = "size: 4\nmotto: null\nplants: {}\nvalve: main\ngateToken: null\n";

export interface HarnessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The operator's YAML. */
  readonly file?: string;
  readonly maxValueBytes?: number;
  /** In memory by default; `events` and `deliver` know that one only. */
  readonly database?: IDatabase;
}

/** The module's service over a database and a real configuration that it feeds. */
export async function harness({ env = {}, file = "{}", maxValueBytes = 16_384, database: given }: HarnessOptions = {}) {
  const directory = mkdtempSync(join(tmpdir(), "coder-settings-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, "default.yaml"), GARDEN_DEFAULTS);
  writeFileSync(join(directory, "coder.yaml"), file);
  const garden: ConfigModule = { name: "garden", config: { schema: GardenSchema, defaults: pathToFileURL(join(directory, "default.yaml")) } };
  const config = await loadConfig({ modules: [garden], env: { SESSION_SECRET: "s".repeat(32), SERVICE_TOKEN_SECRET: "t".repeat(32), CODER_DATA: directory, ...env } });

  const memory = createMemoryDatabase();
  const database = given ?? memory;
  const store = new SettingStore({ database });
  const clock = { now: new Date("2026-03-01T12:00:00.000Z") };
  const service = new ConfigurationService({ store, catalogue: config.catalogue(), config: fixedConfig({ maxValueBytes }), log: silentLogger, now: () => clock.now });
  await config.attachSettings({ snapshot: () => service.snapshot() });
  onTestFinished(() => config.close());
  return {
    config, database, store, service, clock,
    live: () => config.forModule("garden").value,
    events: () => memory.outbox.items.map(({ message }) => message),
    /** What the worker does with the events: each at least once. */
    deliver: async () => {
      for (const { message } of memory.outbox.items) await service.recordChange(SettingChangeSchema.parse(message.payload));
    },
  };
}

/** Calls the router as somebody, at the edge or as a module, and keeps what the audit log would. */
export function routerFor(service: ConfigurationService) {
  const audited: AuditedCall[] = [];
  const call = createCallerFactory(configurationServiceRouter);
  const as = (caller: Caller, { installation = false, via = "edge" }: { readonly installation?: boolean; readonly via?: RequestContext["via"] } = {}) =>
    call(testContext({ ref: configurationServiceRef, service, caller, via, audited, permissions: permissionsOf(configurationServicePermissions, installation ? "installation" : "owner") }));
  return { as, audited };
}
