import type { EndpointField, FieldType } from "@coder/api/code-generation";
import type { ts } from "ts-morph";
import { TypeReader } from "../data/read-typescript.ts";
import type { Shape } from "../data/shape.ts";
import type { Sources } from "../engine/Sources.ts";

/** Fields of a type, as far as a form can hold them; null where it is no object. */
export function fieldsOfType(sources: Sources, path: string, type: ts.TypeNode): EndpointField[] | null {
  const shape = new TypeReader(sources).read(path, type);
  return fieldsOfShape(shape.kind === "array" ? shape.items : shape);
}

export function fieldsOfShape(shape: Shape): EndpointField[] | null {
  if (shape.kind !== "object") return null;
  return shape.fields.flatMap(({ name, shape: inner, optional }): EndpointField[] => {
    if (!/^[A-Za-z_]\w*$/.test(name)) return [];
    const list = inner.kind === "array";
    const type = fieldTypeOf(list ? inner.items : inner);
    return type ? [{ name, type, list, optional }] : [];
  });
}

function fieldTypeOf(shape: Shape): FieldType | null {
  if (shape.kind === "string") return shape.format === "email" || shape.format === "uuid" || shape.format === "url" ? shape.format : shape.format === "date-time" ? "date" : "string";
  if (shape.kind === "number") return shape.integer ? "integer" : "number";
  return shape.kind === "boolean" ? "boolean" : null;
}
