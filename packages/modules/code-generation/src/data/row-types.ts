import type { DataTable, TypePlace } from "@coder/api/code-generation";
import { ts } from "ts-morph";
import { isRecord, type Sources } from "../engine/Sources.ts";
import { inputInvalid } from "../errors.ts";
import { JsonSchemaReader, valueOfLiteral } from "./read-json-schema.ts";
import { TypeReader } from "./read-typescript.ts";
import { ZodReader } from "./read-zod.ts";
import type { RowType, Shape } from "./shape.ts";

/** The type of a table. `input_invalid` where there is none of that name, several, or one that no rows can be made of. */
export function rowTypeOf(sources: Sources, types: readonly TypePlace[], table: DataTable, index: number): RowType {
  const named = types.filter(({ name, path }) => name === table.type && (table.path === undefined || path === table.path));
  const [place] = named;
  if (!place) throw inputInvalid(`tables.${index}.type`, `There is no type or schema called ${table.type}${table.path === undefined ? "" : ` in ${table.path}`}.`, "Choose one of the project's types: an interface, a type of an object, a zod object or a JSON Schema.");
  const paths = [...new Set(named.map(({ path }) => path))];
  if (paths.length > 1) throw inputInvalid(`tables.${index}.path`, `There are several types called ${table.type}: in ${paths.slice(0, 5).join(", ")}.`, "Say which file has the one that is meant.");
  const { shape, named: inner, notes } = shapeOf(sources, place);
  const object = shape.kind === "union" ? null : shape;
  if (object?.kind === "object" && object.fields.length > 0) return { name: place.name, path: place.path, line: place.line, shape: object, named: inner, notes, source: sourceOf(place) };
  if (shape.kind === "union" && shape.options.every(({ kind }) => kind === "object")) {
    // One of several: rows are of all of them, one field holds the choice.
    return { name: place.name, path: place.path, line: place.line, shape: { kind: "object", fields: [{ name: WHOLE, shape, optional: false, unique: false }] }, named: inner, notes, source: sourceOf(place) };
  }
  throw inputInvalid(`tables.${index}.type`, `${table.type} has no fields that rows could be made of.`, "Choose a type of an object.");
}

/** The column of a type that is one of several objects: the row is what stands in it. */
export const WHOLE = "\u0000";

function sourceOf({ kind }: TypePlace): RowType["source"] {
  return kind === "zod" ? "zod" : kind === "json-schema" ? "json-schema" : "typescript";
}

function shapeOf(sources: Sources, { name, kind, path, line }: TypePlace): { readonly shape: Shape; readonly named: ReadonlyMap<string, Shape>; readonly notes: readonly string[] } {
  if (kind === "json-schema") {
    const root = path.endsWith(".json") ? sources.json(path) : schemaLiteral(sources, path, name);
    const reader = new JsonSchemaReader(root);
    const inner = line > 1 && isRecord(root) ? definition(root, name) : null;
    const shape = reader.read(inner ?? root);
    return { shape, named: reader.named, notes: [...reader.notes] };
  }
  const zod = new ZodReader(sources);
  const types = kind === "zod" ? zod.types : new TypeReader(sources, (at, expression) => zod.read(at, expression));
  const declared = types.find(path, name);
  const shape: Shape = declared ? types.declared(declared) : { kind: "unknown" };
  return { shape, named: types.named, notes: [...types.notes, ...zod.notes] };
}

function schemaLiteral(sources: Sources, path: string, name: string): unknown {
  const declared = new TypeReader(sources).find(path, name);
  return declared && ts.isVariableDeclaration(declared.node) && declared.node.initializer ? valueOfLiteral(declared.node.initializer) : null;
}

function definition(root: Readonly<Record<string, unknown>>, name: string): unknown {
  for (const key of ["$defs", "definitions"]) {
    const part = root[key];
    if (isRecord(part) && name in part) return part[name];
  }
  return null;
}
