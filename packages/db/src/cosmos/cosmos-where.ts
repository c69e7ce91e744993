import type { SqlParameter, SqlQuerySpec } from "@azure/cosmos";
import type { Clause } from "../clauses.ts";
import type { Selection } from "../table-driver.ts";
import type { Scalar } from "../values.ts";

/** Rows lie below `c.row`; a document that is no row any more says `gone`. */
const PRESENT = "NOT IS_DEFINED(c.gone)";

/** Compiles clauses to Cosmos SQL. Values are parameters, always; field names come from the entity's schema. */
class SqlBuilder {
  readonly parameters: SqlParameter[] = [];

  clause(clause: Clause): string {
    const field = path(clause.field);
    switch (clause.op) {
      case "eq":
        return clause.value === null ? `IS_NULL(${field})` : `${field} = ${this.#value(clause.value)}`;
      case "ne":
        return clause.value === null ? `NOT IS_NULL(${field})` : `(${field} != ${this.#value(clause.value)} OR IS_NULL(${field}))`;
      case "in":
        return clause.value.length === 0 ? "false" : `${field} IN (${clause.value.map((item) => this.#value(item)).join(", ")})`;
      case "prefix":
        return `STARTSWITH(${field}, ${this.#value(clause.value)})`;
      case "contains":
        return `CONTAINS(${field}, ${this.#value(clause.value)})`;
      case "has":
        return `ARRAY_CONTAINS(${field}, ${this.#value(clause.value)})`;
      default:
        return `${field} ${COMPARISON[clause.op]} ${this.#value(clause.value)}`;
    }
  }

  behind({ sort, after }: Selection): string[] {
    if (after === null) return [];
    const beyond = sort.direction === "asc" ? ">" : "<";
    const [field, id] = [path(sort.field), path("id")];
    return [`(${field} ${beyond} ${this.#value(after.value)} OR (${field} = ${this.#value(after.value)} AND ${id} ${beyond} ${this.#value(after.id)}))`];
  }

  /** The partition is named in the condition too: some servers ignore the option. */
  partition(partition: string | null): string[] {
    return partition === null ? [] : [`c.pk = ${this.#value(partition)}`];
  }

  #value(value: Scalar): string {
    const name = `@p${this.parameters.length}`;
    this.parameters.push({ name, value });
    return name;
  }
}

const COMPARISON = { lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;

export function selectSql(selection: Selection, partition: string | null): SqlQuerySpec {
  const sql = new SqlBuilder();
  const conditions = [PRESENT, ...sql.partition(partition), ...selection.where.map((clause) => sql.clause(clause)), ...sql.behind(selection)];
  const direction = selection.sort.direction.toUpperCase();
  const order = selection.sort.field === "id" ? [path("id")] : [path(selection.sort.field), path("id")];
  const query = `SELECT TOP ${selection.limit} * FROM c WHERE ${conditions.join(" AND ")} ORDER BY ${order.map((field) => `${field} ${direction}`).join(", ")}`;
  return { query, parameters: sql.parameters };
}

/** All rows that meet the clauses, in no order; or how many they are. */
export function matchingSql(what: "*" | "VALUE COUNT(1)", where: readonly Clause[], partition: string | null): SqlQuerySpec {
  const sql = new SqlBuilder();
  const conditions = [PRESENT, ...sql.partition(partition), ...where.map((clause) => sql.clause(clause))];
  return { query: `SELECT ${what} FROM c WHERE ${conditions.join(" AND ")}`, parameters: sql.parameters };
}

function path(field: string): string {
  return `c.row["${field}"]`;
}
