import { AppError } from "@coder/shared";

// The codes of the checkpoints part. Clients match on them, so they stay.

export function checkpointNotFound(): AppError {
  return new AppError("not_found", "checkpoint_not_found", "There is no such checkpoint.", { remedy: "Load the list of checkpoints again: old ones are removed after a while." });
}

/** @param what Which part of it, for whoever looks into the store */
export function checkpointDamaged(what: string): AppError {
  return new AppError("internal", "checkpoint_damaged", "A part of this checkpoint cannot be read any more.", { remedy: "Nothing was changed. Restore another checkpoint, and check the server's disk.", details: { what } });
}

export function checkpointTooLarge(limit: number): AppError {
  return new AppError("too_large", "checkpoint_too_large", "The project is larger than its checkpoints may be.", {
    remedy: "Remove large files from the project, or have the limit raised in the settings.",
    details: { limit },
  });
}

export function previewOutdated(): AppError {
  return new AppError("conflict", "preview_outdated", "The project has changed since the preview was made.", { remedy: "Look at the preview again, then restore." });
}

export function runInProgress(): AppError {
  return new AppError("conflict", "run_in_progress", "Something runs in this project at the moment.", { remedy: "Wait until it has ended, or cancel it, then restore." });
}

export function treeUnreadable(): AppError {
  return new AppError("unavailable", "tree_unreadable", "The project's files cannot be read at the moment.", { remedy: "Try again in a moment." });
}

export function notARestore(): AppError {
  return new AppError("conflict", "not_a_restore", "This checkpoint was not taken by a restore.", { remedy: "Restore it instead." });
}
