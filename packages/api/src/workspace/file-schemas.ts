import { IsoTimeSchema, pageInput, pageOf, UserIdSchema } from "@coder/shared";
import { z } from "zod";
import { EntryPathSchema, ProjectPathSchema } from "./project-path.ts";
import { ProjectIdSchema } from "./project-schemas.ts";

/** Most entries of one move, copy or deletion. */
const MAX_BATCH = 1_000;
/** A file's content as 64 hexadecimal digits of its SHA-256. */
export const ContentHashSchema = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal");

export const ENTRY_KINDS = ["file", "folder", "symlink", "other"] as const;
export const EntryKindSchema = z.enum(ENTRY_KINDS);

/** Something in a project's tree, as it lies there: a link is a link, whatever it points to. */
export const EntrySchema = z.object({
  name: z.string(),
  path: ProjectPathSchema,
  kind: EntryKindSchema,
  /** Of a file; 0 for anything else. */
  sizeBytes: z.int(),
  modifiedAt: IsoTimeSchema,
  executable: z.boolean(),
  /** Where a link points, as it is written in it. */
  target: z.string().nullable(),
  /** Hidden by an ignore file, or part of the version control's own data. */
  ignored: z.boolean(),
});
export type Entry = z.output<typeof EntrySchema>;
export type EntryKind = Entry["kind"];

const folderInput = { projectId: ProjectIdSchema, path: ProjectPathSchema.default("") } as const;

export const ListFolderInputSchema = z.object({
  ...folderInput,
  limit: z.int().min(1).max(5_000).default(1_000),
  cursor: z.string().max(4_096).optional().describe("`nextCursor` of the page before"),
});
export type ListFolderInput = z.output<typeof ListFolderInputSchema>;
/** Folders first, then by name, numbers in it by their value. */
export const EntryPageSchema = z.object({ items: z.array(EntrySchema), nextCursor: z.string().nullable() });
export type EntryPage = z.output<typeof EntryPageSchema>;

export const EntryInputSchema = z.object({ projectId: ProjectIdSchema, path: EntryPathSchema });
export type EntryInput = z.output<typeof EntryInputSchema>;

export const EntryDetailsSchema = EntrySchema.extend({
  /** Where a link leads, if that is in the project. */
  resolved: z.object({ path: ProjectPathSchema, kind: EntryKindSchema }).nullable(),
  /** A file that is small enough to be opened and saved in an editor. */
  editable: z.boolean(),
});
export type EntryDetails = z.output<typeof EntryDetailsSchema>;

export const MoveEntriesInputSchema = z.object({
  projectId: ProjectIdSchema,
  moves: z.array(z.object({ from: EntryPathSchema, to: EntryPathSchema })).min(1).max(MAX_BATCH),
});
export type MoveEntriesInput = z.output<typeof MoveEntriesInputSchema>;
export const CopyEntriesInputSchema = z.object({ projectId: ProjectIdSchema, copies: MoveEntriesInputSchema.shape.moves });
export type CopyEntriesInput = z.output<typeof CopyEntriesInputSchema>;
export const EntriesSchema = z.object({ items: z.array(EntrySchema) });
export type Entries = z.output<typeof EntriesSchema>;

export const DeleteEntriesInputSchema = z.object({ projectId: ProjectIdSchema, paths: z.array(EntryPathSchema).min(1).max(MAX_BATCH) });
export type DeleteEntriesInput = z.output<typeof DeleteEntriesInputSchema>;

export const TrashEntrySchema = z.object({
  id: z.uuid(),
  /** Where everything was. */
  paths: z.array(ProjectPathSchema),
  fileCount: z.int(),
  sizeBytes: z.int(),
  /** Null: the product itself. */
  deletedBy: UserIdSchema.nullable(),
  deletedAt: IsoTimeSchema,
});
export type TrashEntry = z.output<typeof TrashEntrySchema>;
export const ListTrashInputSchema = z.object({ projectId: ProjectIdSchema, ...pageInput });
export type ListTrashInput = z.output<typeof ListTrashInputSchema>;
/** Newest first. */
export const TrashPageSchema = pageOf(TrashEntrySchema);
export type TrashPage = z.output<typeof TrashPageSchema>;
export const NoteFilesChangedInputSchema = z.object({ projectId: ProjectIdSchema });
export type NoteFilesChangedInput = z.output<typeof NoteFilesChangedInputSchema>;
/** What is to be added to a project; negative: what is given back. `takenAt`: when that was taken; a count of the project since then has given it back already, so nothing is done. */
export const ReserveRoomInputSchema = z.object({ projectId: ProjectIdSchema, files: z.int(), bytes: z.int(), takenAt: IsoTimeSchema.optional() });
export type ReserveRoomInput = z.output<typeof ReserveRoomInputSchema>;
export const EmptyTrashInputSchema = z.object({ projectId: ProjectIdSchema });
export type EmptyTrashInput = z.output<typeof EmptyTrashInputSchema>;
export const DeletedEntriesSchema = z.object({ trashId: z.uuid() });
export type DeletedEntries = z.output<typeof DeletedEntriesSchema>;
export const TrashInputSchema = z.object({ projectId: ProjectIdSchema, trashId: z.uuid() });
export type TrashInput = z.output<typeof TrashInputSchema>;

/** A file of the tree in an address: a name that is not UTF-8 cannot be written there, so its path goes as base64url of its bytes instead. */
const fileAddress = {
  projectId: ProjectIdSchema,
  path: EntryPathSchema.optional(),
  pathBytes: z.string().max(8_192).regex(/^[\w-]+$/).optional().describe("Instead of `path`: the path's bytes in base64url"),
} as const;
export const ReadFileInputSchema = z.object(fileAddress);
export type ReadFileInput = z.output<typeof ReadFileInputSchema>;

/** What must be on disk for the file to be written: this content, nothing at all, or whatever there is. */
export const WriteBaseSchema = z.union([ContentHashSchema, z.enum(["none", "any"])]);
export const WriteFileInputSchema = z.object({
  ...fileAddress,
  base: WriteBaseSchema.describe("SHA-256 of the content the new one is based on; `none` to create the file, `any` to write over whatever there is"),
  executable: z.boolean().optional().describe("Of a new file; an old one keeps its mode"),
});
export type WriteFileInput = z.output<typeof WriteFileInputSchema>;
export const WrittenFileSchema = z.object({ path: ProjectPathSchema, hash: ContentHashSchema, sizeBytes: z.int(), modifiedAt: IsoTimeSchema });
export type WrittenFile = z.output<typeof WrittenFileSchema>;
