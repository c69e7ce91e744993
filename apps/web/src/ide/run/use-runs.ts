"use client";

import type { CheckpointId, Run, RunId, RunTarget } from "@coder/api/execution";
import type { ProjectId } from "@coder/api/workspace";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { useOwnJob } from "#features/own-jobs/own-jobs-provider.tsx";
import { useSession } from "#features/session/session.tsx";
import { Store, useStore } from "#lib/store.ts";
import { toast } from "#ui/toast.tsx";
import { useIde } from "../ide-context.ts";
import { isUnderWay } from "./run-words.ts";

const LISTED = 30;
/** Runs under way are asked for this often; their output comes by itself. */
const ASK_MS = 1_000;
const REST_MS = 20_000;

let takeOfferAway = (): void => undefined;

function offerToInstall(install: () => void): void {
  takeOfferAway();
  takeOfferAway = toast({ kind: "info", title: "The dependencies are not installed", detail: "Install them first, then run this again.", action: { label: "Install", run: install } });
}

/** The run whose output was asked for, in the project that it belongs to. */
const shown = new Store<{ readonly projectId: ProjectId; readonly id: RunId } | null>(null);

/** The run whose output is shown; null: the newest. And the way to show another's. */
export function useShownRun(): { readonly shownId: RunId | null; readonly showRun: (id: RunId) => void } {
  const { projectId, show } = useIde();
  const asked = useStore(shown);
  return {
    shownId: asked?.projectId === projectId ? asked.id : null,
    showRun: (id) => {
      shown.set({ projectId, id });
      show("output");
    },
  };
}

export function useRuns() {
  const { projectId } = useIde();
  const { may } = useSession();
  const trpc = useTRPC();
  return useQuery(
    trpc.execution.listRuns.queryOptions(
      { projectId, limit: LISTED },
      // One that was cancelled is told what it changed a moment later.
      { enabled: may("execution.run.read"), refetchInterval: ({ state: { data } }) => (data?.items.some((run) => isUnderWay(run) || (run.changes === null && run.checkpointId !== null && Date.now() - Date.parse(run.endedAt ?? "") < REST_MS)) ? ASK_MS : REST_MS) },
    ),
  );
}

export function useScripts() {
  const { projectId } = useIde();
  const trpc = useTRPC();
  return useQuery(trpc.execution.listScripts.queryOptions({ projectId }, { refetchInterval: REST_MS }));
}

export function useCheckpoints() {
  const { projectId } = useIde();
  const trpc = useTRPC();
  return useQuery(trpc.execution.listCheckpoints.queryOptions({ projectId, limit: LISTED }));
}

/** The newest run that is under way, with the progress of its job. */
export function useRunUnderWay(): { readonly run: Run; readonly progress: { readonly done: number; readonly total: number } | null } | null {
  const run = useRuns().data?.items.find(isUnderWay) ?? null;
  const job = useOwnJob(run?.job ? { queue: run.job.name, id: run.job.id } : null);
  return run && { run, progress: job?.progress ?? null };
}

/** What can be done with runs and checkpoints; failures are told, and lists asked for anew. */
export function useRunActions() {
  const { projectId } = useIde();
  const { showRun } = useShownRun();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const renew = () => {
    for (const queryKey of [trpc.execution.listRuns.queryKey(), trpc.execution.listScripts.queryKey(), trpc.execution.listCheckpoints.queryKey()]) void queries.invalidateQueries({ queryKey });
  };
  const tell = (error: unknown) => {
    const { message, remedy } = toProblem(error);
    toast({ kind: "error", title: message, detail: remedy });
  };
  // With the mutations and not with their calls: what a toast starts ends after its view is gone.
  const settled = { onSettled: renew, onError: tell };
  const start = useMutation(
    trpc.execution.startRun.mutationOptions({
      onSettled: renew,
      onSuccess: ({ id, target }) => {
        if (target.kind === "install") takeOfferAway();
        showRun(id);
      },
      onError: (error, { target }) => {
        if (toProblem(error).code !== "dependencies_missing" || target.kind !== "script") return tell(error);
        offerToInstall(() => run({ kind: "install", folder: target.folder }));
      },
    }),
  );
  const cancel = useMutation(trpc.execution.cancelRun.mutationOptions(settled));
  const keep = useMutation(trpc.execution.createCheckpoint.mutationOptions({ ...settled, onSuccess: () => toast({ kind: "success", title: "The state of the files is kept" }) }));
  const undo = useMutation(
    trpc.execution.undoRestore.mutationOptions({ ...settled, onSuccess: ({ restored }) => toast({ kind: "success", title: restored === 0 ? "Nothing was to be undone" : "The restore is undone" }) }),
  );
  const run = (target: RunTarget, withoutDependencies = false) => start.mutate({ projectId, target, withoutDependencies });
  return {
    renew,
    starting: start.isPending,
    run,
    cancel: (id: RunId) => cancel.mutate({ id }),
    keep: () => keep.mutate({ projectId, reason: "Kept by hand" }),
    keeping: keep.isPending,
    undo: (id: CheckpointId) => undo.mutate({ id }),
    undoing: undo.isPending,
  };
}
