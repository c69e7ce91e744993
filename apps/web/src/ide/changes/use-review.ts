"use client";

import type { ChangeFile, ChangeFiles, ChangeSetId, ChangeSetSummary, Decision, Hunk } from "@coder/api/execution";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { toProblem } from "#api/problem.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { inTurn } from "#lib/in-turn.ts";
import { toast } from "#ui/toast.tsx";
import { beginDeciding } from "./deciding.ts";
import { decided, type HunkPlace, requestsFor, showsAll } from "./review-state.ts";

interface Remembered {
  readonly fileId: string;
  readonly hunks: readonly Hunk[];
}

/** What can be done with a change set under review. Decisions show at once, go to the server one after the other, and can be undone. */
export function useReview(id: ChangeSetId) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const { queryKey } = trpc.execution.getChangeSet.queryOptions({ id });
  const undoable = useRef<(readonly Remembered[])[]>([]);
  /** Each decision is good for the version that the one before made. */
  const [next] = useState(inTurn);

  const read = useCallback(() => queries.getQueryData(queryKey), [queries, queryKey]);
  const show = useCallback((change: (files: readonly ChangeFile[]) => readonly ChangeFile[]) => {
    queries.setQueryData(queryKey, (before) => before && { ...before, files: [...change(before.files)] });
  }, [queries, queryKey]);
  const settled = useCallback(() => void queries.invalidateQueries({ queryKey }), [queries, queryKey]);
  const onError = useCallback((error: unknown) => {
    const { message, remedy } = toProblem(error);
    toast({ kind: "error", title: message, detail: remedy });
    settled();
  }, [settled]);

  const decideMutation = useMutation(trpc.execution.decideChanges.mutationOptions());
  const { mutateAsync: decideOnServer } = decideMutation;
  const send = useCallback((decision: Decision, targets: readonly { readonly fileId: string; readonly hunks?: { id: string; lines?: number[] }[] }[]) => {
    // What was on its way would show again what was before.
    void queries.cancelQueries({ queryKey });
    const written = beginDeciding(id);
    void next(async () => {
      const files = new Map(read()?.files.map((file) => [file.id, file]));
      const known = targets.flatMap(({ fileId, hunks }) => {
        const file = files.get(fileId);
        return file ? [{ fileId, version: file.version, ...(hunks ? { hunks } : {}) }] : [];
      });
      if (known.length === 0) return;
      const answer: ChangeFiles = await decideOnServer({ id, decision, targets: known });
      // Later decisions are shown already: only the version is news.
      const versions = new Map(answer.files.map((file) => [file.id, file.version]));
      show((now) => now.map((file) => ({ ...file, version: versions.get(file.id) ?? file.version })));
    })
      .catch(onError)
      .finally(() => {
        if (written()) settled();
      });
  }, [id, queries, queryKey, next, decideOnServer, read, show, onError, settled]);

  const decide = useCallback((decision: Decision, places: readonly { readonly fileId: string; readonly hunkId?: string; readonly lines?: readonly number[] }[]) => {
    const files = read()?.files ?? [];
    const byFile = new Map(places.map((place) => [place.fileId, place]));
    undoable.current.push(files.filter((file) => byFile.has(file.id)).map((file) => ({ fileId: file.id, hunks: file.hunks })));
    show((now) => now.map((file) => {
      const place = byFile.get(file.id);
      if (!place) return file;
      return { ...file, hunks: file.hunks.map((hunk) => (place.hunkId === undefined || place.hunkId === hunk.id ? decided(hunk, decision, place.lines) : hunk)) };
    }));
    send(decision, places.map(({ fileId, hunkId, lines }) => ({ fileId, ...(hunkId === undefined ? {} : { hunks: [{ id: hunkId, ...(lines ? { lines: [...lines] } : {}) }] }) })));
  }, [read, show, send]);

  /** Returns where something is as it was before. */
  const undoDecision = useCallback((): HunkPlace | null => {
    const now = new Map((read()?.files ?? []).flatMap(({ hunks }) => hunks.map((hunk) => [hunk.id, hunk])));
    const changed = (undoable.current.pop() ?? []).flatMap(({ fileId, hunks }) => {
      const other = hunks.filter((before) => {
        const hunk = now.get(before.id);
        return hunk && (hunk.decision !== before.decision || hunk.lines !== before.lines);
      });
      return other.length === 0 ? [] : [{ fileId, hunks: other }];
    });
    const before = new Map(changed.flatMap(({ hunks }) => hunks.map((hunk) => [hunk.id, hunk])));
    show((files) => files.map((file) => ({ ...file, hunks: file.hunks.map((hunk) => before.get(hunk.id) ?? hunk) })));
    for (const { decision, targets } of requestsFor(changed)) send(decision, targets);
    const [first] = changed;
    return first ? { fileId: first.fileId, hunkId: first.hunks[0]?.id ?? "" } : null;
  }, [read, show, send]);

  const options = { onSettled: settled, onError };
  const edit = useMutation(trpc.execution.editProposal.mutationOptions({ ...options, onSuccess: (edited) => show((now) => now.map((file) => (file.id === edited.id ? edited : file))) }));
  const comment = useMutation(trpc.execution.addComment.mutationOptions(options));
  const uncomment = useMutation(trpc.execution.deleteComment.mutationOptions(options));
  /** Shown at once as under way: nobody asks for it again. */
  const onSuccess = ({ state, job, problem, updatedAt }: ChangeSetSummary) => queries.setQueryData(queryKey, (before) => before && { ...before, state, job, problem, updatedAt });
  const apply = useMutation(trpc.execution.applyChangeSet.mutationOptions({ ...options, onSuccess }));
  const undo = useMutation(trpc.execution.undoChangeSet.mutationOptions({ ...options, onSuccess }));
  const validate = useMutation(trpc.execution.validateChangeSet.mutationOptions(options));
  const discard = useMutation(trpc.execution.discardChangeSet.mutationOptions(options));
  const cancel = useMutation(trpc.dashboard.cancelOwnJob.mutationOptions(options));

  /**
   * What was decided a moment ago is part of it: the version is asked for when all of that is written, and what is decided after it comes after it.
   * It is for what was shown when it was asked for: what others decided and nobody had seen here is shown first.
   */
  const whenDecided = (use: (version: string) => Promise<unknown>) => {
    const shown = read();
    return next(async () => {
      const now = await client.execution.getChangeSet.query({ id });
      // A refusal is told by whatever is asked for.
      if (shown && showsAll(shown, now)) return void (await use(now.version).catch(() => undefined));
      queries.setQueryData(queryKey, now);
      toast({ kind: "info", title: "Somebody else decided on this change meanwhile.", detail: "It is shown now. Look at what is different, and try again." });
    }).catch(onError);
  };
  const [asked, setAsked] = useState(false);
  /** Once, also when it is asked for again before it begins. */
  const once = (use: (version: string) => Promise<unknown>) => {
    setAsked(true);
    void whenDecided(use).finally(() => setAsked(false));
  };
  return {
    decide,
    undoDecision,
    /** Decisions on the file that are not written yet come first. Another proposal than the one that was edited is not written over. */
    edit: (file: ChangeFile, content: string) => next(() => {
      const now = read()?.files.find(({ id: fileId }) => fileId === file.id);
      const { version } = now?.proposalHash === file.proposalHash ? now : file;
      return edit.mutateAsync({ id, fileId: file.id, version, content });
    }),
    comment: (fileId: string, side: "original" | "proposal", line: number, text: string) => comment.mutateAsync({ id, fileId, side, line, text }),
    uncomment: (commentId: string) => uncomment.mutate({ id, commentId }),
    apply: (stale: "refuse" | "merge", validation: "require" | "skip") => once((version) => apply.mutateAsync({ id, version, stale, validation })),
    undo: (stale: "refuse" | "merge") => once((version) => undo.mutateAsync({ id, version, stale })),
    validate: () => void whenDecided(() => validate.mutateAsync({ id })),
    discard: () => discard.mutate({ id }),
    cancel: (job: { readonly name: string; readonly id: string }) => cancel.mutate({ queue: job.name, id: job.id }),
    pending: asked,
  };
}
export type ReviewControl = ReturnType<typeof useReview>;
