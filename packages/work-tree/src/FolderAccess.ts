import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type BigIntStats, type Dirent } from "node:fs";
import { bytesOfText, textOfBytes } from "./path-bytes.ts";

// Synchronous, because it runs in a thread of its own where nothing else waits.

export interface FoundEntry {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
}

/** A tree's folders for threads: as they are, never through a link. */
export class FolderAccess {
  readonly #root: Buffer;

  /** @param root The tree's real path. */
  constructor(root: string) {
    this.#root = Buffer.from(root);
  }

  at(path: string): Buffer {
    return path === "" ? this.#root : Buffer.concat([this.#root, Buffer.from("/"), bytesOfText(path)]);
  }

  /** Runs `use` with an open folder; null when there is none (any more), or a link is on the way to it. */
  in<Result>(path: string, use: (through: string, inode: bigint) => Result): Result | null {
    let descriptor: number;
    try {
      descriptor = openSync(this.at(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    } catch {
      return null;
    }
    try {
      const through = `/proc/self/fd/${descriptor}`;
      if (!readlinkSync(through, { encoding: "buffer" }).equals(this.at(path))) return null;
      return use(through, fstatSync(descriptor, { bigint: true }).ino);
    } finally {
      closeSync(descriptor);
    }
  }

  /** The text of a small file; null where there is none. */
  read(path: string, maxBytes: number): string | null {
    const cut = path.lastIndexOf("/");
    return this.in(path.slice(0, Math.max(cut, 0)), (through) => readText(entryIn(through, path.slice(cut + 1)), maxBytes));
  }
}

/** What is at a name of an open folder, a link not followed; null when nothing is. */
export function statIn(through: string, name: string): BigIntStats | null {
  try {
    return lstatSync(entryIn(through, name), { bigint: true });
  } catch {
    return null;
  }
}

/** A name of an open folder, as a path through its descriptor. */
export function entryIn(through: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${through}/`), bytesOfText(name)]);
}

function readText(entry: Buffer, maxBytes: number): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(entry, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return null;
    const buffer = Buffer.alloc(Math.min(stats.size, maxBytes));
    return textOfBytes(buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0)));
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}

export function entriesOf(through: string): readonly FoundEntry[] {
  // Latin-1 keeps every byte.
  return readdirSync(through, { withFileTypes: true, encoding: "latin1" }).map((entry) => ({ name: nameOf(entry.name), kind: kindOfDirent(entry) }));
}

/** The name behind a Latin-1 text. */
export function nameOf(latin1: string): string {
  return ASCII.test(latin1) ? latin1 : textOfBytes(Buffer.from(latin1, "latin1"));
}
// eslint-disable-next-line no-control-regex -- the range is ASCII
const ASCII = /^[\x00-\x7f]*$/;

function kindOfDirent(entry: Dirent): FoundEntry["kind"] {
  if (entry.isFile()) return "file";
  return entry.isDirectory() ? "folder" : "other";
}
