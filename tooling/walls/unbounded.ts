interface JsonSchema {
  readonly type?: unknown;
  readonly maxLength?: unknown;
  readonly maxItems?: unknown;
  readonly pattern?: unknown;
  readonly format?: unknown;
  readonly enum?: unknown;
  readonly const?: unknown;
  readonly properties?: unknown;
  readonly items?: unknown;
  readonly prefixItems?: unknown;
  readonly anyOf?: unknown;
  readonly oneOf?: unknown;
  readonly allOf?: unknown;
  readonly additionalProperties?: unknown;
  readonly propertyNames?: unknown;
  readonly $ref?: unknown;
}

/** Formats whose texts have a largest size by what they are. */
const BOUNDED_FORMATS: ReadonlySet<unknown> = new Set(["uuid", "date-time", "date", "time", "email", "ipv4", "ipv6"]);

/** Dotted paths of the texts, lists and maps of a JSON schema that may be of any size, and of what may be anything. */
export function unboundedParts(schema: unknown, at = ""): string[] {
  if (!isSchema(schema)) return [];
  const here = at === "" ? "(input)" : at;
  if (schema.$ref !== undefined || schema.enum !== undefined || schema.const !== undefined) return [];
  const choices = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) => (Array.isArray(list) ? list : []));
  if (choices.length > 0) return [...new Set(choices.flatMap((choice) => unboundedParts(choice, at)))];
  switch (schema.type) {
    case "string":
      return schema.maxLength !== undefined || BOUNDED_FORMATS.has(schema.format) || isBoundedPattern(schema.pattern) ? [] : [here];
    case "array": {
      const items = [schema.items, ...(Array.isArray(schema.prefixItems) ? schema.prefixItems : [])];
      return [...(schema.maxItems === undefined && !Array.isArray(schema.prefixItems) ? [here] : []), ...items.flatMap((item) => unboundedParts(item, `${at}[]`))];
    }
    case "object": {
      const fields = isRecord(schema.properties) ? Object.entries(schema.properties).flatMap(([name, part]) => unboundedParts(part, at === "" ? name : `${at}.${name}`)) : [];
      return [...fields, ...(isSchema(schema.additionalProperties) ? [here] : [])];
    }
    case "number": case "integer": case "boolean": case "null":
      return [];
    default:
      return [here];
  }
}

/** A pattern that holds no open repetition. */
function isBoundedPattern(pattern: unknown): boolean {
  return typeof pattern === "string" && pattern.startsWith("^") && pattern.endsWith("$") && !/[*+]|\{\d+,\}/.test(pattern.replace(/\\.|\[[^\]]*\]/g, ""));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSchema(value: unknown): value is JsonSchema {
  return isRecord(value);
}
