import { isDeepStrictEqual } from "node:util";
import type { JSONSchema } from "zod/v4/core";
import type { Leaf } from "./leaves.ts";

/** Text could not be read as the type that the schema wants. */
export const NOT_READABLE: unique symbol = Symbol("not readable");

/** Reads the text of a variable as what the schema wants: `8080`, `true`, `a, b`, JSON for records. */
export function fromText(json: JSONSchema.BaseSchema, text: string): unknown {
  const { schema, nullable } = withoutNull(json);
  if (nullable && text === "null") return null;
  switch (schema.type) {
    case "number":
    case "integer":
      return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : NOT_READABLE;
    case "boolean":
      return BOOLEANS.get(text.trim().toLowerCase()) ?? NOT_READABLE;
    case "array":
      return listFromText(schema, text);
    case "object":
      return jsonFromText(text);
    default:
      return text;
  }
}

const BOOLEANS = new Map([["true", true], ["yes", true], ["on", true], ["1", true], ["false", false], ["no", false], ["off", false], ["0", false]]);

function listFromText(schema: JSONSchema.BaseSchema, text: string): unknown {
  if (text.trim().startsWith("[")) return jsonFromText(text);
  const item = Array.isArray(schema.items) ? undefined : schema.items;
  const items = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  const read = items.map((part) => (typeof item === "object" ? fromText(item, part) : part));
  return read.includes(NOT_READABLE) ? NOT_READABLE : read;
}

function jsonFromText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_READABLE;
  }
}

/**
 * What is wrong with a value, told without the value. Types are compared first, because coercing schemas take too much
 * (`null` would become port 0).
 */
export function issuesOf(leaf: Leaf, value: unknown): readonly { readonly path: string; readonly message: string }[] {
  if (value === NOT_READABLE || !hasType(leaf.json, value)) return [{ path: "", message: `expected ${expectation(leaf.json)}` }];
  const parsed = leaf.schema.safeParse(value);
  if (parsed.success) return [];
  if (leaf.secret) return [{ path: "", message: `expected ${expectation(leaf.json)}` }];
  return parsed.error.issues.map((issue) => ({
    path: issue.path.join("."),
    message: issue.code === "custom" || issue.path.length > 0 ? `${issue.message} (expected ${expectation(leaf.json)})` : `expected ${expectation(leaf.json)}`,
  }));
}

function hasType(json: JSONSchema.BaseSchema, value: unknown): boolean {
  const { schema, nullable } = withoutNull(json);
  if (value === null) return nullable || schema.type === undefined;
  switch (schema.type) {
    case "number":
    case "integer":
      return typeof value === "number" && Number.isFinite(value);
    case "boolean":
    case "string":
      return typeof value === schema.type;
    case "array": {
      const item = Array.isArray(schema.items) ? undefined : schema.items;
      return Array.isArray(value) && (typeof item !== "object" || value.every((part) => hasType(item, part)));
    }
    case "object":
      return isRecord(value);
    default:
      return true;
  }
}

/** Says in words what a schema takes: `a whole number from 0 to 65535`. */
export function expectation(json: JSONSchema.BaseSchema): string {
  const { schema, nullable } = withoutNull(json);
  return nullable ? `${inWords(schema)}, or null` : inWords(schema);
}

function inWords(schema: JSONSchema.BaseSchema): string {
  if (schema.enum) return `one of ${schema.enum.join(", ")}`;
  switch (schema.type) {
    case "integer":
      return `a whole number${range(schema.minimum, schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum)}`;
    case "number":
      return `a number${range(schema.minimum, schema.maximum)}`;
    case "boolean":
      return "true or false";
    case "array":
      return typeof schema.items === "object" && !Array.isArray(schema.items) ? `a list (each ${inWords(schema.items)})` : "a list";
    case "object":
      return "a map of names to values";
    case "string":
      return `${schema.format === "uri" ? "a URL" : schema.format ? `text in the form ${schema.format}` : "text"}${lengths(schema)}`;
    default:
      return "another value";
  }
}

function range(minimum: number | undefined, maximum: number | undefined): string {
  const low = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  if (low !== undefined && maximum !== undefined) return ` from ${low} to ${maximum}`;
  if (low !== undefined) return ` of at least ${low}`;
  return maximum === undefined ? "" : ` of at most ${maximum}`;
}

function lengths({ minLength, maxLength }: JSONSchema.BaseSchema): string {
  if (minLength !== undefined && maxLength !== undefined) return ` of ${minLength} to ${maxLength} characters`;
  if (minLength !== undefined) return ` of at least ${minLength} characters`;
  return maxLength === undefined ? "" : ` of at most ${maxLength} characters`;
}

function withoutNull(json: JSONSchema.BaseSchema): { schema: JSONSchema.BaseSchema; nullable: boolean } {
  if (Array.isArray(json.type)) {
    const [type, ...others] = json.type.filter((each) => each !== "null");
    const { type: _types, ...rest } = json;
    return { schema: type && others.length === 0 ? { ...rest, type } : rest, nullable: json.type.includes("null") };
  }
  const options = json.anyOf ?? [];
  const rest = options.filter((option) => option.type !== "null");
  const [only] = rest;
  return only && rest.length === 1 && options.length === 2 ? { schema: only, nullable: true } : { schema: json, nullable: json.type === "null" };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Lays `high` over `low`, key by key. */
export function deepMerge(low: unknown, high: unknown): unknown {
  if (!isRecord(low) || !isRecord(high)) return high;
  const merged: Record<string, unknown> = { ...low };
  for (const [name, value] of Object.entries(high)) setOwn(merged, name, Object.hasOwn(low, name) ? deepMerge(low[name], value) : value);
  return merged;
}

/** Sets a value below a path, making the objects on the way. */
export function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (rest.length === 0) return setOwn(target, name, value);
  const child = Object.hasOwn(target, name) ? target[name] : undefined;
  const next: Record<string, unknown> = isRecord(child) ? { ...child } : {};
  setPath(next, rest, value);
  setOwn(target, name, next);
}

/** Plain assignment would set the prototype for a key named `__proto__`. */
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}

export function sameValue(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b);
}

export const MASK = "••••••••";

/** What may be shown of a value: secrets only say whether there is one. */
export function shown({ secret }: Pick<Leaf, "secret">, value: unknown): unknown {
  if (!secret) return value;
  return isNothing(value) ? null : MASK;
}

/** An empty list of keys is no key. */
function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}
