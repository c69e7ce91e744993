import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { z } from "zod";
import type { Environment } from "../environment-layer.ts";
import type { ConfigModule } from "../sections.ts";
import type { ISettingsPort } from "../settings-port.ts";

/** What the kernel needs to start, as the launcher gives it. */
export const KERNEL_ENV: Environment = { CODER_DATA: "/nowhere", SESSION_SECRET: "session-canary-0123456789abcdefghij", SERVICE_TOKEN_SECRET: "service-canary-0123456789abcdefghij" };

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "coder-config-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function writeFile(name: string, text: string): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, text);
  return path;
}

/** A module that has every kind of key. */
export const GardenSchema = z.strictObject({
  size: z.coerce.number().int().min(1).max(100).meta({ description: "Beds" }),
  open: z.boolean().meta({ description: "Whether guests may come in" }),
  season: z.enum(["spring", "autumn"]).meta({ description: "When it blooms" }),
  motto: z.string().max(20).nullable().meta({ env: "GARDEN_MOTTO", description: "Over the gate" }),
  water: z.strictObject({
    litresPerDay: z.number().min(0).meta({ description: "Of water" }),
    hours: z.array(z.coerce.number().int().min(0).max(23)).meta({ description: "When it is watered" }),
    valve: z.string().meta({ restart: true, description: "Which valve" }),
  }),
  plants: z.record(z.string(), z.strictObject({ count: z.coerce.number().int() })).meta({ merge: true, description: "What grows" }),
  gateToken: z.string().min(12).nullable().meta({ secret: true, description: "Opens the gate" }),
});

export const GARDEN_DEFAULTS = `size: 4
open: false
season: spring
motto: null
water:
  litresPerDay: 12.5
  hours: [6, 18]
  valve: main
plants:
  rose: { count: 3 }
gateToken: null
`;

export function moduleOf(name: string, schema: z.ZodObject, defaults: string): ConfigModule {
  return { name, config: { schema, defaults: pathToFileURL(writeFile("default.yaml", defaults)) } };
}

export function garden(defaults = GARDEN_DEFAULTS): ConfigModule {
  return moduleOf("garden", GardenSchema, defaults);
}

/** A store of settings that a test turns. */
export class SettingsDouble implements ISettingsPort {
  values: Record<string, unknown> = {};
  failure: Error | null = null;
  asked = 0;
  #version = 0;

  set(values: Record<string, unknown>): void {
    this.#version += 1;
    this.values = values;
  }

  async snapshot(): ReturnType<ISettingsPort["snapshot"]> {
    this.asked += 1;
    if (this.failure) throw this.failure;
    return { version: String(this.#version), values: this.values };
  }
}
