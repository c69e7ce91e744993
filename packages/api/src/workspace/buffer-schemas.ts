import { z } from "zod";
import { ContentHashSchema } from "./file-schemas.ts";
import { EntryPathSchema } from "./project-path.ts";
import { ProjectIdSchema } from "./project-schemas.ts";

/** Longest text that is kept, in UTF-16 units. What one message can carry is less: see the largest body of an ordinary operation. */
export const MAX_BUFFER_CHARS = 2_097_152;
/** Unsaved files of one person in one project. */
export const MAX_BUFFERS = 100;
export const MAX_LAYOUT_BYTES = 65_536;

/** In UTF-16 units; each edit speaks of the text after the one before it. */
const TextEditSchema = z.object({ offset: z.int().min(0), deleteCount: z.int().min(0), insert: z.string().max(MAX_BUFFER_CHARS) });
export type TextEdit = z.output<typeof TextEditSchema>;

export const BufferChangeSchema = z.union([z.object({ text: z.string().max(MAX_BUFFER_CHARS) }), z.object({ edits: z.array(TextEditSchema).min(1).max(2_000) })]);
export type BufferChange = z.output<typeof BufferChangeSchema>;

export const SaveBufferInputSchema = z.object({
  projectId: ProjectIdSchema,
  path: EntryPathSchema,
  /** Of the file when editing began; null when it was not there. */
  baseHash: ContentHashSchema.nullable(),
  /** Which `save` answered last; 0 at the first time. Edits fit only this one; a whole text fits any. */
  revision: z.int().min(0),
  change: BufferChangeSchema,
});
export type SaveBufferInput = z.output<typeof SaveBufferInputSchema>;
export const SavedBufferSchema = z.object({ revision: z.int() });
export type SavedBuffer = z.output<typeof SavedBufferSchema>;

export const ListBuffersInputSchema = z.object({ projectId: ProjectIdSchema });
export type ListBuffersInput = z.output<typeof ListBuffersInputSchema>;
export const UnsavedTextSchema = z.object({ path: EntryPathSchema, text: z.string(), baseHash: ContentHashSchema.nullable(), revision: z.int() });
export type UnsavedText = z.output<typeof UnsavedTextSchema>;
/** `limited`: there is more than one answer can carry. */
export const UnsavedTextsSchema = z.object({ items: z.array(UnsavedTextSchema), limited: z.boolean() });
export type UnsavedTexts = z.output<typeof UnsavedTextsSchema>;

export const DiscardBufferInputSchema = z.object({ projectId: ProjectIdSchema, path: EntryPathSchema });
export type DiscardBufferInput = z.output<typeof DiscardBufferInputSchema>;

export const GetLayoutInputSchema = z.object({ projectId: ProjectIdSchema });
export type GetLayoutInput = z.output<typeof GetLayoutInputSchema>;
/** Null before there is one. What is in it is the page's business. */
export const LayoutSchema = z.object({ layout: z.record(z.string(), z.unknown()).nullable() });
export type Layout = z.output<typeof LayoutSchema>;
export const PutLayoutInputSchema = z.object({
  projectId: ProjectIdSchema,
  layout: z.record(z.string().max(200), z.unknown()).refine((layout) => JSON.stringify(layout).length <= MAX_LAYOUT_BYTES, `must be at most ${MAX_LAYOUT_BYTES} characters of JSON`),
});
export type PutLayoutInput = z.output<typeof PutLayoutInputSchema>;
