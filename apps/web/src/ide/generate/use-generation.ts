"use client";

import type { Generation } from "@coder/api/code-generation";
import { ChangeSetIdSchema } from "@coder/api/execution";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { useOwnJob } from "#features/own-jobs/own-jobs-provider.tsx";
import { toast } from "#ui/toast.tsx";
import { useIde } from "../ide-context.ts";

/** The job tells of itself; this is for when it does not. */
const ASK_WHILE_RUNNING_MS = 1_500;

export function hasEnded({ state }: Pick<Generation, "state">): boolean {
  return state !== "queued" && state !== "running";
}

/** Starts a generation, follows its job, and opens its change set when it is there. */
export function useGeneration() {
  const { projectId, open } = useIde();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const start = useMutation(
    trpc.codeGeneration.startGeneration.mutationOptions({
      onSuccess: ({ generation }) => {
        queries.setQueryData(trpc.codeGeneration.getGeneration.queryKey({ id: generation.id }), generation);
        setId(generation.id);
      },
    }),
  );
  const options = trpc.codeGeneration.getGeneration.queryOptions({ id: id ?? "" }, { enabled: id !== null, refetchInterval: ({ state: { data } }) => (data && hasEnded(data) ? false : ASK_WHILE_RUNNING_MS) });
  const query = useQuery(options);
  const generation = id === null ? undefined : query.data;
  const job = useOwnJob(generation ? { queue: generation.job.name, id: generation.job.id } : null);
  const { queryKey } = options;
  const state = job?.state;
  useEffect(() => {
    if (state !== undefined) void queries.invalidateQueries({ queryKey });
  }, [queries, queryKey, state]);

  const opened = useRef<string | null>(null);
  useEffect(() => {
    if (!generation || generation.changeSetId === null || opened.current === generation.id) return;
    opened.current = generation.id;
    // Whoever writes elsewhere meanwhile goes on there.
    const elsewhere = document.activeElement !== document.body && document.activeElement?.closest("[data-scope=editors]") === null;
    open({ kind: "change-set", id: ChangeSetIdSchema.parse(generation.changeSetId), title: generation.title.slice(0, 200), path: "" }, { keepFocus: elsewhere });
  }, [generation, open]);

  const cancel = useMutation(
    trpc.codeGeneration.cancelGeneration.mutationOptions({
      onSuccess: (next) => queries.setQueryData(queryKey, next),
      onError: (error) => toast({ kind: "error", title: toProblem(error).message, detail: toProblem(error).remedy }),
    }),
  );
  return {
    generation,
    progress: job?.progress ?? null,
    running: start.isPending || (generation !== undefined && !hasEnded(generation)),
    problem: start.error ? toProblem(start.error) : null,
    /** Leaves what has ended; what runs goes on. */
    forget: () => {
      if (start.error) start.reset();
      if (generation && hasEnded(generation)) setId(null);
    },
    start: (input: Parameters<typeof start.mutate>[0]) => start.mutate(input),
    cancel: generation && !hasEnded(generation) ? () => cancel.mutate({ id: generation.id }) : null,
    projectId,
  };
}
