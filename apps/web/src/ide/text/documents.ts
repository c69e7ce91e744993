import { Store } from "#lib/store.ts";
import { isWithin } from "../editors/editor-input.ts";
import type { ProjectEvent } from "../files/project-feed.ts";
import type { IBufferStore } from "./BufferKeeper.ts";
import { BufferPlace } from "./BufferPlace.ts";
import type { IFileSource } from "./DocumentFile.ts";
import { inConflict } from "./document-state.ts";
import { type KeptText, TextDocument } from "./TextDocument.ts";

interface DocumentsDeps {
  readonly files: IFileSource;
  readonly bufferStore: (path: string) => IBufferStore;
  readonly isOutOfStep: (error: unknown) => boolean;
  readonly onEdit: (path: string) => void;
}

type Paths = ReadonlySet<string>;
const NONE: Paths = new Set();

/** The files that are open, each once. */
export class Documents {
  /** Those with unsaved text. */
  readonly dirty = new Store<Paths>(NONE);
  /** Those of them whose file has changed under it. */
  readonly conflicts = new Store<Paths>(NONE);
  /** Those whose file was deleted on the disk. */
  readonly gone = new Store<Paths>(NONE);
  readonly #deps: DocumentsDeps;
  readonly #open = new Map<string, TextDocument>();
  readonly #kept = new Map<string, KeptText>();
  /** Of every path that has been open. */
  readonly #places = new Map<string, BufferPlace>();

  constructor(deps: DocumentsDeps) {
    this.#deps = deps;
  }

  /** Unsaved text that the server kept; it comes back when the file is opened. */
  restore(path: string, kept: KeptText): void {
    this.#kept.set(path, kept);
    this.#count();
  }

  /** The document of a file, read when it is first asked for. */
  get(path: string): TextDocument {
    const present = this.#open.get(path);
    if (present) return present;
    const document = new TextDocument(path, { ...this.#deps, bufferStore: (at) => this.#place(at).enter() }, this.#kept.get(path) ?? null);
    this.#kept.delete(path);
    this.#open.set(path, document);
    document.state.subscribe(() => this.#count());
    this.#count();
    void document.load();
    return document;
  }

  peek(path: string): TextDocument | undefined {
    return this.#open.get(path);
  }

  isDirty(path: string): boolean {
    return this.dirty.get().has(path);
  }

  /** Lets go of what nothing shows any more. Unsaved text stays. */
  keepOnly(shown: Paths): void {
    for (const [path, document] of this.#open) {
      if (shown.has(path) || document.state.get().dirty) continue;
      this.#open.delete(path);
      document.dispose();
    }
    this.#count();
  }

  /** Resolves with the files that could not be saved. Unsaved text that nothing has shown yet is saved too. */
  async saveAll(): Promise<string[]> {
    for (const path of Array.from(this.#kept.keys())) this.get(path);
    const dirty = [...this.#open.values()].filter(({ state }) => state.get().dirty);
    const saved = await Promise.all(dirty.map(async (document) => ({ path: document.path, ok: await document.save() })));
    return saved.filter(({ ok }) => !ok).map(({ path }) => path);
  }

  /** Gives up unsaved text for good. */
  async discard(path: string): Promise<void> {
    // Also such as nothing has shown yet: it would be saved with all others, and come back.
    const document = this.#kept.has(path) ? this.get(path) : this.#open.get(path);
    this.#open.delete(path);
    await document?.discard();
    document?.dispose();
    this.#count();
  }

  /** Files have other names now; on the disk when `moving` is done. */
  rename(from: string, to: string, moving?: Promise<unknown>): void {
    // Unsaved text that nothing has shown yet goes along as an open file does.
    for (const path of Array.from(this.#kept.keys())) if (isWithin(path, from)) this.get(path);
    for (const [path, document] of Array.from(this.#open)) {
      if (!isWithin(path, from)) continue;
      const renamed = to + path.slice(from.length);
      this.#open.delete(path);
      document.rename(renamed, moving);
      this.#open.set(renamed, document);
    }
    this.#count();
  }

  onFeed(event: ProjectEvent): void {
    if (event.kind === "rescan") for (const document of this.#open.values()) void document.checkDisk();
    if (event.kind !== "changed") return;
    for (const [path, document] of this.#open) {
      // A folder that was moved or deleted tells of itself alone.
      const concerned = event.changes.some((change) => change.path === path || (change.kind !== "modified" && isWithin(path, change.path)) || change.path === document.filePath);
      if (concerned) void document.checkDisk();
    }
  }

  /** What was typed and is not on the server yet, as far as this page knows. */
  pending(): (NonNullable<ReturnType<TextDocument["keeper"]["takePending"]>> & { readonly path: string })[] {
    return [...this.#open].flatMap(([path, document]) => {
      const pending = document.keeper.takePending();
      return pending ? [{ path, ...pending }] : [];
    });
  }

  dispose(): void {
    for (const document of this.#open.values()) document.dispose();
    this.#open.clear();
    for (const place of this.#places.values()) place.leave();
    this.#places.clear();
  }

  #place(path: string): BufferPlace {
    const place = this.#places.get(path) ?? new BufferPlace(this.#deps.bufferStore(path));
    this.#places.set(path, place);
    return place;
  }

  #count(): void {
    const states = [...this.#open].map(([path, { state }]) => ({ path, state: state.get() }));
    settle(this.dirty, [...this.#kept.keys(), ...states.filter(({ state }) => state.dirty).map(({ path }) => path)]);
    settle(this.gone, states.filter(({ state }) => state.disk.kind === "deleted" || state.phase === "gone").map(({ path }) => path));
    settle(this.conflicts, states.filter(({ state }) => inConflict(state)).map(({ path }) => path));
  }
}

/** A set that stays the same object while it holds the same. */
function settle(store: Store<Paths>, paths: readonly string[]): void {
  const now = store.get();
  if (now.size !== paths.length || paths.some((path) => !now.has(path))) store.set(new Set(paths));
}
