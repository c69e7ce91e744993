import type { Filter } from "@coder/db";
import type { CleanedWhere } from "better-auth/adapters";
import type { ModelRow, ModelValue } from "./model-store.ts";

type Scalar = Exclude<ModelValue, null>;
type Operators = Readonly<Record<string, ModelValue | readonly Scalar[]>>;
type Condition = ModelValue | Operators;

/** A condition as far as a repository can decide it. `exact`: the rest need not be checked on each row. */
export interface Compiled {
  readonly filter: Filter<ModelRow>;
  readonly exact: boolean;
}

const COMPARISONS: readonly string[] = ["lt", "lte", "gt", "gte"];

/** Every AND clause must hold, and of the OR clauses at least one, when there are any. What a filter cannot say is left to {@link matches}. */
export function compile(where: readonly CleanedWhere[]): Compiled {
  const alternatives = where.filter((clause) => clause.connector === "OR");
  const oneOf = alternatives.length > 0 ? asOne(alternatives) : null;
  const clauses = [...where.filter((clause) => clause.connector !== "OR"), ...(oneOf ? [oneOf] : [])];
  const conditions = new Map<string, Condition>();
  let exact = alternatives.length === 0 || oneOf !== null;
  for (const clause of clauses) {
    const condition = conditionOf(clause);
    const merged = condition === undefined ? undefined : merge(conditions.get(clause.field), condition);
    if (merged === undefined) exact = false;
    else conditions.set(clause.field, merged);
  }
  const filter: Filter<ModelRow> = Object.fromEntries(conditions);
  return { filter, exact };
}

/** Several alternatives on one field are one `in`; a single alternative simply must hold. */
function asOne(alternatives: readonly CleanedWhere[]): CleanedWhere | null {
  const [first] = alternatives;
  if (!first) return null;
  if (alternatives.length === 1) return first;
  const values = alternatives.flatMap((clause) => (clause.operator === "eq" || clause.operator === "in" ? listOf(clause.value) : [null]));
  const same = alternatives.every((clause) => clause.field === first.field && !isInsensitive(clause));
  return same && values.every((value) => typeof value === "string") ? { ...first, operator: "in", value: values } : null;
}

function conditionOf(clause: CleanedWhere): Condition | undefined {
  if (isInsensitive(clause)) return undefined;
  const operator = clause.operator ?? "eq";
  if (operator === "in") {
    const values = listOf(clause.value);
    return values.every((value) => value !== null) ? { in: values } : undefined;
  }
  if (Array.isArray(clause.value)) return undefined;
  const value = plain(clause.value);
  if (operator === "eq") return value;
  if (operator === "ne") return { ne: value };
  if (COMPARISONS.includes(operator)) return typeof value === "string" || typeof value === "number" ? { [operator]: value } : undefined;
  return operator === "starts_with" && typeof value === "string" ? { prefix: value } : undefined;
}

/** Undefined where one filter field cannot hold both. */
function merge(present: Condition | undefined, added: Condition): Condition | undefined {
  if (present === undefined) return added;
  if (!isOperators(present) || !isOperators(added)) return undefined;
  return Object.keys(added).some((operator) => operator in present) ? undefined : { ...present, ...added };
}

function isOperators(condition: Condition): condition is Operators {
  return typeof condition === "object" && condition !== null;
}

/** Whether a row meets the whole condition. */
export function matches(row: ModelRow, where: readonly CleanedWhere[]): boolean {
  const alternatives = where.filter((clause) => clause.connector === "OR");
  return where.every((clause) => clause.connector === "OR" || holds(row, clause)) && (alternatives.length === 0 || alternatives.some((clause) => holds(row, clause)));
}

function holds(row: ModelRow, clause: CleanedWhere): boolean {
  const fold = isInsensitive(clause) ? (value: ModelValue): ModelValue => (typeof value === "string" ? value.toLowerCase() : value) : (value: ModelValue): ModelValue => value;
  const actual = fold(row[clause.field] ?? null);
  const wanted = listOf(clause.value).map(fold);
  const [value = null] = wanted;
  switch (clause.operator) {
    case "in":
      return wanted.includes(actual);
    case "not_in":
      return !wanted.includes(actual);
    case "ne":
      return actual !== value;
    case "contains":
      return typeof actual === "string" && typeof value === "string" && actual.includes(value);
    case "starts_with":
      return typeof actual === "string" && typeof value === "string" && actual.startsWith(value);
    case "ends_with":
      return typeof actual === "string" && typeof value === "string" && actual.endsWith(value);
    case "lt":
      return actual !== null && value !== null && compare(actual, value) < 0;
    case "lte":
      return actual !== null && value !== null && compare(actual, value) <= 0;
    case "gt":
      return actual !== null && value !== null && compare(actual, value) > 0;
    case "gte":
      return actual !== null && value !== null && compare(actual, value) >= 0;
    default:
      return actual === value;
  }
}

/** Text by code point, as the stores order it. Null comes first. */
export function compare(left: ModelValue, right: ModelValue): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  if (typeof left === "string" && typeof right === "string") return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return Number(left) - Number(right);
}

function listOf(value: CleanedWhere["value"]): ModelValue[] {
  return Array.isArray(value) ? [...value] : [plain(value)];
}

function plain(value: Exclude<CleanedWhere["value"], string[] | number[]>): ModelValue {
  return value instanceof Date ? value.toISOString() : value;
}

function isInsensitive(clause: CleanedWhere): boolean {
  return clause.mode === "insensitive";
}
