"use client";

import type { Queue } from "@coder/api/dashboard";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Loaded, type QueryLike } from "#api/loaded.tsx";
import { toProblem } from "#api/problem.ts";
import { useTRPC } from "#api/trpc.tsx";
import { useSession } from "#features/session/session.tsx";
import { count, duration, plural } from "#lib/time.ts";
import { useNow } from "#lib/use-now.ts";
import { Status } from "#ui/badge.tsx";
import { IconButton } from "#ui/button.tsx";
import { EmptyState } from "#ui/states.tsx";
import type { Column, Sort } from "#ui/table/column.ts";
import { DataTable } from "#ui/table/data-table.tsx";
import { TableBones } from "#ui/table/table-bones.tsx";
import textStyles from "#ui/text.module.css";
import { toast } from "#ui/toast.tsx";
import type { JobsApi } from "./jobs-api.ts";
import { useNarrow } from "./use-narrow.ts";
import styles from "./jobs.module.css";

interface QueuesViewProps {
  readonly api: JobsApi;
  readonly query: QueryLike<{ readonly items: readonly Queue[] }>;
  readonly onShow: (queue: Queue) => void;
}

const rowId = ({ queue }: Queue) => queue;
const waitOf = ({ oldestWaitingAt }: Queue, now: number) => (oldestWaitingAt === null ? null : Math.max(0, now - Date.parse(oldestWaitingAt)));

/** Every queue with what it holds. Pausing one is for people who run the installation. */
export function QueuesView({ api, query, onShow }: QueuesViewProps) {
  const { may } = useSession();
  const now = useNow();
  const narrow = useNarrow();
  const [sort, setSort] = useState<Sort | null>(null);
  const pause = usePause(api);
  const mayPause = may("dashboard.queue.pause") && api.scope === "system";
  const columns = useMemo((): readonly Column<Queue>[] => {
    const figure = (state: "waiting" | "running" | "delayed" | "failed" | "cancelled" | "completed", header: string, from?: number): Column<Queue> => ({
      id: state, header, width: 84, narrow: 76, minWidth: 60, align: "end", text: ({ counts }) => count(counts[state]), sortBy: ({ counts }) => counts[state],
      cell: ({ counts }) => <span className={counts[state] === 0 ? styles.none : styles.figures}>{count(counts[state])}</span>, ...(from === undefined ? {} : { from }),
    });
    return [
      {
        id: "queue", header: "Queue", width: 320, minWidth: 140, grow: true, text: ({ title, queue }) => `${title} (${queue})`, sortBy: ({ title }) => title,
        cell: ({ title, queue, paused }) => (
          <span className={styles.job}>
            <span className={styles.jobTitle}>{title}</span>
            <span className={styles.queue}>{queue}</span>
            {paused ? <Status tone="warning" icon="debug-pause">Paused</Status> : null}
          </span>
        ),
      },
      figure("running", "Running", 480),
      figure("waiting", "Waiting"),
      { id: "oldest", header: "Oldest waits", width: 104, from: 1000, align: "end", text: (queue) => duration(waitOf(queue, now) ?? 0), sortBy: (queue) => waitOf(queue, now) ?? -1, cell: (queue) => <span className={styles.figures}>{waitOf(queue, now) === null ? "" : duration(waitOf(queue, now) ?? 0)}</span> },
      figure("delayed", "Delayed", 760),
      figure("failed", "Failed"),
      figure("cancelled", "Cancelled", 1120),
      figure("completed", "Completed", 820),
      { id: "schedule", header: "Schedule (UTC)", width: 124, from: 1200, text: ({ schedule }) => schedule ?? "", cell: ({ schedule }) => <span className={textStyles.mono}>{schedule}</span> },
      ...(mayPause
        ? [{
            id: "actions", header: "Actions", width: 40, minWidth: 40, narrow: 40, plain: true as const, text: () => "",
            cell: (queue: Queue, focusable: boolean) => <IconButton icon={queue.paused ? "play" : "debug-pause"} label={`${queue.paused ? "Resume" : "Pause"} ${queue.title}`} tabIndex={focusable ? 0 : -1} onClick={() => pause(queue, !queue.paused)} />,
          }]
        : []),
    ];
  }, [mayPause, now, pause]);
  return (
    <Loaded query={query} what="queues" skeleton={<TableBones columns={[300, 70, 70, 90, 70, 70]} />}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon="inbox" title="No queue holds a job">
            <p>Each kind of job has a queue of its own. One is shown here as soon as there is a job in it.</p>
          </EmptyState>
        ) : (
          <div className={styles.table}>
            <DataTable label="Queues" name="job-queues" rows={items} rowId={rowId} columns={columns} rowHeight={narrow ? 44 : 30} sort={sort} onSort={setSort} onOpen={onShow} footer={<span>{plural(items.length, "queue", "queues")}</span>} />
          </div>
        )
      }
    </Loaded>
  );
}

function usePause(api: JobsApi) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["jobs", api.scope, "queues"] });
  const onError = (error: unknown) => {
    const { message, remedy } = toProblem(error);
    toast({ kind: "error", title: message, detail: remedy });
  };
  const { mutate: pause } = useMutation(trpc.dashboard.pauseQueue.mutationOptions({ onError, onSettled: refresh }));
  const { mutate: resume } = useMutation(trpc.dashboard.resumeQueue.mutationOptions({ onError, onSettled: refresh }));
  return useMemo(() => {
    const set = ({ queue, title }: Queue, paused: boolean): void => {
      const said = {
        onSuccess: () => toast({ kind: "success", title: `${title} ${paused ? "paused" : "resumed"}`, ...(paused ? { detail: "What runs goes on; nothing new is taken." } : {}), action: { label: "Undo", run: () => (paused ? resume : pause)({ queue }) } }),
      };
      if (paused) pause({ queue }, said);
      else resume({ queue }, said);
    };
    return set;
  }, [pause, resume]);
}
