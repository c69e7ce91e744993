import { z } from "zod";
import type { FieldInfo } from "./entity-fields.ts";

export type Scalar = string | number | boolean;

/** What is wrong with a value, or null. Every store refuses the same values, so that none of them has to repair or reinterpret one. */
export function faultOfValue(info: FieldInfo, value: unknown): string | null {
  if (value === null) return info.nullable || info.kind === "json" ? null : "cannot be null";
  switch (info.kind) {
    case "string":
      return textFault(value);
    case "uuid":
      return isUuid(value) ? null : "needs a UUID";
    case "datetime":
      return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? null : "needs a time";
    case "integer":
      return Number.isSafeInteger(value) ? null : "needs a whole number";
    case "number":
      return Number.isFinite(value) ? null : "needs a number";
    case "boolean":
      return typeof value === "boolean" ? null : "needs true or false";
    case "list":
      return Array.isArray(value) ? (value.map((item) => (typeof item === "string" ? textFault(item) : null)).find((fault) => fault !== null) ?? null) : "needs a list";
    case "json":
      return null;
  }
}

/** One spelling per value: times in UTC with milliseconds, UUIDs in lower case. */
export function canonical(info: FieldInfo, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (info.kind === "datetime") return new Date(value).toISOString();
  return info.kind === "uuid" ? value.toLowerCase() : value;
}

/** PostgreSQL cannot hold U+0000, and half a surrogate pair is no character anywhere. */
export function textFault(value: unknown): string | null {
  if (typeof value !== "string") return "needs text";
  return value.includes("\0") || !value.isWellFormed() ? "contains characters that are no text" : null;
}

const Uuid = z.guid();

export function isUuid(value: unknown): value is string {
  return Uuid.safeParse(value).success;
}
