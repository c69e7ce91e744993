"use client";

import type { BaseState, ChangeSet, Decision } from "@coder/api/execution";
import { useEffect, useState } from "react";
import { z } from "zod";
import { useStore } from "#lib/store.ts";
import { useKept } from "../use-kept.ts";
import { editsOf } from "./ReviewEdits.ts";
import { fileFrom, hunkFrom, lineFrom, type ReviewPlace, tally } from "./review-state.ts";
import type { ReviewControl } from "./use-review.ts";

/** Where each review was left: another tab takes its place in the editor meanwhile. */
const places = new Map<ChangeSet["id"], ReviewPlace | null>();
const LayoutSchema = z.enum(["split", "inline"]);

/** What is looked at in a review, and what is done with it: each decision goes on to what is next. */
export function useReviewActions(change: ChangeSet, control: ReviewControl, bases: ReadonlyMap<string, BaseState>) {
  const { files } = change;
  const [chosen, setChosen] = useState<ReviewPlace | null>(() => places.get(change.id) ?? null);
  const [commenting, setCommenting] = useState(false);
  const edits = editsOf(change.id);
  const edited = useStore(edits);
  const [layout, setLayout] = useKept("changes", LayoutSchema, "split");
  const file = files.find(({ id }) => id === chosen?.fileId) ?? files[0];
  const hunk = file?.hunks.find(({ id }) => id === chosen?.hunkId) ?? file?.hunks[0];
  const line = hunk !== undefined && hunk.id === chosen?.hunkId ? chosen.line : null;
  const place = file && hunk ? { fileId: file.id, hunkId: hunk.id } : null;

  const editing = file !== undefined && edits.has(file);
  useEffect(() => {
    window.addEventListener("pagehide", edits.keep);
    return () => window.removeEventListener("pagehide", edits.keep);
  }, [edits]);

  const goTo = (next: ReviewPlace | null) => {
    setCommenting(false);
    places.set(change.id, next);
    setChosen(next);
  };
  const goToHunk = (next: Omit<ReviewPlace, "line"> | null) => goTo(next && { ...next, line: null });
  const stepHunk = (by: number) => goToHunk(hunkFrom(files, place, by));
  const goToLine = (next: number | null) => place && goTo({ ...place, line: next });
  const stepLine = (by: number) => hunk && goToLine(lineFrom(hunk, line, by));
  const { accepted } = tally(files);
  const stale = [...bases.values()].filter(({ state }) => state !== "current");
  const merges = stale.length > 0 && stale.every(({ state }) => state === "merges");
  const actions = {
    goTo, goToHunk, goToLine, stepHunk, stepLine,
    stepFile: (by: number) => goToHunk(fileFrom(files, file?.id ?? null, by)),
    decideHunk: (decision: Decision) => {
      if (!place) return;
      control.decide(decision, [place]);
      stepHunk(1);
    },
    decideLine: (decision: Decision) => {
      const at = hunk ? (line ?? lineFrom(hunk, null, 1)) : null;
      if (!place || !hunk || at === null) return;
      control.decide(decision, [{ ...place, lines: [at] }]);
      goToLine(lineFrom(hunk, at, 1));
    },
    decideFile: (decision: Decision) => file && control.decide(decision, [{ fileId: file.id }]),
    decideAll: (decision: Decision) => control.decide(decision, files.map(({ id }) => ({ fileId: id }))),
    undoDecision: () => {
      const back = control.undoDecision();
      if (back) goToHunk(back);
    },
    comment: () => {
      if (line === null) stepLine(1);
      setCommenting(true);
    },
    commentOn: (at: number) => {
      goToLine(at);
      setCommenting(!(commenting && at === line));
    },
    endComment: () => setCommenting(false),
    toggleEdit: () => file && (editing ? edits.end(file) : edits.begin(file)),
    toggleLayout: () => setLayout(layout === "split" ? "inline" : "split"),
    validate: control.validate,
    discard: control.discard,
    pending: control.pending,
    canApply: accepted > 0 && !control.pending,
    apply: () => control.apply(merges ? "merge" : "refuse", "require"),
    undo: () => control.undo("refuse"),
  };
  const waiting = files.find((each) => edited.has(each.id) && edits.has(each));
  return { file, hunk, line, commenting, editing, waiting, edits, layout, stale, merges, actions };
}
export type ReviewActions = ReturnType<typeof useReviewActions>["actions"];
