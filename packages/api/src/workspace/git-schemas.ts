import { z } from "zod";
import { EntryPathSchema, ProjectPathSchema } from "./project-path.ts";
import { ProjectIdSchema } from "./project-schemas.ts";

export const GitStatusInputSchema = z.object({ projectId: ProjectIdSchema });
export type GitStatusInput = z.output<typeof GitStatusInputSchema>;

export const GIT_ENTRY_KINDS = ["changed", "renamed", "untracked", "conflict", "submodule"] as const;
export const GIT_OPERATIONS = ["merge", "rebase", "cherry-pick", "revert", "bisect", "am"] as const;

export const GitEntrySchema = z.object({
  /** An untracked folder ends with no slash: it is one entry for all that is in it. */
  path: ProjectPathSchema,
  /** Where a renamed or copied file was. */
  from: ProjectPathSchema.nullable(),
  /** git's letters for index and work tree (`.` unchanged, `M`, `T`, `A`, `D`, `R`, `C`, `U`, `?`). */
  index: z.string().length(1),
  worktree: z.string().length(1),
  kind: z.enum(GIT_ENTRY_KINDS),
});
export type GitEntry = z.output<typeof GitEntrySchema>;

export const GitStatusSchema = z.object({
  /** Whether the project is a git repository at all; nothing else is known then. */
  repository: z.boolean(),
  /** Why a `.git` that is there is no repository; null otherwise. */
  problem: z.string().nullable(),
  /** Null when HEAD is on no branch. */
  branch: z.string().nullable(),
  /** Commit that HEAD is on; null before the first one. */
  commit: z.string().nullable(),
  detached: z.boolean(),
  upstream: z.string().nullable(),
  ahead: z.int(),
  behind: z.int(),
  /** What was begun and is not finished. */
  operation: z.enum(GIT_OPERATIONS).nullable(),
  entries: z.array(GitEntrySchema),
  /** There are more entries than these. */
  limited: z.boolean(),
});
export type GitStatus = z.output<typeof GitStatusSchema>;

/** Of the last commit against index or work tree, or of the index against the work tree. `originalPath` for a file that was renamed. */
export const GitDiffInputSchema = z.object({
  projectId: ProjectIdSchema,
  path: EntryPathSchema,
  originalPath: EntryPathSchema.optional(),
  from: z.enum(["head", "index"]),
  to: z.enum(["index", "worktree"]),
});
export type GitDiffInput = z.output<typeof GitDiffInputSchema>;

/** Two texts to be compared. Null where the file is not there. Both are null for what cannot be compared as text. */
export const GitDiffSchema = z.object({ original: z.string().nullable(), modified: z.string().nullable(), binary: z.boolean(), tooLarge: z.boolean() });
export type GitDiff = z.output<typeof GitDiffSchema>;

export const GitLogInputSchema = z.object({
  projectId: ProjectIdSchema,
  path: EntryPathSchema.optional().describe("Only commits that changed this file or folder"),
  limit: z.int().min(1).max(200).default(50),
  cursor: z.string().regex(/^[0-9a-f]{40,64}:\d{1,9}$/).optional(),
});
export type GitLogInput = z.output<typeof GitLogInputSchema>;

export const GitCommitSchema = z.object({
  id: z.string(),
  parents: z.array(z.string()),
  authorName: z.string(),
  authorEmail: z.string(),
  /** ISO 8601 with the author's offset from UTC. */
  authoredAt: z.iso.datetime({ offset: true }),
  subject: z.string(),
});
export type GitCommit = z.output<typeof GitCommitSchema>;
export const GitLogSchema = z.object({ items: z.array(GitCommitSchema), nextCursor: z.string().nullable() });
export type GitLog = z.output<typeof GitLogSchema>;
