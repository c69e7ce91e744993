import { AppError } from "@coder/shared";

// The codes of the files part. Clients match on them, so they stay.

export function invalidCursor(cause: unknown): AppError {
  return new AppError("invalid", "invalid_cursor", "The continuation token does not belong to this list.", { remedy: "Start again from the first page.", cause });
}

export function intoItself(path: string): AppError {
  return new AppError("invalid", "into_itself", "A folder cannot be put into itself.", { remedy: "Choose another folder.", details: { path } });
}

export function trashEntryNotFound(): AppError {
  return new AppError("not_found", "trash_entry_not_found", "This is not in the trash.", { remedy: "Load the trash again: it may have been restored or removed." });
}

/** What stands where a restored file or folder would go. */
export function restoreCollision(paths: readonly string[]): AppError {
  return new AppError("conflict", "restore_collision", "Something else has taken the place of what would be restored.", {
    remedy: "Move or rename what is there, then restore again.",
    details: { paths: paths.slice(0, 100) },
  });
}
