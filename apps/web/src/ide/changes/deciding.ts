import type { ChangeSetId } from "@coder/api/execution";
import { isLeaving } from "#features/session/leave.ts";

/** Decisions that are shown and not written yet, by change set. */
const deciding = new Map<ChangeSetId, number>();

/** Whether the server's word would take back what is shown: then it is not asked for. */
export function isDeciding(id: ChangeSetId): boolean {
  return deciding.has(id);
}

/** Each is good for the version that the one before made, so none can be sent ahead: whoever leaves before they are written is asked first. A session that has ended writes none. */
function askBeforeLeaving(event: BeforeUnloadEvent): void {
  if (!isLeaving()) event.preventDefault();
}

/** Returns what ends it, and says whether it was the last. */
export function beginDeciding(id: ChangeSetId): () => boolean {
  deciding.set(id, (deciding.get(id) ?? 0) + 1);
  window.addEventListener("beforeunload", askBeforeLeaving);
  return () => {
    const left = (deciding.get(id) ?? 1) - 1;
    if (left > 0) deciding.set(id, left);
    else deciding.delete(id);
    if (deciding.size === 0) window.removeEventListener("beforeunload", askBeforeLeaving);
    return left <= 0;
  };
}
