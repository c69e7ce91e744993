import { z } from "zod";
import type { JSONSchema } from "zod/v4/core";

/** What `.meta()` may say of a leaf or, for `settable`, of a whole section. */
const LeafMetaSchema = z.object({
  description: z.string().min(1),
  env: z.string().regex(/^[A-Z][A-Z0-9_]*$/).optional(),
  secret: z.boolean().default(false),
  restart: z.boolean().default(false),
  settable: z.boolean().default(true),
  merge: z.boolean().default(false),
});

/** One key of the configuration as its schema declares it. */
export interface Leaf {
  readonly key: string;
  readonly module: string | null;
  /** Path inside the section's own schema: the full path for the kernel, without the module's name for a module. */
  readonly path: readonly string[];
  readonly schema: z.ZodType;
  readonly json: JSONSchema.BaseSchema;
  readonly description: string;
  readonly environment: string;
  readonly secret: boolean;
  readonly restart: boolean;
  readonly settable: boolean;
  readonly merge: boolean;
}

/** The kernel, or one module: a schema whose leaves lie below `module` (or at the top for the kernel). */
export interface ConfigSection {
  readonly module: string | null;
  readonly schema: z.ZodObject;
}

/** Finds all leaves of a section. Throws for a schema that breaks the rules, because that is a fault of the program. */
export function leavesOf(section: ConfigSection): readonly Leaf[] {
  return walk(section.schema, [], section, true);
}

function walk(schema: z.ZodObject, path: readonly string[], section: ConfigSection, settable: boolean): Leaf[] {
  return Object.entries(schema.shape).flatMap(([name, child]) => {
    const at = [...path, name];
    if (!(child instanceof z.ZodType)) throw new Error(`${at.join(".")} is not a classic zod schema`);
    if (child instanceof z.ZodObject) return walk(child, at, section, settable && child.meta()?.["settable"] !== false);
    return [leafAt(child, at, section, settable)];
  });
}

function leafAt(schema: z.ZodType, path: readonly string[], section: ConfigSection, settable: boolean): Leaf {
  const key = keyBelow(section, path);
  const parsed = LeafMetaSchema.safeParse(schema.meta() ?? {});
  if (!parsed.success) throw new Error(`Configuration key ${key}: .meta() must come last and say at least what the key is for ({ description })`);
  const { env, ...meta } = parsed.data;
  const json = jsonSchemaOf(schema);
  if ("default" in json) throw new Error(`Configuration key ${key} has a default in its schema; defaults are written in config/default.yaml alone`);
  return {
    ...meta,
    key,
    module: section.module,
    path,
    schema,
    json,
    environment: env ?? environmentName(key),
    settable: meta.settable && settable && !meta.secret,
  };
}

/** JSON Schema of what the configuration holds, without our own words in it. */
export function jsonSchemaOf(schema: z.ZodType): JSONSchema.BaseSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io: "output",
    override: ({ jsonSchema }) => {
      for (const word of ["env", "secret", "restart", "settable", "merge"]) delete jsonSchema[word];
    },
  });
  return json;
}

/** The full key of a path inside a section. */
export function keyBelow({ module }: ConfigSection, path: readonly string[]): string {
  return [...(module === null ? [] : [module]), ...path].join(".");
}

/** `auth.session.idleMinutes` → `CODER_AUTH__SESSION__IDLE_MINUTES`. */
export function environmentName(key: string): string {
  return `CODER_${key.split(".").map(environmentSegment).join("__")}`;
}

export function environmentSegment(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll("-", "_").toUpperCase();
}
