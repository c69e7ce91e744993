import { AppError } from "@coder/shared";

// The module's codes. Clients match on them, so they stay.

export function entryNotFound(): AppError {
  return new AppError("not_found", "entry_not_found", "There is no such entry in this log.", { remedy: "Open the log again: the entry may have passed its retention time." });
}

export function intentNotFound(): AppError {
  return new AppError("not_found", "intent_not_found", "No action with this id has begun.", { remedy: "Call beginEntry first." });
}

export function chainConflict(): AppError {
  return new AppError("unavailable", "chain_conflict", "Too many processes write to the audit log at once.", { remedy: "Try again in a moment." });
}
