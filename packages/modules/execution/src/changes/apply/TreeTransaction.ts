import { createHash } from "node:crypto";
import { constants, type BigIntStats } from "node:fs";
import { chmod, link, mkdir, open, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import type { ProjectPath } from "@coder/api/workspace";
import { inParallel } from "@coder/shared/server";
import { fileSystemError, isGone, kindOf, openFile, ownLike, statOrNull, syncFolder, type PathLocks, type Place, type ProjectTree } from "@coder/work-tree";
import { staleBase } from "../../errors.ts";
import { modeOf, NEW_FOLDER_MODE, PERMISSION_BITS } from "../../file-mode.ts";
import type { FileState, Journal, JournalFile, PlannedFile } from "./journal.ts";

export interface TreeTransactionDeps {
  readonly tree: ProjectTree;
  /** A folder on the tree's file system that is this transaction's alone. */
  readonly staging: string;
  readonly journal: JournalFile;
  readonly locks: PathLocks;
  /** Bytes by their hash. */
  readonly content: (hash: string) => Promise<Uint8Array>;
}

export interface RunOptions {
  /** Called before each file with how many are in their places. Throwing ends the run; what was done can then be finished or taken back. */
  readonly step?: (done: number, total: number) => Promise<void> | void;
}

const NEW = ".new";
/** A file system puts several files on the disk in hardly more time than one. */
const ON_DISK_AT_ONCE = 8;
const ALL_BITS = 0o7777;

/** What is at a place. `foreign`: something that is no file. */
type Found = { readonly state: FileState; readonly stats: BigIntStats } | "foreign" | null;

/** Whose a file is and who may do what with it. */
interface Rights {
  readonly uid: bigint;
  readonly gid: bigint;
  readonly mode: number;
}

interface Content {
  readonly staged: string;
  readonly hash: string;
  /** Null: known when it takes its place. */
  readonly rights: Rights | null;
}

/**
 * Several files of a tree as one change. Everything is made and on the disk before the first file is touched; then each takes its place in one step. Whatever
 * ends the process at whatever moment, {@link run} finishes what the journal says and {@link back} takes it back; both can be repeated.
 */
export class TreeTransaction {
  readonly #deps: TreeTransactionDeps;

  constructor(deps: TreeTransactionDeps) {
    this.#deps = deps;
  }

  /** Checks every file, makes every content, and writes the journal. Nothing in the tree is changed. `stale_base`. */
  async prepare(journal: Pick<Journal, "action" | "jobId" | "files"> & Partial<Pick<Journal, "emptied">>): Promise<Journal> {
    const stale: PlannedFile[] = [];
    const files: PlannedFile[] = [];
    const contents: Content[] = [];
    const folders = new Set<ProjectPath>();
    for (const [index, file] of journal.files.entries()) {
      const found = await this.#found(file.path);
      if (!same(found, file.before)) stale.push(file);
      files.push(found === null || found === "foreign" ? file : { ...file, before: found.state });
      const { after, before } = file;
      if (after && after.hash !== before?.hash) contents.push({ staged: this.#staged(index), hash: after.hash, rights: found === null || found === "foreign" ? null : rightsOf(found.stats, after) });
      if (after && !before) for (const folder of await this.#missingFolders(file.path)) folders.add(folder);
    }
    if (stale.length > 0) throw staleBase(stale.map(({ path: each, before }) => ({ path: each, expected: before?.hash ?? null, found: null })), false);
    await rm(this.#deps.staging, { recursive: true, force: true });
    await mkdir(this.#deps.staging, { recursive: true });
    await inParallel(contents, ON_DISK_AT_ONCE, (content) => this.#stage(content));
    await syncFolder(this.#deps.staging);
    const written: Journal = { emptied: [], ...journal, files, direction: "forward", folders: [...folders] };
    await this.#deps.journal.write(written);
    return written;
  }

  /** Puts every file in its place that is not there yet. `stale_base` when one is neither as it was nor as it is to be: then {@link back}. */
  async run({ files, folders, emptied }: Journal, { step }: RunOptions = {}): Promise<void> {
    for (const folder of folders) await this.#makeFolder(folder);
    for (const [index, file] of files.entries()) {
      await step?.(index, files.length);
      await this.#put(file.path, file.before, file.after, this.#staged(index), this.#kept(index));
    }
    await this.#syncFolders(files);
    await step?.(files.length, files.length);
    for (const folder of emptied.toReversed()) await this.#removeFolder(folder);
  }

  /** Everything is in its place and stays there. */
  async commit(): Promise<void> {
    await this.#deps.journal.close();
    await this.sweep();
  }

  /** Removes what {@link commit} had no time to. */
  async sweep(): Promise<void> {
    await rm(this.#deps.staging, { recursive: true, force: true });
  }

  /** Takes back what was done. Files that somebody changed meanwhile stay as they made them; returns which. */
  async back(journal: Journal, { step }: RunOptions = {}): Promise<readonly ProjectPath[]> {
    const { journal: file } = this.#deps;
    if (journal.direction === "forward") await file.write({ ...journal, direction: "back" });
    await mkdir(this.#deps.staging, { recursive: true });
    for (const folder of journal.emptied) await this.#makeFolder(folder);
    const changed: ProjectPath[] = [];
    for (const [index, { path: each, before, after }] of [...journal.files.entries()].toReversed()) {
      await step?.(journal.files.length - index - 1, journal.files.length);
      const found = await this.#found(each);
      if (same(found, before)) continue;
      if (same(found, after)) await this.#put(each, after, before, this.#kept(index), this.#staged(index));
      else changed.push(each);
    }
    await this.#syncFolders(journal.files);
    for (const folder of journal.folders.toReversed()) await this.#removeFolder(folder);
    await file.drop();
    await this.sweep();
    return changed;
  }

  /** One file from one state to another, in one step; on the disk with its folder. The old content goes to `kept`, for the way back. */
  async #put(at: ProjectPath, before: FileState | null, after: FileState | null, staged: string, kept: string): Promise<void> {
    const { tree, locks } = this.#deps;
    try {
      await tree.at(at, (place) =>
        locks.hold(`${tree.directory}\0${place.path}`, async () => {
          const found = await foundAt(place);
          if (same(found, after)) return;
          if (!same(found, before) || found === "foreign") throw staleBase([{ path: at, expected: before?.hash ?? null, found: found === "foreign" || found === null ? null : found.state.hash }], false);
          if (after === null) await this.#remove(place, at, before, kept);
          else if (found && after.hash === before?.hash) await setMode(place.entry, modeOf(Number(found.stats.mode), after.executable));
          else await this.#replace(place, at, found, after, staged, kept);
        }),
      );
    } catch (error) {
      // Its folder went with it.
      if (after === null && isGone(error) && (await this.#found(at)) === null) return;
      // A folder on the way is gone, or is no folder any more.
      throw isGone(error) ? staleBase([{ path: at, expected: before?.hash ?? null, found: null }], false) : fileSystemError(error, at);
    }
  }

  async #replace(place: Place, at: ProjectPath, found: Exclude<Found, "foreign">, after: FileState, staged: string, kept: string): Promise<void> {
    const isThere = await statOrNull(Buffer.from(staged));
    const rights = found ? rightsOf(found.stats, after) : { ...(await stat(place.folder, { bigint: true })), mode: modeOf(after.mode ?? null, after.executable) };
    if (!isThere) await this.#stage({ staged, hash: after.hash, rights });
    // What was moved away comes back as it was.
    else if (staged.endsWith(NEW) && !hasRights(isThere, rights)) {
      await ownLike(staged, rights);
      await setMode(staged, rights.mode);
    }
    if (!found) {
      // A link fails where something is; a rename would replace it.
      await link(staged, place.entry).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "EEXIST" ? staleBase([{ path: at, expected: null, found: null }], false) : error;
      });
      return rm(staged);
    }
    await rm(kept, { force: true });
    await link(place.entry, kept);
    const now = await statOrNull(place.entry);
    if (!now || now.ino !== found.stats.ino || now.size !== found.stats.size || now.mtimeNs !== found.stats.mtimeNs) {
      throw staleBase([{ path: at, expected: found.state.hash, found: null }], false);
    }
    await rename(staged, place.entry);
  }

  /** Moved away rather than unlinked: what somebody wrote or closed at the last moment can be put back. */
  async #remove(place: Place, at: ProjectPath, before: FileState | null, kept: string): Promise<void> {
    await rename(place.entry, kept);
    if ((await hashOfFile(kept)) === before?.hash && (kept.endsWith(NEW) || !(await isMoreClosed(kept, before)))) return;
    await link(kept, place.entry);
    throw staleBase([{ path: at, expected: before?.hash ?? null, found: null }], false);
  }

  async #stage({ staged, hash, rights }: Content): Promise<void> {
    try {
      await rm(staged, { force: true });
      await using file = await open(staged, "wx", 0o600);
      await file.writeFile(await this.#deps.content(hash));
      if (rights) {
        await ownLike(staged, rights);
        await file.chmod(rights.mode);
      }
      await file.sync();
    } catch (error) {
      throw fileSystemError(error, staged);
    }
  }

  /** Of all the files, and not of those that were just put in their places: a process that ended before may have had no time for it. */
  async #syncFolders(files: readonly PlannedFile[]): Promise<void> {
    const folders = new Set(files.map((file) => file.path.slice(0, Math.max(file.path.lastIndexOf("/"), 0))));
    await inParallel([...folders], ON_DISK_AT_ONCE, (folder) =>
      this.#deps.tree.in(folder, (through) => syncFolder(through)).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      }),
    );
  }

  async #found(at: ProjectPath): Promise<Found> {
    try {
      return await this.#deps.tree.at(at, foundAt);
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  /** Outermost first. */
  async #missingFolders(at: ProjectPath): Promise<readonly ProjectPath[]> {
    const missing: ProjectPath[] = [];
    for (let cut = at.lastIndexOf("/"); cut > 0; cut = at.lastIndexOf("/", cut - 1)) {
      const folder = at.slice(0, cut);
      const exists = await this.#deps.tree.in(folder, async () => true).catch((error: unknown) => {
        if (isGone(error)) return false;
        throw error;
      });
      if (exists) break;
      missing.unshift(folder);
    }
    return missing;
  }

  async #makeFolder(at: ProjectPath): Promise<void> {
    try {
      await this.#deps.tree.at(at, async (place) => {
        if (await statOrNull(place.entry)) return;
        await mkdir(place.entry);
        await chmod(place.entry, NEW_FOLDER_MODE);
        await ownLike(place.entry, await stat(place.folder, { bigint: true }));
        await syncFolder(place.folder);
      });
    } catch (error) {
      throw isGone(error) ? staleBase([{ path: at, expected: null, found: null }], false) : error;
    }
  }

  async #removeFolder(at: ProjectPath): Promise<void> {
    await this.#deps.tree.at(at, async (place) => {
      await rmdir(place.entry);
      await syncFolder(place.folder);
    }).catch((error: unknown) => {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      // Somebody else's files are in it, or it is gone.
      if (!isGone(error) && code !== "already_exists" && code !== "not_a_file") throw error;
    });
  }

  #staged(index: number): string {
    return path.join(this.#deps.staging, `${index}${NEW}`);
  }

  #kept(index: number): string {
    return path.join(this.#deps.staging, `${index}.old`);
  }
}

/** On the disk with whatever else of the file is not yet. */
async function setMode(at: string | Buffer, mode: number): Promise<void> {
  await using file = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW);
  await file.chmod(mode);
  await file.sync();
}

async function foundAt(place: Place): Promise<Found> {
  await using file = await openFile(place.entry);
  if (!file) {
    const stats = await statOrNull(place.entry);
    return stats === null ? null : kindOf(stats) === "file" ? foundAt(place) : "foreign";
  }
  const bytes = await file.readFile();
  const stats = await file.stat({ bigint: true });
  return { state: { hash: createHash("sha256").update(bytes).digest("hex"), executable: (stats.mode & 0o111n) !== 0n, mode: Number(stats.mode) & PERMISSION_BITS }, stats };
}

/** As the file has them that is replaced. */
function rightsOf({ uid, gid, mode }: BigIntStats, { executable }: FileState): Rights {
  return { uid, gid, mode: modeOf(Number(mode), executable) };
}

function hasRights({ uid, gid, mode }: BigIntStats, rights: Rights): boolean {
  return uid === rights.uid && gid === rights.gid && (Number(mode) & ALL_BITS) === rights.mode;
}

function same(found: Found, wanted: FileState | null): boolean {
  if (found === "foreign") return false;
  if (found === null || wanted === null) return found === null && wanted === null;
  return found.state.hash === wanted.hash && found.state.executable === wanted.executable;
}

async function hashOfFile(file: string): Promise<string> {
  return createHash("sha256").update(await readFile(file)).digest("hex");
}

/** Whether somebody took rights away since the journal was written: with its mode an undo would give them back. */
async function isMoreClosed(file: string, { mode = 0 }: FileState): Promise<boolean> {
  return (mode & ~(await stat(file)).mode) !== 0;
}
