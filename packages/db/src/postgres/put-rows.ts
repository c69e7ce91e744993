import type pg from "pg";
import { z } from "zod";
import type { EntityDescriptor } from "../entity.ts";
import { fieldsOf } from "../entity-fields.ts";
import type { StoredRecord } from "../table-driver.ts";
import { columnOf } from "./columns.ts";

/** Inserts rows, or replaces those whose number in `newer` is smaller: one statement, which Prisma cannot say. A single row is given value by value, which is less work for PostgreSQL. */
export function putStatement(entity: EntityDescriptor, rows: readonly StoredRecord[], newer: string): pg.QueryConfig {
  const fields = [...fieldsOf(entity).keys(), "etag"];
  const columns = fields.map((field) => `"${columnOf(field)}"`);
  const changed = columns.filter((column) => column !== '"id"').map((column) => `${column} = excluded.${column}`);
  const [table, order] = [`"${entity.table}"`, `"${columnOf(newer)}"`];
  const [only] = rows;
  const single = rows.length === 1 && only !== undefined;
  const given = single ? `values (${fields.map((_, place) => `$${place + 1}`).join(", ")})` : `select ${fields.map((field) => valueOf(entity, field)).join(", ")} from jsonb_populate_recordset(null::${table}, $1::jsonb) as put`;
  return {
    name: `put${single ? "1" : ""}_${entity.table}_${newer}`,
    text: `insert into ${table} (${columns.join(", ")}) ${given} on conflict (id) do update set ${changed.join(", ")} where ${table}.${order} < excluded.${order} returning id::text`,
    values: single ? fields.map((field) => parameterOf(entity, field, only[field])) : [JSON.stringify(rows.map((row) => Object.fromEntries(fields.map((field) => [columnOf(field), row[field]]))))],
  };
}

/** A value as a parameter. A null in JSON becomes no value at all; where one must be there, it is JSON's own. */
export function parameterOf(entity: EntityDescriptor, field: string, value: unknown): unknown {
  const info = fieldsOf(entity).get(field);
  return info?.kind !== "json" || (value === null && info.nullable) ? value : JSON.stringify(value);
}

/** The same of a row in JSON. */
function valueOf(entity: EntityDescriptor, field: string): string {
  const info = fieldsOf(entity).get(field);
  const column = `put."${columnOf(field)}"`;
  return info?.kind === "json" && !info.nullable ? `coalesce(${column}, 'null'::jsonb)` : column;
}

const IdsSchema = z.array(z.object({ id: z.string() }));

export function writtenIds({ rows }: pg.QueryResult): readonly string[] {
  return IdsSchema.parse(rows).map(({ id }) => id);
}
