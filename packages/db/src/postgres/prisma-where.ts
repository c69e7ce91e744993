import type { Clause } from "../clauses.ts";
import type { EntityDescriptor } from "../entity.ts";
import { fieldsOf } from "../entity-fields.ts";
import type { Selection } from "../table-driver.ts";
import type { PrismaNulls } from "./prisma-module.ts";

/** Compiles clauses to Prisma's `where`. */
export function prismaWhere(entity: EntityDescriptor, clauses: readonly Clause[], nulls: PrismaNulls): object {
  return { AND: clauses.map((clause) => compile(entity, clause, nulls)) };
}

function compile(entity: EntityDescriptor, clause: Clause, nulls: PrismaNulls): object {
  const { field } = clause;
  const info = fieldsOf(entity).get(field);
  switch (clause.op) {
    case "eq":
      if (clause.value === null && info?.kind === "json") return { [field]: { equals: nulls.AnyNull } };
      return clause.value === null && !info?.nullable ? NOTHING : { [field]: clause.value };
    case "ne":
      if (clause.value === null) return info?.kind === "json" ? { NOT: { [field]: { equals: nulls.AnyNull } } } : info?.nullable ? { [field]: { not: null } } : {};
      return info?.nullable ? { OR: [{ [field]: { not: clause.value } }, { [field]: null }] } : { [field]: { not: clause.value } };
    case "prefix":
      return { [field]: { startsWith: literal(clause.value) } };
    case "contains":
      return { [field]: { contains: literal(clause.value) } };
    default:
      return { [field]: { [clause.op]: clause.value } };
  }
}

const NOTHING = { OR: [] };

/** Prisma hands text on to LIKE as it is. */
const literal = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

/** Rows behind a position: by the sort field first, by id among equals. The first, wider condition is what an index can use. */
export function behind({ sort, after }: Selection): object[] {
  if (after === null) return [];
  const [beyond, from] = sort.direction === "asc" ? (["gt", "gte"] as const) : (["lt", "lte"] as const);
  if (sort.field === "id") return [{ id: { [beyond]: after.id } }];
  return [{ [sort.field]: { [from]: after.value } }, { OR: [{ [sort.field]: { [beyond]: after.value } }, { [sort.field]: after.value, id: { [beyond]: after.id } }] }];
}

export function prismaOrder({ sort }: Selection): object[] {
  return sort.field === "id" ? [{ id: sort.direction }] : [{ [sort.field]: sort.direction }, { id: sort.direction }];
}
