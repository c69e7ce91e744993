import { z } from "zod";
import { ProjectPathSchema } from "./project-path.ts";
import { ProjectIdSchema } from "./project-schemas.ts";

/** A glob over paths, as in an ignore file: `*.ts`, `src/**`, `!` is not needed. */
const GlobSchema = z.string().min(1).max(500).refine((glob) => !glob.includes("\0"), "must not hold a NUL");

const searchFields = {
  projectId: ProjectIdSchema,
  /** What to look for, on one line. */
  query: z.string().min(1).max(4_096).refine((text) => !/[\0\n\r]/.test(text), "must be one line"),
  /** The query is a regular expression (Rust syntax). */
  regex: z.boolean().default(false),
  caseSensitive: z.boolean().default(false),
  wholeWord: z.boolean().default(false),
  /** Only files that match one of these; all when there is none. */
  include: z.array(GlobSchema).max(50).default([]),
  /** No files that match one of these. */
  exclude: z.array(GlobSchema).max(50).default([]),
  /** Leave out what `.gitignore`, `.ignore` and `.git/info/exclude` hide. */
  useIgnoreFiles: z.boolean().default(true),
  /** Lines around each match. */
  contextLines: z.int().min(0).max(10).default(0),
} as const;

/** `maxMatches`: the search ends there and says `limited`. */
export const SearchTextInputSchema = z.object({ ...searchFields, maxMatches: z.int().min(1).max(20_000).default(10_000) });
export type SearchTextInput = z.output<typeof SearchTextInputSchema>;
export const SearchOnceInputSchema = z.object({ ...searchFields, maxMatches: z.int().min(1).max(1_000).default(1_000) });
export type SearchOnceInput = z.output<typeof SearchOnceInputSchema>;

/** UTF-16 columns from 0; `end` is not included. */
const ColumnRangeSchema = z.object({ start: z.int(), end: z.int() });

export const SearchMatchSchema = z.object({
  /** From 1. */
  line: z.int(),
  /** Columns in the whole line. Empty for a line that only stands around a match. */
  ranges: z.array(ColumnRangeSchema),
  /** The line, or of a long one the part around its first match. */
  text: z.string(),
  /** Column at which `text` begins in the line. */
  textStart: z.int(),
});
export type SearchMatch = z.output<typeof SearchMatchSchema>;

/** The rest of a file's matches can follow under the same path. */
export const SearchedFileSchema = z.object({ path: ProjectPathSchema, matches: z.array(SearchMatchSchema) });
export type SearchedFile = z.output<typeof SearchedFileSchema>;

const SearchSummarySchema = z.object({
  /** Files with a match, and matches in them. */
  files: z.int(),
  matches: z.int(),
  /** There may be more. */
  limited: z.boolean(),
  tookMs: z.number(),
});
export type SearchSummary = z.output<typeof SearchSummarySchema>;

/** As it is found, and at the end how much it was. */
export const SearchItemSchema = z.discriminatedUnion("done", [
  z.object({ done: z.literal(false), files: z.array(SearchedFileSchema) }),
  z.object({ done: z.literal(true), summary: SearchSummarySchema }),
]);
export type SearchItem = z.output<typeof SearchItemSchema>;

export const SearchResultSchema = z.object({ files: z.array(SearchedFileSchema), summary: SearchSummarySchema });
export type SearchResult = z.output<typeof SearchResultSchema>;
