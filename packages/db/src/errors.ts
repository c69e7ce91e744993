import { AppError } from "@coder/shared";
import type { EntityDescriptor } from "./entity.ts";

/** Where it happened: for logs, and for nobody else. */
function within({ table }: EntityDescriptor): Error {
  return new Error(`In ${table}`);
}

const RELOAD = "Load it again and repeat the change.";

/** One code for each kind of row, the same that its module gives: a row that is gone is the same to people, whoever noticed. */
export function notFound(entity: EntityDescriptor, id: string): AppError {
  const code = entity.noun === undefined ? "not_found" : `${entity.noun.replaceAll(" ", "_")}_not_found`;
  return new AppError("not_found", code, `There is no such ${entity.noun ?? "entry"}.`, { remedy: "Check the id; it may have been deleted.", details: { id }, cause: within(entity) });
}

export function versionConflict(entity: EntityDescriptor, id: string): AppError {
  return new AppError("conflict", "version_conflict", "Somebody else changed this in the meantime.", { remedy: RELOAD, details: { id }, cause: within(entity) });
}

export function conditionFailed(entity: EntityDescriptor, id: string): AppError {
  return new AppError("stale", "condition_failed", "The entry is no longer in the state this change needs.", { remedy: RELOAD, details: { id }, cause: within(entity) });
}

export function alreadyExists(entity: EntityDescriptor, fields: readonly string[]): AppError {
  return new AppError("conflict", "already_exists", "There is already an entry with this value.", {
    remedy: "Choose another value or use the entry that is there.",
    details: { fields },
    cause: within(entity),
  });
}

/** A write for another tenant than the caller's, or by a caller without one. */
export function wrongTenant(entity: EntityDescriptor): AppError {
  return new AppError("forbidden", "wrong_tenant", "This belongs to another organization or person.", {
    remedy: "Switch to the organization it belongs to.",
    cause: within(entity),
  });
}

export function invalidCursor(): AppError {
  return new AppError("invalid", "invalid_cursor", "The continuation token does not belong to this list.", { remedy: "Start again from the first page." });
}

export function invalidQuery(entity: EntityDescriptor, reason: string): AppError {
  return new AppError("invalid", "invalid_query", `The query cannot be answered: ${reason}.`, {
    remedy: "Correct the filter, the order or the limit.",
    cause: within(entity),
  });
}

/** A value that no store would keep as it is. */
export function invalidRow(entity: EntityDescriptor, field: string, reason: string): AppError {
  return new AppError("invalid", "invalid_value", `This cannot be stored: ${field} ${reason}.`, { remedy: "Correct the value.", details: { field }, cause: within(entity) });
}
