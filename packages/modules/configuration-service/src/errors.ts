import { AppError } from "@coder/shared";
import type { SettingOrigin, ValueIssue } from "@coder/shared/server";

export function settingNotFound(key: string, nearest: string | null): AppError {
  return new AppError("not_found", "setting_not_found", `There is no setting ${key}.`, {
    remedy: nearest === null ? "See the list of settings for the keys there are." : `Did you mean ${nearest}?`,
    details: { key, nearest },
  });
}

export function settingNotStored(key: string): AppError {
  return new AppError("not_found", "setting_not_stored", `No value of ${key} is stored.`, { remedy: "There is nothing to take back; load the setting again.", details: { key } });
}

export function settingNotSettable(key: string, environment: string): AppError {
  return new AppError("conflict", "setting_not_settable", `${key} cannot be changed while the product runs.`, {
    remedy: `Set the variable ${environment}, or the key in the operator's YAML, and start again.`,
    details: { key, environment },
  });
}

/** A higher tier holds the value, so that a stored one would change nothing. */
export function settingLocked(key: string, { source, where }: SettingOrigin): AppError {
  const inEnvironment = source === "environment";
  return new AppError("conflict", inEnvironment ? "locked_by_environment" : "locked_by_file", `${key} is held by ${inEnvironment ? `the variable ${where}` : where}.`, {
    remedy: "Take it away there and start again; then it can be changed here.",
    details: { key, source, where },
  });
}

export function schemaViolation(key: string, issues: readonly ValueIssue[]): AppError {
  const [first] = issues;
  return new AppError("invalid", "schema_violation", `${key}${first?.path ? `.${first.path}` : ""}: ${first?.message ?? "this value is not possible"}.`, {
    remedy: "Correct the value and send it again.",
    details: { key, issues },
  });
}

export function versionConflict(key: string): AppError {
  return new AppError("conflict", "version_conflict", `${key} was changed since you read it.`, { remedy: "Load the setting again and decide anew.", details: { key } });
}

export function changeNotFound(id: string): AppError {
  return new AppError("not_found", "change_not_found", "There is no such change.", { remedy: "See the list of changes.", details: { id } });
}
