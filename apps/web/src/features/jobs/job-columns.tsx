"use client";

import type { Job, JobAction } from "@coder/api/dashboard";
import { useMemo } from "react";
import { useNow } from "#lib/use-now.ts";
import { duration } from "#lib/time.ts";
import { Status } from "#ui/badge.tsx";
import { IconButton } from "#ui/button.tsx";
import type { Column } from "#ui/table/column.ts";
import textStyles from "#ui/text.module.css";
import { Middle, Time } from "#ui/values.tsx";
import styles from "./jobs.module.css";
import { JobProgress, JobTook } from "./progress.tsx";
import { useNarrow } from "./use-narrow.ts";
import { ACTIONS, attemptsText, newsOf, shareOf, starterName, STATES, tookText } from "./words.ts";

interface JobColumnsProps {
  readonly names: ReadonlyMap<string, string>;
  /** Null for those who only look. */
  readonly onAction: ((action: JobAction, job: Job) => void) | null;
}

/** What somebody most likely wants to do with a job, in one press. */
function likelyAction({ state, kind }: Job): JobAction | null {
  if (state === "failed" || state === "cancelled") return "retry";
  return state !== "completed" && kind === "jobs" ? "cancel" : null;
}

export function useJobColumns({ names, onAction }: JobColumnsProps): readonly Column<Job>[] {
  const now = useNow();
  const narrow = useNarrow();
  return useMemo((): readonly Column<Job>[] => [
    {
      id: "state", header: "State", width: 116, narrow: 30, minWidth: 30, unsorted: true, text: ({ state }) => STATES[state].text,
      cell: ({ state }) => (
        <span className={styles.state}>
          <Status tone={STATES[state].tone} icon={STATES[state].icon}>{STATES[state].text}</Status>
        </span>
      ),
    },
    {
      id: "job", header: "Job", width: 300, minWidth: 140, grow: true, unsorted: true, text: ({ title, queue, id }) => `${title} (${queue} ${id})`,
      cell: (job) => (
        <span className={styles.job}>
          <span className={styles.jobTitle} title={`${job.title} (${job.queue})`}>{job.title}</span>
          {narrow ? <Beside job={job} now={now} /> : <span className={styles.queue}>{job.queue}</span>}
        </span>
      ),
    },
    {
      id: "news", header: "Detail", width: 240, from: 860, unsorted: true, text: (job) => newsOf(job, now),
      cell: (job) => (job.state === "running" ? <JobProgress job={job} /> : <span className={job.state === "failed" ? undefined : textStyles.dim12} title={newsOf(job, now)}>{newsOf(job, now)}</span>),
    },
    { id: "who", header: "Started by", width: 150, from: 980, unsorted: true, text: (job) => starterName(job, names), cell: (job) => <Middle text={starterName(job, names)} /> },
    { id: "attempt", header: "Attempt", width: 76, from: 1500, align: "end", unsorted: true, text: attemptsText, cell: (job) => <span className={styles.figures}>{attemptsText(job)}</span> },
    { id: "waitedMs", header: "Waited", width: 76, from: 1260, align: "end", unsorted: true, text: ({ waitedMs }) => (waitedMs === null ? "" : duration(waitedMs)), cell: ({ waitedMs }) => <span className={styles.figures}>{waitedMs === null ? "" : duration(waitedMs)}</span> },
    { id: "tookMs", header: "Took", width: 96, from: 640, align: "end", text: (job) => tookText(job, Date.now()), sortBy: ({ tookMs }) => tookMs ?? 0, cell: (job) => <JobTook job={job} /> },
    { id: "changedAt", header: "Changed", width: 116, from: 1120, text: ({ changedAt }) => changedAt, sortBy: ({ changedAt }) => Date.parse(changedAt), cell: ({ changedAt }) => <Time at={changedAt} as="column" /> },
    { id: "enqueuedAt", header: "Enqueued", width: 116, narrow: 92, text: ({ enqueuedAt }) => enqueuedAt, sortBy: ({ enqueuedAt }) => Date.parse(enqueuedAt), cell: ({ enqueuedAt }) => <Time at={enqueuedAt} as="column" /> },
    {
      id: "actions", header: "Actions", width: 40, minWidth: 40, narrow: 40, plain: true, text: () => "",
      cell: (job, focusable) => {
        const action = onAction === null ? null : likelyAction(job);
        return action === null ? null : <IconButton icon={ACTIONS[action].icon} label={`${ACTIONS[action].verb} ${job.title}`} tabIndex={focusable ? 0 : -1} onClick={() => onAction?.(action, job)} />;
      },
    },
  ], [names, narrow, now, onAction]);
}

/** What there is no column for on a phone: how far it is or how long it took, and why it failed or what it is. */
function Beside({ job, now }: { readonly job: Job; readonly now: number }) {
  if (job.state === "running" && shareOf(job) !== null) return <JobProgress job={job} />;
  const took = job.state === "running" || job.tookMs !== null;
  return (
    <span className={styles.queue}>
      {took ? <><JobTook job={job} /> · </> : null}
      {newsOf(job, now) || job.queue}
    </span>
  );
}
