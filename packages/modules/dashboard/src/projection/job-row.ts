import type { JobState } from "@coder/api/dashboard";
import { KEPT_MS, type JobStatus } from "@coder/shared/server";
import type { JobRow } from "../entities.ts";
import { causeOf } from "./cause.ts";
import { subjectOf } from "./subject.ts";

const MAX_NAME = 300;
const MAX_ERROR = 1_000;
const MAX_SEARCH = 2_000;

/** A queue forgets what is too old when the next job ends, and clocks differ. */
const SLACK_MS = 3_600_000;
/** How long a queue has what ended for certain. */
export const SURELY_KEPT_MS = { completed: KEPT_MS.completed - SLACK_MS, failed: KEPT_MS.failed - SLACK_MS } as const;

/** Ended so long ago that the queue itself may have let it go: then its row is all there is, and nothing can be done with it. */
export function isForgotten({ state, finishedAt }: Pick<JobRow, "state" | "finishedAt">, now: Date): boolean {
  const keptMs = state === "completed" ? SURELY_KEPT_MS.completed : SURELY_KEPT_MS.failed;
  return finishedAt !== null && Date.parse(finishedAt) < now.getTime() - keptMs;
}

export const rowIdOf = (queue: string, id: string): string => `${queue}/${id}`;

/** A row without when it was read and written. */
export type JobFacts = Omit<JobRow, "revision" | "sequence">;

/** What the projection keeps of a job. Never its payload. */
export function factsOf(status: JobStatus): JobFacts {
  const { queue, id, name, state, caller, attempt, enqueuedAt, dueAt, startedAt, finishedAt } = status;
  const title = titleOf(status);
  const startedBy = caller.kind === "user" ? caller.userId : caller.kind === "system" ? caller.component : "anonymous";
  const failure = state === "failed" && status.error !== null ? causeOf(status.error, status.stacks.at(-1)) : null;
  const frame = failure?.frame ?? null;
  const error = failure === null ? null : storable(status.error ?? "", MAX_ERROR);
  const subject = subjectOf(status.payload);
  return {
    id: rowIdOf(queue, id),
    queue,
    jobId: id,
    name: storable(name),
    title,
    module: status.module,
    kind: status.kind,
    state,
    progress: status.progress,
    attempt,
    attempts: status.maxAttempts,
    organizationId: caller.kind === "anonymous" ? null : caller.organizationId,
    startedBy,
    byPerson: caller.kind === "user",
    subjectType: subject?.type ?? null,
    subjectId: subject?.id ?? null,
    enqueuedAt,
    dueAt,
    startedAt,
    finishedAt,
    changedAt: changedAt(status, state),
    waitedMs: status.waitedMs,
    tookMs: startedAt !== null && finishedAt !== null ? Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) : 0,
    error,
    cause: failure === null ? null : storable(failure.cause),
    frame: frame === null ? null : storable(frame),
    fingerprint: failure?.fingerprint ?? null,
    searchText: storable([title, name, queue, id, subject?.id, caller.kind === "user" ? null : startedBy, error].filter(Boolean).join(" ").toLowerCase(), MAX_SEARCH),
  };
}

/** What people call a job: its title, or its name as words. `workspace.project.import` → "Import project". */
export function titleOf({ title, kind, name, module }: Pick<JobStatus, "title" | "kind" | "name" | "module">): string {
  if (title !== null) return storable(title);
  if (kind === "events") return `Deliver ${storable(name)} to ${module}`;
  const words = name.split(".").slice(1);
  const text = [words.at(-1) ?? name, ...words.slice(0, -1)].join(" ").replaceAll(/[_-]/g, " ");
  return storable(text.charAt(0).toUpperCase() + text.slice(1));
}

function changedAt({ enqueuedAt, retriedAt, startedAt, finishedAt, cancelled }: JobStatus, state: JobState): string {
  if (finishedAt !== null) return finishedAt;
  if (state === "cancelled" && cancelled !== null) return cancelled.at;
  return startedAt ?? retriedAt ?? enqueuedAt;
}

/** At most so long, and without characters that no database keeps: a failure may say anything. */
function storable(text: string, max = MAX_NAME): string {
  return text.slice(0, max).toWellFormed().replaceAll("\0", "\ufffd");
}
