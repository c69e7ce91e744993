import { ProjectIdSchema, ProjectJobSchema, ProjectProblemSchema, ProjectSourceSchema, ProjectStatusSchema } from "@coder/api/workspace";
import { defineEntity, type RowOf } from "@coder/db";
import { IsoTimeSchema, OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { z } from "zod";

// Paths in rows are stored as `storedText` makes them: a lone surrogate cannot be kept by every store.

/** One row per project, from the moment its import is asked for until it is purged. */
export const projectEntity = defineEntity({
  table: "workspace_projects",
  noun: "project",
  model: "WorkspaceProject",
  schema: z.object({
    id: ProjectIdSchema,
    organizationId: OrganizationIdSchema,
    name: z.string(),
    /** The name as it is looked for: {@link nameKeyOf}. */
    nameKey: z.string(),
    /** Counts what people change. The store's tag also changes with every count of files, so it cannot be what a person hands back. */
    revision: z.int(),
    source: ProjectSourceSchema,
    status: ProjectStatusSchema,
    /** What it goes back to when it is restored. */
    statusBefore: ProjectStatusSchema.nullable(),
    job: ProjectJobSchema.nullable(),
    problem: ProjectProblemSchema.nullable(),
    fileCount: z.int(),
    sizeBytes: z.int(),
    /** What it is counted with against the organization's quota: tree, trash and what an import has asked for. */
    chargedFiles: z.int(),
    chargedBytes: z.int(),
    createdBy: UserIdSchema.nullable(),
    createdAt: IsoTimeSchema,
    updatedAt: IsoTimeSchema,
    filesChangedAt: IsoTimeSchema,
    /** When its files were last counted. */
    countedAt: IsoTimeSchema,
    deletedAt: IsoTimeSchema.nullable(),
  }),
  tenancy: "organization",
  indexes: [["organizationId", "createdAt"], ["organizationId", "status", "createdAt"], ["status", "deletedAt"], ["status", "updatedAt"]],
});

/** In one case and one form, so that no difference of either hides a project from a search. */
export function nameKeyOf(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
export type ProjectRow = RowOf<typeof projectEntity>;

/** What the projects of one organization take, kept as a sum so that one conditional write decides whether more fits. Its id is the organization's. */
export const usageEntity = defineEntity({
  table: "workspace_usage",
  model: "WorkspaceUsage",
  schema: z.object({
    id: OrganizationIdSchema,
    organizationId: OrganizationIdSchema,
    projects: z.int(),
    bytes: z.int(),
    files: z.int(),
    countedAt: IsoTimeSchema,
  }),
  tenancy: "organization",
});
export type UsageRow = RowOf<typeof usageEntity>;

/** One row per deletion in a project's tree. The files lie in `trash/<id>/`. */
export const trashEntryEntity = defineEntity({
  table: "workspace_trash_entries",
  noun: "trash entry",
  model: "WorkspaceTrashEntry",
  schema: z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    projectId: ProjectIdSchema,
    /** Where each came from, by its name in the trash. */
    entries: z.array(z.object({ name: z.string(), path: z.string() })),
    fileCount: z.int(),
    sizeBytes: z.int(),
    deletedBy: UserIdSchema.nullable(),
    deletedAt: IsoTimeSchema,
  }),
  tenancy: "organization",
  indexes: [["organizationId", "projectId", "deletedAt"], ["deletedAt"]],
});
export type TrashEntryRow = RowOf<typeof trashEntryEntity>;

/** Text that somebody has typed and not saved, one row per person and file. The text itself lies in the steps. */
export const bufferEntity = defineEntity({
  table: "workspace_buffers",
  noun: "buffer",
  model: "WorkspaceBuffer",
  schema: z.object({
    /** Made from project, person and path: whoever writes knows it without asking. */
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    projectId: ProjectIdSchema,
    userId: UserIdSchema,
    path: z.string(),
    /** Of the file when editing began; null for one that was not there. */
    baseHash: z.string().nullable(),
    /** Of the newest step. */
    revision: z.int(),
    /** Of the newest step that holds the whole text: older ones are not needed any more. */
    textRevision: z.int(),
    updatedAt: IsoTimeSchema,
  }),
  tenancy: "organization",
  unique: [["projectId", "userId", "path"]],
});
export type BufferRow = RowOf<typeof bufferEntity>;

/** One step of typing: the whole text, or edits to the text of the step before. */
export const bufferStepEntity = defineEntity({
  table: "workspace_buffer_steps",
  model: "WorkspaceBufferStep",
  schema: z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    bufferId: z.uuid(),
    /** Of the text after it. */
    revision: z.int(),
    /** As JSON: an editor's text may hold what no store keeps, a NUL or half a character. */
    change: z.string(),
  }),
  tenancy: "organization",
  unique: [["bufferId", "revision"]],
});
export type BufferStepRow = RowOf<typeof bufferStepEntity>;

/** How somebody has arranged the views of a project. */
export const layoutEntity = defineEntity({
  table: "workspace_layouts",
  model: "WorkspaceLayout",
  schema: z.object({
    id: z.uuid(),
    organizationId: OrganizationIdSchema,
    projectId: ProjectIdSchema,
    userId: UserIdSchema,
    /** As JSON, for the same reason. */
    layout: z.string(),
    updatedAt: IsoTimeSchema,
  }),
  tenancy: "organization",
  unique: [["projectId", "userId"]],
});
export type LayoutRow = RowOf<typeof layoutEntity>;
