import path from "node:path";
import {
  CheckpointIdSchema, MAX_NAMED_PATHS, type ChangeSetId, type Checkpoint, type CheckpointId, type CheckpointPage, type CreateCheckpointInput, type FileChanges, type ListCheckpointsInput, type Paths,
  type PreviewRestoreInput, type RestoreCheckpointInput, type RestorePreview, type RestoreResult, type RunId, type UndoRestoreInput,
} from "@coder/api/execution";
import type { ProjectId } from "@coder/api/workspace";
import { unlessConflict, type IDatabase, type IRepository, type Stored } from "@coder/db";
import { actorOf, isAppError, type Caller } from "@coder/shared";
import { newId, type ILiveConfig } from "@coder/shared/server";
import { storedText, textOfStored } from "@coder/work-tree";
import type { OpenProject, ProjectAccess } from "../changes/ProjectAccess.ts";
import type { ExecutionConfig } from "../config.ts";
import { checkpointEntity, runEntity, type CheckpointRow } from "../entities.ts";
import type { CheckpointThread, IHeldCheckpoints } from "./CheckpointThread.ts";
import { checkpointNotFound, notARestore, runInProgress } from "./errors.ts";
import { refuseTooLarge, type ChangedPath, type CheckpointPlaces, type FinishedRestore, type RestoreRequest } from "./ProjectCheckpoints.ts";

export interface CheckpointsDeps {
  readonly database: IDatabase;
  readonly dataDirectory: string;
  readonly access: Pick<ProjectAccess, "open">;
  readonly thread: CheckpointThread;
  readonly config: ILiveConfig<Pick<ExecutionConfig, "checkpoints">>;
  readonly now: () => Date;
}

export interface TakeInput {
  readonly projectId: ProjectId;
  readonly reason: string;
  readonly changeSetId?: ChangeSetId;
  readonly runId?: RunId;
}

/** Checkpoints of projects for people and for the other parts of the module. */
export class Checkpoints {
  readonly #deps: CheckpointsDeps;

  constructor(deps: CheckpointsDeps) {
    this.#deps = deps;
  }

  /** Keeps the state of a project's files: `checkpoint_too_large`. */
  async take(caller: Caller, { projectId, reason, changeSetId, runId }: TakeInput): Promise<{ readonly checkpointId: CheckpointId }> {
    const row = await this.#take(caller, projectId, { reason, cause: runId ? "run" : changeSetId ? "change" : "person", runId: runId ?? null, changeSetId: changeSetId ?? null });
    return { checkpointId: row.id };
  }

  /** Tells a checkpoint that the work after it has ended, and what that changed. A checkpoint that is gone by now is fine. */
  async complete(caller: Caller, projectId: ProjectId, checkpointId: CheckpointId): Promise<FileChanges | null> {
    const row = await this.#rows(caller).get(checkpointId);
    if (!row) return null;
    const project = await this.#deps.access.open(caller, projectId);
    return this.#holding(project, async (held) => {
      const after = await held.take();
      await this.#settle(caller, after.finished);
      const changes = changesOf(await held.changes(row.root, after.root));
      await unlessConflict(this.#rows(caller).update(checkpointId, { afterRoot: after.root, changes }));
      return changes;
    });
  }

  async list(caller: Caller, { projectId, limit, cursor }: ListCheckpointsInput): Promise<CheckpointPage> {
    await this.#deps.access.open(caller, projectId);
    const page = await this.#rows(caller).query({ projectId }, { limit, cursor, sort: { field: "createdAt", direction: "desc" } });
    return { items: page.items.map(checkpointOf), nextCursor: page.nextCursor };
  }

  async create(caller: Caller, { projectId, reason }: CreateCheckpointInput): Promise<Checkpoint> {
    return checkpointOf(await this.#take(caller, projectId, { reason, cause: "person", runId: null, changeSetId: null }));
  }

  async preview(caller: Caller, { id, scope, chosen }: PreviewRestoreInput): Promise<RestorePreview> {
    const { row, project } = await this.#require(caller, id);
    const preview = await this.#holding(project, (held) => held.preview(requestOf(row, scope, chosen)));
    await this.#settle(caller, preview.finished);
    const { fingerprint } = preview;
    return {
      fingerprint, create: named(preview.create), change: named(preview.change), delete: named(preview.delete), conflicts: named(preview.conflicts), kept: named(preview.kept), excluded: named(preview.excluded),
    };
  }

  async restore(caller: Caller, { id, scope, chosen, fingerprint }: RestoreCheckpointInput): Promise<RestoreResult> {
    const { row, project } = await this.#require(caller, id);
    if ((await this.#deps.database.for(caller).repository(runEntity).count({ projectId: row.projectId, state: { in: ["running"] } })) > 0) throw runInProgress();
    return this.#holding(project, async (held) => {
      const undoId = newId(CheckpointIdSchema);
      const begun = await held.begin(undoId, requestOf(row, scope, chosen), fingerprint);
      let undo: Stored<CheckpointRow>;
      try {
        await this.#settle(caller, begun.finished);
        const facts = { reason: `Before restoring "${row.reason}"`.slice(0, 200), cause: "restore", runId: null, changeSetId: null, restoredId: id } as const;
        undo = await this.#insert(caller, project, { id: undoId, root: begun.current, files: begun.files, bytes: begun.bytes, ...facts });
      } catch (error) {
        await held.forget();
        throw error;
      }
      const done = await held.finish();
      await this.#settle(caller, done);
      const changes = done ? changesOf(await held.changes(begun.current, done.root)) : null;
      if (done) await unlessConflict(this.#rows(caller).update(undoId, { changes }));
      const blocked = done?.blocked ?? [];
      return { undo: checkpointOf({ ...undo, changes }), restored: begun.create.length + begun.change.length + begun.delete.length - blocked.length, blocked: named(blocked) };
    });
  }

  async undo(caller: Caller, { id }: UndoRestoreInput): Promise<RestoreResult> {
    const { row } = await this.#require(caller, id);
    if (row.cause !== "restore") throw notARestore();
    return this.restore(caller, { id, scope: "work", chosen: [], fingerprint: null });
  }

  /** Where a project's files and checkpoints lie. */
  placesOf({ organizationId, id, directory }: Pick<OpenProject, "organizationId" | "id" | "directory">): CheckpointPlaces {
    return { tree: directory.tree, staging: directory.staging, store: path.join(this.#deps.dataDirectory, "checkpoints", organizationId, id) };
  }

  async #take(caller: Caller, projectId: ProjectId, facts: Pick<CheckpointRow, "reason" | "cause" | "runId" | "changeSetId">): Promise<Stored<CheckpointRow>> {
    const project = await this.#deps.access.open(caller, projectId);
    return this.#holding(project, async (held) => {
      const taken = await held.take();
      await this.#settle(caller, taken.finished);
      const { maxBytes } = this.#deps.config.value.checkpoints;
      refuseTooLarge(taken, maxBytes);
      const row = await this.#insert(caller, project, { id: newId(CheckpointIdSchema), root: taken.root, files: taken.files, bytes: taken.bytes, restoredId: null, ...facts });
      await this.#retain(caller, projectId, held, taken.storeBytes);
      return row;
    });
  }

  #insert(caller: Caller, project: OpenProject, facts: Pick<CheckpointRow, "id" | "root" | "files" | "bytes" | "reason" | "cause" | "runId" | "changeSetId" | "restoredId">): Promise<Stored<CheckpointRow>> {
    const { organizationId, id: projectId } = project;
    return this.#rows(caller).insert({ organizationId, projectId, changes: null, afterRoot: null, createdBy: actorOf(caller), createdAt: this.#deps.now().toISOString(), ...facts });
  }

  /** Keeps the newest, as many as the settings say and as much as fits. */
  async #retain(caller: Caller, projectId: ProjectId, held: IHeldCheckpoints, storeBytes: number): Promise<void> {
    const { keep, maxBytes } = this.#deps.config.value.checkpoints;
    const rows = this.#rows(caller);
    const count = await rows.count({ projectId });
    if (count <= keep && storeBytes <= maxBytes) return;
    const kept = [...(await rows.query({ projectId }, { limit: Math.min(keep, count), sort: { field: "createdAt", direction: "desc" } })).items];
    const drop = async (from: Stored<CheckpointRow> | undefined) => {
      if (from) await rows.delete(from.id);
    };
    const old = await rows.query({ projectId, createdAt: { lt: kept.at(-1)?.createdAt ?? "" } }, { limit: 200, sort: { field: "createdAt", direction: "asc" } });
    for (const row of old.items) await drop(row);
    try {
      let bytes = await held.collect(rootsOf(kept));
      while (bytes > maxBytes && kept.length > 1) {
        for (const row of kept.splice(Math.ceil(kept.length / 2))) await drop(row);
        bytes = await held.collect(rootsOf(kept));
      }
    } catch (error) {
      // What a damaged one needs is not known, so nothing is removed; the new one is whole.
      if (!isAppError(error)) throw error;
    }
  }

  /** Writes down how a restore ended that a killed process had begun. */
  async #settle(caller: Caller, finished: FinishedRestore | null): Promise<void> {
    if (finished) await unlessConflict(this.#rows(caller).update(CheckpointIdSchema.parse(finished.checkpointId), { afterRoot: finished.root }));
  }

  async #require(caller: Caller, id: CheckpointId): Promise<{ readonly row: Stored<CheckpointRow>; readonly project: OpenProject }> {
    const row = await this.#rows(caller).get(id);
    if (!row) throw checkpointNotFound();
    return { row, project: await this.#deps.access.open(caller, row.projectId) };
  }

  #holding<Result>(project: OpenProject, work: (held: IHeldCheckpoints) => Promise<Result>): Promise<Result> {
    return this.#deps.thread.holding(this.placesOf(project), work);
  }

  #rows(caller: Caller): IRepository<CheckpointRow> {
    return this.#deps.database.for(caller).repository(checkpointEntity);
  }
}

function requestOf(row: CheckpointRow, scope: PreviewRestoreInput["scope"], chosen: readonly string[]): RestoreRequest {
  return { target: row.root, after: scope === "all" ? null : row.afterRoot, chosen };
}

function rootsOf(rows: readonly CheckpointRow[]): string[] {
  return rows.flatMap(({ root, afterRoot }) => (afterRoot === null ? [root] : [root, afterRoot]));
}

function named(paths: readonly string[]): Paths {
  return { total: paths.length, paths: paths.slice(0, MAX_NAMED_PATHS) };
}

function changesOf(changed: readonly ChangedPath[]): FileChanges {
  return { total: changed.length, items: changed.slice(0, MAX_NAMED_PATHS).map(({ path: at, kind }) => ({ path: storedText(at), kind })) };
}

/** Names as they are: rows hold them in a form that every store keeps. */
export function shownChanges(changes: FileChanges | null): FileChanges | null {
  return changes && { total: changes.total, items: changes.items.map(({ path: at, kind }) => ({ path: textOfStored(at), kind })) };
}

function checkpointOf({ etag: _etag, root: _root, afterRoot: _after, ...checkpoint }: Stored<CheckpointRow>): Checkpoint {
  return { ...checkpoint, changes: shownChanges(checkpoint.changes) };
}
