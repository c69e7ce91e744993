import type { UserCondition } from "@coder/api/user-management";
import type { Filter, RowOf } from "@coder/db";
import { UserIdSchema } from "@coder/shared";
import type { userEntity, UserRow } from "./entities.ts";

/** Addresses are one when they differ by case alone. */
export function emailKeyOf(email: string): string {
  return email.normalize("NFC").toLowerCase();
}

/**
 * What the store can narrow down by index; every row is then checked against all conditions. Null: nothing can meet them.
 * Auth asks by id and address; the other operators are there because its adapter's contract has them.
 */
export function narrow(where: readonly UserCondition[]): Filter<RowOf<typeof userEntity>> | null {
  for (const { field, operator, value, connector } of where) {
    if (connector !== "AND") continue;
    if (field === "id" && operator === "eq") {
      const id = UserIdSchema.safeParse(value);
      return id.success ? { id: id.data } : null;
    }
    if (field === "id" && operator === "in" && Array.isArray(value)) return { id: { in: value.flatMap((item) => UserIdSchema.safeParse(item).data ?? []) } };
    if (field === "email" && operator === "eq" && typeof value === "string") return { emailKey: emailKeyOf(value) };
  }
  return {};
}

/** Every AND clause must hold, and of the OR clauses at least one, when there are any. */
export function meets(row: UserRow, where: readonly UserCondition[]): boolean {
  const any = where.filter((condition) => condition.connector === "OR");
  return where.every((condition) => condition.connector === "OR" || holds(row, condition)) && (any.length === 0 || any.some((condition) => holds(row, condition)));
}

type Scalar = string | number | boolean | null;

function holds(row: UserRow, { field, operator, value, mode }: UserCondition): boolean {
  const fold = (item: Scalar): Scalar => (mode === "insensitive" && typeof item === "string" ? item.toLowerCase() : instant(field, item));
  const left = fold(row[field]);
  if (operator === "in" || operator === "not_in") return Array.isArray(value) && value.map(fold).includes(left) === (operator === "in");
  if (Array.isArray(value)) return false;
  const right = fold(value);
  switch (operator) {
    case "eq":
      return left === right;
    case "ne":
      return left !== right;
    case "contains":
      return typeof left === "string" && typeof right === "string" && left.includes(right);
    case "starts_with":
      return typeof left === "string" && typeof right === "string" && left.startsWith(right);
    case "ends_with":
      return typeof left === "string" && typeof right === "string" && left.endsWith(right);
    default:
      return ordered(left, right, operator);
  }
}

function ordered(left: Scalar, right: Scalar, operator: "lt" | "lte" | "gt" | "gte"): boolean {
  if (left === null || right === null || typeof left !== typeof right) return false;
  if (operator === "lt") return left < right;
  if (operator === "lte") return left <= right;
  return operator === "gt" ? left > right : left >= right;
}

/** Times are compared as instants, however they are written. */
function instant(field: UserCondition["field"], value: Scalar): Scalar {
  if ((field !== "createdAt" && field !== "updatedAt") || typeof value !== "string") return value;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? value : time.toISOString();
}

export function byField(field: UserCondition["field"], direction: "asc" | "desc"): (one: UserRow, other: UserRow) => number {
  const sign = direction === "asc" ? 1 : -1;
  return (one, other) => {
    const [left, right] = [one[field], other[field]];
    if (left === right) return 0;
    if (left === null || right === null) return left === null ? -sign : sign;
    return left < right ? -sign : sign;
  };
}
