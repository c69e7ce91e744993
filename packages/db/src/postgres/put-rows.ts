import type pg from "pg";
import { z } from "zod";
import type { EntityDescriptor } from "../entity.ts";
import { fieldsOf } from "../entity-fields.ts";
import type { StoredRecord } from "../table-driver.ts";
import { columnOf } from "./columns.ts";

/** Inserts rows, or replaces those whose number in `newer` is smaller: one statement, which Prisma cannot say. */
export function putStatement(entity: EntityDescriptor, rows: readonly StoredRecord[], newer: string): pg.QueryConfig {
  const fields = [...fieldsOf(entity).keys(), "etag"];
  const columns = fields.map((field) => `"${columnOf(field)}"`);
  const values = fields.map((field) => valueOf(entity, field));
  const changed = columns.filter((column) => column !== '"id"').map((column) => `${column} = excluded.${column}`);
  const [table, order] = [`"${entity.table}"`, `"${columnOf(newer)}"`];
  return {
    name: `put_${entity.table}_${newer}`,
    text: `insert into ${table} (${columns.join(", ")}) select ${values.join(", ")} from jsonb_populate_recordset(null::${table}, $1::jsonb) as put
      on conflict (id) do update set ${changed.join(", ")} where ${table}.${order} < excluded.${order} returning id::text`,
    values: [JSON.stringify(rows.map((row) => Object.fromEntries(fields.map((field) => [columnOf(field), row[field]]))))],
  };
}

/** A null in JSON becomes no value at all; where one must be there, it is JSON's own. */
function valueOf(entity: EntityDescriptor, field: string): string {
  const info = fieldsOf(entity).get(field);
  const column = `put."${columnOf(field)}"`;
  return info?.kind === "json" && !info.nullable ? `coalesce(${column}, 'null'::jsonb)` : column;
}

const IdsSchema = z.array(z.object({ id: z.string() }));

export function writtenIds({ rows }: pg.QueryResult): readonly string[] {
  return IdsSchema.parse(rows).map(({ id }) => id);
}
