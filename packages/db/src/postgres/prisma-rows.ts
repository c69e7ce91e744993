import { z } from "zod";
import type { EntityDescriptor } from "../entity.ts";
import { fieldsOf } from "../entity-fields.ts";
import type { Changes, RowGroup, StoredRecord } from "../table-driver.ts";
import type { PrismaNulls } from "./prisma-module.ts";

/** Fields as Prisma takes them: a null in a JSON column must say which of the two it is. */
export function toPrisma(entity: EntityDescriptor, values: Readonly<Record<string, unknown>>, nulls: PrismaNulls): Record<string, unknown> {
  const fields = fieldsOf(entity);
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => {
      const info = fields.get(field);
      if (value !== null || info?.kind !== "json") return [field, value];
      return [field, info.nullable ? nulls.DbNull : nulls.JsonNull];
    }),
  );
}

export function changesToPrisma(entity: EntityDescriptor, changes: Changes, nulls: PrismaNulls): Record<string, unknown> {
  const { increment } = changes;
  return { ...toPrisma(entity, changes.set, nulls), ...(increment ? { [increment.field]: { increment: increment.by } } : {}), etag: changes.etag };
}

/** A row as Prisma gives it, in JSON types: times as ISO strings, 64-bit columns as numbers. Columns the entity does not name stay behind. */
export function fromPrisma(entity: EntityDescriptor, row: unknown): StoredRecord {
  if (typeof row !== "object" || row === null || !("id" in row) || !("etag" in row)) throw new Error(`${entity.table} gave a row without id or etag`);
  const record: Record<string, unknown> = {};
  for (const field of fieldsOf(entity).keys()) record[field] = toJson(Reflect.get(row, field));
  return { ...record, id: String(row.id), etag: String(row.etag) };
}

/** What Prisma tells of rows that have the same values in some fields. */
export function groupFromPrisma(row: unknown, by: readonly string[], range: readonly string[]): RowGroup {
  const { _count: counted, _min: smallest = {}, _max: largest = {}, ...key } = GroupSchema.parse(row);
  const only = (values: Readonly<Record<string, unknown>>, fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, toJson(values[field])]));
  return { key: only(key, by), count: counted.id, smallest: only(smallest, range), largest: only(largest, range) };
}

const ValuesSchema = z.record(z.string(), z.unknown());
const GroupSchema = z.looseObject({ _count: z.object({ id: z.number() }), _min: ValuesSchema.optional(), _max: ValuesSchema.optional() });

function toJson(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "bigint" ? Number(value) : value;
}
