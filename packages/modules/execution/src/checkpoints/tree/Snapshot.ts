import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type BigIntStats } from "node:fs";
import { DEPENDENCY_FOLDERS, entriesOf, entryIn, isClosedToUs, isLockedToUs, reopen, statIn, textOfBytes, type FolderAccess } from "@coder/work-tree";
import { treeUnreadable } from "../errors.ts";
import { sha256, type PackStore } from "../store/PackStore.ts";
import { isSteady, printOf, type FileCache } from "./FileCache.ts";
import { encodeTree, type TreeEntry } from "./tree-object.ts";

const CHUNK_BYTES = 8 * 1024 ** 2;
const STEADY_READS = 3;
const VERSION_CONTROL = ".git";
/** What tells that version control or dependencies changed, without reading them. */
const TOLD_BY: readonly string[] = ["HEAD", "index", "packed-refs", "refs/heads", "refs/stash", "logs/HEAD", ".package-lock.json", ".modules.yaml", ".yarn-integrity"];

export interface SnapshotResult {
  readonly root: string;
  /** Files and links. */
  readonly files: number;
  readonly bytes: number;
  /** Read because their fingerprint was not known. */
  readonly read: number;
}

/**
 * The state of a tree as objects of a store. A folder is an object that names its entries, so equal folders are kept once and compared by one hash. What a program of the
 * project has closed to its owner is opened for reading: it could neither be kept nor brought back. What cannot be read all the same is there, and not kept.
 */
export class Snapshot {
  readonly #access: FolderAccess;
  readonly #store: PackStore;
  readonly #cache: FileCache;
  /** Of every entry but folders, when it was read. */
  readonly prints = new Map<string, string>();
  #files = 0;
  #bytes = 0;
  #read = 0;

  constructor(deps: { readonly access: FolderAccess; readonly store: PackStore; readonly cache: FileCache }) {
    this.#access = deps.access;
    this.#store = deps.store;
    this.#cache = deps.cache;
  }

  take(): SnapshotResult {
    const top = this.#access.at("");
    // No checkpoint keeps its mode, and without it nothing can be done in the project.
    if (isLockedToUs(lstatSync(top, { bigint: true }))) reopen(top);
    const root = this.#folder("");
    if (root === null) throw treeUnreadable();
    return { root, files: this.#files, bytes: this.#bytes, read: this.#read };
  }

  /** Null for a folder that is gone or cannot be entered. */
  #folder(path: string): string | null {
    const folders: { readonly name: string; readonly mode: number }[] = [];
    const entries = this.#access.in(path, (through) => {
      const found: TreeEntry[] = [];
      for (const { name } of entriesOf(through)) {
        const stats = this.#readable(through, name);
        if (!stats) continue;
        if (stats.isDirectory() && !isExcluded(name)) folders.push({ name, mode: modeOf(stats) });
        else {
          const entry = this.#entry(path, through, name, stats);
          if (entry) found.push(entry);
        }
      }
      return found;
    });
    if (entries === null) return null;
    const closed: string[] = [];
    for (const { name, mode } of folders) {
      const hash = this.#folder(path === "" ? name : `${path}/${name}`);
      if (hash === null) closed.push(name);
      else entries.push({ kind: "folder", name, mode, hash });
    }
    // One that has gone meanwhile is not there; one that belongs to somebody else, or lies too deep for a path, is.
    if (closed.length > 0) this.#access.in(path, (through) => entries.push(...closed.flatMap((name) => this.#unread(path, through, name) ?? [])));
    return this.#store.put(encodeTree(entries));
  }

  #readable(through: string, name: string): BigIntStats | null {
    const stats = statIn(through, name);
    return stats && !isExcluded(name) && isClosedToUs(stats) && reopen(entryIn(through, name)) ? statIn(through, name) : stats;
  }

  #unread(folder: string, through: string, name: string): TreeEntry | null {
    const stats = statIn(through, name);
    if (!stats) return null;
    this.#note(folder, name, printOf(stats));
    return { kind: "other", name };
  }

  #entry(folder: string, through: string, name: string, stats: BigIntStats): TreeEntry | null {
    if (isExcluded(name) && (stats.isDirectory() || name === VERSION_CONTROL)) return { kind: "excluded", name, print: excludedPrint(through, name, stats) };
    if (stats.isFile()) return this.#file(folder, through, name, stats);
    this.#note(folder, name, printOf(stats));
    if (!stats.isSymbolicLink()) return { kind: "other", name };
    this.#files += 1;
    try {
      return { kind: "link", name, target: textOfBytes(readlinkSync(entryIn(through, name), { encoding: "buffer" })) };
    } catch {
      return null;
    }
  }

  #file(folder: string, through: string, name: string, stats: BigIntStats): TreeEntry | null {
    const print = printOf(stats);
    const cached = this.#cache.get(folder, name, print);
    if (cached && (cached.chunks ?? [cached.hash]).every((part) => this.#store.has(part))) {
      this.#cache.set(folder, name, cached);
      this.#note(folder, name, print);
      return this.#counted({ kind: "file", name, mode: modeOf(stats), size: Number(stats.size), hash: cached.hash, chunks: cached.chunks });
    }
    for (let attempt = 1; ; attempt += 1) {
      const read = this.#content(through, name);
      if (read === null) return this.#unread(folder, through, name);
      const steady = printOf(read.before) === printOf(read.after);
      if (!steady && attempt < STEADY_READS) continue;
      // What is being written at this moment is kept as it was read, and read again next time.
      if (steady && isSteady(read.after)) this.#cache.set(folder, name, { print: printOf(read.after), hash: read.hash, chunks: read.chunks });
      this.#read += 1;
      this.#note(folder, name, printOf(read.after));
      return this.#counted({ kind: "file", name, mode: modeOf(read.after), size: read.size, hash: read.hash, chunks: read.chunks });
    }
  }

  #note(folder: string, name: string, print: string): void {
    this.prints.set(folder === "" ? name : `${folder}/${name}`, print);
  }

  #counted(entry: Extract<TreeEntry, { kind: "file" }>): TreeEntry {
    this.#files += 1;
    this.#bytes += entry.size;
    return entry;
  }

  #content(through: string, name: string) {
    let file: number;
    try {
      file = openSync(entryIn(through, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch {
      return null;
    }
    try {
      const before = fstatSync(file, { bigint: true });
      if (!before.isFile()) return null;
      const chunks: string[] = [];
      const whole = createHash("sha256");
      let size = 0;
      for (;;) {
        const bytes = readUpTo(file, Math.min(CHUNK_BYTES, Math.max(Number(before.size) - size, 0) + 1), size);
        if (bytes.length === 0 && size > 0) break;
        size += bytes.length;
        const hash = sha256(bytes);
        whole.update(bytes);
        chunks.push(this.#store.put(bytes, hash));
        if (bytes.length === 0 || (bytes.length < CHUNK_BYTES && size >= Number(before.size))) break;
      }
      const [only] = chunks;
      const after = fstatSync(file, { bigint: true });
      return chunks.length === 1 && only !== undefined ? { before, after, size, hash: only, chunks: null } : { before, after, size, hash: whole.digest("hex"), chunks };
    } finally {
      closeSync(file);
    }
  }
}

function readUpTo(file: number, length: number, position: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, buffer, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}

function isExcluded(name: string): boolean {
  return name === VERSION_CONTROL || DEPENDENCY_FOLDERS.has(name);
}

function excludedPrint(through: string, name: string, stats: BigIntStats): string {
  const parts = TOLD_BY.map((inner) => {
    const found = stats.isDirectory() ? statIn(through, `${name}/${inner}`) : null;
    return found ? `${found.ino}:${found.size}:${found.mtimeNs}` : "-";
  });
  return sha256(Buffer.from([`${stats.mtimeNs}:${stats.ino}`, ...parts].join("|"))).slice(0, 16);
}

function modeOf({ mode }: BigIntStats): number {
  return Number(mode & 0o7777n);
}
