import type { SchemaNode } from "@coder/shared/server";
import fc from "fast-check";
import type { SchemaReader } from "./schema-reader.ts";

const FORMATS: Readonly<Record<string, string>> = {
  uuid: "0190f5fe-7c00-7a00-8a00-00000000c0de",
  "date-time": "2030-01-01T00:00:00.000Z",
  date: "2030-01-01",
  time: "12:00:00",
  email: "contract.check@example.com",
  uri: "https://example.com/contract",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
};

/** A value the schema allows: the same one every time, so that a failing run can be repeated. */
export function validValue(schema: unknown, reader: SchemaReader): unknown {
  const node = reader.read(schema);
  if (node.const !== undefined) return node.const;
  if (node.enum) return node.enum[0];
  if (node.default !== undefined) return node.default;
  switch (typeOf(node)) {
    case "string":
      return validText(node);
    case "integer":
    case "number":
      return validNumber(node);
    case "boolean":
      return true;
    case "array":
      return Array.from({ length: node.minItems ?? 1 }, () => validValue(node.items, reader));
    case "object":
      return Object.fromEntries(reader.properties(schema).filter(({ required }) => required).map(({ name, schema: property }) => [name, validValue(property, reader)]));
    case "null":
      return null;
    default:
      return "anything";
  }
}

export function typeOf({ type, properties, additionalProperties, items }: SchemaNode): string | undefined {
  const first = Array.isArray(type) ? type.find((name) => name !== "null") : type;
  return first ?? (properties || additionalProperties ? "object" : items ? "array" : undefined);
}

function validText({ format, pattern, minLength = 0, maxLength = 1_000 }: SchemaNode): string {
  const known = format === undefined ? undefined : FORMATS[format];
  if (known !== undefined) return known;
  if (pattern !== undefined) {
    const texts = fc.sample(fc.stringMatching(new RegExp(pattern)), { seed: 1, numRuns: 200 });
    return texts.find((text) => text.length >= minLength && text.length <= maxLength) ?? texts[0] ?? "";
  }
  return "contract check".padEnd(minLength, "x").slice(0, maxLength);
}

function validNumber({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): number {
  const low = Math.max(minimum ?? Number.MIN_SAFE_INTEGER, (exclusiveMinimum ?? Number.MIN_SAFE_INTEGER - 1) + 1);
  const high = Math.min(maximum ?? Number.MAX_SAFE_INTEGER, (exclusiveMaximum ?? Number.MAX_SAFE_INTEGER + 1) - 1);
  return Math.min(Math.max(1, low), high);
}

/** Values that are probably not allowed: wrong types, and just past each border. Whether they really are is for the schema to say. */
export function oddValues(schema: unknown, reader: SchemaReader): readonly { readonly what: string; readonly value: unknown }[] {
  const node = reader.read(schema);
  const past: [string, unknown][] = [];
  if (node.minLength !== undefined && node.minLength > 0) past.push(["a text that is too short", "x".repeat(node.minLength - 1)]);
  if (node.maxLength !== undefined) past.push(["a text that is too long", "x".repeat(node.maxLength + 1)]);
  if (node.minimum !== undefined && node.minimum > Number.MIN_SAFE_INTEGER) past.push(["a number that is too small", node.minimum - 1]);
  if (node.maximum !== undefined && node.maximum < Number.MAX_SAFE_INTEGER) past.push(["a number that is too large", node.maximum + 1]);
  if (node.minItems !== undefined && node.minItems > 0) past.push(["a list that is too short", Array.from({ length: node.minItems - 1 }, () => validValue(node.items, reader))]);
  if (node.maxItems !== undefined) past.push(["a list that is too long", Array.from({ length: node.maxItems + 1 }, () => validValue(node.items, reader))]);
  if (node.enum) past.push(["a choice that is none", "no-such-choice"]);
  if (node.format !== undefined) past.push([`a text that is no ${node.format}`, "not-one"]);
  const type = typeOf(node);
  if (type === "integer") past.push(["a number that is not whole", 1.5]);
  const wrong: unknown = type === "object" || type === undefined ? "a text" : {};
  return [...past, ["a wrong type", wrong] as const, ["null", null] as const].map(([what, value]) => ({ what, value }));
}

/** Texts that every text field must take or refuse, and never stumble over. */
export const HOSTILE_TEXTS: readonly string[] = [
  "'; drop table users; --",
  "../../../etc/passwd",
  "<script>alert(1)</script>",
  "%00%0d%0aset-cookie:x=1",
  "\u202egnp.exe",
  "\ud83d\ude00".repeat(20),
  "\ud800",
  "${jndi:ldap://x}{{7*7}}",
];
