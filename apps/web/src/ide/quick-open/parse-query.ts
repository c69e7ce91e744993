import type { TextPlace } from "../editors/open-options.ts";

export interface FileQuery {
  readonly text: string;
  /** `name:12` or `name:12:7`: where to go in the file. */
  readonly at: TextPlace | null;
}

/** What is typed to open a file: parts of its name, and perhaps a line and a column. */
export function parseFileQuery(typed: string): FileQuery {
  const match = /^(.*?)[:#(](\d{1,7})?(?:[:,](\d{1,5})?)?\)?$/u.exec(typed.trim());
  if (!match) return { text: typed.trim(), at: null };
  const [, text = "", line, column] = match;
  if (line === undefined) return { text, at: null };
  return { text, at: { line: Math.max(1, Number(line)), ...(column === undefined ? {} : { column: Math.max(1, Number(column)) }) } };
}
