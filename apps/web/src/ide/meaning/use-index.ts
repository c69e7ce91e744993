"use client";

import type { Index } from "@coder/api/embeddings";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { useOwnJob } from "#features/own-jobs/own-jobs-provider.tsx";
import { toast } from "#ui/toast.tsx";
import { useIde } from "../ide-context.ts";

/** Somebody else's run tells its progress with the index, asked for this often. */
const ASK_WHILE_RUNNING_MS = 2_000;

export function isRunning({ state }: Pick<Index, "state">): boolean {
  return state === "queued" || state === "running";
}

/** The project's index with the progress of its run, live, and what can be done with it. */
export function useIndex() {
  const { projectId } = useIde();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const options = trpc.embeddings.getIndex.queryOptions({ projectId }, { refetchInterval: ({ state: { data } }) => (data && isRunning(data) ? ASK_WHILE_RUNNING_MS : false) });
  const query = useQuery(options);
  const { data: index } = query;
  const ref = index?.job ? { queue: index.job.name, id: index.job.id } : null;
  const job = useOwnJob(ref);
  const { queryKey } = options;
  const state = job?.state;
  useEffect(() => {
    if (state !== undefined) void queries.invalidateQueries({ queryKey });
  }, [queries, queryKey, state]);

  const settled = {
    onSettled: () => void queries.invalidateQueries({ queryKey }),
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
