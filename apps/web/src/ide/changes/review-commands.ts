"use client";

import type { ChangeFile, ChangeSet, Decision, Hunk } from "@coder/api/execution";
import { useCommands } from "#commands/registry.tsx";
import type { ReviewActions } from "./use-review-actions.ts";

interface ReviewCommands {
  readonly change: ChangeSet;
  readonly file: ChangeFile | undefined;
  readonly hunk: Hunk | undefined;
  readonly line: number | null;
  /** Whether decisions are taken. */
  readonly open: boolean;
  readonly mayApply: boolean;
  readonly editing: boolean;
  /** Whether any file is edited: then nothing is applied. */
  readonly waiting: boolean;
  readonly layout: "split" | "inline";
  readonly actions: ReviewActions;
}

/** Everything that can be done in a review, by its key, from the palette and by the buttons that refer to it. */
export function useReviewCommands({ change, file, hunk, line, open, mayApply, editing, waiting, layout, actions }: ReviewCommands): void {
  const category = "Review";
  const decides = open && !editing;
  const hasLines = hunk?.kind === "text" && !editing;
  const decide = (decision: Decision) => ({ category, enabled: decides && hunk !== undefined, run: () => actions.decideHunk(decision) });
  const decideLine = (decision: Decision) => ({ category, enabled: decides && hasLines, run: () => actions.decideLine(decision) });
  const decideFile = (decision: Decision) => ({ category, enabled: decides && file !== undefined, run: () => actions.decideFile(decision) });
  const decideAll = (decision: Decision) => ({ category, enabled: decides, run: () => actions.decideAll(decision) });
  useCommands([
    { id: "changes.nextHunk", title: "Next change", category, icon: "arrow-down", keys: "f7", enabled: hunk !== undefined, run: () => actions.stepHunk(1) },
    { id: "changes.previousHunk", title: "Previous change", category, icon: "arrow-up", keys: "shift+f7", enabled: hunk !== undefined, run: () => actions.stepHunk(-1) },
    { id: "changes.nextFile", title: "Next file of the change", category, keys: "alt+j", enabled: change.files.length > 1, run: () => actions.stepFile(1) },
    { id: "changes.previousFile", title: "Previous file of the change", category, keys: "alt+k", enabled: change.files.length > 1, run: () => actions.stepFile(-1) },
    { id: "changes.nextLine", title: "Next line of this change", category, keys: "alt+arrowdown", enabled: hasLines, run: () => actions.stepLine(1) },
    { id: "changes.previousLine", title: "Previous line of this change", category, keys: "alt+arrowup", enabled: hasLines, run: () => actions.stepLine(-1) },
    { id: "changes.accept", title: "Accept this change", icon: "check", keys: "alt+a", ...decide("accepted") },
    { id: "changes.reject", title: "Reject this change", icon: "close", keys: "alt+r", ...decide("rejected") },
    { id: "changes.acceptLine", title: "Accept this line", icon: "check", keys: "alt+l", ...decideLine("accepted") },
    { id: "changes.rejectLine", title: "Reject this line", icon: "close", keys: "alt+shift+l", ...decideLine("rejected") },
    { id: "changes.acceptFile", title: "Accept all of this file", icon: "check-all", keys: "alt+shift+a", ...decideFile("accepted") },
    { id: "changes.rejectFile", title: "Reject all of this file", icon: "close-all", keys: "alt+shift+r", ...decideFile("rejected") },
    { id: "changes.acceptAll", title: "Accept everything", icon: "check-all", keys: "mod+alt+a", ...decideAll("accepted") },
    { id: "changes.rejectAll", title: "Reject everything", icon: "close-all", keys: "mod+alt+x", ...decideAll("rejected") },
    { id: "changes.clearAll", title: "Take all decisions back", icon: "circle-outline", keys: "mod+alt+u", ...decideAll("undecided") },
    { id: "changes.undoDecision", title: "Undo the last decision", category, icon: "discard", keys: "alt+u", enabled: decides, run: actions.undoDecision },
    { id: "changes.comment", title: line === null ? "Comment on this change" : "Comment on this line", category, icon: "comment", keys: "alt+c", enabled: hasLines, run: actions.comment },
    { id: "changes.edit", title: editing ? "Stop editing the proposal" : "Edit the proposal", category, icon: "edit", keys: "alt+e", enabled: open && file !== undefined && file.kind !== "delete", run: actions.toggleEdit },
    { id: "changes.layout", title: layout === "split" ? "Show changes inline" : "Show changes side by side", category, icon: "split-horizontal", keys: "alt+i", run: actions.toggleLayout },
    { id: "changes.validate", title: "Check what is accepted", category, icon: "verified", keys: "alt+v", enabled: open && change.state !== "validating", run: actions.validate },
    { id: "changes.apply", title: "Apply what is accepted", category, icon: "check", keys: "mod+enter", scope: "review", enabled: open && !waiting && mayApply && actions.canApply, run: actions.apply },
    { id: "changes.undo", title: "Undo the applied change", category, icon: "discard", keys: "mod+alt+z", enabled: change.state === "applied" && mayApply && !actions.pending, run: actions.undo },
    { id: "changes.discard", title: "Discard this change", category, icon: "trash", enabled: open, run: actions.discard },
  ]);
}
