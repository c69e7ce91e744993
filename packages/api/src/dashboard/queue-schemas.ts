import { IsoTimeSchema } from "@coder/shared";
import { z } from "zod";
import { JobCountsSchema, JobFilterSchema, QueueKindSchema, QueueNameSchema } from "./job-schemas.ts";

export const QueueSchema = z.object({
  queue: QueueNameSchema,
  module: z.string(),
  kind: QueueKindSchema,
  title: z.string(),
  /** Cron pattern in UTC of a job that nobody starts by hand. */
  schedule: z.string().nullable(),
  paused: z.boolean(),
  /** Jobs that the caller may see; for people who run the installation, all of them. */
  counts: JobCountsSchema,
  /** Since when the oldest of them waits for a worker. */
  oldestWaitingAt: IsoTimeSchema.nullable(),
});
export type Queue = z.output<typeof QueueSchema>;

export const QueuesSchema = z.object({
  items: z.array(QueueSchema),
  /** Set while what is shown of jobs is not kept up to date: since when. */
  behindSince: IsoTimeSchema.nullable(),
});
export type Queues = z.output<typeof QueuesSchema>;

export const QueueInputSchema = z.object({ queue: QueueNameSchema });
export type QueueInput = z.output<typeof QueueInputSchema>;
export const QueuePauseSchema = z.object({ queue: QueueNameSchema, paused: z.boolean() });
export type QueuePause = z.output<typeof QueuePauseSchema>;

const MAX_HISTORY_MS = 100 * 86_400_000;

export const GetHistoryInputSchema = z
  .object({
    queue: QueueNameSchema.optional().describe("All queues without it"),
    from: IsoTimeSchema,
    until: IsoTimeSchema,
  })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), { path: ["until"], message: "must lie after from" })
  .refine(({ from, until }) => Date.parse(until) - Date.parse(from) <= MAX_HISTORY_MS, { path: ["from"], message: "must lie at most 100 days before until" });
export type GetHistoryInput = z.output<typeof GetHistoryInputSchema>;

/** What ended in one minute or hour. Waiting times are of jobs that ended in it, in milliseconds, to 5 %. */
export const HistoryBucketSchema = z.object({
  at: IsoTimeSchema,
  completed: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  waitedP50: z.int().nullable(),
  waitedP95: z.int().nullable(),
});
export type HistoryBucket = z.output<typeof HistoryBucketSchema>;

/** Minutes for up to six hours, hours beyond. Every bucket of the time is there, empty ones too, oldest first. */
export const HistorySchema = z.object({ grain: z.enum(["minute", "hour"]), buckets: z.array(HistoryBucketSchema) });
export type History = z.output<typeof HistorySchema>;

export const ListFailuresInputSchema = JobFilterSchema.omit({ states: true, cause: true });
export type ListFailuresInput = z.output<typeof ListFailuresInputSchema>;

/** Failed jobs with the same cause: the same message but for ids, numbers and paths, from the same place in the code. */
export const FailureSchema = z.object({
  fingerprint: z.string(),
  /** The message, with what differs from job to job left out. */
  cause: z.string(),
  /** Where in the code, if known. */
  frame: z.string().nullable(),
  count: z.int(),
  queues: z.array(z.object({ queue: QueueNameSchema, count: z.int() })),
  firstAt: IsoTimeSchema,
  lastAt: IsoTimeSchema,
});
export type Failure = z.output<typeof FailureSchema>;

/** The most frequent first. */
export const FailuresSchema = z.object({
  items: z.array(FailureSchema),
  /** Whether rarer causes are left out. */
  limited: z.boolean(),
});
export type Failures = z.output<typeof FailuresSchema>;
