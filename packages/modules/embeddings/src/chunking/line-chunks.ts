import { MAX_CHUNK_BYTES, type Chunk, type TextMeasure } from "./chunk.ts";

/** Longest piece in UTF-16 units that is within the limit whatever its characters are. */
const SAFE_UNITS = MAX_CHUNK_BYTES / 3;

/** Cuts a range into pieces of whole lines; only a line that is too long by itself is cut in itself. Prefers to cut at an empty line. Returns starts and ends in turn. */
export function cutLines(measure: TextMeasure, start: number, end: number): number[] {
  const { text } = measure;
  const pieces: number[] = [];
  let from = start;
  let to = start;
  /** Where the last empty line since `from` ended. */
  let breakAt = -1;
  const close = (at: number): void => {
    if (at > from) pieces.push(from, at);
    from = at;
    breakAt = -1;
  };
  for (let at = start; at < end; ) {
    const newline = text.indexOf("\n", at);
    const next = newline < 0 || newline >= end ? end : newline + 1;
    if (to > from && measure.bytes(from, next) > MAX_CHUNK_BYTES) {
      // An early empty line would leave crumbs.
      close(breakAt > from + (to - from) / 3 ? breakAt : to);
      if (measure.bytes(from, next) > MAX_CHUNK_BYTES) close(to);
    }
    if (measure.bytes(at, next) > MAX_CHUNK_BYTES) {
      for (let cut = at; cut < next; ) {
        cut = wholeCharacter(text, Math.min(cut + SAFE_UNITS, next));
        close(cut);
      }
    }
    if (isBlank(text, at, next)) breakAt = next;
    to = next;
    at = next;
  }
  close(end);
  return pieces;
}

/** A file without a grammar, or one whose syntax could not be read. */
export function chunkByLines(measure: TextMeasure): Chunk[] {
  const pieces = cutLines(measure, 0, measure.text.length);
  const chunks: Chunk[] = [];
  for (let index = 0; index < pieces.length; index += 2) {
    const [start = 0, end = 0] = pieces.slice(index, index + 2);
    if (hasWords(measure.text, start, end)) chunks.push({ symbol: null, names: [], kind: "text", start, end, docs: [] });
  }
  return chunks;
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) > 32) return false;
  return true;
}

/** Whether there is anything in it that one could search for: brackets alone are no chunk. */
export function hasWords(text: string, start: number, end: number): boolean {
  return /[\p{L}\p{N}]/u.test(text.slice(start, end));
}

/** Never between the halves of a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff ? at + 1 : at;
}
