import { readFileSync } from "node:fs";
import type { JSONSchema } from "zod/v4/core";
import { jsonSchemaOf, leavesOf } from "./leaves.ts";
import { keyTree } from "./key-tree.ts";
import { sectionsOf, type ConfigModule, type Section } from "./sections.ts";
import { isRecord, setPath } from "./values.ts";
import { readYamlLayer } from "./yaml-layer.ts";

/** An environment variable as the documentation shows it. */
export interface VariableDescription {
  readonly name: string;
  /** The key it sets. */
  readonly key: string;
  /** Null for the kernel's. */
  readonly module: string | null;
  readonly description: string;
  /** As it would be written in the variable; empty for none. */
  readonly default: string;
  readonly secret: boolean;
}

/** Every variable that the kernel and these modules read, in the order of their schemas. */
export function describeVariables(modules: readonly ConfigModule[]): readonly VariableDescription[] {
  return sectionsOf(modules).flatMap((section) => {
    const defaults = shippedDefaults(section);
    return leavesOf(section).map(({ key, module, environment, description, secret }) => ({
      name: environment, key, module, description, secret, default: asText(defaults.get(key)),
    }));
  });
}

/** JSON Schema of a module's part of the operator's YAML, with the shipped defaults, for editors. */
export function moduleConfigSchema(module: ConfigModule): Record<string, unknown> {
  const section: Section = { module: module.name, ...module.config };
  const json = withoutRequired(jsonSchemaOf(section.schema));
  const properties: Record<string, unknown> = { ...json.properties };
  const defaults = shippedDefaults(section);
  for (const { key, path } of leavesOf(section)) {
    const place = path.flatMap((name, depth) => (depth === 0 ? [name] : ["properties", name]));
    if (defaults.has(key)) setPath(properties, [...place, "default"], defaults.get(key));
  }
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title: `Configuration of ${module.name}`, ...json, properties };
}

/** By full key. */
function shippedDefaults(section: Section): ReadonlyMap<string, unknown> {
  const { values } = readYamlLayer({
    source: "default", below: section.module, file: section.defaults.pathname, env: {}, known: [],
    text: readFileSync(section.defaults, "utf8"),
    tree: keyTree(leavesOf(section), (leaf) => leaf.path),
  });
  return new Map([...values].map(([key, { value }]) => [key, value]));
}

/** An operator writes only the keys that differ, so nothing is required of a file. Inside a value everything stays as it is. */
function withoutRequired(json: JSONSchema.BaseSchema): JSONSchema.BaseSchema {
  const { required: _required, ...rest } = json;
  const properties = Object.entries(rest.properties ?? {}).map(([name, child]) => [name, isRecord(child) && child["type"] === "object" && isRecord(child["properties"]) ? withoutRequired(child) : child] as const);
  return { ...rest, properties: Object.fromEntries(properties) };
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
