import { TENANT_FIELD, type EntityDescriptor } from "../entity.ts";
import { fieldsOf, type FieldKind } from "../entity-fields.ts";
import type { Catalogue } from "./catalogue.ts";
import { columnOf } from "./columns.ts";

const TYPES: Readonly<Record<FieldKind, readonly string[]>> = {
  string: ["text", "varchar", "bpchar", "uuid"],
  uuid: ["uuid"],
  datetime: ["timestamptz"],
  integer: ["int2", "int4", "int8"],
  number: ["float4", "float8", "int4", "int8"],
  boolean: ["bool"],
  list: ["_text", "_varchar", "_uuid", "_int4", "_int8", "_float8", "_bool"],
  json: ["jsonb"],
};

/** Where a table differs from its descriptor, so that a mistake shows before the first row does. */
export function tableFaults(catalogue: Catalogue, entity: EntityDescriptor): string[] {
  if (!catalogue.tables.some(({ name }) => name === entity.table)) return ["the database has no such table"];
  return [...columnFaults(catalogue, entity), ...indexFaults(catalogue, entity)];
}

function columnFaults(catalogue: Catalogue, entity: EntityDescriptor): string[] {
  const columns = new Map(catalogue.columns.filter(({ table }) => table === entity.table).map((column) => [column.name, column]));
  const faults: string[] = columns.get("etag")?.type === "text" ? [] : ["column etag must be text"];
  for (const [field, { kind, nullable }] of fieldsOf(entity)) {
    const name = columnOf(field);
    const column = columns.get(name);
    if (!column) faults.push(`there is no column ${name} for ${field}`);
    else if (!TYPES[kind].includes(column.type)) faults.push(`column ${name} is ${column.type}, but ${field} needs ${TYPES[kind].join(" or ")}`);
    else if (column.nullable !== nullable && kind !== "list") faults.push(`column ${name} is ${column.nullable ? "" : "not "}nullable, but ${field} is ${nullable ? "" : "not"}`);
    columns.delete(name);
  }
  columns.delete("etag");
  for (const { name, nullable, defaulted } of columns.values()) if (!nullable && !defaulted) faults.push(`column ${name} is no field of the descriptor, and an insert needs it`);
  return faults;
}

function indexFaults(catalogue: Catalogue, entity: EntityDescriptor): string[] {
  const present = catalogue.indexes.filter(({ table }) => table === entity.table);
  const tenant = TENANT_FIELD[entity.tenancy];
  const spellings = (fields: readonly string[]): string[][] => [fields.map(columnOf), ...(tenant ? [[tenant, ...fields].map(columnOf)] : [])];
  const declared = (entity.unique ?? []).flatMap(spellings).map(setName);
  const uniques = present.filter(({ unique, primary }) => unique && !primary);
  const missing = (entity.unique ?? []).filter((fields) => !uniques.some(({ columns }) => spellings(fields).map(setName).includes(setName(columns))));
  const undeclared = uniques.filter(({ columns }) => !declared.includes(setName(columns)));
  const slow = (entity.indexes ?? []).filter((fields) => !spellings(fields).some((columns) => present.some((index) => startsWith(index.columns, columns))));
  return [
    ...missing.map((fields) => `no unique index on ${fields.join(", ")}`),
    ...undeclared.map(({ name }) => `the descriptor does not name the unique index ${name}`),
    ...slow.map((fields) => `no index begins with ${fields.join(", ")}`),
  ];
}

function setName(columns: readonly string[]): string {
  return [...columns].sort().join(",");
}

function startsWith(columns: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((column, place) => columns[place] === column);
}
