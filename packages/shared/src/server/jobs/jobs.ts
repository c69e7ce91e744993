import type { Caller } from "../../caller.ts";
import type { Page } from "../../page.ts";

/**
 * `waiting`: for a worker. `delayed`: for its time or its next attempt. `failed`: all attempts are spent, it is a dead letter. `cancelled`: somebody
 * stopped it; the queue keeps it with the failed ones.
 */
export type JobState = "waiting" | "delayed" | "running" | "completed" | "failed" | "cancelled";

/** How long a queue keeps what has ended, in milliseconds. What was cancelled is kept like what failed. */
export const KEPT_MS = { completed: 24 * 3_600_000, failed: 30 * 24 * 3_600_000 } as const;

/** The states a queue counts and lists. A cancelled job is among the failed, or where it waits until a worker comes to it. */
export type ListedState = Exclude<JobState, "cancelled">;

/** A job or a delivered event as people see it, with secrets masked. Whether somebody may see it is decided by whoever asks: compare `caller`. */
export interface JobStatus {
  readonly queue: string;
  /** The module whose job this is, or that the event is delivered to. */
  readonly module: string;
  readonly kind: "jobs" | "events";
  /** What people call the job, where its definition says so, and what this one is about. */
  readonly title: string | null;
  readonly id: string;
  /** Of the job, or of the event. */
  readonly name: string;
  readonly state: JobState;
  /** Whose rights it has. */
  readonly caller: Caller;
  readonly payload: unknown;
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** How often it was started. */
  readonly attempt: number;
  /** How often it may be; null where no process has told. */
  readonly maxAttempts: number | null;
  readonly enqueuedAt: string;
  /** When somebody started it afresh, the last time. */
  readonly retriedAt: string | null;
  /** When a delayed job is to run. */
  readonly dueAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** How long it was ready and no worker took it; null before it starts, and after its first attempt. */
  readonly waitedMs: number | null;
  readonly error: string | null;
  /** Where each failed attempt failed, oldest first. */
  readonly stacks: readonly string[];
  readonly traceId: string | null;
  readonly cancelled: { readonly at: string; readonly by: Caller } | null;
}

/** What a queue holds and how it is set. */
export interface QueueOverview {
  readonly queue: string;
  /** The module whose jobs these are, or that consumes these events. */
  readonly module: string;
  readonly kind: "jobs" | "events";
  readonly title: string | null;
  /** Cron pattern in UTC of a job that nobody starts by hand. */
  readonly schedule: string | null;
  readonly paused: boolean;
  readonly counts: Readonly<Record<ListedState, number>>;
  readonly oldestWaitingAt: string | null;
}

/**
 * What happened in a queue since the change before: these jobs are not what they were (`get` them; what is not there any more was removed), or
 * more happened than is known, and only reading the queue anew (`each`) tells.
 */
export type QueueChange = { readonly queue: string; readonly ids: readonly string[] } | { readonly queue: string; readonly gap: true };

export interface ListJobsInput {
  readonly state: ListedState;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * Jobs and queues as modules see them, from any process. A queue is called like its job definition (`importJob.name`), or `events.<module>` for the events
 * that a module consumes. `queue_unavailable` (503) while the store is away.
 */
export interface IJobs {
  /** Null when there is no such job, or when it finished too long ago. */
  get(queue: string, id: string): Promise<JobStatus | null>;
  /** The newest log lines of a job, oldest of them first. */
  logs(queue: string, id: string, limit: number): Promise<readonly string[]>;
  /**
   * Nothing of the job runs 2 s later, wherever it ran. A job that did not start never does; one that has finished stays as it is. Returns the job as
   * it is now: `running` until its worker has stopped it. `not_cancellable` (400) for events.
   */
  cancel(queue: string, id: string, by: Caller): Promise<JobStatus>;
  /** Starts a failed or cancelled job afresh, with all its attempts. `job_not_stopped` (409) for any other. */
  retry(queue: string, id: string): Promise<JobStatus>;
  /** Forgets a job. `job_running` (409) while it runs, `job_scheduled` (409) for the next run of a schedule. One that is not there is fine. */
  remove(queue: string, id: string): Promise<void>;

  /** Every queue of the product, wherever its module runs. */
  queues(): Promise<readonly QueueOverview[]>;
  /** Newest first; delayed ones with the latest time first. A page is what the queue holds in that moment: it moves while one reads. */
  list(queue: string, input: ListJobsInput): Promise<Page<JobStatus>>;
  /** Workers take nothing from it until `resume`; what runs goes on. */
  pause(queue: string): Promise<void>;
  resume(queue: string): Promise<void>;

  /** All jobs of a queue, page by page. One that changes meanwhile may come twice, or not at all: `changes` tells of it. */
  each(queue: string): AsyncIterable<readonly JobStatus[]>;
  /**
   * Tells what changes, until the signal aborts: of every queue first that it has to be read. Whoever takes a change late misses nothing, because what
   * happened meanwhile is gathered by job.
   */
  changes(signal: AbortSignal): AsyncIterable<QueueChange>;
}
