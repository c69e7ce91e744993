"use client";

import type { Project } from "@coder/api/workspace";
import { useMutation, useQuery } from "@tanstack/react-query";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { Progress } from "#ui/progress.tsx";
import { toast } from "#ui/toast.tsx";
import styles from "./projects.module.css";
import { usePatchProjects } from "./use-projects.ts";

const POLL_MS = 1_000;

/** How far the import of a project is, and how to stop it. Both are known to whoever started it. */
export function useImport(project: Project) {
  const trpc = useTRPC();
  const { refresh } = usePatchProjects();
  const ref = project.job ? { queue: project.job.name, id: project.job.id } : null;
  const job = useQuery(
    trpc.dashboard.getOwnJob.queryOptions(ref ?? { queue: "none", id: "none" }, { enabled: ref !== null && project.status === "importing", refetchInterval: ({ state }) => (state.error ? false : POLL_MS), retry: false }),
  );
  const cancelJob = useMutation(
    trpc.dashboard.cancelOwnJob.mutationOptions({
      onError: (error) => {
        const { message, remedy } = toProblem(error);
        toast({ kind: "error", title: message, detail: remedy });
      },
      onSettled: refresh,
    }),
  );
  const { data } = job;
  return {
    share: data?.progress && data.progress.total > 0 ? Math.min(1, data.progress.done / data.progress.total) : null,
    waiting: data?.state === "waiting" || data?.state === "delayed",
    cancel: ref && data?.actions.includes("cancel") === true ? () => cancelJob.mutate(ref) : null,
  };
}

export function ImportProgress({ project, compact = false }: { readonly project: Project; readonly compact?: boolean }) {
  const { share, waiting } = useImport(project);
  const text = waiting ? "Waits for a worker" : share === null ? "Importing" : `${Math.floor(share * 100)} %`;
  return (
    <span className={styles.progressRow} data-compact={compact || undefined}>
      <Progress label={`Import of ${project.name}`} done={share ?? 0} total={share === null ? null : 1} />
      <span className={styles.progressText}>{text}</span>
    </span>
  );
}
