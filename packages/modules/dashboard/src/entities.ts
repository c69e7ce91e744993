import { JobActionSchema, JobStateSchema, ProgressSchema, QueueKindSchema } from "@coder/api/dashboard";
import { defineEntity, type RowOf } from "@coder/db";
import { IsoTimeSchema, OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";

/**
 * One row per job, as its queue last told. `revision` is when it was read: a later reading replaces an earlier one, never the other way. `sequence` is when it was
 * written: whoever has seen one knows all that was written before.
 */
export const jobEntity = defineEntity({
  table: "dashboard_jobs",
  noun: "job",
  model: "DashboardJob",
  schema: z.object({
    /** `queue/id`: ids are good within their queue. */
    id: z.string(),
    queue: z.string(),
    jobId: z.string(),
    name: z.string(),
    title: z.string(),
    module: z.string(),
    kind: QueueKindSchema,
    state: JobStateSchema,
    progress: ProgressSchema.nullable(),
    attempt: z.int(),
    attempts: z.int().nullable(),
    /** Null for jobs of the product itself. */
    organizationId: OrganizationIdSchema.nullable(),
    /** A person's id, or the part of the product. */
    startedBy: z.string(),
    byPerson: z.boolean(),
    subjectType: z.string().nullable(),
    subjectId: z.string().nullable(),
    enqueuedAt: IsoTimeSchema,
    dueAt: IsoTimeSchema.nullable(),
    startedAt: IsoTimeSchema.nullable(),
    finishedAt: IsoTimeSchema.nullable(),
    /** When its state last changed. */
    changedAt: IsoTimeSchema,
    waitedMs: z.int().nullable(),
    /** 0 before it ended: what is sorted by must be there. */
    tookMs: z.int(),
    error: z.string().nullable(),
    cause: z.string().nullable(),
    frame: z.string().nullable(),
    fingerprint: z.string().nullable(),
    /** In lower case; nothing of the payload. */
    searchText: z.string(),
    revision: z.int(),
    sequence: z.int(),
  }),
  tenancy: "organization",
  indexes: [
    ["organizationId", "enqueuedAt", "id"],
    ["organizationId", "state", "enqueuedAt", "id"],
    ["organizationId", "startedBy", "enqueuedAt", "id"],
    ["organizationId", "queue", "enqueuedAt", "id"],
    ["organizationId", "queue", "state", "enqueuedAt"],
    ["organizationId", "changedAt", "id"],
    ["organizationId", "tookMs", "id"],
    ["organizationId", "fingerprint", "enqueuedAt"],
    ["queue", "revision"],
    ["sequence"],
    ["state", "changedAt"],
  ],
});
export type JobRow = RowOf<typeof jobEntity>;

/** A job that was removed from its queue, for as long as somebody may still show it. */
export const removalEntity = defineEntity({
  table: "dashboard_removals",
  model: "DashboardRemoval",
  schema: jobEntity.schema.pick({ id: true, queue: true, jobId: true, kind: true, organizationId: true, startedBy: true, sequence: true }).extend({ removedAt: IsoTimeSchema }),
  tenancy: "system",
  indexes: [["sequence"], ["removedAt"]],
});
export type RemovalRow = RowOf<typeof removalEntity>;

/** Which process follows the queues: one row. `epoch` grows with each change, so that a process that was replaced without noticing writes nothing any more. */
export const followerEntity = defineEntity({
  table: "dashboard_followers",
  model: "DashboardFollower",
  schema: z.object({ id: z.string(), owner: z.string(), epoch: z.int(), until: IsoTimeSchema }),
  tenancy: "system",
});
export type FollowerRow = RowOf<typeof followerEntity>;

/** Whose jobs a row of history counts: one organization's, the product's own, or all. */
export const HISTORY_SCOPES = ["organization", "system", "all"] as const;

/** What ended in one minute or hour. `queue` is empty for all of them. A row only grows: `weight` is how many jobs it counts. */
export const historyEntity = defineEntity({
  table: "dashboard_history",
  model: "DashboardHistory",
  schema: z.object({
    id: z.string(),
    grain: z.enum(["minute", "hour"]),
    at: IsoTimeSchema,
    scope: z.enum(HISTORY_SCOPES),
    organizationId: OrganizationIdSchema.nullable(),
    queue: z.string(),
    completed: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    /** How many jobs waited how long: counts by step of a logarithmic scale. */
    waits: z.record(z.string(), z.int()),
    weight: z.int(),
  }),
  tenancy: "organization",
  indexes: [["organizationId", "scope", "queue", "grain", "at"], ["grain", "at"]],
});
export type HistoryRow = RowOf<typeof historyEntity>;

const FailedSchema = z.array(z.object({ code: z.string(), count: z.int() }));

/** An action on many jobs; its id is the token of its preview. */
export const bulkEntity = defineEntity({
  table: "dashboard_bulks",
  noun: "bulk",
  model: "DashboardBulk",
  schema: z.object({
    id: z.uuid(),
    userId: UserIdSchema,
    organizationId: OrganizationIdSchema.nullable(),
    scope: z.enum(["own", "organization", "system"]),
    action: JobActionSchema,
    state: z.enum(["previewed", "running", "done"]),
    jobId: z.uuid().nullable(),
    count: z.int(),
    changed: z.int(),
    skipped: z.int(),
    failed: FailedSchema,
    createdAt: IsoTimeSchema,
    expiresAt: IsoTimeSchema,
    finishedAt: IsoTimeSchema.nullable(),
  }),
  tenancy: "user",
  indexes: [["createdAt"]],
});
export type BulkRow = RowOf<typeof bulkEntity>;

/** What was previewed of a job. It is changed only while it is still so. */
export const BulkItemSchema = z.object({ queue: z.string(), id: z.string(), state: JobStateSchema, attempt: z.int(), changedAt: IsoTimeSchema });
export type BulkItem = z.output<typeof BulkItemSchema>;

/** Some of the jobs of one action. Those before `done` are dealt with, those before `begun` may be. */
export const bulkChunkEntity = defineEntity({
  table: "dashboard_bulk_chunks",
  model: "DashboardBulkChunk",
  schema: z.object({
    id: z.string(),
    userId: UserIdSchema,
    bulkId: z.uuid(),
    position: z.int(),
    items: z.array(BulkItemSchema),
    begun: z.int(),
    done: z.int(),
    changed: z.int(),
    skipped: z.int(),
    failed: FailedSchema,
    createdAt: IsoTimeSchema,
  }),
  tenancy: "user",
  indexes: [["userId", "bulkId", "position"], ["createdAt"]],
});
export type BulkChunkRow = RowOf<typeof bulkChunkEntity>;
