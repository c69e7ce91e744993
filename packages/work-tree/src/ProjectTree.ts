import { constants, type BigIntStats } from "node:fs";
import { lstat, open, readlink, realpath, type FileHandle } from "node:fs/promises";
import type { ProjectPath } from "@coder/api/workspace";
import { bytesOfPath, bytesOfText, textOfBytes } from "./path-bytes.ts";
import { entryNotFound, fileSystemError, notAFolder, outsideProject } from "./errors.ts";
import { O_PATH } from "./o-path.ts";

const SLASH = 0x2f;

/** Where something in a project is, or would be: its folder held open, so that it stays this folder whatever happens to its path. */
export interface Place {
  /** The folder, as a path through its descriptor. For lists and for the names beside. */
  readonly folder: Buffer;
  /** The entry itself, through the same descriptor. Nothing on the way is a link any more; what is done to it must not follow it. */
  readonly entry: Buffer;
  readonly name: Buffer;
  /** The one path of the entry inside the project: links among its folders resolved. Key for locks. */
  readonly path: ProjectPath;
}

/**
 * The only way from a project path to the disk. The folder of an entry is opened, and the kernel says where the open folder really is: so a link
 * among the folders is followed while it stays in the project, one that leads out is refused, and a folder that is swapped for a link in
 * between changes nothing, because what follows goes through the descriptor. The last part is never followed.
 */
export class ProjectTree {
  readonly #directory: string;
  #root: Promise<Buffer> | undefined;

  /** @param directory Absolute path of the tree, as text that stands for its bytes. Trusted, unlike everything in it. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  get directory(): string {
    return this.#directory;
  }

  /** Runs `use` at the place of an entry; `path` must not be the project itself. Errors of the file system leave it as people can understand them. */
  async at<Result>(path: ProjectPath, use: (place: Place) => Promise<Result>): Promise<Result> {
    const bytes = bytesOfPath(path);
    const cut = bytes.lastIndexOf(SLASH);
    return this.#within(path, bytes.subarray(0, Math.max(cut, 0)), (folder, folderPath) => {
      const name = bytes.subarray(cut + 1);
      const place = { folder, entry: joined(folder, name), name, path: folderPath === "" ? textOfBytes(name) : `${folderPath}/${textOfBytes(name)}` };
      return use(place);
    });
  }

  /** Runs `use` in a folder of the project (`""`: the project itself). `folder` is its path through the descriptor, `path` its one path inside the project. */
  async in<Result>(path: ProjectPath, use: (folder: Buffer, path: ProjectPath) => Promise<Result>): Promise<Result> {
    return this.#within(path, bytesOfPath(path), use);
  }

  /** Where a path leads when its last part is followed too, and what is there. Nothing is opened for reading. */
  async follow(path: ProjectPath): Promise<{ readonly path: ProjectPath; readonly stats: BigIntStats }> {
    return this.#opened(path, bytesOfPath(path), 0, async (handle, inside) => ({ path: inside, stats: await handle.stat({ bigint: true }) }));
  }

  #within<Result>(path: ProjectPath, folder: Uint8Array, use: (folder: Buffer, path: ProjectPath) => Promise<Result>): Promise<Result> {
    return this.#opened(path, folder, constants.O_DIRECTORY, (handle, inside) => use(through(handle), inside));
  }

  async #opened<Result>(path: ProjectPath, place: Uint8Array, flags: number, use: (handle: FileHandle, path: ProjectPath) => Promise<Result>): Promise<Result> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(joined(bytesOfText(this.#directory), place), O_PATH | flags);
      const inside = await this.#inside(await readlink(through(handle), { encoding: "buffer" }));
      if (inside === null) throw outsideProject(path);
      return await use(handle, textOfBytes(inside));
    } catch (error) {
      const isNoFolder = !handle && place.length === bytesOfPath(path).length && error instanceof Error && "code" in error && error.code === "ENOTDIR";
      throw isNoFolder ? notAFolder(path) : fileSystemError(error, path);
    } finally {
      await handle?.close();
    }
  }

  /** The part below the tree's own real path; null for what is elsewhere. */
  async #inside(real: Buffer): Promise<Buffer | null> {
    const root = await this.#realRoot();
    if (real.equals(root)) return Buffer.alloc(0);
    return real.length > root.length && real[root.length] === SLASH && real.subarray(0, root.length).equals(root) ? real.subarray(root.length + 1) : null;
  }

  #realRoot(): Promise<Buffer> {
    this.#root ??= realpath(bytesOfText(this.#directory), { encoding: "buffer" }).catch((error: unknown) => {
      this.#root = undefined;
      throw error;
    });
    return this.#root;
  }
}

function through(handle: FileHandle): Buffer {
  return Buffer.from(`/proc/self/fd/${handle.fd}`);
}

export function joined(folder: Buffer, name: Uint8Array): Buffer {
  return name.length === 0 ? folder : Buffer.concat([folder, Buffer.from("/"), name]);
}

/** A name beside a place, through the same descriptor. */
export function beside(place: Pick<Place, "folder">, name: string): Buffer {
  return joined(place.folder, bytesOfText(name));
}

/** What is at a place itself, a link not followed; null when nothing is. */
export async function statOrNull(entry: Buffer): Promise<BigIntStats | null> {
  try {
    return await lstat(entry, { bigint: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

export async function statAt(place: Place): Promise<BigIntStats> {
  const stats = await statOrNull(place.entry);
  if (!stats) throw entryNotFound(place.path);
  return stats;
}
