import { AppError } from "@coder/shared";

// The module's codes. Clients match on them, so they stay.

export function changeSetNotFound(): AppError {
  return new AppError("not_found", "change_set_not_found", "There is no such change.", { remedy: "Open the list of changes again: it may have been removed with its project." });
}

export function changeFileNotFound(): AppError {
  return new AppError("not_found", "change_file_not_found", "The change has no such file.", { remedy: "Open the change again." });
}

export function hunkNotFound(path: string): AppError {
  return new AppError("not_found", "hunk_not_found", "This part of the change is not there any more.", { remedy: "Load the file again: somebody edited the proposal.", details: { path } });
}

export function commentNotFound(): AppError {
  return new AppError("not_found", "comment_not_found", "There is no such comment of yours.", { remedy: "Load the change again." });
}

export function tooManyComments(limit: number): AppError {
  return new AppError("conflict", "too_many_comments", `A change has at most ${limit} comments.`, { remedy: "Delete some that are settled.", details: { limit } });
}

export function projectNotReady(status: string): AppError {
  return new AppError("conflict", "project_not_ready", status === "deleted" ? "This project is in the trash." : "This project has no files yet.", {
    remedy: status === "deleted" ? "Restore it first." : "Wait until its import has ended.",
    details: { status },
  });
}

export function fileTooLarge(path: string, limit: number): AppError {
  return new AppError("too_large", "file_too_large", `${path} is too large to be part of a change.`, { remedy: "Change it in the editor.", details: { path, limit } });
}

/** @param files which, and why @param canMerge whether both changes can be put together */
export function staleBase(files: readonly StaleFile[], canMerge: boolean): AppError {
  const [first] = files;
  const others = files.length > 1 ? ` and ${files.length - 1} more` : "";
  return new AppError("conflict", "stale_base", `The file ${first?.path ?? ""}${others} changed since this change was made.`, {
    remedy: canMerge ? "Merge both changes, or have the change made anew." : "Reject the parts that conflict, or have the change made anew.",
    details: { files: files.slice(0, 100), canMerge },
  });
}

/** `expected` and `found`: SHA-256, null where there is no file. `hunkIds`: where the two changes meet. */
export interface StaleFile {
  readonly path: string;
  readonly expected: string | null;
  readonly found: string | null;
  readonly hunkIds?: readonly string[];
}

export function binaryFile(path: string): AppError {
  return new AppError("invalid", "binary_file", `${path} is not text in UTF-8.`, { remedy: "Leave it out: changes are made of text files only.", details: { path } });
}

export function listedTwice(path: string): AppError {
  return new AppError("invalid", "file_listed_twice", `${path} is in the change more than once, or as a file and a folder.`, { remedy: "Name each file once.", details: { path } });
}

export function nothingChanges(): AppError {
  return new AppError("invalid", "nothing_changes", "The files are as the change would make them.", { remedy: "Leave out files that do not change." });
}

/** @param what `bytes` or `hunks` */
export function changeSetTooLarge(what: string, limit: number): AppError {
  return new AppError("too_large", "change_set_too_large", `A change holds at most ${limit.toLocaleString("en")} ${what}.`, { remedy: "Divide it into several.", details: { what, limit } });
}

export function keyReused(): AppError {
  return new AppError("conflict", "key_reused", "Another request was made under this key.", { remedy: "Use a new key for each request." });
}

export function changeSetClosed(state: string): AppError {
  const sentences: Readonly<Record<string, string>> = { applying: "This change is being applied.", applied: "This change is applied.", discarded: "This change is discarded." };
  return new AppError("conflict", "change_set_closed", sentences[state] ?? "This change cannot be decided on now.", {
    remedy: state === "applied" ? "Undo it first." : state === "applying" ? "Wait until that has ended." : "Have it made anew.",
    details: { state },
  });
}

export function notEditable(path: string): AppError {
  return new AppError("invalid", "not_editable", `${path} is to be deleted, so there is no text to edit.`, { remedy: "Reject the lines that are to stay.", details: { path } });
}

export function nothingAccepted(): AppError {
  return new AppError("conflict", "nothing_accepted", "Nothing of this change is accepted.", { remedy: "Accept at least one part, or discard the change." });
}

export function notApplied(state: string): AppError {
  return new AppError("conflict", "not_applied", "This change is not applied.", { remedy: "Load it again: somebody may have undone it.", details: { state } });
}

export function versionConflict(): AppError {
  return new AppError("conflict", "version_conflict", "Somebody decided on this change since you loaded it.", { remedy: "Load it again and look at what is different." });
}

/** @param errors how many */
export function validationFailed(errors: number): AppError {
  return new AppError("invalid", "validation_failed", `What is accepted does not pass the checks: ${errors} ${errors === 1 ? "error" : "errors"}.`, {
    remedy: "Look at the messages beside the lines, or apply it anyway.",
    details: { errors },
  });
}

export function projectBusy(): AppError {
  return new AppError("unavailable", "project_busy", "Another change is being applied to this project.", { remedy: "Try again when it has ended." });
}

export function applyCancelled(): AppError {
  return new AppError("cancelled", "apply_cancelled", "It was cancelled. The files are as they were before.", { remedy: "Start it again when you need it." });
}

export function changeFailed(cause?: unknown): AppError {
  return new AppError("internal", "change_failed", "It failed for a reason nobody has foreseen. The files are as they were before.", { remedy: "Try again; if it fails the same way, look at the job's log.", cause });
}
