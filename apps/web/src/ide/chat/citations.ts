/** A place in a file, as answers name it: `src/cart.ts:12` or `src/cart.ts:12-20`. Lines from 1; null for the file alone. */
export interface Citation {
  readonly path: string;
  readonly line: number | null;
  readonly endLine: number | null;
}

const PLACE = /^((?:[\w.@()[\]+~-]+\/)*[\w.@()[\]+~-]*\.[A-Za-z0-9]{1,12}|(?:[\w.@()[\]+~-]+\/)+[\w.@()[\]+~-]+)(?::(\d{1,7})(?:[-–](\d{1,7}))?)?$/;

/** What a piece of inline code cites; null for code that is code. A name without a folder needs a line to count as one. */
export function citationOf(text: string): Citation | null {
  const [, path, line, endLine] = PLACE.exec(text.trim()) ?? [];
  if (path === undefined || path.split("/").some((name) => name === "." || name === "..")) return null;
  if (line === undefined && !path.includes("/")) return null;
  if (/^\d+(\.\d+)*$/.test(path)) return null;
  return { path, line: line === undefined ? null : Number(line), endLine: endLine === undefined ? null : Number(endLine) };
}
