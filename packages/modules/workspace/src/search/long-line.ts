import { setImmediate as turn } from "node:timers/promises";
import { clamped, lineOfMessage, pathOf, readMessage, shown, type RipgrepLine } from "./ripgrep-message.ts";

const TEXT = Buffer.from('"lines":{"text":"');
/** Within a text no quote is without a backslash before it, so neither of the two stands in one. */
const AFTER_TEXT = Buffer.from('"},"line_number":');
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** Every so many columns it is noted where they begin. */
const STEP = 4_096;
/** After so many bytes somebody else has a turn. */
const AT_A_TIME = 4 * 1024 * 1024;
/** Further than any line is long. */
const NEVER = 2 ** 40;

/**
 * What a message says of a very long line, without making a text of it: of megabytes some hundred characters are shown, and to count the columns where they lie
 * takes a fraction of the time.
 */
export async function lineOfLongMessage(message: Buffer): Promise<RipgrepLine | null> {
  const start = message.indexOf(TEXT) + TEXT.length;
  const end = message.lastIndexOf(AFTER_TEXT);
  const isText = start >= TEXT.length && end >= start;
  const said = isText ? readMessage(`${message.toString("utf8", 0, start)}${message.toString("utf8", end)}`) : null;
  if (!said) return lineOfMessage(message.toString("utf8"));
  const line = new LongLine(message, start, end, said.submatches.flatMap((range) => [range.start, range.end]));
  while (line.walkOn()) await turn();
  const length = line.columns - (/\r?\n$/.exec(line.text(Math.max(0, line.columns - 2), line.columns))?.[0].length ?? 0);
  const ranges = said.submatches.map((range) => clamped({ start: line.columnOf(range.start), end: line.columnOf(range.end) }, length));
  return { path: pathOf(said.path), match: { line: said.line_number, ...shown(line.text, length, ranges) } };
}

interface Place {
  /** In the message. */
  readonly at: number;
  readonly column: number;
}

/**
 * The JSON text of a line, walked through once. Counts bytes, as ripgrep does in its matches, and UTF-16 columns. ripgrep escapes quotes, backslashes and control
 * characters, each of them one byte and one column; all else stands as it is.
 */
class LongLine {
  readonly #message: Buffer;
  readonly #end: number;
  /** Bytes whose columns are wanted, in order. */
  readonly #wanted: readonly number[];
  readonly #found = new Map<number, number>();
  readonly #steps: Place[] = [];
  #at: number;
  #byte = 0;
  #column = 0;
  #nextByte: number;
  #nextStep = 0;

  constructor(message: Buffer, start: number, end: number, wanted: readonly number[]) {
    this.#message = message;
    this.#end = end;
    this.#wanted = [...new Set(wanted)].sort((one, other) => one - other);
    this.#nextByte = this.#wanted[0] ?? NEVER;
    this.#at = start;
  }

  /** Of what was walked through. */
  get columns(): number {
    return this.#column;
  }

  columnOf(byte: number): number {
    return this.#found.get(byte) ?? this.#column;
  }

  /** A part of the way; false at the end. */
  walkOn(): boolean {
    const message = this.#message;
    const stop = Math.min(this.#end, this.#at + AT_A_TIME);
    let at = this.#at;
    // How far bytes and columns lag behind the place in the message: that changes at few places, so most bytes are only looked at.
    let [bytesBehind, columnsBehind] = [at - this.#byte, at - this.#column];
    while (at < stop) {
      this.#note(at, at - bytesBehind, at - columnsBehind);
      const next = Math.min(stop, this.#nextByte + bytesBehind, this.#nextStep + columnsBehind);
      let first = 0;
      while (at < next && (first = message[at] ?? 0) < 0x80 && first !== BACKSLASH) at += 1;
      if (at >= next) continue;
      if (first === BACKSLASH) {
        const length = message[at + 1] === LETTER_U ? 6 : 2;
        at += length;
        bytesBehind += length - 1;
        columnsBehind += length - 1;
      } else {
        const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        at += length;
        columnsBehind += length === 4 ? 2 : length - 1;
      }
    }
    this.#at = at;
    this.#byte = at - bytesBehind;
    this.#column = at - columnsBehind;
    return at < this.#end;
  }

  #note(at: number, byte: number, column: number): void {
    while (byte >= this.#nextByte) {
      this.#found.set(this.#nextByte, column);
      this.#nextByte = this.#wanted[this.#found.size] ?? NEVER;
    }
    if (column < this.#nextStep) return;
    this.#steps.push({ at, column });
    this.#nextStep = this.#steps.length * STEP;
  }

  /** What stands between two columns, once all was walked through. */
  readonly text = (from: number, to: number): string => {
    const first = this.#steps.findLast(({ column }) => column <= from);
    const next = this.#steps.find(({ column }) => column >= to);
    if (!first) return "";
    const text: unknown = JSON.parse(`"${this.#message.toString("utf8", first.at, next?.at ?? this.#end)}"`);
    return String(text).slice(from - first.column, to - first.column);
  };
}
