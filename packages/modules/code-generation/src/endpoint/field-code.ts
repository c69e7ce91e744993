import type { EndpointField, FieldType } from "@coder/api/code-generation";
import { propertyName, quoted } from "../code/styled.ts";

const TYPES: Readonly<Record<FieldType, string>> = { string: "string", number: "number", integer: "number", boolean: "boolean", date: "string", email: "string", uuid: "string", url: "string" };

export function fieldType({ type, list }: Pick<EndpointField, "type" | "list">): string {
  return list ? `${TYPES[type]}[]` : TYPES[type];
}

/** `z.string().email()`: what zod 3 and zod 4 both have. */
export function zodType({ type, list, optional }: EndpointField): string {
  const base: Readonly<Record<FieldType, string>> = {
    string: "z.string().min(1)", number: "z.number()", integer: "z.number().int()", boolean: "z.boolean()", date: "z.string().datetime()", email: "z.string().email()", uuid: "z.string().uuid()", url: "z.string().url()",
  };
  return `${list ? `z.array(${base[type]})` : base[type]}${optional ? ".optional()" : ""}`;
}

/** As a JSON Schema. `formats`: whether the validator knows formats. */
export function jsonSchemaOf({ type, list }: EndpointField, formats: boolean): string {
  const format = (name: string, pattern: string) => (formats ? `{ type: "string", format: ${quoted(name)} }` : `{ type: "string", pattern: ${quoted(pattern)} }`);
  const base: Readonly<Record<FieldType, string>> = {
    string: `{ type: "string", minLength: 1 }`, number: `{ type: "number" }`, integer: `{ type: "integer" }`, boolean: `{ type: "boolean" }`,
    date: format("date-time", "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}"), email: format("email", "^[^@\\s]+@[^@\\s]+$"), uuid: format("uuid", UUID_PATTERN), url: format("uri", "^https?://"),
  };
  return list ? `{ type: "array", items: ${base[type]} }` : base[type];
}

export const UUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";

/** `Type.String({ minLength: 1 })`. */
export function typeboxType({ type, list, optional }: EndpointField): string {
  const base: Readonly<Record<FieldType, string>> = {
    string: "Type.String({ minLength: 1 })", number: "Type.Number()", integer: "Type.Integer()", boolean: "Type.Boolean()", date: `Type.String({ format: "date-time" })`, email: `Type.String({ format: "email" })`, uuid: `Type.String({ format: "uuid" })`, url: `Type.String({ format: "uri" })`,
  };
  const whole = list ? `Type.Array(${base[type]})` : base[type];
  return optional ? `Type.Optional(${whole})` : whole;
}

/** True where a value is not of the type. */
export function mismatch(value: string, type: FieldType): string {
  switch (type) {
    case "string": return `typeof ${value} !== "string" || ${value} === ""`;
    case "number": return `typeof ${value} !== "number"`;
    case "integer": return `typeof ${value} !== "number" || !Number.isInteger(${value})`;
    case "boolean": return `typeof ${value} !== "boolean"`;
    case "date": return `typeof ${value} !== "string" || Number.isNaN(Date.parse(${value}))`;
    case "email": return `typeof ${value} !== "string" || !/^[^@\\s]+@[^@\\s]+$/.test(${value})`;
    case "uuid": return `typeof ${value} !== "string" || !/${UUID_PATTERN}/.test(${value})`;
    case "url": return `typeof ${value} !== "string" || !URL.canParse(${value})`;
  }
}

const ARTICLES: Readonly<Record<FieldType, string>> = { string: "a text", number: "a number", integer: "an integer", boolean: "true or false", date: "a date and time", email: "an e-mail address", uuid: "a UUID", url: "a URL" };

export function expectation({ name, type, list }: Pick<EndpointField, "name" | "type" | "list">): string {
  return `${name} must be ${list ? `a list, each ${ARTICLES[type]}` : ARTICLES[type]}`;
}

/** A value that passes, as code. */
export function goodValue({ type, list, name }: EndpointField): string {
  const values: Readonly<Record<FieldType, string>> = {
    string: quoted(`Some ${name}`), number: "1.5", integer: "3", boolean: "true", date: `"2026-01-02T03:04:05.000Z"`, email: `"somebody@example.org"`, uuid: `"3f2c8a52-4f0e-4d5c-9a43-0d5b4f3b2a10"`, url: `"https://example.org/"`,
  };
  return list ? `[${values[type]}]` : values[type];
}

/** A value that is of none of the types, and that no validator turns into one. */
export const BAD_VALUE = "{}";

export function goodObject(fields: readonly EndpointField[], more: readonly string[] = []): string {
  const parts = [...more, ...fields.filter(({ optional }) => !optional).map((field) => `${propertyName(field.name)}: ${goodValue(field)}`)];
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}
