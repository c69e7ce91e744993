import type { Job, JobAction, JobDetails, Starter } from "@coder/api/dashboard";
import { UserIdSchema, type Caller } from "@coder/shared";
import type { JobStatus } from "@coder/shared/server";
import type { JobRow } from "../entities.ts";
import { factsOf, type JobFacts } from "../projection/job-row.ts";

export function jobOf(row: JobFacts): Job {
  const { queue, jobId, name, title, module, kind, state, progress, attempt, attempts, organizationId, subjectType, subjectId, enqueuedAt, dueAt, startedAt, finishedAt, changedAt, waitedMs, tookMs, error, fingerprint } = row;
  return {
    queue, id: jobId, name, title, module, kind, state, progress, attempt, attempts, organizationId, enqueuedAt, dueAt, startedAt, finishedAt, changedAt, waitedMs,
    startedBy: row.byPerson ? { userId: UserIdSchema.parse(row.startedBy) } : { component: row.startedBy },
    subject: subjectType !== null && subjectId !== null ? { type: subjectType, id: subjectId } : null,
    tookMs: startedAt !== null && finishedAt !== null ? tookMs : null,
    error: error !== null && fingerprint !== null ? { message: error, fingerprint } : null,
  };
}

/** A job as its queue tells of it now. */
export function detailsOf(status: JobStatus): JobDetails {
  const { payload, stacks, traceId, cancelled, retriedAt } = status;
  const by = cancelled === null ? null : starterOf(cancelled.by);
  return { ...jobOf(factsOf(status)), payload, stacks: [...stacks], traceId, retriedAt, cancelled: cancelled === null || by === null ? null : { at: cancelled.at, by }, kept: true, actions: actionsOn(status) };
}

/** A job that its queue has forgotten. */
export function forgottenOf(row: JobRow): JobDetails {
  return { ...jobOf(row), payload: null, stacks: [], traceId: null, retriedAt: null, cancelled: null, kept: false, actions: [] };
}

function starterOf(caller: Caller): Starter {
  if (caller.kind === "user") return { userId: caller.userId };
  return { component: caller.kind === "system" ? caller.component : "anonymous" };
}

/** To which states an action applies. */
export const STATES_FOR = {
  cancel: ["waiting", "delayed", "running"],
  retry: ["failed", "cancelled"],
  remove: ["waiting", "delayed", "completed", "failed", "cancelled"],
} as const satisfies Record<JobAction, readonly Job["state"][]>;

export function appliesTo(action: JobAction, { kind, state }: Pick<Job, "kind" | "state">): boolean {
  const states: readonly Job["state"][] = STATES_FOR[action];
  return states.includes(state) && (action !== "cancel" || kind === "jobs");
}

function actionsOn(job: Pick<JobStatus, "kind" | "state">): JobAction[] {
  return (["cancel", "retry", "remove"] as const).filter((action) => appliesTo(action, job));
}
