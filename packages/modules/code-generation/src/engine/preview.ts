import type { Preview } from "@coder/api/code-generation";
import type { Made } from "./made.ts";

/** What a page shows of one file before the change set is there, in UTF-16 units. */
const SHOWN_CHARS = 64 * 1024;
const SHOWN_FILES = 50;

export function previewOf({ title, files, notes, facts, tables }: Made): Preview {
  return {
    title,
    files: files.slice(0, SHOWN_FILES).map(({ path, kind, content, original, reason }) => ({
      path, kind, reason,
      content: content.slice(0, SHOWN_CHARS),
      original: original === null ? null : original.slice(0, SHOWN_CHARS),
      sizeBytes: Buffer.byteLength(content),
      truncated: content.length > SHOWN_CHARS || (original?.length ?? 0) > SHOWN_CHARS,
    })),
    notes: [...notes],
    facts: [...facts],
    tables: tables.map(({ type, columns, rows, total }) => ({ type, columns: [...columns], rows: rows.map((row) => [...row]), total })),
  };
}
