/** What a value may be: the one form that TypeScript types, zod schemas and JSON Schemas are read into. */
export type Shape =
  | StringShape
  | NumberShape
  | { readonly kind: "bigint" }
  | { readonly kind: "boolean" }
  | { readonly kind: "null" }
  | { readonly kind: "undefined" }
  | { readonly kind: "date"; readonly min?: string; readonly max?: string }
  | { readonly kind: "literal"; readonly value: string | number | boolean; readonly member?: EnumPlace }
  | { readonly kind: "array"; readonly items: Shape; readonly min?: number; readonly max?: number; readonly unique?: boolean; readonly set?: boolean }
  | { readonly kind: "tuple"; readonly items: readonly Shape[] }
  | ObjectShape
  | { readonly kind: "record"; readonly key: Shape; readonly value: Shape; readonly min?: number; readonly max?: number }
  | { readonly kind: "union"; readonly options: readonly Shape[] }
  /** A named type that holds itself, directly or not. */
  | { readonly kind: "recursive"; readonly name: string }
  | { readonly kind: "unknown" };

export type TextFormat = "email" | "uuid" | "url" | "date" | "date-time" | "time" | "ipv4" | "ipv6" | "hostname" | "cuid" | "ulid" | "nanoid" | "base64" | "duration" | "json-pointer";

/** The member of an enum that a value is. */
export interface EnumPlace {
  readonly file: string;
  readonly enum: string;
  readonly member: string;
}

export interface StringShape {
  readonly kind: "string";
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Source of a regular expression. */
  readonly pattern?: string;
  readonly format?: TextFormat;
  readonly startsWith?: string;
  readonly endsWith?: string;
  readonly includes?: string;
  readonly case?: "lower" | "upper";
}

export interface NumberShape {
  readonly kind: "number";
  readonly integer?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

export interface ObjectShape {
  readonly kind: "object";
  readonly fields: readonly FieldShape[];
  /** The type's own name, where it has one. */
  readonly name?: string;
}

export interface FieldShape {
  readonly name: string;
  readonly shape: Shape;
  readonly optional: boolean;
  /** No two rows have the same. */
  readonly unique: boolean;
}

/** A type that rows are made of, with the types that it needs for itself. */
export interface RowType {
  readonly name: string;
  readonly path: string;
  readonly line: number;
  readonly shape: ObjectShape;
  /** Shapes behind `recursive`. */
  readonly named: ReadonlyMap<string, Shape>;
  /** What could not be read and is made as anything. */
  readonly notes: readonly string[];
  /** How the type is imported, where it is a TypeScript type. */
  readonly source: "typescript" | "zod" | "json-schema";
}

/** Both at once, as far as objects and equal kinds go. */
export function intersection(one: Shape, other: Shape): Shape {
  if (one.kind === "object" && other.kind === "object") {
    const later = new Map(other.fields.map((field) => [field.name, field]));
    const merged = one.fields.map((field) => {
      const second = later.get(field.name);
      return second ? { ...field, shape: intersection(field.shape, second.shape), optional: field.optional && second.optional } : field;
    });
    return { kind: "object", fields: [...merged, ...other.fields.filter(({ name }) => !one.fields.some((field) => field.name === name))] };
  }
  if (one.kind === "unknown") return other;
  if (other.kind === "union" && one.kind === "object") return { kind: "union", options: other.options.map((option) => intersection(one, option)) };
  if (one.kind === "union" && other.kind === "object") return { kind: "union", options: one.options.map((option) => intersection(option, other)) };
  if ((one.kind === "string" && other.kind === "string") || (one.kind === "number" && other.kind === "number")) return one.kind === "string" && other.kind === "string" ? { ...one, ...other } : other;
  return one;
}

/** Without the options that are there twice; one option is no union. */
export function unionOf(options: readonly Shape[]): Shape {
  const flat = options.flatMap((option) => (option.kind === "union" ? option.options : [option]));
  const kept = flat.filter((option, index) => flat.findIndex((other) => JSON.stringify(other) === JSON.stringify(option)) === index);
  const [only] = kept;
  return kept.length === 1 && only ? only : { kind: "union", options: kept };
}
