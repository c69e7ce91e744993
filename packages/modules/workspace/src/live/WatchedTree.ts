import { watch, type BigIntStats } from "node:fs";
import { entriesOf, nameOf, statIn, type FolderAccess, type FoundEntry } from "@coder/work-tree";
import { IGNORE_FILE_NAMES, VERSION_CONTROL_FOLDERS } from "../files/ignore/IgnoreStack.ts";
import { FileFinder, type FoundFile } from "../search/FileFinder.ts";
import type { QueueGauge } from "./queue-gauge.ts";
import { FILE, folderNode, OTHER, pathIn, type FolderMode, type FolderNode, type FolderWatch } from "./tree-node.ts";
import { TreeIgnores } from "./TreeIgnores.ts";
import type { TreeChange } from "./worker-protocol.ts";

/** What a tree tells. */
export interface TreeListener {
  /** Everything is watched from now on. */
  ready(facts: { readonly folders: number; readonly limited: boolean }): void;
  changed(changes: readonly TreeChange[]): void;
  /** Something may have been missed, or too much happened to tell one by one: look again at everything. */
  rescan(): void;
  /** The state of the version control changed: commit, branch, index. */
  git(): void;
}

export interface WatchedTreeDeps {
  readonly access: FolderAccess;
  readonly gauge: QueueGauge;
  readonly listener: TreeListener;
  /** Watches one folder; throws where the system watches no more. Default: the system's way. */
  readonly watchFolder?: typeof watchFolder;
  /** How often folders are looked at that the system does not watch. */
  readonly pollMs?: number;
}

type FolderListener = (event: string, name: string | null) => void;

function watchFolder(folder: string, listener: FolderListener): FolderWatch {
  return watch(folder, { persistent: false, encoding: "latin1" }, listener);
}

/** How long one piece of work may keep the thread from others. */
const SLICE_MS = 15;
/** From the first event to telling of it, and between two tellings: a burst is told as one, and nothing later than 200 ms. */
const FIRST_MS = 25;
const NEXT_MS = 75;
const MAX_TOLD = 2_000;
const MAX_PENDING = 4_000;
const RESTART_MS = 200;
const POLL_MS = 4_000;
/** Dependencies change by the ten thousand and are edited by nobody. */
const QUIET_FOLDERS: ReadonlySet<string> = new Set(["node_modules", "bower_components"]);

/**
 * Watches a tree and knows what is in it. Each folder has a watch of its own, set before the folder is read, so that nothing can happen in between; what a watch
 * tells is only a hint to look at that name again. Folders of dependencies and of the version control are watched on the surface alone.
 */
export class WatchedTree {
  readonly #deps: WatchedTreeDeps;
  readonly #ignores: TreeIgnores;
  #root = folderNode("", "normal");
  #queue: { readonly folder: FolderNode; readonly announce: boolean }[] = [];
  #pumping = false;
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  #pending = new Map<FolderNode, Set<string>>();
  #pendingCount = 0;
  #changes: TreeChange[] = [];
  #gitChanged = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #flushedAt = 0;
  #restartTimer: NodeJS.Timeout | undefined;
  #pollTimer: NodeJS.Timeout | undefined;
  readonly #unwatched = new Set<FolderNode>();
  #finder: FileFinder | null = null;
  #closed = false;
  #folders = 0;

  constructor(deps: WatchedTreeDeps) {
    this.#deps = deps;
    this.#ignores = new TreeIgnores({ access: deps.access, root: () => this.#root });
  }

  start(): void {
    this.#enqueue(this.#root, false);
  }

  close(): void {
    this.#closed = true;
    this.#forget(this.#root);
    this.#ready.resolve();
    for (const timer of [this.#flushTimer, this.#restartTimer, this.#pollTimer]) clearTimeout(timer);
  }

  /** Events may have been lost: everything is looked at anew, once it has become quiet. */
  suspect(): void {
    if (this.#closed) return;
    clearTimeout(this.#restartTimer);
    this.#restartTimer = setTimeout(() => this.#restart(), RESTART_MS);
  }

  /** By parts of their names, the best first; without what ignore files hide. Waits until the tree was read. */
  async find(query: string, limit: number): Promise<readonly FoundFile[]> {
    await this.#ready.promise;
    this.#finder ??= new FileFinder(this.#ignores.visibleFiles());
    return this.#finder.find(query, limit);
  }

  // Reading folders

  #restart(): void {
    this.#forget(this.#root);
    this.#root = folderNode("", "normal");
    [this.#queue, this.#changes] = [[], []];
    this.#pending.clear();
    this.#pendingCount = 0;
    this.#finder = null;
    this.#folders = 0;
    if (this.#isReady) this.#ready = Promise.withResolvers();
    this.#isReady = false;
    this.#enqueue(this.#root, false);
  }

  #enqueue(folder: FolderNode, announce: boolean): void {
    this.#queue.push({ folder, announce });
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => this.#pump());
  }

  #pump(): void {
    if (this.#closed) return;
    const until = performance.now() + SLICE_MS;
    // From the end: the queue stays as short as the tree is deep.
    for (let next = this.#queue.pop(); next; next = this.#queue.pop()) {
      this.#look(next.folder, next.announce);
      if (performance.now() < until) continue;
      setImmediate(() => this.#pump());
      return;
    }
    this.#pumping = false;
    if (this.#isReady) return;
    this.#isReady = true;
    this.#ready.resolve();
    this.#deps.listener.ready({ folders: this.#folders, limited: this.#unwatched.size > 0 });
  }

  #look(folder: FolderNode, announce: boolean): void {
    if (folder.gone) return;
    const entries = this.#deps.access.in(folder.path, (through, inode) => {
      folder.inode = inode;
      this.#watch(folder, through);
      return entriesOf(through);
    });
    this.#folders += 1;
    // It went away or was replaced in between: then its folder hears of that, and this tells it not to take the two for the same.
    if (!entries) folder.stale = true;
    for (const entry of entries ?? []) if (!folder.children.has(entry.name)) this.#meet(folder, entry, announce);
  }

  #meet(folder: FolderNode, { name, kind }: FoundEntry, announce: boolean): void {
    const path = pathIn(folder, name);
    const node = kind === "folder" ? folderNode(path, modeOf(folder, name)) : kind === "file" ? FILE : OTHER;
    folder.children.set(name, node);
    if (announce && folder.mode !== "git") this.#tell({ path, kind: "created" });
    if (node.kind === "folder" && node.mode !== "closed") this.#enqueue(node, announce);
    if (this.#finder && node.kind === "file" && this.#ignores.shows(folder, name)) this.#finder.add(path);
  }

  #watch(folder: FolderNode, through: string): void {
    try {
      // With the dot what is told of the folder itself cannot be taken for something in it.
      folder.watcher = (this.#deps.watchFolder ?? watchFolder)(`${through}/.`, (event, name) => {
        this.#deps.gauge.count();
        if (name === "." && event === "rename") this.#lose(folder);
        else if (name !== null && name !== ".") this.#hear(folder, nameOf(name));
      });
      folder.watcher.on("error", () => this.#watchByLooking(folder));
    } catch {
      // The system's number of watches is used up.
      this.#watchByLooking(folder);
    }
  }

  #forget(folder: FolderNode): void {
    const folders = [folder];
    for (let next = folders.pop(); next; next = folders.pop()) {
      next.gone = true;
      next.watcher?.close();
      this.#unwatched.delete(next);
      for (const [name, node] of next.children) {
        if (node.kind === "folder") folders.push(node);
        else this.#finder?.delete(pathIn(next, name));
      }
    }
  }

  // Hearing of changes

  #hear(folder: FolderNode, name: string): void {
    if (folder.gone || this.#closed) return;
    const names = this.#pending.get(folder) ?? new Set();
    if (names.has(name)) return;
    this.#pending.set(folder, names.add(name));
    this.#pendingCount += 1;
    if (this.#pendingCount > MAX_PENDING) this.suspect();
    this.#flushSoon();
  }

  /** A folder was removed or moved: its watch is worth nothing, even when another of its name, with its very inode, is there. */
  #lose(folder: FolderNode): void {
    folder.stale = true;
    if (folder === this.#root) this.suspect();
    else if (!folder.gone) this.#hear(this.#ignores.parentOf(folder), folder.path.slice(folder.path.lastIndexOf("/") + 1));
  }

  #flushSoon(): void {
    this.#flushTimer ??= setTimeout(() => this.#flush(), Math.max(FIRST_MS, this.#flushedAt + NEXT_MS - performance.now()));
  }

  #flush(): void {
    this.#flushTimer = undefined;
    const pending = this.#pending;
    this.#pending = new Map();
    const tooMany = this.#pendingCount > MAX_PENDING;
    this.#pendingCount = 0;
    // Then a restart is due, which finds it all.
    if (tooMany) return;
    for (const [folder, names] of pending) if (!folder.gone) this.#reconcileAll(folder, names);
    this.#flushedAt = performance.now();
    const [changes, gitChanged] = [this.#changes, this.#gitChanged];
    [this.#changes, this.#gitChanged] = [[], false];
    if (changes.length > MAX_TOLD) this.#deps.listener.rescan();
    else if (changes.length > 0) this.#deps.listener.changed(changes);
    if (gitChanged) this.#deps.listener.git();
  }

  /** A folder that is not where it was is left to what its own folder hears of it. */
  #reconcileAll(folder: FolderNode, names: ReadonlySet<string>): void {
    const seen = this.#deps.access.in(folder.path, (through) => [...names].map((name) => [name, statIn(through, name)] as const));
    for (const [name, stats] of seen ?? []) if (!folder.gone) this.#reconcile(folder, name, stats);
  }

  /** What is there now, against what was there when it was last looked at. */
  #reconcile(folder: FolderNode, name: string, stats: BigIntStats | null): void {
    const path = pathIn(folder, name);
    const known = folder.children.get(name);
    if (folder.mode === "git" ? !name.endsWith(".lock") : path === ".git") this.#gitChanged = true;
    if (IGNORE_FILE_NAMES.has(name)) {
      this.#ignores.forget();
      this.#finder = null;
    }
    const kind = stats ? (stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other") : null;
    const same = known?.kind === "folder" ? kind === "folder" && !known.stale && (known.inode === null || known.inode === stats?.ino) : known !== undefined && known.kind === kind;
    if (same) {
      if (kind !== "folder" && folder.mode !== "git") this.#tell({ path, kind: "modified" });
      return;
    }
    if (known) {
      folder.children.delete(name);
      if (known.kind === "folder") this.#forget(known);
      else this.#finder?.delete(path);
      if (folder.mode !== "git") this.#tell({ path, kind: "deleted" });
    }
    if (kind) this.#meet(folder, { name, kind }, true);
  }

  #tell(change: TreeChange): void {
    this.#changes.push(change);
    this.#flushSoon();
  }

  // Folders that the system does not watch for us

  #watchByLooking(folder: FolderNode): void {
    folder.watcher?.close();
    folder.watcher = null;
    if (folder.gone) return;
    folder.marks = null;
    this.#unwatched.add(folder);
    this.#pollTimer ??= setTimeout(() => this.#poll(), this.#deps.pollMs ?? POLL_MS);
  }

  #poll(): void {
    this.#pollTimer = undefined;
    for (const folder of this.#unwatched) this.#compareMarks(folder);
    if (this.#unwatched.size > 0 && !this.#closed) this.#pollTimer = setTimeout(() => this.#poll(), this.#deps.pollMs ?? POLL_MS);
  }

  #compareMarks(folder: FolderNode): void {
    const marks = this.#deps.access.in(folder.path, (through) => {
      const seen = entriesOf(through).map(({ name }) => [name, statIn(through, name)] as const);
      return new Map(seen.flatMap(([name, stats]) => (stats ? [[name, `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.mode}`]] : [])));
    });
    if (!marks) return;
    const before = folder.marks;
    folder.marks = marks;
    if (!before) return;
    for (const name of new Set([...before.keys(), ...marks.keys()])) if (before.get(name) !== marks.get(name)) this.#hear(folder, name);
  }
}

function modeOf(parent: FolderNode, name: string): FolderMode {
  if (parent.mode === "git") return parent.path.startsWith(".git/refs") || name === "refs" ? "git" : "closed";
  if (parent.mode !== "normal") return "closed";
  if (name === ".git" && parent.path === "") return "git";
  if (VERSION_CONTROL_FOLDERS.has(name)) return "closed";
  return QUIET_FOLDERS.has(name) ? "quiet" : "normal";
}
