import { MAX_NAMED_PATHS, type FileChanges } from "@coder/api/execution";
import { storedText, textOfStored } from "@coder/work-tree";
import type { ChangedPath } from "./ProjectCheckpoints.ts";

/** What was changed, as rows keep it: names in a form that every store keeps. */
export function changesOf(changed: readonly ChangedPath[]): FileChanges {
  return { total: changed.length, items: changed.slice(0, MAX_NAMED_PATHS).map(({ path, kind }) => ({ path: storedText(path), kind })) };
}

/** Names as they are. */
export function shownChanges(changes: FileChanges | null): FileChanges | null {
  return changes && { total: changes.total, items: changes.items.map(({ path, kind }) => ({ path: textOfStored(path), kind })) };
}
