import { ChangeFileSchema, ChangeSetSummarySchema, CheckpointSchema, CommentSchema, RunLimitsSchema, RunSchema } from "@coder/api/execution";
import { defineEntity, type RowOf } from "@coder/db";
import { IsoTimeSchema, OrganizationIdSchema } from "@coder/shared";
import { z } from "zod";
import { StoredValidationSchema } from "./changes/validation/stored-validation.ts";

const { projectId } = ChangeSetSummarySchema.shape;

/** What a job is to do with the change set, or did last. */
const TaskSchema = z.object({
  jobId: z.uuid(),
  jobName: z.string(),
  stale: z.enum(["refuse", "merge"]),
  validation: z.enum(["require", "skip"]),
  /** The state that it was in before. */
  before: ChangeSetSummarySchema.shape.state,
});
export type ChangeTask = z.output<typeof TaskSchema>;

/** One row per change set; its texts lie in files, named by their hash. */
export const changeSetEntity = defineEntity({
  table: "execution_change_sets",
  model: "ExecutionChangeSet",
  schema: ChangeSetSummarySchema.omit({ counts: true, job: true, version: true }).extend({
    key: z.string(),
    /** Of the request that made it. */
    digest: z.string(),
    files: z.int(),
    additions: z.int(),
    deletions: z.int(),
    /** Counts of hunks. */
    hunks: z.int(),
    accepted: z.int(),
    rejected: z.int(),
    /** Counts decisions and edits. */
    revision: z.int(),
    validation: StoredValidationSchema,
    task: TaskSchema.nullable(),
    /** The project, while this change set's files are put in their places: one at a time. */
    lockedProjectId: z.uuid().nullable(),
  }),
  tenancy: "organization",
  unique: [["projectId", "key"], ["lockedProjectId"]],
  indexes: [["organizationId", "projectId", "createdAt"], ["state"]],
});
export type ChangeSetRow = RowOf<typeof changeSetEntity>;

/** One row per file of a change set, with the decisions on it: two reviewers of different files never meet. */
export const changeFileEntity = defineEntity({
  table: "execution_change_files",
  model: "ExecutionChangeFile",
  schema: ChangeFileSchema.omit({ version: true }).extend({
    organizationId: OrganizationIdSchema,
    projectId,
    changeSetId: ChangeSetSummarySchema.shape.id,
    position: z.int(),
    baseExecutable: z.boolean(),
    /** Counts what is done with the change set as a whole, so that nobody decides on what is being applied. */
    round: z.int(),
  }),
  tenancy: "organization",
  unique: [["changeSetId", "position"]],
  indexes: [["organizationId", "projectId"]],
});
export type ChangeFileRow = RowOf<typeof changeFileEntity>;

export const commentEntity = defineEntity({
  table: "execution_comments",
  model: "ExecutionComment",
  schema: CommentSchema.extend({ organizationId: OrganizationIdSchema, projectId, changeSetId: ChangeSetSummarySchema.shape.id }),
  tenancy: "organization",
  indexes: [["organizationId", "changeSetId", "createdAt"], ["organizationId", "projectId"]],
});
export type CommentRow = RowOf<typeof commentEntity>;

/** One row per state that is kept. Paths as `storedText`. */
export const checkpointEntity = defineEntity({
  table: "execution_checkpoints",
  model: "ExecutionCheckpoint",
  schema: CheckpointSchema.extend({
    /** The tree, as the store names it. */
    root: z.string(),
    /** The tree when the work after it had ended. */
    afterRoot: z.string().nullable(),
  }),
  tenancy: "organization",
  indexes: [["organizationId", "projectId", "createdAt"]],
});
export type CheckpointRow = RowOf<typeof checkpointEntity>;

/** One row per run; its output lies in a file. */
export const runEntity = defineEntity({
  table: "execution_runs",
  model: "ExecutionRun",
  schema: RunSchema.extend({
    updatedAt: RunSchema.shape.createdAt,
    /** Of the request that started it; null for one without. */
    key: z.string().nullable(),
    /** What was asked for; and the room that is taken for it and not given back yet. */
    limits: RunLimitsSchema.extend({ room: z.object({ bytes: z.int(), takenAt: IsoTimeSchema }).optional() }).nullable(),
  }),
  tenancy: "organization",
  unique: [["projectId", "key"]],
  indexes: [["organizationId", "projectId", "createdAt"], ["organizationId", "projectId", "state"], ["state", "updatedAt"]],
});
export type RunRow = RowOf<typeof runEntity>;
