import type { Clause } from "./clauses.ts";
import type { EntityDescriptor } from "./entity.ts";
import { fieldsOf } from "./entity-fields.ts";
import type { StoredRecord } from "./table-driver.ts";

/** Whether a row meets all clauses, decided here as the databases decide it. */
export function matches(entity: EntityDescriptor, row: StoredRecord, where: readonly Clause[]): boolean {
  const fields = fieldsOf(entity);
  return where.every((clause) => holds(row[clause.field] ?? null, clause) && (clause.field === "etag" || fields.has(clause.field)));
}

function holds(value: unknown, clause: Clause): boolean {
  switch (clause.op) {
    case "eq":
      return value === clause.value;
    case "ne":
      return value !== clause.value;
    case "in":
      return clause.value.some((item) => item === value);
    case "prefix":
      return typeof value === "string" && value.startsWith(clause.value);
    case "contains":
      return typeof value === "string" && value.includes(clause.value);
    case "has":
      return Array.isArray(value) && value.includes(clause.value);
    case "lt":
      return value !== null && compare(value, clause.value) < 0;
    case "lte":
      return value !== null && compare(value, clause.value) <= 0;
    case "gt":
      return value !== null && compare(value, clause.value) > 0;
    case "gte":
      return value !== null && compare(value, clause.value) >= 0;
  }
}

/** Text by code point, as PostgreSQL's C collation does it; JavaScript's `<` compares UTF-16 units and differs beyond U+FFFF. */
export function compare(left: unknown, right: unknown): number {
  if (typeof left === "string" && typeof right === "string") return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return Number(left) - Number(right);
}
