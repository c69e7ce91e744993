import { ChangeSetIdSchema } from "@coder/api/execution";
import { ProjectPathSchema } from "@coder/api/workspace";
import { z } from "zod";

/**
 * What an editor shows, as plain data: it is kept with the layout and compared by its key. A new kind is a member here and
 * an entry in `editor-kinds.ts`.
 */
export const EditorInputSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("file"), path: ProjectPathSchema }),
  /** The text of an editor beside the file on the disk. */
  z.object({ kind: z.literal("disk-diff"), path: ProjectPathSchema }),
  /** The last commit beside what is staged; for a renamed file its path there. */
  z.object({ kind: z.literal("git-staged"), path: ProjectPathSchema, originalPath: ProjectPathSchema.optional() }),
  /** What is staged beside the work tree. */
  z.object({ kind: z.literal("git-unstaged"), path: ProjectPathSchema, originalPath: ProjectPathSchema.optional() }),
  /** A proposed change of files, for review. It lies nowhere in the tree. */
  z.object({ kind: z.literal("change-set"), id: ChangeSetIdSchema, title: z.string().max(200), path: z.literal("") }),
  /** The form of the generators. */
  z.object({ kind: z.literal("generate"), path: z.literal("") }),
]);
export type EditorInput = z.output<typeof EditorInputSchema>;
export type EditorKind = EditorInput["kind"];

/** The same for two inputs that show the same thing; the id of a tab in its group. */
export function inputKey(input: EditorInput): string {
  return input.kind === "change-set" ? `${input.kind}:${input.id}` : `${input.kind}:${input.path}`;
}

/** `src/app/page.tsx` → `page.tsx`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `src/app/page.tsx` → `src/app`; empty for what lies in the project's root. */
export function folderOf(path: string): string {
  const at = path.lastIndexOf("/");
  return at < 0 ? "" : path.slice(0, at);
}

export function joinPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** Whether a path is another or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
