import { createHash } from "node:crypto";
import { constants, type BigIntStats } from "node:fs";
import { chmod, link, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import type { ProjectPath, WrittenFile } from "@coder/api/workspace";
import { isoTimeOf, kindOf } from "./entry-kind.ts";
import { alreadyExists, fileSystemError, fileTooLarge, notAFile, staleWrite, type FileState } from "./errors.ts";
import { hashOf } from "./FileContent.ts";
import { ownLike } from "./ownership.ts";
import type { PathLocks } from "./PathLocks.ts";
import { statOrNull, type Place, type ProjectTree } from "./ProjectTree.ts";
import { openFile } from "./open-file.ts";
import { inStaging } from "./staging.ts";
import { syncFolder } from "./sync-folder.ts";

export interface WriteRequest {
  readonly path: ProjectPath;
  /** SHA-256 of what must be there, `none` for nothing, `any` for whatever there is. */
  readonly base: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly executable?: boolean | undefined;
  readonly maxBytes: number;
}

/** What a write adds to the project. Throws when there is no room for it; the file is then as it was. */
export type Reserve = (added: { readonly files: number; readonly bytes: number }) => Promise<void>;

interface Staged {
  readonly path: string;
  readonly hash: string;
  readonly sizeBytes: number;
}

/**
 * Writes a file as a whole or not at all: the new content is complete and on the disk before it takes the file's place in one step.
 * Compared under a lock of this process, and again at the last moment, because another process may write too.
 */
export class FileWriter {
  readonly #locks: PathLocks;

  constructor(deps: { readonly locks: PathLocks }) {
    this.#locks = deps.locks;
  }

  /** `stale_write`, `already_exists` (base `none`), `not_a_file`, `entry_not_found` (no such folder), `file_too_large`, `disk_full`. */
  async write(tree: ProjectTree, staging: string, request: WriteRequest, reserve: Reserve): Promise<WrittenFile> {
    const { path, base } = request;
    return inStaging(staging, async (temporary) => {
      const staged = await stage(temporary, request);
      return tree.at(path, (place) =>
        this.#locks.hold(`${tree.directory}\0${place.path}`, async () => {
          const old = await requireBase(place, base);
          await adorn(staged.path, place, old, request.executable ?? false);
          await reserve({ files: old ? 0 : 1, bytes: staged.sizeBytes - Number(old?.size ?? 0) });
          await requireUnchanged(place, base, old);
          await putInPlace(staged.path, place, base);
          const stats = await stat(place.entry, { bigint: true });
          return { path: place.path, hash: staged.hash, sizeBytes: staged.sizeBytes, modifiedAt: isoTimeOf(stats) };
        }),
      );
    });
  }
}

async function stage(temporary: string, { path, body, maxBytes }: WriteRequest): Promise<Staged> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  try {
    await using file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw fileTooLarge(path, maxBytes);
      hash.update(chunk);
      await writeAll(file, chunk);
    }
    await file.sync();
  } catch (error) {
    throw fileSystemError(error, path);
  }
  return { path: temporary, hash: hash.digest("hex"), sizeBytes };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}

/** What is at the place now; null for nothing. Throws when that is not what the write is based on. */
async function requireBase(place: Place, base: string): Promise<BigIntStats | null> {
  const old = await statOrNull(place.entry);
  if (old && !old.isFile()) throw notAFile(place.path, kindOf(old));
  if (base === "any") return old;
  if (base === "none") {
    if (old) throw alreadyExists(place.path);
    return null;
  }
  const state = await stateOf(place);
  if (state.hash !== base) throw staleWrite(place.path, state);
  return old;
}

async function requireUnchanged(place: Place, base: string, old: BigIntStats | null): Promise<void> {
  if (base === "any" || base === "none") return;
  const now = await statOrNull(place.entry);
  const same = now !== null && old !== null && now.ino === old.ino && now.size === old.size && now.mtimeNs === old.mtimeNs && now.ctimeNs === old.ctimeNs;
  if (!same) await requireBase(place, base);
}

async function stateOf(place: Place): Promise<FileState> {
  const file = await openFile(place.entry);
  if (!file) return { hash: null, sizeBytes: 0, modifiedAt: null };
  try {
    const stats = await file.stat({ bigint: true });
    return { hash: await hashOf(file, Number(stats.size)), sizeBytes: Number(stats.size), modifiedAt: isoTimeOf(stats) };
  } finally {
    await file.close();
  }
}

/** Mode and owner of the file it replaces, or those that a new file of this folder has. */
async function adorn(temporary: string, place: Place, old: BigIntStats | null, executable: boolean): Promise<void> {
  await chmod(temporary, old ? Number(old.mode & 0o777n) : executable ? 0o755 : 0o644);
  await ownLike(temporary, old ?? (await stat(place.folder, { bigint: true })));
}

async function putInPlace(temporary: string, place: Place, base: string): Promise<void> {
  // A link fails where something is; a rename would replace it.
  if (base === "none") {
    await link(temporary, place.entry);
    await rm(temporary);
  } else await rename(temporary, place.entry);
  await syncFolder(place.folder);
}
