import { IsoTimeSchema, nameSchema, OrganizationIdSchema, pageInput, pageOf, UserIdSchema } from "@coder/shared";
import { z } from "zod";
import { EntryPathSchema, ProjectPathSchema } from "../workspace/project-path.ts";
import { ProjectIdSchema } from "../workspace/project-schemas.ts";
import { ChangeSetIdSchema } from "./change-set-schemas.ts";

export const CheckpointIdSchema = z.uuid().brand<"CheckpointId">();
export type CheckpointId = z.output<typeof CheckpointIdSchema>;
export const RunIdSchema = z.uuid().brand<"RunId">();
export type RunId = z.output<typeof RunIdSchema>;

/** Most paths that an answer names of each kind; `total` counts all. */
export const MAX_NAMED_PATHS = 500;

/** Paths of the project, the first of them named. */
export const PathsSchema = z.object({ total: z.int(), paths: z.array(ProjectPathSchema) });
export type Paths = z.output<typeof PathsSchema>;

export const FileChangeSchema = z.object({ path: ProjectPathSchema, kind: z.enum(["created", "changed", "deleted"]) });
export type FileChange = z.output<typeof FileChangeSchema>;
/** What some work changed in the project's files, the first of them named. */
export const FileChangesSchema = z.object({ total: z.int(), items: z.array(FileChangeSchema) });
export type FileChanges = z.output<typeof FileChangesSchema>;

/**
 * The state of a project's files at one moment: everything but version control (`.git`) and dependency folders. `cause`: before a run, before a change was applied or
 * undone, before a restore, or because a person asked for it.
 */
export const CheckpointSchema = z.object({
  id: CheckpointIdSchema,
  organizationId: OrganizationIdSchema,
  projectId: ProjectIdSchema,
  reason: z.string(),
  cause: z.enum(["run", "change", "restore", "person"]),
  runId: RunIdSchema.nullable(),
  changeSetId: ChangeSetIdSchema.nullable(),
  /** The checkpoint that was restored after this one was taken. */
  restoredId: CheckpointIdSchema.nullable(),
  /** Files and links. */
  files: z.int(),
  bytes: z.int(),
  /** What the work after it changed; null while it is not known, then a restore brings everything back. */
  changes: FileChangesSchema.nullable(),
  /** Null: the product itself. */
  createdBy: UserIdSchema.nullable(),
  createdAt: IsoTimeSchema,
});
export type Checkpoint = z.output<typeof CheckpointSchema>;

/** Newest first. */
export const ListCheckpointsInputSchema = z.object({ projectId: ProjectIdSchema, ...pageInput });
export type ListCheckpointsInput = z.output<typeof ListCheckpointsInputSchema>;
export const CheckpointPageSchema = pageOf(CheckpointSchema);
export type CheckpointPage = z.infer<typeof CheckpointPageSchema>;

export const CreateCheckpointInputSchema = z.object({ projectId: ProjectIdSchema, reason: nameSchema(200) });
export type CreateCheckpointInput = z.output<typeof CreateCheckpointInputSchema>;

const restoreFields = {
  id: CheckpointIdSchema,
  /** `work`: what the work after the checkpoint changed, without what was edited later. `all`: every file. */
  scope: z.enum(["work", "all"]).default("work"),
  /** Conflicts that are restored all the same. */
  chosen: z.array(EntryPathSchema).max(1_000).default([]),
} as const;
export const PreviewRestoreInputSchema = z.object(restoreFields);
export type PreviewRestoreInput = z.output<typeof PreviewRestoreInputSchema>;

/** What a restore would do. */
export const RestorePreviewSchema = z.object({
  /** Hand it back when restoring: nothing else is done than what was looked at. */
  fingerprint: z.string(),
  create: PathsSchema,
  change: PathsSchema,
  delete: PathsSchema,
  /** Changed by the work and by somebody after it: stay as they are, unless chosen. */
  conflicts: PathsSchema,
  /** Edited only after the work: stay as they are. */
  kept: PathsSchema,
  /** Version control and dependencies that changed since. Never restored. */
  excluded: PathsSchema,
});
export type RestorePreview = z.output<typeof RestorePreviewSchema>;

export const RestoreCheckpointInputSchema = z.object({ ...restoreFields, fingerprint: z.string().max(64).nullable().default(null) });
export type RestoreCheckpointInput = z.output<typeof RestoreCheckpointInputSchema>;
export const UndoRestoreInputSchema = z.object({ id: CheckpointIdSchema });
export type UndoRestoreInput = z.output<typeof UndoRestoreInputSchema>;

export const RestoreResultSchema = z.object({
  /** The state before the restore: undo it with this. */
  undo: CheckpointSchema,
  /** Paths that were changed, created and deleted. */
  restored: z.int(),
  /** Something else came to be there meanwhile: left as they are. */
  blocked: PathsSchema,
});
export type RestoreResult = z.output<typeof RestoreResultSchema>;
