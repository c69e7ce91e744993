import { randomUUID } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { mkdir, open, unlink, type FileHandle } from "node:fs/promises";
import path from "node:path";
import type { ProjectPath } from "@coder/api/workspace";
import { isAppError } from "@coder/shared";
import { openFile, type ProjectTree } from "@coder/work-tree";
import { writeError } from "../import/TreeWriter.ts";

/** Content that stays as it is while it is sent. */
export interface StableFile {
  readonly sizeBytes: number;
  readonly executable: boolean;
  readonly modifiedAt: Date;
  content(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

const IN_MEMORY_BYTES = 1024 ** 2;
const CHUNK_BYTES = 256 * 1024;
const ATTEMPTS = 4;

/**
 * Reads files that others may be writing, each as it was at one moment: a small one at once, a large one by way of a copy. Read again while it changes; one
 * that never rests is taken as it was read last.
 */
export class StableReader {
  readonly #deps: { readonly tree: ProjectTree; readonly staging: string };

  /** @param deps.staging where copies may lie; they have no name there, so nothing is left of them */
  constructor(deps: { readonly tree: ProjectTree; readonly staging: string }) {
    this.#deps = deps;
  }

  /** Null when it is no file any more. */
  async read(file: ProjectPath, signal: AbortSignal): Promise<StableFile | null> {
    const handle = await this.#open(file);
    if (handle === null) return null;
    try {
      const { size } = await handle.stat();
      return size <= IN_MEMORY_BYTES ? await readSmall(handle, signal) : await this.#copy(handle, signal);
    } finally {
      await handle.close();
    }
  }

  async #open(file: ProjectPath): Promise<FileHandle | null> {
    try {
      return await this.#deps.tree.at(file, ({ entry }) => openFile(entry));
    } catch (error) {
      // Gone, replaced by something else, or not to be read: it is not part of what is sent.
      if (isAppError(error) && error.kind !== "unavailable") return null;
      throw error;
    }
  }

  async #copy(handle: FileHandle, signal: AbortSignal): Promise<StableFile> {
    const copy = await this.#scratch();
    try {
      const { stats, value: sizeBytes } = await settled(handle, signal, async () => {
        await copy.truncate(0);
        let at = 0;
        for await (const chunk of chunksOf(handle, signal)) {
          await copy.write(chunk, 0, chunk.length, at);
          at += chunk.length;
        }
        return at;
      });
      return { ...factsOf(stats), sizeBytes, content: () => chunksOf(copy, signal), close: () => copy.close() };
    } catch (error) {
      await copy.close();
      throw writeError(error, "");
    }
  }

  async #scratch(): Promise<FileHandle> {
    await mkdir(this.#deps.staging, { recursive: true });
    const file = path.join(this.#deps.staging, `export-${randomUUID()}`);
    const handle = await open(file, "wx+", 0o600);
    await unlink(file);
    return handle;
  }
}

async function readSmall(handle: FileHandle, signal: AbortSignal): Promise<StableFile> {
  const { stats, value } = await settled(handle, signal, async () => {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunksOf(handle, signal)) parts.push(chunk);
    return Buffer.concat(parts);
  });
  return {
    ...factsOf(stats),
    sizeBytes: value.length,
    content: async function* () {
      if (value.length > 0) yield value;
    },
    close: async () => undefined,
  };
}

/** What was read while nothing changed; after some attempts whatever was read. */
async function settled<Value>(handle: FileHandle, signal: AbortSignal, read: () => Promise<Value>): Promise<{ readonly stats: BigIntStats; readonly value: Value }> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const before = await handle.stat({ bigint: true });
    const value = await read();
    const after = await handle.stat({ bigint: true });
    if (attempt === ATTEMPTS || (before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs)) return { stats: after, value };
  }
}

/** No more than the file had at the beginning: one that grows as fast as it is read would never end. */
async function* chunksOf(handle: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { size } = await handle.stat();
  for (let at = 0; at < size; ) {
    signal.throwIfAborted();
    const length = Math.min(CHUNK_BYTES, size - at);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function factsOf(stats: BigIntStats): Pick<StableFile, "executable" | "modifiedAt"> {
  return { executable: (Number(stats.mode) & 0o100) !== 0, modifiedAt: new Date(Number(stats.mtimeMs)) };
}
