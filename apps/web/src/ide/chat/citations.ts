/** A place in a file, as answers name it: `src/cart.ts:12` or `src/cart.ts:12-20`. Lines from 1; null for the file alone. */
export interface Citation {
  readonly path: string;
  readonly line: number | null;
  readonly endLine: number | null;
}

const NAME = String.raw`[\p{L}\p{N}\p{M}_.@()[\]+~$=,!&'-]`;
const EXTENSION = String.raw`\.[A-Za-z0-9]{1,12}`;
const LINES = String.raw`(?::(\d{1,7})(?:[-–](\d{1,7}))?)`;
const PLACE = new RegExp(`^((?:${NAME}+/)*${NAME}*${EXTENSION}|(?:${NAME}+/)+${NAME}+)${LINES}?$`, "u");
/** With blanks in it only a place with a line is told from code. */
const SPACED = new RegExp(`^((?:${NAME}|[ /])*${NAME}${EXTENSION})${LINES}$`, "u");

/** What a piece of inline code cites; null for code that is code. A name without a folder needs a line to count as one. */
export function citationOf(text: string): Citation | null {
  const [, path, line, endLine] = PLACE.exec(text.trim()) ?? SPACED.exec(text.trim()) ?? [];
  if (path === undefined || path.split("/").some((name) => name === "." || name === "..")) return null;
  if (line === undefined && !path.includes("/")) return null;
  if (/^\d+(\.\d+)*$/.test(path)) return null;
  return { path, line: line === undefined ? null : Number(line), endLine: endLine === undefined ? null : Number(endLine) };
}
