import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { ProjectPath } from "@coder/api/workspace";
import { kindOf, isoTimeOf } from "./entry-kind.ts";
import { fileChanging, notAFile } from "./errors.ts";
import { statAt, type Place, type ProjectTree } from "./ProjectTree.ts";
import { openFile } from "./open-file.ts";

/** Up to here a file is read as a whole before anything of it is sent, so that its hash is the hash of exactly these bytes. */
export const WHOLE_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const STEADY_READS = 3;

/** Bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file that can be sent, now or a little later. Holds nothing open. */
export interface FileContent {
  readonly path: ProjectPath;
  /** SHA-256 of the whole file in hexadecimal. */
  readonly hash: string;
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  readonly executable: boolean;
  /** The whole file, or a part of it. Throws `file_changing` when the bytes are not those of `hash` (any more). */
  body(range?: ByteRange): AsyncGenerator<Uint8Array>;
}

/** A file for sending: `entry_not_found`, `not_a_file` (a link too: it is not followed). */
export async function readContent(tree: ProjectTree, path: ProjectPath, signal?: AbortSignal): Promise<FileContent> {
  return tree.at(path, async (place) => {
    await using file = await requireFile(place);
    const stats = await file.stat({ bigint: true });
    return stats.size <= WHOLE_BYTES ? await wholeContent(file, place.path) : await streamedContent(tree, file, place.path, stats, signal);
  });
}

async function requireFile(place: Place): Promise<FileHandle> {
  for (let attempt = 0; attempt < STEADY_READS; attempt += 1) {
    const file = await openFile(place.entry);
    if (file) return file;
    const kind = kindOf(await statAt(place));
    // A file now, and none a moment ago: it was just made or put in its place.
    if (kind !== "file") throw notAFile(place.path, kind);
  }
  throw fileChanging(place.path);
}

/** SHA-256 of what a file holds now. */
export async function hashOf(file: FileHandle, sizeBytes: number, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunksOf(file, { start: 0, end: sizeBytes }, signal)) hash.update(chunk);
  return hash.digest("hex");
}

async function wholeContent(file: FileHandle, path: ProjectPath): Promise<FileContent> {
  // Something writes it at this moment? Wait for a moment in which nothing does, but not for ever: hash and bytes agree in any case.
  let read = await readWhole(file);
  for (let attempt = 1; attempt < STEADY_READS && !sameContent(read.before, read.after); attempt += 1) read = await readWhole(file);
  const { bytes, after } = read;
  return {
    ...factsOf(path, after),
    sizeBytes: bytes.length,
    hash: createHash("sha256").update(bytes).digest("hex"),
    body: async function* ({ start, end } = { start: 0, end: bytes.length }) {
      if (end > start) yield bytes.subarray(start, end);
    },
  };
}

interface WholeRead {
  readonly bytes: Buffer;
  readonly before: BigIntStats;
  readonly after: BigIntStats;
}

async function readWhole(file: FileHandle): Promise<WholeRead> {
  const before = await file.stat({ bigint: true });
  const parts: Buffer[] = [];
  for await (const chunk of chunksOf(file, { start: 0, end: Math.min(Number(before.size), WHOLE_BYTES) })) parts.push(chunk);
  return { bytes: Buffer.concat(parts), before, after: await file.stat({ bigint: true }) };
}

/** A large file is read twice: once for its hash, which goes ahead of it, and once for its bytes, which must still have that hash. */
async function streamedContent(tree: ProjectTree, file: FileHandle, path: ProjectPath, stats: BigIntStats, signal?: AbortSignal): Promise<FileContent> {
  const sizeBytes = Number(stats.size);
  const hash = await hashOf(file, sizeBytes, signal);
  return {
    ...factsOf(path, stats),
    hash,
    sizeBytes,
    body: async function* (range) {
      await using again = await tree.at(path, requireFile);
      if (!sameContent(stats, await again.stat({ bigint: true }))) throw fileChanging(path);
      const sent = range ? null : createHash("sha256");
      for await (const chunk of chunksOf(again, range ?? { start: 0, end: sizeBytes }, signal)) {
        sent?.update(chunk);
        yield chunk;
      }
      const steady = sent ? sent.digest("hex") === hash : sameContent(stats, await again.stat({ bigint: true }));
      if (!steady) throw fileChanging(path);
    },
  };
}

/** Ends early where the file does. */
async function* chunksOf(file: FileHandle, { start, end }: ByteRange, signal?: AbortSignal): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    signal?.throwIfAborted();
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at)), position: at });
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function factsOf(path: ProjectPath, stats: BigIntStats) {
  return { path, modifiedAt: isoTimeOf(stats), executable: (stats.mode & 0o111n) !== 0n };
}

function sameContent(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.size === other.size && one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs;
}
