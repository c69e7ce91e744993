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
  const said = readMessage(json);
  if (!said) return null;
  const { path, lines, line_number: line, submatches } = said;
  const { text, ranges } = lines.text === undefined ? ofBytes(bytesOf(lines), submatches) : ofText(lines.text, submatches);
  return { path: pathOf(path), match: { line, ...shown((from, to) => text.slice(from, to), text.length, ranges) } };
}

/** As ripgrep says it; null for a message that is not of a line. */
export function readMessage(json: string): z.output<typeof LineMessageSchema>["data"] | null {
  return OF_LINE.test(json) ? LineMessageSchema.parse(JSON.parse(json)).data : null;
}

interface Line {
  readonly text: string;
  readonly ranges: readonly Range[];
}

export function pathOf(path: RipgrepText): string {
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
  let [byte, columns] = [0, 0];
  // Matches come one after the other and do not overlap, so that each part of the line is read once.
  const column = (offset: number): number => {
    columns += line.toString("utf8", byte, offset).length;
    byte = Math.max(byte, offset);
    return columns;
  };
  return { text, ranges: submatches.map(({ start, end }) => clamped({ start: column(start), end: column(end) }, text.length)) };
}

function withoutEnd(line: string): string {
  if (!line.endsWith("\n")) return line;
  return line.slice(0, line.endsWith("\r\n") ? -2 : -1);
}

export function clamped({ start, end }: Range, length: number): Range {
  return { start: Math.min(start, length), end: Math.min(end, length) };
}

/** @param part what stands between two columns of a line that is so long */
export function shown(part: (from: number, to: number) => string, length: number, ranges: readonly Range[]): Omit<SearchMatch, "line"> {
  const first = ranges[0]?.start ?? 0;
  const from = length <= SHOWN_CHARS ? 0 : Math.max(0, Math.min(first - SHOWN_BEFORE, length - SHOWN_CHARS));
  const text = part(from, Math.min(length, from + SHOWN_CHARS + 2));
  // A character is not cut in two.
  const skipped = from > 0 && isLowSurrogate(text.charCodeAt(0)) ? 1 : 0;
  const end = skipped + SHOWN_CHARS;
  return { ranges: [...ranges], text: text.slice(skipped, isLowSurrogate(text.charCodeAt(end)) ? end - 1 : end), textStart: from + skipped };
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
