import type { EntityDescriptor } from "./entity.ts";
import { fieldsOf, type FieldInfo, type FieldKind } from "./entity-fields.ts";
import { invalidQuery } from "./errors.ts";
import { canonical, faultOfValue, isUuid, textFault, type Scalar } from "./values.ts";

/** A filter in the one form every store compiles: all clauses must hold. */
export type Clause =
  | { readonly field: string; readonly op: "eq" | "ne"; readonly value: Scalar | null }
  | { readonly field: string; readonly op: "in"; readonly value: readonly Scalar[] }
  | { readonly field: string; readonly op: "lt" | "lte" | "gt" | "gte" | "has"; readonly value: Scalar }
  | { readonly field: string; readonly op: "prefix" | "contains"; readonly value: string };

const ORDERED: readonly FieldKind[] = ["string", "uuid", "datetime", "integer", "number"];

/** What the clauses of one field are made from. */
interface Subject {
  readonly entity: EntityDescriptor;
  readonly field: string;
  readonly info: FieldInfo;
}

/** Turns a typed filter into clauses. Refuses what the types forbid too: a filter may come from parsed input, and `undefined` must never widen it. */
export function clausesOf(entity: EntityDescriptor, filter: object): Clause[] {
  const fields = fieldsOf(entity);
  return Object.entries(filter).flatMap(([field, condition]) => {
    const info = fields.get(field);
    if (!info) throw invalidQuery(entity, `there is no field ${field}`);
    return conditionClauses({ entity, field, info }, condition);
  });
}

/** Clauses for one id. Text that cannot be an id finds nothing; it is no fault of the caller's. */
export function idClauses(entity: EntityDescriptor, id: string): Clause[] {
  if (textFault(id) !== null) return [nothing("id")];
  return clausesOf(entity, { id });
}

function conditionClauses(subject: Subject, condition: unknown): Clause[] {
  if (condition === null || typeof condition !== "object") return operatorClause(subject, "eq", condition);
  const operators = Object.entries(condition);
  if (Array.isArray(condition) || operators.length === 0) throw fault(subject, "has no condition");
  return operators.flatMap(([op, value]) => operatorClause(subject, op, value));
}

function operatorClause(subject: Subject, op: string, value: unknown): Clause[] {
  const { field, info } = subject;
  switch (op) {
    case "eq":
    case "ne":
      if (value === null) return [{ field, op, value }];
      if (!isPossible(info, value)) return op === "eq" ? [nothing(field)] : [];
      return [{ field, op, value: scalar(subject, value) }];
    case "in":
      if (!Array.isArray(value)) throw fault(subject, '"in" needs a list');
      return [{ field, op, value: value.filter((item) => isPossible(info, item)).map((item) => scalar(subject, item)) }];
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      if (!ORDERED.includes(info.kind)) throw fault(subject, "has no order");
      return [{ field, op, value: scalar(subject, value) }];
    case "prefix":
      if (info.kind !== "string" || typeof value !== "string" || textFault(value)) throw fault(subject, '"prefix" is for text');
      return [{ field, op, value }];
    case "contains":
      if (info.kind !== "string" || !Array.isArray(value)) throw fault(subject, '"contains" is for text, and needs a list of what it holds');
      return value.map((part) => containsClause(subject, part));
    case "has":
      if (info.kind !== "list" || !isScalar(value)) throw fault(subject, '"has" asks a list for one of its values');
      return [{ field, op, value }];
    default:
      throw fault(subject, `unknown operator ${op}`);
  }
}

function containsClause(subject: Subject, part: unknown): Clause {
  if (typeof part !== "string" || textFault(part)) throw fault(subject, '"contains" is for text');
  return { field: subject.field, op: "contains", value: part };
}

/** An id that is no UUID is equal to none of them. */
function isPossible(info: FieldInfo, value: unknown): boolean {
  return info.kind !== "uuid" || typeof value !== "string" || isUuid(value);
}

function nothing(field: string): Clause {
  return { field, op: "in", value: [] };
}

function scalar(subject: Subject, value: unknown): Scalar {
  const { info } = subject;
  if (info.kind === "json" || info.kind === "list") throw fault(subject, "cannot be compared");
  const wrong = faultOfValue({ ...info, nullable: false }, value);
  const plain = wrong === null ? canonical(info, value) : undefined;
  if (!isScalar(plain)) throw fault(subject, wrong ?? "has no value to compare with");
  return plain;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function fault(subject: Subject, reason: string): Error {
  return invalidQuery(subject.entity, `${subject.field}: ${reason}`);
}
