"use client";

import type { ChangeFile, ChangeSet, Hunk } from "@coder/api/execution";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Loaded } from "#api/loaded.tsx";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { useCommands } from "#commands/registry.tsx";
import { useSession } from "#features/session/session.tsx";
import { useStore } from "#lib/store.ts";
import { Button } from "#ui/button.tsx";
import { StateView } from "#ui/states.tsx";
import { Tooltip } from "#ui/tooltip.tsx";
import { useHeldFocus } from "#ui/use-held-focus.ts";
import type { EditorInput } from "../editors/editor-input.ts";
import type { EditorPaneProps } from "../editors/editor-kinds.ts";
import { mayTakeFocus } from "../editors/editors.ts";
import { ViewBoundary } from "../frame/view-boundary.tsx";
import { useIde } from "../ide-context.ts";
import styles from "./changes.module.css";
import { commentDraftsOf } from "./CommentDrafts.ts";
import { HunkList } from "./hunk-list.tsx";
import type { ReviewEdits } from "./ReviewEdits.ts";
import { ReviewDiff } from "./review-diff.tsx";
import { ReviewFiles } from "./review-files.tsx";
import { ReviewHeader } from "./review-header.tsx";
import { useReviewCommands } from "./review-commands.ts";
import { baseAsDecided, isOpen } from "./review-state.ts";
import { useChangeSet } from "./use-changes.ts";
import { type ReviewControl, useReview } from "./use-review.ts";
import { type ReviewActions, useReviewActions } from "./use-review-actions.ts";

type ReviewInput = Extract<EditorInput, { readonly kind: "change-set" }>;
const NONE: readonly string[] = [];

/** A proposed change, file by file and hunk by hunk. */
export function ReviewPane({ input, group, tab }: EditorPaneProps<ReviewInput>) {
  const query = useChangeSet(input.id);
  return (
    <Loaded query={query} what="the change" skeleton={null}>
      {(change) => <Review key={change.id} change={change} group={group} tab={tab} />}
    </Loaded>
  );
}

function Review({ change, group, tab }: { readonly change: ChangeSet } & Pick<EditorPaneProps<ReviewInput>, "group" | "tab">) {
  const element = useRef<HTMLDivElement>(null);
  useAskedFocus(element, group, tab);
  // A button that has done its work goes, and so does the field of a comment: the next key is meant for the line that was commented, or for the review.
  useHeldFocus(element, () => element.current?.querySelector<HTMLElement>('li[aria-current="true"]') ?? element.current);
  const control = useReview(change.id);
  const { may } = useSession();
  const bases = useBases(change);
  const { file, hunk, line, commenting, editing, waiting, edits, layout, stale, merges, actions } = useReviewActions(change, control, bases);
  const open = isOpen(change) && may("execution.changeSet.review");
  const mayApply = may("execution.changeSet.apply");
  useReviewCommands({ change, file, hunk, line, open, mayApply, editing, waiting: waiting !== undefined, layout, actions });
  return (
    <div ref={element} className={styles.review} data-scope="review" tabIndex={-1}>
      <div className={styles.whole}>
        <ReviewHeader change={change} control={control} stale={stale.length} merges={merges} open={open} waiting={open ? waiting : undefined} mayApply={mayApply} onGoTo={actions.goToHunk} />
        <div className={styles.body}>
          <ReviewFiles change={change} selected={file?.id ?? null} bases={bases} onSelect={(id) => actions.goToHunk({ fileId: id, hunkId: "" })} />
          {file ? <FileReview change={change} file={file} hunk={hunk} line={line} commenting={commenting} control={control} conflicts={bases.get(file.id)?.hunkIds ?? NONE} layout={layout} editing={editing && open} edits={edits} open={open} actions={actions} /> : null}
        </div>
      </div>
    </div>
  );
}

/** Takes the focus where it was opened to be worked in. */
function useAskedFocus(element: RefObject<HTMLElement | null>, group: number, tab: string): void {
  const { editors } = useIde();
  const request = useStore(editors.request);
  useEffect(() => {
    if (request?.group !== group || request.tab !== tab) return;
    if (request.focus && mayTakeFocus(editors.originOf(request))) element.current?.focus({ preventScroll: true });
    editors.request.set(null);
  }, [element, request, group, tab, editors]);
}

interface FileReviewProps {
  readonly change: ChangeSet;
  readonly file: ChangeFile;
  readonly hunk: Hunk | undefined;
  readonly line: number | null;
  readonly commenting: boolean;
  readonly control: ReviewControl;
  readonly conflicts: readonly string[];
  readonly layout: "split" | "inline";
  readonly editing: boolean;
  readonly edits: ReviewEdits;
  readonly open: boolean;
  readonly actions: ReviewActions;
}

function FileReview({ change, file, hunk, line, commenting, control, conflicts, layout, editing, edits, open, actions }: FileReviewProps) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  // Texts are named by their hashes: decisions change neither.
  const query = useQuery({
    queryKey: [...trpc.execution.getChangeFile.queryKey({ id: change.id, fileId: file.id }), file.baseHash, file.proposalHash],
    queryFn: () => client.execution.getChangeFile.query({ id: change.id, fileId: file.id }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [saving, setSaving] = useState(false);
  const messages = useMemo(() => change.validation.stages.flatMap((stage) => stage.messages.filter(({ fileId }) => fileId === file.id).map((message) => ({ ...message, stage: stage.name }))), [change.validation, file.id]);
  const stop = () => edits.end(file);
  const save = async () => {
    const draft = edits.textOf(file);
    if (draft === null) return stop();
    setSaving(true);
    // A refusal is told, and what was typed stays.
    await control.edit(file, draft).then(stop, () => undefined);
    setSaving(false);
  };
  useCommands([
    { id: "changes.keepEdit", title: "Keep the edit", category: "Review", icon: "save", keys: "mod+s", scope: "review", enabled: editing && !saving, run: () => void save() },
    { id: "changes.cancelEdit", title: "Leave the edit without keeping it", category: "Review", icon: "close", keys: "alt+escape", scope: "review", enabled: editing && !saving, run: stop },
  ]);
  return (
    <Loaded query={query} what="both texts" skeleton={null}>
      {({ original, proposal }) => (
        <>
          <section className={styles.diff} aria-label={`Change of ${file.path}`}>
            {editing ? (
              <div className={styles.editBar}>
                <span>Edit the proposed text. Decisions on lines that stay are kept.</span>
                <Tooltip text="Keep the edit" keys="mod+s">
                  <Button variant="primary" icon="save" pending={saving} onClick={() => void save()}>
                    Keep the edit
                  </Button>
                </Tooltip>
                <Tooltip text="Leave the edit without keeping it" keys="alt+escape">
                  <Button onClick={stop}>Cancel</Button>
                </Tooltip>
              </div>
            ) : null}
            {original === "" && proposal === "" ? (
              <StateView icon="file" title="This file is empty" />
            ) : (
              // Without the editor it can still be decided.
              <ViewBoundary>
                <ReviewDiff file={file} original={original ?? ""} proposal={proposal ?? ""} selected={hunk?.id ?? null} layout={layout} draft={editing ? (edits.textOf(file) ?? null) : null} editing={editing} messages={messages} onEdit={(typed) => edits.type(file, typed)} onChoose={(hunkId) => actions.goToHunk({ fileId: file.id, hunkId })} />
              </ViewBoundary>
            )}
          </section>
          <HunkList file={file} original={original ?? ""} proposal={proposal ?? ""} selected={hunk?.id ?? null} line={line} commenting={commenting} open={open && !editing} control={control} actions={actions} drafts={commentDraftsOf(change.id)} messages={messages} conflicts={conflicts} comments={change.comments.filter(({ fileId }) => fileId === file.id)} />
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
  return useMemo(() => {
    const hunks = new Map(change.files.map((file) => [file.id, file.hunks]));
    return new Map(isOpen(change) ? data?.items.map((item) => [item.fileId, baseAsDecided(item, hunks.get(item.fileId) ?? [])]) : []);
  }, [data, change]);
}
