import { z } from "zod";
import { EventEnvelopeSchema } from "../events/event-envelope.ts";
import type { TextScrubber } from "../log/redact.ts";
import { JobEnvelopeSchema } from "./job-envelope.ts";
import { payloadScrubber, shownPayload } from "./job-payload.ts";
import type { JobState, JobStatus, ListedState } from "./jobs.ts";
import type { QueueInfo } from "./queue-catalogue.ts";
import type { StoredJob } from "./queue-store.ts";

const ProgressSchema = z.object({ done: z.number(), total: z.number() });
const FieldsSchema = z.record(z.string(), z.unknown());
const MAX_ABOUT = 120;
const DataSchema = EventEnvelopeSchema.omit({ occurredAt: true }).extend(JobEnvelopeSchema.pick({ cancelled: true, retriedAt: true }).shape);

type StoredState = Awaited<ReturnType<StoredJob["getState"]>>;

/** What BullMQ calls the states that a queue lists. */
export const STORED_STATE = { waiting: "waiting", delayed: "delayed", running: "active", completed: "completed", failed: "failed" } as const satisfies Record<ListedState, StoredState>;

/** What people may see of a job that is stored. Texts are scrubbed: what fails often tells with which address and password. */
export function statusOf(job: StoredJob, state: StoredState, info: QueueInfo, scrubber: TextScrubber): JobStatus {
  const { payload, caller, traceId, cancelled, retriedAt } = DataSchema.parse(job.data);
  const progress = ProgressSchema.safeParse(job.progress);
  const shown = shownPayload(payload, info.redact, scrubber);
  return {
    queue: info.queue,
    module: info.module,
    kind: info.kind,
    title: titleOf(info, shown),
    id: job.id ?? "",
    name: job.name,
    state: stateOf(state, cancelled !== undefined),
    caller,
    payload: shown,
    progress: progress.success ? progress.data : null,
    attempt: job.attemptsStarted,
    maxAttempts: info.maxAttempts,
    enqueuedAt: new Date(job.timestamp).toISOString(),
    retriedAt: retriedAt ?? null,
    // Between two attempts only the queue itself knows, and what is started afresh waits for no time.
    dueAt: job.delay > 0 && job.attemptsStarted === 0 && retriedAt === undefined ? new Date(job.timestamp + job.delay).toISOString() : null,
    startedAt: isoOrNull(job.processedOn),
    finishedAt: isoOrNull(job.finishedOn),
    waitedMs: waitedOf(job, retriedAt),
    ...textsOf(job, payload, info, scrubber),
    traceId,
    cancelled: cancelled ?? null,
  };
}

function titleOf({ title, about }: QueueInfo, shown: unknown): string | null {
  if (title === null || about === null) return title;
  const text = FieldsSchema.safeParse(shown).data?.[about];
  if (typeof text !== "string" || text === "") return title;
  return `${title}: ${text.length > MAX_ABOUT ? `${text.slice(0, MAX_ABOUT).toWellFormed()}…` : text}`;
}

function textsOf(job: StoredJob, payload: unknown, { redact }: QueueInfo, scrubber: TextScrubber): Pick<JobStatus, "error" | "stacks"> {
  const { failedReason, stacktrace } = job;
  // Most jobs have nothing to tell.
  if (failedReason === undefined && !stacktrace?.length) return { error: null, stacks: [] };
  const scrub = payloadScrubber(payload, redact, scrubber);
  return { error: failedReason === undefined ? null : scrub(failedReason), stacks: stacktrace?.map(scrub) ?? [] };
}

/** Of a later attempt it is not known since when it could have run. */
function waitedOf({ timestamp, processedOn, attemptsStarted, opts }: StoredJob, retriedAt: string | undefined): number | null {
  const readyAt = retriedAt === undefined ? timestamp + (opts.delay ?? 0) : Date.parse(retriedAt);
  return processedOn && attemptsStarted === 1 ? Math.max(0, processedOn - readyAt) : null;
}

/** A cancelled job is closed by its worker; until that comes to it, the queue still holds it. */
function stateOf(stored: StoredState, cancelled: boolean): JobState {
  if (stored === "completed") return "completed";
  if (stored === "active") return "running";
  if (cancelled) return "cancelled";
  if (stored === "failed" || stored === "delayed") return stored;
  return "waiting";
}

const isoOrNull = (ms: number | undefined | null): string | null => (ms ? new Date(ms).toISOString() : null);
