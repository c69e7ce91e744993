import { createHash } from "node:crypto";
import {
  chmodSync, closeSync, constants, fchmodSync, fchownSync, fstatSync, fsyncSync, lchownSync, mkdirSync, openSync, readlinkSync, readSync, renameSync, rmdirSync, rmSync, statSync, symlinkSync,
  unlinkSync, writeSync,
} from "node:fs";
import nodePath from "node:path";
import { bytesOfText, entryIn, statIn, textOfBytes, type FolderAccess } from "@coder/work-tree";
import { sha256, syncFolderSync, type PackStore } from "../store/PackStore.ts";
import { printOf } from "../tree/FileCache.ts";
import { partsOf, type FileEntry, type TreeEntry } from "../tree/tree-object.ts";
import type { RestoreStep } from "./plan-restore.ts";
import { syncFileSystem, TOGETHER_FROM } from "./sync-file-system.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** A step with what the file system said of the entry when the plan was made. */
export interface GuardedStep extends RestoreStep {
  /** Of the file or link that must still be there; null where nothing or a folder is. */
  readonly print: string | null;
}

interface ChangerDeps {
  readonly access: FolderAccess;
  readonly store: PackStore;
  /** Of the tree's file system, for new content. */
  readonly staging: string;
  readonly owner: Owner;
}

/**
 * Makes the steps of a plan true, each by one change that is there or not. Doing it again is harmless: what is as it shall be is passed over, and what is
 * neither as it was nor as it shall be belongs to somebody else and stays. What was made is on the disk when it is said to be done.
 */
export class TreeChanger {
  readonly #deps: ChangerDeps;
  /** Folders that were opened for what is changed in them, with the mode they had. */
  readonly #opened = new Map<string, number>();

  constructor(deps: ChangerDeps) {
    this.#deps = deps;
  }

  /** Makes every content beside the tree, before the first entry is changed: what is damaged, or has no room, is told while all is as it was. */
  prepare(steps: readonly GuardedStep[]): void {
    this.sweep();
    mkdirSync(this.#deps.staging, { recursive: true, mode: 0o700 });
    const contents = steps.filter(({ to }) => to?.kind === "file");
    const together = contents.length >= TOGETHER_FROM;
    for (const { path, to } of contents) if (to?.kind === "file") this.#write(this.#staged(path), to, !together);
    // A name without its content would be taken for the content after a loss of power.
    if (together && !syncFileSystem(this.#deps.staging)) for (const { path } of contents) syncFile(this.#staged(path));
  }

  /** Removes what was made beside the tree. */
  sweep(): void {
    rmSync(this.#deps.staging, { recursive: true, force: true });
  }

  /** The paths that could not be changed, because something else has come to be there. */
  run(steps: readonly GuardedStep[]): string[] {
    mkdirSync(this.#deps.staging, { recursive: true, mode: 0o700 });
    const blocked = new Set<string>();
    const byPath = [...steps].sort((one, other) => (one.path < other.path ? -1 : 1));
    for (const step of byPath.toReversed()) {
      const done = !isRemoval(step) || this.#at(step.path, (through, name) => removed(through, name, step));
      // Nothing is there any more, not even its folder: removed.
      if (done === false || (done === null && this.#isThere(step.path))) blocked.add(step.path);
    }
    for (const step of byPath) {
      if (step.to === null || blocked.has(step.path)) continue;
      const done = this.#at(step.path, (through, name) => this.#made(through, name, isRemoval(step) ? { ...step, from: null, print: null } : step));
      if (done !== true) blocked.add(step.path);
    }
    const modes = new Map(this.#opened);
    for (const { path, to } of byPath) if (to?.kind === "folder" && !blocked.has(path)) modes.set(path, to.mode);
    // Before they are closed again.
    this.#sync(new Set(byPath.map(({ path }) => parentOf(path))));
    const together = modes.size >= TOGETHER_FROM;
    for (const [path, mode] of [...modes].sort(([one], [other]) => (one < other ? 1 : -1))) this.#at(path, (through, name) => setFolderMode(through, name, mode, !together));
    if (together) this.#sync(new Set(modes.keys()));
    this.sweep();
    return [...blocked];
  }

  /** Puts the names in folders on the disk, and their modes. */
  #sync(folders: ReadonlySet<string>): void {
    if (folders.size >= TOGETHER_FROM && syncFileSystem(this.#deps.staging)) return;
    for (const folder of folders) this.#deps.access.in(folder, (through) => syncFolderSync(through));
  }

  #isThere(path: string): boolean {
    return this.#at(path, (through, name) => statIn(through, name) !== null) === true;
  }

  #made(through: string, name: string, step: GuardedStep): boolean {
    if (isAsWanted(through, name, step.to)) return true;
    if (!isAsBefore(through, name, step)) return false;
    this.#make(through, name, step.path, step.to);
    return true;
  }

  #at<Result>(path: string, use: (through: string, name: string) => Result): Result | null {
    const folder = parentOf(path);
    const name = path.slice(path.lastIndexOf("/") + 1);
    return this.#deps.access.in(folder, (through) => {
      try {
        try {
          return use(through, name);
        } catch (error) {
          // A folder that a program closed, the product not being root: it belongs to us and can be opened.
          if (codeOf(error) !== "EACCES" || !this.#open(folder, through)) throw error;
          return use(through, name);
        }
      } catch (error) {
        // Something is in the way that is not ours: a folder that is not empty, an entry that came to be a moment ago.
        if (IN_THE_WAY.has(codeOf(error))) return null;
        throw error;
      }
    });
  }

  #open(folder: string, through: string): boolean {
    const mode = Number(statSync(through).mode & 0o7777);
    if (this.#opened.has(folder) || (mode & 0o700) === 0o700) return false;
    chmodSync(through, mode | 0o700);
    this.#opened.set(folder, mode);
    return true;
  }

  #make(through: string, name: string, path: string, to: TreeEntry | null): void {
    const { owner } = this.#deps;
    const entry = entryIn(through, name);
    if (to?.kind === "folder") {
      if (statIn(through, name)?.isDirectory()) return;
      mkdirSync(entry, to.mode | 0o700);
      lchownSync(entry, owner.uid, owner.gid);
    } else if (to?.kind === "link") {
      const temporary = `${this.#staged(path)}.part`;
      rmSync(temporary, { force: true });
      symlinkSync(bytesOfText(to.target), temporary);
      lchownSync(temporary, owner.uid, owner.gid);
      renameSync(temporary, entry);
    } else if (to?.kind === "file") {
      const staged = this.#staged(path);
      try {
        renameSync(staged, entry);
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error;
        // A process that was killed here has used what was made.
        rmSync(`${staged}.part`, { force: true });
        this.#write(`${staged}.part`, to, true);
        renameSync(`${staged}.part`, entry);
      }
    }
  }

  #write(at: string, file: FileEntry, durable: boolean): void {
    const handle = openSync(at, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      for (const part of partsOf(file)) {
        const bytes = this.#deps.store.get(part);
        for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
      }
      fchownSync(handle, this.#deps.owner.uid, this.#deps.owner.gid);
      fchmodSync(handle, file.mode);
      if (durable) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }

  /** Where the content of a path is made: the same after a kill. */
  #staged(path: string): string {
    return nodePath.join(this.#deps.staging, sha256(bytesOfText(path)));
  }
}

const READ_BYTES = 1024 ** 2;
/** What cannot be changed stays as it is, and is told: a restore that could never end would hold up all that follows. */
const IN_THE_WAY: ReadonlySet<string> = new Set(["ELOOP", "ENOTEMPTY", "EEXIST", "EISDIR", "ENOTDIR", "ENOENT", "EBUSY", "EACCES", "EPERM", "ETXTBSY"]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function isRemoval({ from, to }: RestoreStep): boolean {
  return from !== null && (to === null || to.kind !== from.kind);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function syncFile(at: string): void {
  const file = openSync(at, constants.O_RDONLY);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** False for what is not as the plan has seen it. */
function removed(through: string, name: string, step: GuardedStep): boolean {
  if (statIn(through, name) === null) return true;
  if (!isAsBefore(through, name, step)) return step.to !== null && isAsWanted(through, name, step.to);
  if (step.from?.kind === "folder") rmdirSync(entryIn(through, name));
  else unlinkSync(entryIn(through, name));
  return true;
}

function isAsBefore(through: string, name: string, { from, print }: GuardedStep): boolean {
  const stats = statIn(through, name);
  if (!stats || from === null) return !stats && from === null;
  if (from.kind === "folder") return stats.isDirectory();
  // The times of a hard link change with its other name: then the content decides.
  return printOf(stats) === print || isAsWanted(through, name, from);
}

function setFolderMode(through: string, name: string, mode: number, durable: boolean): void {
  const folder = openSync(entryIn(through, name), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    fchmodSync(folder, mode);
    if (durable) fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Whether an entry is what the plan wants already: after a kill in the middle, or by somebody else's hand. */
function isAsWanted(through: string, name: string, to: TreeEntry | null): boolean {
  const stats = statIn(through, name);
  if (!stats || to === null) return !stats && to === null;
  if (to.kind === "folder") return stats.isDirectory();
  if (to.kind === "link") return stats.isSymbolicLink() && textOfBytes(readlinkSync(entryIn(through, name), { encoding: "buffer" })) === to.target;
  return to.kind === "file" && stats.isFile() && Number(stats.size) === to.size && Number(stats.mode & 0o7777n) === to.mode && hashOfEntry(entryIn(through, name)) === to.hash;
}

function hashOfEntry(entry: Buffer): string | null {
  const file = openSync(entry, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) return null;
    const hash = createHash("sha256");
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) hash.update(buffer.subarray(0, read));
    return hash.digest("hex");
  } finally {
    closeSync(file);
  }
}
