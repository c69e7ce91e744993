"use client";

import type { ChangeFile, ChangeSetId, ChangeSetSummary, Decision, Hunk } from "@coder/api/execution";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { toProblem } from "#api/problem.ts";
import { useTRPC, useTRPCClient } from "#api/trpc.tsx";
import { toast } from "#ui/toast.tsx";
import { beginDeciding } from "./deciding.ts";
import { decided, type HunkPlace, requestsFor } from "./review-state.ts";
import { afterWrites, type DecisionTarget, whenWritten, writeDecision, writeEdit } from "./review-writes.ts";

interface Remembered {
  readonly fileId: string;
  readonly hunks: readonly Hunk[];
}

let takeAway = (): void => undefined;

/** The server's words are for whoever has to load it again; here that is done already. Said once, however many decisions were on their way. */
function tellMeanwhile(kind: "info" | "error"): void {
  takeAway();
  takeAway = toast({ kind, title: "This change was decided on elsewhere meanwhile.", detail: "It is shown now. Look at what is different, and try again." });
}

/** What can be done with a change set under review. Decisions show at once, go to the server one after the other, and can be undone. */
export function useReview(id: ChangeSetId) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const { queryKey } = trpc.execution.getChangeSet.queryOptions({ id });
  const undoable = useRef<(readonly Remembered[])[]>([]);

  const read = useCallback(() => queries.getQueryData(queryKey), [queries, queryKey]);
  const show = useCallback((change: (files: readonly ChangeFile[]) => readonly ChangeFile[]) => {
    queries.setQueryData(queryKey, (before) => before && { ...before, files: [...change(before.files)] });
  }, [queries, queryKey]);
  const settled = useCallback(() => void queries.invalidateQueries({ queryKey }), [queries, queryKey]);
  const onError = useCallback((error: unknown) => {
    const problem = toProblem(error);
    if (problem.code === "version_conflict") tellMeanwhile("error");
    else toast({ kind: "error", title: problem.message, detail: problem.remedy });
    settled();
  }, [settled]);

  const { mutateAsync: decideOnServer } = useMutation(trpc.execution.decideChanges.mutationOptions());
  const { mutateAsync: editOnServer } = useMutation(trpc.execution.editProposal.mutationOptions());
  const port = useMemo(
    () => ({ id, read, show, decide: decideOnServer, edit: editOnServer, get: () => client.execution.getChangeSet.query({ id }) }),
    [id, read, show, decideOnServer, editOnServer, client],
  );
  const send = useCallback((decision: Decision, targets: readonly DecisionTarget[]) => {
    // What was on its way would show again what was before.
    void queries.cancelQueries({ queryKey });
    const written = beginDeciding(id);
    void writeDecision(port, decision, targets)
      .catch(onError)
      .finally(() => {
        if (written()) settled();
      });
  }, [id, queries, queryKey, port, onError, settled]);

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
  const comment = useMutation(trpc.execution.addComment.mutationOptions(options));
  const uncomment = useMutation(trpc.execution.deleteComment.mutationOptions(options));
  const { mutateAsync: apply } = useMutation(trpc.execution.applyChangeSet.mutationOptions());
  const { mutateAsync: undo } = useMutation(trpc.execution.undoChangeSet.mutationOptions());
  const validate = useMutation(trpc.execution.validateChangeSet.mutationOptions(options));
  const discard = useMutation(trpc.execution.discardChangeSet.mutationOptions(options));
  const cancel = useMutation(trpc.dashboard.cancelOwnJob.mutationOptions(options));

  /** From the press of the button to what the server says: a second press is of no use. */
  const [asking, setAsking] = useState(false);
  const ask = async (use: (version: string) => Promise<Pick<ChangeSetSummary, "state" | "job" | "problem" | "updatedAt">>) => {
    setAsking(true);
    const unseen = (now: NonNullable<ReturnType<typeof read>>) => {
      queries.setQueryData(queryKey, now);
      tellMeanwhile("info");
    };
    try {
      const answer = await whenWritten(port, use, unseen);
      if (!answer) return;
      const { state, job, problem, updatedAt } = answer;
      queries.setQueryData(queryKey, (before) => before && { ...before, state, job, problem, updatedAt });
    } catch (error) {
      onError(error);
    } finally {
      setAsking(false);
      settled();
    }
  };
  return {
    decide,
    undoDecision,
    edit: (file: ChangeFile, content: string) =>
      writeEdit(port, file, content).then(settled, (error: unknown) => {
        onError(error);
        throw error;
      }),
    comment: (fileId: string, side: "original" | "proposal", line: number, text: string) => comment.mutateAsync({ id, fileId, side, line, text }),
    uncomment: (commentId: string) => uncomment.mutate({ id, commentId }),
    apply: (stale: "refuse" | "merge", validation: "require" | "skip") => void ask((version) => apply({ id, version, stale, validation })),
    undo: (stale: "refuse" | "merge") => void ask((version) => undo({ id, version, stale })),
    validate: () => void afterWrites(id).then(() => validate.mutate({ id })),
    discard: () => discard.mutate({ id }),
    cancel: (job: { readonly name: string; readonly id: string }) => cancel.mutate({ queue: job.name, id: job.id }),
    pending: asking,
  };
}
export type ReviewControl = ReturnType<typeof useReview>;
