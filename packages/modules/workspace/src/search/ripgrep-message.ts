import type { SearchMatch } from "@coder/api/workspace";
import { textOfBytes } from "@coder/work-tree";
import { z } from "zod";

/** Text, or bytes where it is not UTF-8. One object and no union: a search reads thousands of these. */
const TextSchema = z.object({ text: z.string().optional(), bytes: z.string().optional() });
type RipgrepText = z.output<typeof TextSchema>;

const RangeSchema = z.object({ start: z.number(), end: z.number() });
type Range = z.output<typeof RangeSchema>;
const LineMessageSchema = z.object({ data: z.object({ path: TextSchema, lines: TextSchema, line_number: z.number(), submatches: z.array(RangeSchema) }) });
/** How the messages begin that tell of a line; the others say where a file begins and ends. */
const OF_LINE = /^\{"type":"(?:match|context)"/;

/** How much of a long line is shown, and how much of that before its first match. */
const SHOWN_CHARS = 500;
const SHOWN_BEFORE = 100;

/** A line of a file as it is told: a match, or one around it. */
export interface RipgrepLine {
  readonly path: string;
  readonly match: SearchMatch;
}

/** What one message of `rg --json` says of a line; null for one that says something else. */
export function lineOfMessage(json: string): RipgrepLine | null {
  if (!OF_LINE.test(json)) return null;
  const { path, lines, line_number: line, submatches } = LineMessageSchema.parse(JSON.parse(json)).data;
  const { text, ranges } = lines.text === undefined ? ofBytes(bytesOf(lines), submatches) : ofText(lines.text, submatches);
  return { path: pathOf(path), match: { line, ...shown(text, ranges) } };
}

interface Line {
  readonly text: string;
  readonly ranges: readonly Range[];
}

function pathOf(path: RipgrepText): string {
  const text = path.text ?? textOfBytes(bytesOf(path));
  return text.startsWith("./") ? text.slice(2) : text;
}

function bytesOf({ bytes = "" }: RipgrepText): Buffer {
  return Buffer.from(bytes, "base64");
}

/** From bytes of UTF-8 to UTF-16 columns, in one walk over the line. */
function ofText(line: string, submatches: readonly Range[]): Line {
  const text = withoutEnd(line);
  if (Buffer.byteLength(line) === line.length) return { text, ranges: submatches.map((range) => clamped(range, text.length)) };
  const columns = new Map<number, number>();
  const wanted = [...new Set(submatches.flatMap(({ start, end }) => [start, end]))].sort((one, other) => one - other);
  let [byte, column] = [0, 0];
  for (const offset of wanted) {
    while (byte < offset && column < line.length) {
      const code = line.codePointAt(column) ?? 0;
      byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      column += code < 0x10000 ? 1 : 2;
    }
    columns.set(offset, column);
  }
  return { text, ranges: submatches.map(({ start, end }) => clamped({ start: columns.get(start) ?? 0, end: columns.get(end) ?? 0 }, text.length)) };
}

/** A line that is not UTF-8 is shown as an editor shows it, with a replacement for what cannot be read. */
function ofBytes(line: Buffer, submatches: readonly Range[]): Line {
  const text = withoutEnd(line.toString("utf8"));
  const column = (offset: number): number => line.subarray(0, offset).toString("utf8").length;
  return { text, ranges: submatches.map(({ start, end }) => clamped({ start: column(start), end: column(end) }, text.length)) };
}

function withoutEnd(line: string): string {
  if (!line.endsWith("\n")) return line;
  return line.slice(0, line.endsWith("\r\n") ? -2 : -1);
}

function clamped({ start, end }: Range, length: number): Range {
  return { start: Math.min(start, length), end: Math.min(end, length) };
}

function shown(line: string, ranges: readonly Range[]): Omit<SearchMatch, "line"> {
  const first = ranges[0]?.start ?? 0;
  const from = line.length <= SHOWN_CHARS ? 0 : Math.max(0, Math.min(first - SHOWN_BEFORE, line.length - SHOWN_CHARS));
  // A character is not cut in two.
  const textStart = from > 0 && isLowSurrogate(line.charCodeAt(from)) ? from + 1 : from;
  const end = textStart + SHOWN_CHARS;
  const text = line.slice(textStart, isLowSurrogate(line.charCodeAt(end)) ? end - 1 : end);
  return { ranges: [...ranges], text, textStart };
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
