import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { FolderAccess } from "@coder/work-tree";
import { checkpointTooLarge, previewOutdated, treeUnreadable } from "./errors.ts";
import { Journal } from "./restore/Journal.ts";
import { foldersAbove, planRestore, type RestorePlan } from "./restore/plan-restore.ts";
import { TreeChanger, type GuardedStep } from "./restore/TreeChanger.ts";
import { PackStore, sha256 } from "./store/PackStore.ts";
import { changeTree, type MadeFile } from "./tree/change-tree.ts";
import { compareTrees, type TreeDifference } from "./tree/compare-trees.ts";
import { FileCache } from "./tree/FileCache.ts";
import { Snapshot, type SnapshotResult } from "./tree/Snapshot.ts";
import { addLive, readTree, type TreeEntry } from "./tree/tree-object.ts";

const STAGING_PREFIX = "restore-";

/** Where a project's tree, its staging folder and its checkpoints lie. */
export interface CheckpointPlaces {
  readonly tree: string;
  readonly staging: string;
  readonly store: string;
}

export interface ChangedPath {
  readonly path: string;
  readonly kind: "created" | "changed" | "deleted";
}

export interface Taken extends SnapshotResult {
  readonly storeBytes: number;
}

export interface FinishedRestore {
  readonly checkpointId: string;
  readonly root: string;
  readonly blocked: readonly string[];
}

export interface RestoreRequest {
  /** The tree to go back to. */
  readonly target: string;
  /** The tree when the work after it had ended; null: everything goes back. */
  readonly after: string | null;
  readonly chosen: readonly string[];
}

export interface RestorePreview {
  /** The tree as it is. */
  readonly current: string;
  readonly fingerprint: string;
  readonly create: readonly string[];
  readonly change: readonly string[];
  readonly delete: readonly string[];
  readonly conflicts: readonly string[];
  readonly kept: readonly string[];
  readonly excluded: readonly string[];
}

export interface BegunRestore extends RestorePreview, Pick<SnapshotResult, "files" | "bytes"> {
  /** What the tree grows by. */
  readonly added: { readonly files: number; readonly bytes: number };
}

/**
 * The checkpoints of one project: takes, compares and restores states of its tree. Synchronous, for a thread of its own; the caller holds the project's lock,
 * and has finished or forgotten what is `pending` before it does anything else.
 */
export class ProjectCheckpoints {
  readonly #places: CheckpointPlaces;
  readonly #store: PackStore;
  readonly #access: FolderAccess;
  readonly #journal: Journal;

  constructor(places: CheckpointPlaces) {
    mkdirSync(places.store, { recursive: true, mode: 0o700 });
    this.#places = places;
    this.#store = new PackStore(path.join(places.store, "packs"));
    this.#journal = new Journal(places.store);
    this.#access = new FolderAccess(realTree(places.tree));
  }

  close(): void {
    this.#store.close();
  }

  take(): Taken {
    return { ...this.#snapshot().result, storeBytes: this.#store.size() };
  }

  /** What is different between two states, without folders that are only the way to it. */
  changes(before: string, after: string): ChangedPath[] {
    const changed = compareTrees(this.#store, before, after).flatMap((difference) => changedOf(difference).map((told) => ({ ...told, isWay: isFolderMadeOrGone(difference) })));
    const ways = new Set(changed.flatMap((each) => foldersAbove(each.path)));
    return changed.filter((each) => !(each.isWay && ways.has(each.path))).map(({ path: at, kind }) => ({ path: at, kind }));
  }

  /** A state with some files as work has left them: what that work made of it, whatever others did meanwhile. */
  withMade(root: string, made: readonly MadeFile[]): string {
    const changed = changeTree(this.#store, root, made);
    this.#store.commit();
    return changed;
  }

  preview({ target, after, chosen }: RestoreRequest): RestorePreview {
    const { result } = this.#snapshot();
    return this.#previewOf(result.root, this.#plan(result.root, { target, after, chosen }));
  }

  /**
   * Keeps the state before it, makes all content that is needed, and writes the journal; nothing in the tree is changed yet. Throws `preview_outdated` where the
   * plan is not the one that was looked at.
   */
  begin(checkpointId: string, request: RestoreRequest, fingerprint: string | null): BegunRestore {
    const { result, prints } = this.#snapshot();
    const plan = this.#plan(result.root, request);
    const preview = this.#previewOf(result.root, plan);
    if (fingerprint !== null && fingerprint !== preview.fingerprint) throw previewOutdated();
    const steps = plan.steps.map((step): GuardedStep => ({ ...step, print: step.from === null || step.from.kind === "folder" ? null : (prints.get(step.path) ?? "") }));
    removeOldStaging(this.#places.staging);
    const changer = this.#changer(checkpointId);
    try {
      changer.prepare(steps);
      this.#journal.write({ checkpointId, steps, done: null });
    } catch (error) {
      changer.sweep();
      throw error;
    }
    return { ...preview, files: result.files, bytes: result.bytes, added: addedBy(steps) };
  }

  /** The checkpoint of a restore that was begun and that its row does not know the end of. */
  pending(): string | null {
    return this.#journal.read()?.checkpointId ?? null;
  }

  /** Does what the journal says, and notes there that it is done. Repeating it answers the same. */
  finish(): FinishedRestore | null {
    const entry = this.#journal.read();
    if (!entry) return null;
    const { checkpointId, steps } = entry;
    if (entry.done) return { checkpointId, ...entry.done };
    const blocked = this.#changer(checkpointId).run(steps);
    const done = { root: this.#snapshot().result.root, blocked };
    this.#journal.write({ checkpointId, steps: [], done });
    return { checkpointId, ...done };
  }

  /** Nobody has to hear of the restore any more: its end is recorded, or it never came to change anything. */
  forget(): void {
    const entry = this.#journal.read();
    if (entry) this.#changer(entry.checkpointId).sweep();
    this.#journal.remove();
  }

  /** Removes what no state in `roots` needs. Returns the bytes that are left. */
  collect(roots: readonly string[]): number {
    const live = new Set<string>();
    for (const root of roots) addLive(this.#store, root, live);
    this.#store.collect(live);
    return this.#store.size();
  }

  /** Reads everything a state is made of: `checkpoint_damaged` when something of it is not what it was. */
  verify(root: string): void {
    const live = new Set<string>();
    addLive(this.#store, root, live);
    for (const hash of live) this.#store.get(hash);
  }

  #changer(checkpointId: string): TreeChanger {
    return new TreeChanger({ access: this.#access, store: this.#store, staging: path.join(this.#places.staging, `${STAGING_PREFIX}${checkpointId}`), owner: lstatSync(this.#places.tree) });
  }

  #snapshot(): { readonly result: SnapshotResult; readonly prints: ReadonlyMap<string, string> } {
    const cache = new FileCache(path.join(this.#places.store, "files.json"));
    const snapshot = new Snapshot({ access: this.#access, store: this.#store, cache });
    try {
      const result = snapshot.take();
      this.#store.commit();
      cache.save();
      return { result, prints: snapshot.prints };
    } catch (error) {
      this.#store.abandon();
      throw error;
    }
  }

  #plan(current: string, { target, after, chosen }: RestoreRequest): RestorePlan {
    readTree(this.#store, target);
    return planRestore({
      toCheckpoint: compareTrees(this.#store, current, target),
      byWork: after === null ? null : compareTrees(this.#store, target, after),
      chosen: new Set(chosen),
    });
  }

  #previewOf(current: string, { steps, conflicts, kept, excluded }: RestorePlan): RestorePreview {
    const paths = (wanted: ChangedPath["kind"]) => steps.flatMap(({ path: at, from, to }) => changedOf({ path: at, before: from, after: to }).filter(({ kind }) => kind === wanted).map((each) => each.path));
    const fingerprint = sha256(Buffer.from(JSON.stringify(steps)));
    return { current, fingerprint, create: paths("created"), change: paths("changed"), delete: paths("deleted"), conflicts, kept, excluded };
  }
}

/** What a process left that was killed before it wrote its journal. */
function removeOldStaging(staging: string): void {
  const names = existsSync(staging) ? readdirSync(staging) : [];
  for (const name of names) if (name.startsWith(STAGING_PREFIX)) rmSync(path.join(staging, name), { recursive: true, force: true });
}

function addedBy(steps: readonly GuardedStep[]): BegunRestore["added"] {
  const added = { files: 0, bytes: 0 };
  for (const { from, to } of steps) {
    added.files += countOf(to) - countOf(from);
    added.bytes += sizeOf(to) - sizeOf(from);
  }
  return added;
}

function countOf(entry: TreeEntry | null): number {
  return entry?.kind === "file" || entry?.kind === "link" ? 1 : 0;
}

function sizeOf(entry: TreeEntry | null): number {
  return entry?.kind === "file" ? entry.size : 0;
}

function realTree(tree: string): string {
  try {
    return realpathSync(tree);
  } catch {
    throw treeUnreadable();
  }
}

function changedOf({ path: at, before, after }: TreeDifference): ChangedPath[] {
  if (before?.kind === "excluded" || after?.kind === "excluded") return [];
  return [{ path: at, kind: before === null ? "created" : after === null ? "deleted" : "changed" }];
}

/** What is in such a folder tells of it, unless it is empty. */
function isFolderMadeOrGone({ before, after }: TreeDifference): boolean {
  return (before === null && after?.kind === "folder") || (after === null && before?.kind === "folder");
}

export function refuseTooLarge({ bytes }: Pick<SnapshotResult, "bytes">, maxBytes: number): void {
  if (bytes > maxBytes) throw checkpointTooLarge(maxBytes);
}
