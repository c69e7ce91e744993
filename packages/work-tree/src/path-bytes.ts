import { pathFault, type ProjectPath } from "@coder/api/workspace";
import { pathInvalid } from "./errors.ts";

// The file system's names are bytes; a project path is text in which each byte that is not UTF-8 is a lone surrogate U+DC80..U+DCFF.

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ESCAPED = /[\udc80-\udcff]/;
const LONE_ESCAPES = /(?<![\ud800-\udbff])[\udc80-\udcff]+/g;

/** The text of a name or path as the file system has it. Every byte string has one, and only one. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return escapeBytes(bytes);
  }
}

/** The bytes of a text made by {@link textOfBytes}. */
export function bytesOfText(text: string): Buffer {
  if (!ESCAPED.test(text)) return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(LONE_ESCAPES)) {
    parts.push(Buffer.from(text.slice(from, match.index), "utf8"), Buffer.from([...match[0]].map((character) => character.charCodeAt(0) - 0xdc00)));
    from = match.index + match[0].length;
  }
  parts.push(Buffer.from(text.slice(from), "utf8"));
  return Buffer.concat(parts);
}

/** The bytes of a project path. `path_invalid` for what is none, and for a second spelling of a path: one file has one path. */
export function bytesOfPath(path: ProjectPath): Buffer {
  const fault = pathFault(path);
  if (fault !== null) throw pathInvalid(fault);
  const bytes = bytesOfText(path);
  if (ESCAPED.test(path) && textOfBytes(bytes) !== path) throw pathInvalid("must spell UTF-8 as UTF-8");
  return bytes;
}

/** A path as rows can hold it: `%` and escaped bytes in percent form, everything else as it is. */
export function storedText(text: string): string {
  return text.replace(/%|(?<![\ud800-\udbff])[\udc80-\udcff]/g, (character) => `%${(character.charCodeAt(0) & 0xff).toString(16).padStart(2, "0")}`);
}

/** The opposite of {@link storedText}. */
export function textOfStored(stored: string): string {
  return stored.replace(/%([0-9a-f]{2})/g, (_match, hex: string) => (hex === "25" ? "%" : String.fromCharCode(0xdc00 + Number.parseInt(hex, 16))));
}

/** UTF-8 where it is whole and shortest, an escape for each other byte. */
function escapeBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    text += length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : strict.decode(bytes.subarray(at, at + length));
    at += Math.max(length, 1);
  }
  return text;
}

/** Bytes of the valid UTF-8 sequence at this place; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  for (let next = 1; next < length; next += 1) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  const outOfRange = (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second >= 0xa0) || (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second >= 0x90);
  return outOfRange ? 0 : length;
}
