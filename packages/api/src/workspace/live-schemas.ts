import { resumeInput } from "@coder/shared";
import { z } from "zod";
import { ProjectPathSchema } from "./project-path.ts";
import { ProjectIdSchema } from "./project-schemas.ts";

/** `created` is told of everything in a new folder; the `deleted` of a folder stands for all that was in it. */
export const PathChangeSchema = z.object({ path: ProjectPathSchema, kind: z.enum(["created", "modified", "deleted"]) });
export type PathChange = z.output<typeof PathChangeSchema>;

/** What happens to a project while it is looked at, within 200 ms, bursts told as one. */
export const ProjectEventSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("changed"), changes: z.array(PathChangeSchema) }),
  /** Too much happened to tell it one by one, or something may have been missed: look again at everything that is shown. Also once at the beginning. */
  z.object({ kind: z.literal("rescan") }),
  /** The state of the version control changed: commit, branch, index. Changes of files are not told this way. */
  z.object({ kind: z.literal("git") }),
  /** The project itself changed: read it again. */
  z.object({ kind: z.literal("project") }),
]);
export type ProjectEvent = z.output<typeof ProjectEventSchema>;

export const WatchProjectInputSchema = z.object({ projectId: ProjectIdSchema, ...resumeInput });
export type WatchProjectInput = z.output<typeof WatchProjectInputSchema>;

/** What was typed, as for opening a file quickly: parts of its name in order, words apart by blanks. Empty for all. */
export const FindFilesInputSchema = z.object({ projectId: ProjectIdSchema, query: z.string().max(200).default(""), limit: z.int().min(1).max(200).default(50) });
export type FindFilesInput = z.output<typeof FindFilesInputSchema>;
export const FoundFileSchema = z.object({
  path: ProjectPathSchema,
  /** Higher is better; comes with no unit. */
  score: z.number(),
  /** UTF-16 offsets in `path` of what matched. */
  positions: z.array(z.int()),
});
/** Best first; without what ignore files hide. */
export const FoundFilesSchema = z.object({ items: z.array(FoundFileSchema) });
export type FoundFiles = z.output<typeof FoundFilesSchema>;
