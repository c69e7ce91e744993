import type { Entry, EntryPage } from "@coder/api/workspace";
import { isPassing, toProblem } from "#api/problem.ts";
import { Store } from "#lib/store.ts";
import { baseName, folderOf, isWithin, joinPath } from "../editors/editor-input.ts";
import type { FileChange, ProjectEvent } from "../files/project-feed.ts";
import { ReadAgain } from "../files/ReadAgain.ts";
import { type Draft, type Folder, onlyFolder, type Row, type TreeContent, treeRows, withEntry } from "./tree-rows.ts";

/** What the tree asks the server for. */
export interface ITreeSource {
  listFolder(path: string, cursor: string | null, limit: number): Promise<EntryPage>;
  getEntry(path: string): Promise<Entry>;
}

const PAGE = 1_000;
const BIG_PAGE = 5_000;
/** Folders that are asked for at once. */
const TOGETHER = 32;
/** More changes than this in one folder, and it is listed anew. */
const MAX_SINGLE = 16;
const IGNORE_FILES = [".gitignore", ".ignore", ".rgignore"];
const UNKNOWN: Folder = { entries: [], nextCursor: null, loading: true, problem: null };

/** The tree of a project's files: folders are read when they are opened, and follow what happens on the disk. */
export class FileTree extends Store<TreeContent> {
  readonly #source: ITreeSource;
  readonly #loads = new Map<string, Promise<void>>();
  /** Folders that changed while they were being read. */
  readonly #stale = new Set<string>();
  /** The last question about an entry: answers to earlier ones are out of date. */
  readonly #asked = new Map<string, symbol>();
  /** Folders in which something was missed, until they could be read. */
  readonly #missed = new ReadAgain((path) => this.refresh(path));
  /** Places that something is being moved to: until that is done, the disk has nothing there. */
  readonly #moving = new Map<string, Promise<void>>();
  #rows: readonly Row[] = [];
  #rowsOf: TreeContent | null = null;

  constructor(source: ITreeSource, expanded: Iterable<string> = []) {
    super({ folders: new Map(), expanded: new Set(expanded), draft: null, showsExcluded: false });
    this.#source = source;
  }

  /** The same array until something changes. */
  readonly rows = (): readonly Row[] => {
    const content = this.get();
    if (content !== this.#rowsOf) {
      this.#rows = treeRows(content);
      this.#rowsOf = content;
    }
    return this.#rows;
  };

  /** Reads the root and every folder that was open. */
  async start(): Promise<void> {
    await this.#loadAll(["", ...this.get().expanded]);
    // From the outside in: a folder that is gone takes what was open in it along.
    for (const path of [...this.get().expanded].sort()) {
      if (this.entry(path)?.kind !== "folder") this.#setExpanded(path, false);
      else await this.#loadAll([path]);
    }
  }

  /** Nothing is read by itself any more. */
  end(): void {
    this.#missed.end();
  }

  entry(path: string): Entry | undefined {
    return this.get().folders.get(folderOf(path))?.entries.find((entry) => entry.path === path);
  }

  async expand(path: string): Promise<void> {
    this.#setExpanded(path, true);
    if (!this.get().folders.has(path)) await this.#load(path);
    const only = onlyFolder(this.get(), path);
    if (only) await this.expand(only.path);
  }

  collapse(path: string): void {
    this.#setExpanded(path, false);
  }

  toggle(path: string): void {
    if (this.get().expanded.has(path)) this.collapse(path);
    else void this.expand(path);
  }

  collapseAll(): void {
    this.update((content) => ({ ...content, expanded: new Set() }));
  }

  /** Opens everything above a path, and reads on until it is there. Resolves with whether it is. */
  async reveal(path: string): Promise<boolean> {
    const above: string[] = [];
    for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) above.unshift(folder);
    // Together: one after the other, a deep place takes as many ways to the server and back as it has folders.
    await this.#loadAll(["", ...above]);
    for (const folder of above) {
      if (!(await this.#find(folder))) return false;
      await this.expand(folder);
    }
    return this.#find(path);
  }

  async #find(path: string): Promise<boolean> {
    const folder = folderOf(path);
    while (!this.entry(path)) {
      if ((this.get().folders.get(folder)?.nextCursor ?? null) === null) return false;
      await this.loadMore(folder, BIG_PAGE);
      if (this.get().folders.get(folder)?.problem) return false;
    }
    return true;
  }

  /** What comes after the entries that are there now; by itself, pages grow with those. A folder that is just being read is waited for. */
  async loadMore(path: string, limit = Math.min(BIG_PAGE, Math.max(PAGE, this.get().folders.get(path)?.entries.length ?? 0))): Promise<void> {
    const asked = this.get().folders.get(path)?.entries.length ?? 0;
    const waits = this.#loads.has(path);
    while (this.#loads.has(path)) await this.#loads.get(path);
    const folder = this.get().folders.get(path);
    if (!folder || folder.nextCursor === null) return;
    const cursor = folder.nextCursor;
    // It came meanwhile, or what was waited for failed, which is told.
    if (waits && (folder.entries.length > asked || folder.problem)) return;
    await this.#once(path, async (isWanted) => {
      this.#patch(path, { loading: true, problem: null });
      try {
        const { items, nextCursor } = await this.#source.listFolder(path, cursor, limit);
        if (!isWanted()) return;
        const present = this.get().folders.get(path)?.entries ?? [];
        const known = new Set(present.map((entry) => entry.path));
        this.#patch(path, { entries: [...present, ...items.filter((entry) => !known.has(entry.path))], nextCursor, loading: false });
      } catch (error) {
        if (isWanted()) this.#patch(path, { loading: false, problem: toProblem(error) });
      }
    });
  }

  /** Reads a folder again, as far as it was read. What is the same stays in its place. */
  async refresh(path: string): Promise<void> {
    if (this.#loads.has(path)) {
      this.#stale.add(path);
      return;
    }
    if (this.get().folders.has(path)) await this.#load(path);
  }

  async refreshAll(within = ""): Promise<void> {
    await Promise.all([...this.get().folders.keys()].filter((path) => isWithin(path, within)).map((path) => this.refresh(path)));
  }

  /** Reads what stands where it was again after moves that failed: what happened in it meanwhile was told of a place that was not known then. */
  async refreshMoved(moves: readonly { readonly from: string; readonly to: string }[]): Promise<void> {
    const around = new Set(moves.flatMap(({ from, to }) => [folderOf(from), folderOf(to)]));
    await Promise.all([...[...around].map((folder) => this.refresh(folder)), ...moves.map(({ from }) => this.refreshAll(from))]);
  }

  /** Reads those that are not known yet, several at a time. */
  async #loadAll(paths: readonly string[]): Promise<void> {
    for (let at = 0; at < paths.length; at += TOGETHER) {
      await Promise.all(paths.slice(at, at + TOGETHER).map((path) => (this.get().folders.has(path) ? this.#loads.get(path) : this.#load(path))));
    }
  }

  #load(path: string): Promise<void> {
    return this.#once(path, async (isWanted) => {
      const before = this.get().folders.get(path);
      if (!before) this.#patch(path, UNKNOWN);
      const wanted = Math.max(PAGE, before?.entries.length ?? 0);
      for (const [place, moved] of this.#moving) if (isWithin(path, place)) await moved;
      try {
        const entries: Entry[] = [];
        let cursor: string | null = null;
        do {
          const page: EntryPage = await this.#source.listFolder(path, cursor, Math.min(BIG_PAGE, wanted - entries.length));
          entries.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== null && entries.length < wanted);
        if (!isWanted()) return;
        this.#missed.done(path);
        this.#patch(path, { entries, nextCursor: cursor, loading: false, problem: null });
      } catch (error) {
        if (!isWanted()) return;
        const problem = toProblem(error);
        if (path !== "" && (problem.code === "entry_not_found" || problem.code === "not_a_folder")) {
          this.forget(path);
          // A file of that name may stand there now.
          void this.refresh(folderOf(path));
          return;
        }
        this.#patch(path, { loading: false, problem });
        // A first look that fails is told to whoever opened the folder. Nobody asked for later ones.
        if (before && isPassing(problem)) this.#missed.later(path);
        else this.#missed.done(path);
      }
    });
  }

  /** One at a time in each folder. An answer is not wanted any more when the folder was forgotten meanwhile. */
  async #once(path: string, work: (isWanted: () => boolean) => Promise<void>): Promise<void> {
    const running = this.#loads.get(path);
    if (running) return running;
    // Known as running before it begins: whoever sees what it changes may ask for more in that moment.
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#loads.set(path, promise);
    const isWanted = () => this.#loads.get(path) === promise;
    await work(isWanted).finally(() => {
      if (isWanted()) this.#loads.delete(path);
      resolve();
    });
    if (!this.#loads.has(path) && this.#stale.delete(path)) await this.refresh(path);
  }

  onFeed(event: ProjectEvent): void {
    if (event.kind === "rescan") void this.refreshAll();
    if (event.kind === "changed") this.#follow(event.changes);
  }

  #follow(changes: readonly FileChange[]): void {
    if (changes.some(({ path }) => IGNORE_FILES.includes(baseName(path)))) {
      void this.refreshAll();
      return;
    }
    // A known folder that comes was moved here. What happened in it on the way was told of a place that was not known any more.
    for (const { path, kind } of changes) if (kind === "created" && this.get().folders.has(path)) void this.refreshAll(path);
    const byFolder = Map.groupBy(
      changes.filter(({ path, kind }) => this.get().folders.has(folderOf(path)) && (kind !== "modified" || !this.entry(path))),
      ({ path }) => folderOf(path),
    );
    for (const [folder, inFolder] of byFolder) {
      const partial = this.get().folders.get(folder)?.nextCursor !== null;
      if (inFolder.length > MAX_SINGLE || (partial && inFolder.some(({ kind }) => kind === "created"))) void this.refresh(folder);
      else for (const change of inFolder) void this.#followOne(change);
    }
  }

  async #followOne({ path, kind }: FileChange): Promise<void> {
    if (kind === "deleted") return this.forget(path);
    const question = Symbol(path);
    this.#asked.set(path, question);
    const entry = await this.#source.getEntry(path).catch((error: unknown) => (toProblem(error).code === "entry_not_found" ? null : undefined));
    if (this.#asked.get(path) !== question) return;
    this.#asked.delete(path);
    if (entry) this.put(entry);
    else if (entry === null) this.forget(path);
    // What is being read now may have been so before it happened.
    else if (this.#loads.has(folderOf(path))) this.#stale.add(folderOf(path));
    else this.#missed.later(folderOf(path));
  }

  /** Shows an entry where it belongs, if that folder is known. */
  put(entry: Entry): void {
    const parent = folderOf(entry.path);
    const folder = this.get().folders.get(parent);
    if (!folder) return;
    if (this.#loads.has(parent)) this.#stale.add(parent);
    const before = folder.entries.find(({ path }) => path === entry.path);
    if (before && before.kind !== entry.kind) this.forget(entry.path);
    this.#patch(parent, { entries: withEntry(this.get().folders.get(parent)?.entries ?? [], entry) });
  }

  /** Takes an entry out, with all that is known below it. */
  forget(path: string): void {
    // An answer that is on its way may have been given before it went.
    if (this.#loads.has(folderOf(path))) this.#stale.add(folderOf(path));
    for (const asked of this.#asked.keys()) if (isWithin(asked, path)) this.#asked.delete(asked);
    for (const folder of this.#loads.keys()) {
      if (!isWithin(folder, path)) continue;
      this.#loads.delete(folder);
      this.#stale.delete(folder);
    }
    for (const folder of this.#missed.paths) if (isWithin(folder, path)) this.#missed.done(folder);
    this.update((content) => {
      const parent = content.folders.get(folderOf(path));
      const folders = new Map([...content.folders].filter(([folder]) => !isWithin(folder, path)));
      if (parent) folders.set(folderOf(path), { ...parent, entries: parent.entries.filter((entry) => entry.path !== path) });
      return { ...content, folders, expanded: new Set([...content.expanded].filter((folder) => !isWithin(folder, path))) };
    });
  }

  /** Takes an entry and all below it to another place, as it will be on the disk when `moving` is done. What was open stays open. */
  rename(from: string, to: string, moving?: Promise<unknown>): void {
    const entry = this.entry(from);
    if (!entry) return;
    if (moving) this.#waitFor(to, moving);
    const moved = (path: string) => (isWithin(path, from) ? to + path.slice(from.length) : path);
    const open = [...this.get().expanded].filter((path) => isWithin(path, from));
    const known = [...this.get().folders].filter(([path]) => isWithin(path, from));
    const unsure = new Set([...this.#loads.keys(), ...this.#missed.paths, ...[...this.#asked.keys()].map(folderOf)].filter((path) => isWithin(path, from)));
    this.forget(from);
    this.put({ ...entry, path: to, name: baseName(to) });
    if (!this.get().folders.has(folderOf(to))) return;
    this.update((content) => ({
      ...content,
      expanded: new Set([...content.expanded, ...open.map(moved)]),
      folders: new Map([...content.folders, ...known.map(([path, folder]) => [moved(path), { ...folder, entries: folder.entries.map((each) => ({ ...each, path: moved(each.path) })) }] as const)]),
    }));
    // What was being asked there is asked here: the answers are about a place that is gone.
    for (const path of unsure) void this.#load(moved(path));
  }

  #waitFor(place: string, moving: Promise<unknown>): void {
    const moved: Promise<void> = moving
      .then(() => undefined, () => undefined)
      .finally(() => {
        if (this.#moving.get(place) === moved) this.#moving.delete(place);
      });
    this.#moving.set(place, moved);
  }

  setShowsExcluded(showsExcluded: boolean): void {
    if (this.get().showsExcluded !== showsExcluded) this.update((content) => ({ ...content, showsExcluded }));
  }

  setDraft(draft: Draft | null): void {
    this.update((content) => ({ ...content, draft }));
    if (draft && draft.folder !== "") void this.expand(draft.folder);
  }

  /** Why there cannot be something of that name; null when there can. `except` is the entry that is being renamed. */
  nameTaken(folder: string, name: string, except: string | null): boolean {
    const path = joinPath(folder, name);
    return path !== except && this.entry(path) !== undefined;
  }

  #setExpanded(path: string, open: boolean): void {
    this.update((content) => {
      if (content.expanded.has(path) === open) return content;
      const expanded = new Set(content.expanded);
      if (open) expanded.add(path);
      else expanded.delete(path);
      return { ...content, expanded };
    });
  }

  #patch(path: string, change: Partial<Folder>): void {
    this.update((content) => ({ ...content, folders: new Map(content.folders).set(path, { ...UNKNOWN, ...content.folders.get(path), ...change }) }));
  }
}
