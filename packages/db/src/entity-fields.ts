import { z } from "zod";
import type { EntityDescriptor } from "./entity.ts";

/** How a field is stored and compared. `list` is a list of scalars that is always there; everything deeper is `json`. */
export type FieldKind = "string" | "uuid" | "datetime" | "integer" | "number" | "boolean" | "list" | "json";

export interface FieldInfo {
  readonly kind: FieldKind;
  readonly nullable: boolean;
}

export type EntityFields = ReadonlyMap<string, FieldInfo>;

const known = new WeakMap<z.ZodObject, EntityFields>();

/** The fields of an entity, read from its schema once. */
export function fieldsOf(entity: EntityDescriptor): EntityFields {
  let fields = known.get(entity.schema);
  if (!fields) {
    fields = new Map(Object.entries(entity.schema.shape).map(([name, schema]) => [name, describe(schema)]));
    known.set(entity.schema, fields);
  }
  return fields;
}

function describe(schema: unknown): FieldInfo {
  if (schema instanceof z.ZodNullable) {
    const { kind } = describe(schema.unwrap());
    return { kind: kind === "list" ? "json" : kind, nullable: true };
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodReadonly || schema instanceof z.ZodOptional) return describe(schema.unwrap());
  if (schema instanceof z.ZodPipe) return describe(schema.out);
  return { kind: kindOf(schema), nullable: false };
}

function kindOf(schema: unknown): FieldKind {
  if (schema instanceof z.ZodISODateTime) return "datetime";
  if (schema instanceof z.ZodUUID || schema instanceof z.ZodGUID) return "uuid";
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat || schema instanceof z.ZodTemplateLiteral) return "string";
  if (schema instanceof z.ZodNumber) return schema.isInt ? "integer" : "number";
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodEnum) return commonKind(schema.options.map(kindOfValue));
  if (schema instanceof z.ZodLiteral) return commonKind([...schema.values].map(kindOfValue));
  if (schema instanceof z.ZodUnion) return commonKind(schema.options.map(kindOf));
  if (schema instanceof z.ZodArray) return isScalar(describe(schema.element)) ? "list" : "json";
  return "json";
}

function isScalar(info: FieldInfo): boolean {
  return !info.nullable && ["string", "uuid", "integer", "number", "boolean"].includes(info.kind);
}

function kindOfValue(value: unknown): FieldKind {
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" ? type : "json";
}

function commonKind(kinds: readonly FieldKind[]): FieldKind {
  const [first, ...rest] = kinds;
  return first && rest.every((kind) => kind === first) ? first : "json";
}
