import { IsoTimeSchema, nameSchema, OrganizationIdSchema, pageInput, pageOf, UserIdSchema, VersionSchema } from "@coder/shared";
import { z } from "zod";
import { ProjectPathSchema } from "./project-path.ts";

export const ProjectIdSchema = z.uuid().brand<"ProjectId">();
export type ProjectId = z.output<typeof ProjectIdSchema>;

export const ProjectNameSchema = nameSchema(100);

/** Plain https: what a person can paste, and what needs no key on the server. Whose address it is, is checked when it is cloned. */
export const GitUrlSchema = z
  .url({ protocol: /^https$/ })
  .max(2_000)
  .refine((url) => !/[\s\\]/.test(url), "must not hold spaces or backslashes")
  .refine((url) => withoutCredentials(url), "must not hold a user name or password");

function withoutCredentials(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.username === "" && parsed.password === "";
}

/** A branch, tag or full commit id, as git names them. */
export const GitRefSchema = z.string().min(1).max(250).regex(/^(?![-/.])(?!.*(\.\.|\/\/|@\{|\/\.|\.lock(\/|$)))[^\p{Cc}\p{Cs}\s~^:?*[\\]+(?<![/.])$/u, "must be the name of a branch, tag or commit");

/** A folder of this server, absolute. Bytes that are not UTF-8 are escaped as in a project path. */
export const ServerPathSchema = z
  .string()
  .min(1)
  .max(4_096)
  .refine((path) => path.startsWith("/") && !path.includes("\0"), "must be an absolute path");

/** Where a project's files came from. */
export const ProjectSourceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("empty") }),
  z.object({ kind: z.literal("archive"), fileName: z.string() }),
  z.object({ kind: z.literal("git"), url: z.string(), ref: z.string().nullable() }),
  z.object({ kind: z.literal("folder"), path: z.string() }),
]);
export type ProjectSource = z.output<typeof ProjectSourceSchema>;

/**
 * `importing`: its files are on their way, see `job`. `ready`: it can be opened. `failed`: the import ended without files, see `problem`.
 * `deleted`: in the trash; its files are still there and it can be restored.
 */
export const PROJECT_STATUSES = ["importing", "ready", "failed", "deleted"] as const;
export const ProjectStatusSchema = z.enum(PROJECT_STATUSES);
export type ProjectStatus = z.output<typeof ProjectStatusSchema>;

export const ProjectProblemSchema = z.object({ code: z.string(), message: z.string(), remedy: z.string() });
export type ProjectProblem = z.output<typeof ProjectProblemSchema>;

/** A job that can be watched and cancelled with the operations for one's own jobs. */
export const ProjectJobSchema = z.object({ id: z.uuid(), name: z.string() });
export type ProjectJob = z.output<typeof ProjectJobSchema>;

export const ProjectSchema = z.object({
  id: ProjectIdSchema,
  organizationId: OrganizationIdSchema,
  name: z.string(),
  source: ProjectSourceSchema,
  status: ProjectStatusSchema,
  /** The import under way; null at any other time. */
  job: ProjectJobSchema.nullable(),
  /** Why the import failed. */
  problem: ProjectProblemSchema.nullable(),
  /** Regular files and symbolic links, as last counted. */
  fileCount: z.int(),
  /** Sum of their sizes in bytes, as last counted. */
  sizeBytes: z.int(),
  /** Null: the product itself. */
  createdBy: UserIdSchema.nullable(),
  createdAt: IsoTimeSchema,
  updatedAt: IsoTimeSchema,
  /** When its files last changed, to a few seconds. */
  filesChangedAt: IsoTimeSchema,
  /** When it went to the trash. */
  deletedAt: IsoTimeSchema.nullable(),
  /** Hand it back when renaming. */
  version: z.string(),
});
export type Project = z.output<typeof ProjectSchema>;

export const ProjectInputSchema = z.object({ id: ProjectIdSchema });
export type ProjectInput = z.output<typeof ProjectInputSchema>;

/** Newest first. Without `status` everything but what is in the trash. */
export const ListProjectsInputSchema = z.object({
  ...pageInput,
  status: ProjectStatusSchema.optional(),
  search: z.string().trim().min(1).max(100).optional().describe("Part of the name, in any case"),
});
export type ListProjectsInput = z.output<typeof ListProjectsInputSchema>;
export const ProjectPageSchema = pageOf(ProjectSchema);
export type ProjectPage = z.output<typeof ProjectPageSchema>;

export const CreateProjectInputSchema = z.object({ name: ProjectNameSchema });
export type CreateProjectInput = z.output<typeof CreateProjectInputSchema>;

export const RenameProjectInputSchema = z.object({ id: ProjectIdSchema, version: VersionSchema, name: ProjectNameSchema });
export type RenameProjectInput = z.output<typeof RenameProjectInputSchema>;

/** Without `name` the last part of the address is taken; without `ref` the default branch. */
export const ImportGitInputSchema = z.object({ name: ProjectNameSchema.optional(), url: GitUrlSchema, ref: GitRefSchema.optional() });
export type ImportGitInput = z.output<typeof ImportGitInputSchema>;

/** Without `name` the folder's is taken. */
export const ImportFolderInputSchema = z.object({ name: ProjectNameSchema.optional(), path: ServerPathSchema });
export type ImportFolderInput = z.output<typeof ImportFolderInputSchema>;

/** Without `path` the roots that the settings name. */
export const ListImportFoldersInputSchema = z.object({ path: ServerPathSchema.optional() });
export type ListImportFoldersInput = z.output<typeof ListImportFoldersInputSchema>;

export const ImportFoldersSchema = z.object({
  /** The folder whose children these are; null above the roots. */
  path: z.string().nullable(),
  /** Where "up" leads; null at a root. */
  parent: z.string().nullable(),
  folders: z.array(z.object({ name: z.string(), path: z.string() })),
  /** Whether there are more than are listed. */
  limited: z.boolean(),
});
export type ImportFolders = z.output<typeof ImportFoldersSchema>;

/** What the body of an upload is: the file's name decides the format (`.zip`, `.tar.gz`, `.tgz`, `.tar`). */
export const ImportArchiveInputSchema = z.object({ name: ProjectNameSchema.optional(), fileName: z.string().min(1).max(500) });
export type ImportArchiveInput = z.output<typeof ImportArchiveInputSchema>;

export const ARCHIVE_FORMATS = ["zip", "tar.gz"] as const;
export const ArchiveFormatSchema = z.enum(ARCHIVE_FORMATS);
export type ArchiveFormat = z.output<typeof ArchiveFormatSchema>;

export const ExportArchiveInputSchema = z.object({ projectId: ProjectIdSchema, format: ArchiveFormatSchema.default("zip") });
export type ExportArchiveInput = z.output<typeof ExportArchiveInputSchema>;

const AllowanceSchema = z.object({ used: z.int(), limit: z.int() });

/** What the organization's projects take, those in the trash included. */
export const UsageSchema = z.object({
  projects: AllowanceSchema,
  bytes: AllowanceSchema,
  files: AllowanceSchema,
  /** After how many days what was deleted is removed for good: projects, and files of a project. 0: never by itself. */
  retention: z.object({ deletedProjectDays: z.int(), trashDays: z.int() }),
});
export type Usage = z.output<typeof UsageSchema>;

/** For indexing: the files of a project in the order of their paths' bytes, without what the ignore files, `.git` and dependency folders hide. */
export const ListTreeInputSchema = z.object({
  projectId: ProjectIdSchema,
  after: ProjectPathSchema.optional().describe("The last path of the page before"),
  limit: z.int().min(1).max(10_000).default(5_000),
});
export type ListTreeInput = z.output<typeof ListTreeInputSchema>;

export const TreeFileSchema = z.object({
  path: ProjectPathSchema,
  sizeBytes: z.int(),
  modifiedAt: IsoTimeSchema,
  /** Changes whenever the file's content may have: a file with the same fingerprint need not be read again. */
  fingerprint: z.string(),
});
export type TreeFile = z.output<typeof TreeFileSchema>;
export const TreePageSchema = z.object({ files: z.array(TreeFileSchema), nextAfter: ProjectPathSchema.nullable() });
export type TreePage = z.output<typeof TreePageSchema>;

export const ReadFilesInputSchema = z.object({ projectId: ProjectIdSchema, paths: z.array(ProjectPathSchema).min(1).max(256) });
export type ReadFilesInput = z.output<typeof ReadFilesInputSchema>;

/** Why a file's text is not in the answer. `next`: the answer is full, ask for it again. */
export const UNREAD_REASONS = ["missing", "not_a_file", "too_large", "binary", "next"] as const;
export const ReadFileSchema = z.object({ path: ProjectPathSchema, text: z.string().nullable(), reason: z.enum(UNREAD_REASONS).optional() });
export const ReadFilesSchema = z.object({ files: z.array(ReadFileSchema) });
export type ReadFiles = z.output<typeof ReadFilesSchema>;
