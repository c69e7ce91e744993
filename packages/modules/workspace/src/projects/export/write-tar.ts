import { bytesOfText } from "@coder/work-tree";
import type { ExportEntry } from "./export-entry.ts";

const BLOCK = 512;
const MAX_NAME = 100;
const MAX_PREFIX = 155;
const TYPE = { file: "0", symlink: "2", folder: "5", longName: "L", longTarget: "K" } as const;

interface HeaderFields {
  readonly name: Buffer;
  readonly prefix: Buffer;
  readonly type: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  readonly target: Buffer;
}

/**
 * A tar of the entries: ustar, and GNU's long names where that does not suffice. Names are bytes in it, which no other way of writing long names allows. Nobody's
 * name or number is told.
 */
export async function* writeTar(entries: AsyncIterable<ExportEntry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield headersOf(entry);
    if (entry.kind !== "file") continue;
    yield* entry.file.content();
    yield padding(entry.file.sizeBytes);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function headersOf(entry: ExportEntry): Buffer {
  const path = bytesOfText(entry.kind === "folder" ? `${entry.path}/` : entry.path);
  const target = entry.kind === "symlink" ? entry.target : Buffer.alloc(0);
  const split = splitName(path);
  const executable = entry.kind !== "file" || entry.file.executable;
  const header = headerBlock({
    name: split?.name ?? path.subarray(0, MAX_NAME),
    prefix: split?.prefix ?? Buffer.alloc(0),
    type: TYPE[entry.kind],
    mode: entry.kind === "symlink" ? 0o777 : executable ? 0o755 : 0o644,
    sizeBytes: entry.kind === "file" ? entry.file.sizeBytes : 0,
    modifiedAt: entry.kind === "file" ? entry.file.modifiedAt : entry.modifiedAt,
    target: target.subarray(0, MAX_NAME),
  });
  return Buffer.concat([...(target.length > MAX_NAME ? longField(TYPE.longTarget, target) : []), ...(split === null ? longField(TYPE.longName, path) : []), header]);
}

/** A name that is short enough by itself, or divided at a slash. */
function splitName(path: Buffer): { readonly name: Buffer; readonly prefix: Buffer } | null {
  if (path.length <= MAX_NAME) return { name: path, prefix: Buffer.alloc(0) };
  const slash = path.indexOf("/", path.length - MAX_NAME - 1);
  if (slash < 1 || slash > MAX_PREFIX || slash === path.length - 1) return null;
  return { name: path.subarray(slash + 1), prefix: path.subarray(0, slash) };
}

function longField(type: string, value: Buffer): Buffer[] {
  const body = Buffer.concat([value, Buffer.from([0])]);
  const name = Buffer.from("././@LongLink");
  const header = headerBlock({ name, prefix: Buffer.alloc(0), type, mode: 0o644, sizeBytes: body.length, modifiedAt: new Date(0), target: Buffer.alloc(0) });
  return [header, body, padding(body.length)];
}

function headerBlock({ name, prefix, type, mode, sizeBytes, modifiedAt, target }: HeaderFields): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0);
  block.write(octal(mode, 7), 100, "latin1");
  block.write(octal(0, 7), 108, "latin1");
  block.write(octal(0, 7), 116, "latin1");
  writeSize(block, sizeBytes);
  block.write(octal(Math.max(0, Math.min(Math.floor(modifiedAt.getTime() / 1_000), 0o77777777777)), 11), 136, "latin1");
  block.write(type, 156, "latin1");
  target.copy(block, 157);
  block.write("ustar\u000000", 257, "latin1");
  prefix.copy(block, 345);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148, "latin1");
  return block;
}

/** Beyond 8 GiB in base 256. */
function writeSize(block: Buffer, sizeBytes: number): void {
  if (sizeBytes <= 0o77777777777) {
    block.write(octal(sizeBytes, 11), 124, "latin1");
    return;
  }
  block[124] = 0x80;
  block.writeBigUInt64BE(BigInt(sizeBytes), 128);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function padding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK - (sizeBytes % BLOCK)) % BLOCK);
}
