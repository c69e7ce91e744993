"use client";

import type { Job, JobAction, JobRef } from "@coder/api/dashboard";
import { useQueryClient } from "@tanstack/react-query";
import { toProblem } from "#api/problem.ts";
import { toast } from "#ui/toast.tsx";
import type { JobsApi } from "./jobs-api.ts";
import { ACTIONS } from "./words.ts";

/** Does something with one job, says so, and offers the way back where there is one. */
export function useJobActions(api: JobsApi) {
  const queryClient = useQueryClient();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ["jobs", api.scope] });
  const run = async (action: JobAction, job: JobRef & Pick<Job, "title">): Promise<void> => {
    const ref = { queue: job.queue, id: job.id };
    try {
      await api[action].mutate(ref);
      const back = { cancel: "retry", retry: "cancel", remove: null } as const;
      const undo = back[action];
      toast({ kind: "success", title: `${job.title} ${ACTIONS[action].done}`, ...(undo ? { action: { label: ACTIONS[undo].verb, run: () => void run(undo, job) } } : {}) });
    } catch (error) {
      const { message, remedy } = toProblem(error);
      toast({ kind: "error", title: message, detail: remedy });
    }
    refresh();
  };
  return run;
}
