import type pg from "pg";
import { z } from "zod";
import type { EntityDescriptor } from "../entity.ts";
import { fieldsOf } from "../entity-fields.ts";
import type { RecordsBeside, StoredRecord } from "../table-driver.ts";
import { columnOf } from "./columns.ts";
import { parameterOf } from "./parameters.ts";

/** A statement that is prepared once for each connection. */
interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** What rows are taken from. */
interface Given {
  /** Begins the name of the statement. */
  readonly kind: string;
  readonly source: string;
  readonly values: readonly unknown[];
}

/** Inserts rows, or replaces those whose number in `newer` is smaller: one statement, which Prisma cannot say. */
export function putStatement(entity: EntityDescriptor, rows: readonly StoredRecord[], newer: string): Prepared {
  const changed = columnsOf(entity).filter((column) => column !== '"id"').map((column) => `${column} = excluded.${column}`);
  const [table, order] = [`"${entity.table}"`, `"${columnOf(newer)}"`];
  const { kind, source, values } = given(entity, rows, 0);
  return {
    name: `${kind}_${entity.table}_${newer}`,
    text: `${insertInto(entity)} ${source} on conflict (id) do update set ${changed.join(", ")} where ${table}.${order} < excluded.${order} returning id::text`,
    values: [...values],
  };
}

/** The put, and what is inserted where it wrote something: one statement, so that one commit serves both. */
export function withRowsBeside(put: Prepared, { entity, rows }: RecordsBeside): Prepared {
  const { kind, source, values } = given(entity, rows, put.values.length);
  return {
    name: `${put.name}_${kind}_${entity.table}`,
    text: `with written as (${put.text}), beside as (${insertInto(entity)} ${source} where exists (select from written)) select id from written`,
    values: [...put.values, ...values],
  };
}

function insertInto(entity: EntityDescriptor): string {
  return `insert into "${entity.table}" (${columnsOf(entity).join(", ")})`;
}

function columnsOf(entity: EntityDescriptor): string[] {
  return storedFields(entity).map((field) => `"${columnOf(field)}"`);
}

function storedFields(entity: EntityDescriptor): string[] {
  return [...fieldsOf(entity).keys(), "etag"];
}

/** `before`: parameters that the statement has already. */
function given(entity: EntityDescriptor, rows: readonly StoredRecord[], before: number): Given {
  const [first] = rows;
  return rows.length === 1 && first ? oneRow(entity, first, before) : manyRows(entity, rows, before);
}

/** Value by value: taking a row out of JSON costs PostgreSQL a fifth of the whole. */
function oneRow(entity: EntityDescriptor, row: StoredRecord, before: number): Given {
  const fields = storedFields(entity);
  return { kind: "put1", source: `select ${fields.map((_, place) => `$${before + place + 1}`).join(", ")}`, values: fields.map((field) => parameterOf(entity, field, row[field])) };
}

function manyRows(entity: EntityDescriptor, rows: readonly StoredRecord[], before: number): Given {
  const fields = storedFields(entity);
  return {
    kind: "put",
    source: `select ${fields.map((field) => valueOf(entity, field)).join(", ")} from jsonb_populate_recordset(null::"${entity.table}", $${before + 1}::jsonb) as put`,
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
