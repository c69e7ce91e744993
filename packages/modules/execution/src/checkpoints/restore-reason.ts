import type { CheckpointRow } from "../entities.ts";

const RESTORE = 'Before restoring "';
const UNDO = 'Before undoing the restore of "';
const MAX_LENGTH = 200;

/** What the state before a restore is kept for. Undoing a restore, and undoing that, names what was restored and not the state before it. */
export function restoreReason({ cause, reason }: Pick<CheckpointRow, "cause" | "reason">): string {
  if (cause === "restore") {
    if (reason.startsWith(RESTORE)) return quoted(UNDO, reason.slice(RESTORE.length, -1));
    if (reason.startsWith(UNDO)) return quoted(RESTORE, reason.slice(UNDO.length, -1));
  }
  return quoted(RESTORE, reason);
}

function quoted(words: string, name: string): string {
  return `${words}${name.slice(0, MAX_LENGTH - words.length - 1)}"`;
}
