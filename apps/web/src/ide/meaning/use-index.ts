"use client";

import type { Index } from "@coder/api/embeddings";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { useOwnJob, useOwnJobStates } from "#features/own-jobs/own-jobs-provider.tsx";
import { toast } from "#ui/toast.tsx";
import { useIde } from "../ide-context.ts";

const QUEUE = "embeddings.project.index";
/** Somebody else's run tells its progress with the index, asked for this often. */
const ASK_WHILE_RUNNING_MS = 2_000;
/** After a change of files a run begins by itself, some seconds later and for nobody in particular: so often, and so many times, it is asked how it stands. */
const ASK_AFTER_CHANGE_MS = 4_000;
const ASKS_AFTER_CHANGE = 10;

export function isRunning({ state }: Pick<Index, "state">): boolean {
  return state === "queued" || state === "running";
}

/** The project's index with the progress of its run, live, and what can be done with it. */
export function useIndex() {
  const { projectId } = useIde();
  const trpc = useTRPC();
  const invalidate = useInvalidate();
  const options = trpc.embeddings.getIndex.queryOptions({ projectId }, { refetchInterval: ({ state: { data } }) => (data && isRunning(data) ? ASK_WHILE_RUNNING_MS : false) });
  const query = useQuery(options);
  const { data: index } = query;
  const ref = index?.job ? { queue: index.job.name, id: index.job.id } : null;
  const job = useOwnJob(ref);
  // Each run that begins or ends is a reason to ask how the index stands.
  const runs = useOwnJobStates(QUEUE);
  useEffect(() => {
    if (runs !== "") invalidate();
  }, [invalidate, runs]);

  const settled = {
    onSettled: invalidate,
    onError: (error: unknown) => {
      const { message, remedy } = toProblem(error);
      toast({ kind: "error", title: message, detail: remedy });
    },
  };
  const start = useMutation(trpc.embeddings.startIndex.mutationOptions(settled));
  const remove = useMutation(trpc.embeddings.deleteIndex.mutationOptions(settled));
  const cancel = useMutation(trpc.dashboard.cancelOwnJob.mutationOptions(settled));
  return {
    query,
    index,
    progress: job?.progress ?? index?.progress ?? null,
    starting: start.isPending,
    start: (full: boolean) => start.mutate({ projectId, full }),
    remove: () => remove.mutate({ projectId }),
    /** Null where it is somebody else's run. */
    cancel: ref && job && index && isRunning(index) ? () => cancel.mutate(ref) : null,
  };
}

function useInvalidate(): () => void {
  const { projectId } = useIde();
  const trpc = useTRPC();
  const queries = useQueryClient();
  return useCallback(() => void queries.invalidateQueries({ queryKey: trpc.embeddings.getIndex.queryKey({ projectId }) }), [projectId, queries, trpc]);
}

/** Keeps what is known of an index up to date while files change, by whatever hand. Once per open project. */
export function useFollowChanges(indexed: boolean): void {
  const { feed } = useIde();
  const invalidate = useInvalidate();
  useEffect(() => {
    if (!indexed) return;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let left = 0;
    const ask = () => {
      invalidate();
      left -= 1;
      timer = left > 0 ? setTimeout(ask, ASK_AFTER_CHANGE_MS) : null;
    };
    const stop = feed.listen(({ kind }) => {
      if (kind !== "changed" && kind !== "rescan") return;
      left = ASKS_AFTER_CHANGE;
      timer ??= setTimeout(ask, ASK_AFTER_CHANGE_MS);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [feed, indexed, invalidate]);
}
