import { archiveCorrupt, archiveFeature } from "./errors.ts";

export const TAR_BLOCK = 512;

/** A header block of a tar, as it stands there. */
export interface TarHeader {
  readonly name: Buffer;
  readonly type: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedSeconds: number;
  readonly linkName: Buffer;
}

/** What a pax header says of the entry after it. */
export interface PaxFields {
  readonly path?: Buffer;
  readonly linkpath?: Buffer;
  readonly sizeBytes?: number;
  readonly modifiedSeconds?: number;
}

const CHECKSUM = { from: 148, to: 156 };

/** Null for a block of zeros, which is the end of the archive. */
export function parseTarHeader(block: Buffer): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  if (checksumOf(block) !== octal(block, CHECKSUM.from, CHECKSUM.to)) throw archiveCorrupt("a header does not add up");
  const name = text(block, 0, 100);
  const prefix = block.subarray(257, 263).equals(Buffer.from("ustar\0")) ? text(block, 345, 500) : Buffer.alloc(0);
  const type = block[156] === 0 ? "0" : String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name]),
    type,
    mode: octal(block, 100, 108),
    sizeBytes: sizeOf(octal(block, 124, 136)),
    modifiedSeconds: octal(block, 136, 148),
    linkName: text(block, 157, 257),
  };
}

/** The records of a pax header: `<length> <key>=<value>\n`. */
export function parsePax(body: Buffer): PaxFields {
  const fields: { path?: Buffer; linkpath?: Buffer; sizeBytes?: number; modifiedSeconds?: number } = {};
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(" ", at);
    const digits = space === -1 ? "" : body.subarray(at, space).toString("latin1");
    const end = /^[1-9]\d{0,8}$/.test(digits) ? at + Number(digits) : 0;
    const equals = body.indexOf("=", space);
    if (end > body.length || equals === -1 || equals >= end || body[end - 1] !== 0x0a) throw archiveCorrupt("an extended header cannot be read");
    const key = body.subarray(space + 1, equals).toString("latin1");
    const value = body.subarray(equals + 1, end - 1);
    if (key === "path") fields.path = value;
    else if (key === "linkpath") fields.linkpath = value;
    else if (key === "size") fields.sizeBytes = sizeOf(/^\d{1,20}$/.test(value.toString("latin1")) ? Number(value.toString("latin1")) : -1);
    else if (key === "mtime") fields.modifiedSeconds = Number.parseFloat(value.toString("latin1"));
    else if (key.startsWith("GNU.sparse.")) throw archiveFeature("sparse files");
    at = end;
  }
  return fields;
}

function checksumOf(block: Buffer): number {
  let sum = 0x20 * (CHECKSUM.to - CHECKSUM.from);
  for (const [at, byte] of block.entries()) if (at < CHECKSUM.from || at >= CHECKSUM.to) sum += byte;
  return sum;
}

function text(block: Buffer, from: number, to: number): Buffer {
  const field = block.subarray(from, to);
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}

/** Octal digits between blanks and zeros or, with the first bit set, a number in base 256. */
function octal(block: Buffer, from: number, to: number): number {
  const field = block.subarray(from, to);
  const first = field[0] ?? 0;
  if (first === 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  // Negative: only a time before 1970 can be that.
  if (first === 0xff) return -1;
  const digits = field.toString("latin1").replace(/^[ \0]+|[ \0]+.*$/gs, "");
  if (!/^[0-7]*$/.test(digits)) throw archiveCorrupt("a header cannot be read");
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function sizeOf(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw archiveCorrupt("a size in it cannot be");
  return value;
}
