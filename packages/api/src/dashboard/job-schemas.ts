import { IsoTimeSchema, OrganizationIdSchema, pageInput, pageOf, resumeInput, UserIdSchema } from "@coder/shared";
import { z } from "zod";

/** Whose jobs: the caller's own, those of the caller's organization, or those of the product itself. */
export const JOB_SCOPES = ["own", "organization", "system"] as const;
export type JobScope = (typeof JOB_SCOPES)[number];

/**
 * `waiting`: for a worker. `delayed`: for its time or its next attempt. `failed`: all attempts are spent. `cancelled`: somebody stopped it.
 */
export const JOB_STATES = ["waiting", "delayed", "running", "completed", "failed", "cancelled"] as const;
export const JobStateSchema = z.enum(JOB_STATES);
export type JobState = z.output<typeof JobStateSchema>;

/** `events`: the delivery of an event to a module. Nobody cancels one; it can be removed. */
export const QueueKindSchema = z.enum(["jobs", "events"]);

/** As its job definition is called, or `events.<module>` for the events that a module receives. */
export const QueueNameSchema = z.string().min(1).max(200);

/** Ids are good within their queue. */
export const JobRefSchema = z.object({ queue: QueueNameSchema, id: z.string().min(1).max(300) });
export type JobRef = z.output<typeof JobRefSchema>;

/** A person, or the part of the product that asked. */
export const StarterSchema = z.union([z.object({ userId: UserIdSchema }), z.object({ component: z.string() })]);
export type Starter = z.output<typeof StarterSchema>;

export const ProgressSchema = z.object({ done: z.number(), total: z.number() });

export const JobErrorSchema = z.object({
  message: z.string(),
  /** The same for failures with the same cause. */
  fingerprint: z.string(),
});

export const JobSchema = JobRefSchema.extend({
  /** Of the job definition, or of the event. */
  name: z.string(),
  /** What people call it. */
  title: z.string(),
  module: z.string(),
  kind: QueueKindSchema,
  state: JobStateSchema,
  progress: ProgressSchema.nullable(),
  /** How often it was started. */
  attempt: z.int(),
  /** How often it may be. */
  attempts: z.int().nullable(),
  startedBy: StarterSchema,
  /** Null for jobs of the product itself. */
  organizationId: OrganizationIdSchema.nullable(),
  /** What it is about, where its payload says so. */
  subject: z.object({ type: z.string(), id: z.string() }).nullable(),
  enqueuedAt: IsoTimeSchema,
  /** When a delayed job is to run, as far as it is known. */
  dueAt: IsoTimeSchema.nullable(),
  startedAt: IsoTimeSchema.nullable(),
  finishedAt: IsoTimeSchema.nullable(),
  /** When its state last changed. */
  changedAt: IsoTimeSchema,
  /** Milliseconds it was ready and no worker took it; null before it started, and after later attempts. */
  waitedMs: z.int().nullable(),
  /** Milliseconds its last attempt ran; null before it ended. */
  tookMs: z.int().nullable(),
  error: JobErrorSchema.nullable(),
});
export type Job = z.output<typeof JobSchema>;

export const JOB_ACTIONS = ["cancel", "retry", "remove"] as const;
export const JobActionSchema = z.enum(JOB_ACTIONS);
export type JobAction = z.output<typeof JobActionSchema>;

/** A job with everything there is to tell. Secrets in payload and texts are masked. */
export const JobDetailsSchema = JobSchema.extend({
  payload: z.unknown(),
  /** Where each failed attempt failed, oldest first. */
  stacks: z.array(z.string()),
  traceId: z.string().nullable(),
  /** When somebody started it afresh, the last time. */
  retriedAt: IsoTimeSchema.nullable(),
  cancelled: z.object({ at: IsoTimeSchema, by: StarterSchema }).nullable(),
  /** False once the queue has forgotten it: then payload, stacks and log are gone and nothing can be done with it. */
  kept: z.boolean(),
  /** What can be done with it in this state. */
  actions: z.array(JobActionSchema),
});
export type JobDetails = z.output<typeof JobDetailsSchema>;

/** All that is given must hold. */
export const JobFilterSchema = z.object({
  states: z.array(JobStateSchema).max(JOB_STATES.length).optional().describe("In one of these states"),
  queues: z.array(QueueNameSchema).max(50).optional().describe("In one of these queues"),
  kinds: z.array(QueueKindSchema).max(2).optional().describe("Of one of these kinds; `events`: the delivery of an event to a module"),
  name: z.string().min(1).max(200).optional().describe("Start of the name of the job or event"),
  startedBy: z.array(z.string().min(1).max(200)).max(50).optional().describe("Ids of people, or parts of the product"),
  subject: z.string().min(1).max(200).optional().describe("Id of what it is about"),
  cause: z.string().min(1).max(64).optional().describe("Fingerprint of its failure"),
  text: z.string().trim().min(1).max(200).optional().describe("Words that stand in its title, name, ids or error, in any case"),
  from: IsoTimeSchema.optional().describe("Enqueued at or after this time"),
  until: IsoTimeSchema.optional().describe("Enqueued before this time"),
});
export type JobFilter = z.output<typeof JobFilterSchema>;

export const JobSortSchema = z.enum(["enqueuedAt", "changedAt", "tookMs"]);
export type JobSort = z.output<typeof JobSortSchema>;

/** Newest first, unless another order is asked for. */
export const ListJobsInputSchema = z.object({
  ...pageInput,
  ...JobFilterSchema.shape,
  sort: JobSortSchema.default("enqueuedAt").describe("`changedAt`: when its state last changed"),
  direction: z.enum(["asc", "desc"]).default("desc"),
});
export type ListJobsInput = z.output<typeof ListJobsInputSchema>;
export const JobPageSchema = pageOf(JobSchema);
export type JobPage = z.output<typeof JobPageSchema>;

export const JobCountsSchema = z.record(JobStateSchema, z.int());
export type JobCounts = z.output<typeof JobCountsSchema>;

export const ListJobLogsInputSchema = JobRefSchema.extend({ limit: z.coerce.number().int().min(1).max(1_000).default(1_000).describe("The newest lines, at most this many") });
export type ListJobLogsInput = z.output<typeof ListJobLogsInputSchema>;

/** Oldest line first. */
export const JobLogsSchema = z.object({ lines: z.array(z.object({ at: IsoTimeSchema.nullable(), level: z.enum(["info", "warn", "error"]), message: z.string() })) });
export type JobLogs = z.output<typeof JobLogsSchema>;

export const WatchJobsInputSchema = z.object({ ...resumeInput });
export type WatchJobsInput = z.output<typeof WatchJobsInputSchema>;

/** What changed in a moment, as it is now. At most four of these come in a second. */
export const JobChangesSchema = z.object({
  jobs: z.array(JobSchema),
  removed: z.array(JobRefSchema),
  /** More changed than is told: read the list anew. */
  more: z.boolean(),
});
export type JobChanges = z.output<typeof JobChangesSchema>;
