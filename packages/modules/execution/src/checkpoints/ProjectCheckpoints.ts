import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { FolderAccess } from "@coder/work-tree";
import { checkpointTooLarge, previewOutdated, treeUnreadable } from "./errors.ts";
import { Journal } from "./restore/Journal.ts";
import { planRestore, type RestorePlan } from "./restore/plan-restore.ts";
import { TreeChanger, type GuardedStep } from "./restore/TreeChanger.ts";
import { PackStore, sha256 } from "./store/PackStore.ts";
import { compareTrees, type TreeDifference } from "./tree/compare-trees.ts";
import { FileCache } from "./tree/FileCache.ts";
import { Snapshot, type SnapshotResult } from "./tree/Snapshot.ts";
import { addLive, readTree } from "./tree/tree-object.ts";

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
  /** A restore that a killed process had begun, and that was finished first. */
  readonly finished: FinishedRestore | null;
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
  readonly finished: FinishedRestore | null;
}

/**
 * The checkpoints of one project: takes, compares and restores states of its tree. Synchronous, for a thread of its own; the caller holds the project's lock.
 * A restore that was killed is finished before anything else.
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
    const finished = this.finish();
    return { ...this.#snapshot().result, finished, storeBytes: this.#store.size() };
  }

  /** What is different between two states, without folders that are only the way to it. */
  changes(before: string, after: string): ChangedPath[] {
    return compareTrees(this.#store, before, after).flatMap((difference) => changedOf(difference));
  }

  preview({ target, after, chosen }: RestoreRequest): RestorePreview {
    const finished = this.finish();
    const { result } = this.#snapshot();
    return { ...this.#previewOf(result.root, this.#plan(result.root, { target, after, chosen })), finished };
  }

  /** Takes the state before it and writes the journal; nothing is changed yet. Throws `preview_outdated` where the plan is not the one that was looked at. */
  begin(checkpointId: string, request: RestoreRequest, fingerprint: string | null): RestorePreview & { readonly files: number; readonly bytes: number } {
    const finished = this.finish();
    const { result, prints } = this.#snapshot();
    const plan = this.#plan(result.root, request);
    const preview = this.#previewOf(result.root, plan);
    if (fingerprint !== null && fingerprint !== preview.fingerprint) throw previewOutdated();
    // All that is needed is there and whole, before anything is changed.
    for (const { to } of plan.steps) if (to?.kind === "file") for (const part of to.chunks ?? [to.hash]) this.#store.get(part);
    const steps = plan.steps.map((step): GuardedStep => ({ ...step, print: step.from === null || step.from.kind === "folder" ? null : (prints.get(step.path) ?? "") }));
    this.#journal.write({ checkpointId, steps });
    return { ...preview, finished, files: result.files, bytes: result.bytes };
  }

  /** Does what the journal says, if there is one. */
  finish(): FinishedRestore | null {
    const entry = this.#journal.read();
    if (!entry) return null;
    const stats = lstatSync(this.#places.tree);
    const changer = new TreeChanger({ access: this.#access, store: this.#store, staging: path.join(this.#places.staging, `restore-${entry.checkpointId}`), owner: stats });
    const blocked = changer.run(entry.steps);
    const { root } = this.#snapshot().result;
    this.#journal.remove();
    return { checkpointId: entry.checkpointId, root, blocked };
  }

  /** Gives up a restore that has only begun: for when its checkpoint could not be recorded. */
  forget(): void {
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

  #previewOf(current: string, { steps, conflicts, kept, excluded }: RestorePlan): Omit<RestorePreview, "finished"> {
    const paths = (wanted: ChangedPath["kind"]) => steps.flatMap(({ path: at, from, to }) => changedOf({ path: at, before: from, after: to }).filter(({ kind }) => kind === wanted).map((each) => each.path));
    const fingerprint = sha256(Buffer.from(JSON.stringify(steps)));
    return { current, fingerprint, create: paths("created"), change: paths("changed"), delete: paths("deleted"), conflicts, kept, excluded };
  }
}

function realTree(tree: string): string {
  try {
    return realpathSync(tree);
  } catch {
    throw treeUnreadable();
  }
}

/** Folders are told only where nothing in them tells of them: an empty one, or one whose mode changed. */
function changedOf({ path: at, before, after }: TreeDifference): ChangedPath[] {
  if (before?.kind === "excluded" || after?.kind === "excluded") return [];
  return [{ path: at, kind: before === null ? "created" : after === null ? "deleted" : "changed" }];
}

export function refuseTooLarge({ bytes }: Pick<SnapshotResult, "bytes">, maxBytes: number): void {
  if (bytes > maxBytes) throw checkpointTooLarge(maxBytes);
}
