"use client";

import type { ChangeFile, ChangeSet } from "@coder/api/execution";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { z } from "zod";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { Button } from "#ui/button.tsx";
import { StateView } from "#ui/states.tsx";
import type { EditorInput } from "../editors/editor-input.ts";
import type { EditorPaneProps } from "../editors/editor-kinds.ts";
import { useIde } from "../ide-context.ts";
import { useKept } from "../use-kept.ts";
import styles from "./changes.module.css";
import { HunkList } from "./hunk-list.tsx";
import { ReviewDiff } from "./review-diff.tsx";
import { ReviewFiles } from "./review-files.tsx";
import { ReviewHeader } from "./review-header.tsx";
import { hunkFrom, type HunkPlace, isOpen } from "./review-state.ts";
import { useChangeSet, useFollowChanges } from "./use-changes.ts";
import { type ReviewControl, useReview } from "./use-review.ts";

type ReviewInput = Extract<EditorInput, { readonly kind: "change-set" }>;
const NONE: readonly string[] = [];
const LayoutSchema = z.enum(["split", "inline"]);

/** A proposed change, file by file and hunk by hunk. */
export function ReviewPane({ input }: EditorPaneProps<ReviewInput>) {
  useFollowChanges();
  const query = useChangeSet(input.id);
  return (
    <Loaded query={query} what="the change" skeleton={null}>
      {(change) => <Review key={change.id} change={change} />}
    </Loaded>
  );
}

function Review({ change }: { readonly change: ChangeSet }) {
  const control = useReview(change.id);
  const { may } = useSession();
  const [chosen, setChosen] = useState<HunkPlace | null>(null);
  const [editing, setEditing] = useState(false);
  const [layout, setLayout] = useKept("changes", LayoutSchema, "split");
  const open = isOpen(change) && may("execution.changeSet.review");
  const file = change.files.find(({ id }) => id === chosen?.fileId) ?? change.files[0];
  const hunk = file?.hunks.find(({ id }) => id === chosen?.hunkId) ?? file?.hunks[0];
  const bases = useBases(change);
  const place: HunkPlace | null = file && hunk ? { fileId: file.id, hunkId: hunk.id } : null;
  const step = (by: number) => {
    const next = hunkFrom(change.files, place, by);
    if (next && next.fileId !== file?.id) setEditing(false);
    setChosen(next);
  };
  const decide = (decision: "accepted" | "rejected" | "undecided") => {
    if (!place) return;
    control.decide(decision, [place]);
    if (decision !== "undecided") step(1);
  };
  const undoDecision = () => {
    const back = control.undoDecision();
    if (back) setChosen(back);
  };
  const all = (decision: "accepted" | "rejected" | "undecided") => control.decide(decision, change.files.map(({ id }) => ({ fileId: id })));
  const canDecide = open && !editing;
  useCommands([
    { id: "changes.nextHunk", title: "Next change", category: "Review", icon: "arrow-down", keys: "f7", enabled: place !== null, run: () => step(1) },
    { id: "changes.previousHunk", title: "Previous change", category: "Review", icon: "arrow-up", keys: "shift+f7", enabled: place !== null, run: () => step(-1) },
    { id: "changes.accept", title: "Accept this change", category: "Review", icon: "check", keys: "alt+a", enabled: canDecide, run: () => decide("accepted") },
    { id: "changes.reject", title: "Reject this change", category: "Review", icon: "close", keys: "alt+r", enabled: canDecide, run: () => decide("rejected") },
    { id: "changes.undoDecision", title: "Undo the last decision", category: "Review", icon: "discard", keys: "alt+u", enabled: canDecide, run: undoDecision },
    { id: "changes.acceptFile", title: "Accept all of this file", category: "Review", icon: "check-all", keys: "alt+shift+a", enabled: canDecide && file !== undefined, run: () => file && control.decide("accepted", [{ fileId: file.id }]) },
    { id: "changes.rejectFile", title: "Reject all of this file", category: "Review", keys: "alt+shift+r", enabled: canDecide && file !== undefined, run: () => file && control.decide("rejected", [{ fileId: file.id }]) },
    { id: "changes.acceptAll", title: "Accept everything", category: "Review", icon: "check-all", enabled: canDecide, run: () => all("accepted") },
    { id: "changes.rejectAll", title: "Reject everything", category: "Review", icon: "close-all", enabled: canDecide, run: () => all("rejected") },
    { id: "changes.clearAll", title: "Take all decisions back", category: "Review", icon: "circle-outline", enabled: canDecide, run: () => all("undecided") },
    { id: "changes.edit", title: editing ? "Stop editing the proposal" : "Edit the proposal", category: "Review", icon: "edit", enabled: open && file !== undefined && file.kind !== "delete", run: () => setEditing(!editing) },
    { id: "changes.layout", title: layout === "split" ? "Show changes inline" : "Show changes side by side", category: "Review", icon: "split-horizontal", run: () => setLayout(layout === "split" ? "inline" : "split") },
    { id: "changes.validate", title: "Check what is accepted", category: "Review", icon: "verified", enabled: open && change.state !== "validating", run: control.validate },
    { id: "changes.discard", title: "Discard this change", category: "Review", icon: "trash", enabled: open, run: control.discard },
  ]);
  return (
    <div className={styles.review} data-scope="review">
      <ReviewHeader change={change} control={control} bases={bases} open={open} />
      <div className={styles.body}>
        <ReviewFiles change={change} selected={file?.id ?? null} bases={bases} onSelect={(id) => {
          setEditing(false);
          setChosen({ fileId: id, hunkId: change.files.find((each) => each.id === id)?.hunks[0]?.id ?? "" });
        }} />
        {file ? <FileReview change={change} file={file} hunkId={hunk?.id ?? null} control={control} conflicts={bases.get(file.id)?.hunkIds ?? NONE} layout={layout} editing={editing && open} open={open} onChoose={(hunkId) => setChosen({ fileId: file.id, hunkId })} onEdited={() => setEditing(false)} /> : null}
      </div>
    </div>
  );
}

interface FileReviewProps {
  readonly change: ChangeSet;
  readonly file: ChangeFile;
  readonly hunkId: string | null;
  readonly control: ReviewControl;
  readonly conflicts: readonly string[];
  readonly layout: "split" | "inline";
  readonly editing: boolean;
  readonly open: boolean;
  readonly onChoose: (hunkId: string) => void;
  readonly onEdited: () => void;
}

function FileReview({ change, file, hunkId, control, conflicts, layout, editing, open, onChoose, onEdited }: FileReviewProps) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  // Texts are named by their hashes: decisions change neither.
  const query = useQuery({
    queryKey: [...trpc.execution.getChangeFile.queryKey({ id: change.id, fileId: file.id }), file.baseHash, file.proposalHash],
    queryFn: () => client.execution.getChangeFile.query({ id: change.id, fileId: file.id }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [draft, setDraft] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  // What was typed is good for this edit of this file alone.
  useEffect(() => setDraft(null), [editing, file.id]);
  const messages = useMemo(() => change.validation.stages.flatMap((stage) => stage.messages.filter(({ fileId }) => fileId === file.id).map((message) => ({ ...message, stage: stage.name }))), [change.validation, file.id]);
  const save = async () => {
    if (draft === null) return onEdited();
    setSaving(true);
    try {
      await control.edit(file, draft);
      setDraft(null);
      onEdited();
    } finally {
      setSaving(false);
    }
  };
  return (
    <Loaded query={query} what="both texts" skeleton={null}>
      {({ original, proposal }) => (
        <>
          <section className={styles.diff} aria-label={`Change of ${file.path}`}>
            {editing ? (
              <div className={styles.editBar}>
                <span>Edit the right side. Decisions on lines that stay are kept.</span>
                <Button variant="primary" icon="save" pending={saving} onClick={() => void save()}>
                  Keep the edit
                </Button>
                <Button onClick={() => { setDraft(null); onEdited(); }}>Cancel</Button>
              </div>
            ) : null}
            {original === "" && proposal === "" ? (
              <StateView icon="file" title="This file is empty" />
            ) : (
              <ReviewDiff file={file} original={original ?? ""} proposal={proposal ?? ""} selected={hunkId} layout={layout} editing={editing} messages={messages} onEdit={setDraft} onChoose={onChoose} />
            )}
          </section>
          <HunkList file={file} original={original ?? ""} proposal={proposal ?? ""} selected={hunkId} open={open && !editing} control={control} messages={messages} conflicts={conflicts} comments={change.comments.filter(({ fileId }) => fileId === file.id)} onChoose={onChoose} />
        </>
      )}
    </Loaded>
  );
}

/** How the originals compare with the files as they are now; asked again when one of them changes. */
function useBases(change: ChangeSet) {
  const { feed } = useIde();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const options = trpc.execution.checkBases.queryOptions({ id: change.id }, { enabled: isOpen(change) });
  const { data } = useQuery(options);
  const { queryKey } = options;
  const paths = useMemo(() => new Set(change.files.map(({ path }) => path)), [change.files]);
  useEffect(
    () =>
      feed.listen((event) => {
        if (event.kind === "rescan" || (event.kind === "changed" && event.changes.some(({ path }) => paths.has(path)))) void queries.invalidateQueries({ queryKey });
      }),
    [feed, queries, queryKey, paths],
  );
  return useMemo(() => new Map(isOpen(change) ? data?.items.map((item) => [item.fileId, item]) : []), [data, change]);
}
