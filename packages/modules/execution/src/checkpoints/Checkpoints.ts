import path from "node:path";
import {
  CheckpointIdSchema, checkpointCreatedEvent, MAX_NAMED_PATHS, type ChangeSetId, type Checkpoint, type CheckpointId, type CheckpointPage, type CreateCheckpointInput, type FileChanges, type ListCheckpointsInput, type Paths,
  type PreviewRestoreInput, type RestoreCheckpointInput, type RestorePreview, type RestoreResult, type RunId, type UndoRestoreInput,
} from "@coder/api/execution";
import type { ProjectId } from "@coder/api/workspace";
import { unlessConflict, type IDatabase, type IRepository, type Stored } from "@coder/db";
import { actorOf, type Caller } from "@coder/shared";
import { newId, type ILiveConfig } from "@coder/shared/server";
import type { OpenProject, ProjectAccess } from "../changes/ProjectAccess.ts";
import type { ExecutionConfig } from "../config.ts";
import { changeSetEntity, checkpointEntity, runEntity, type CheckpointRow } from "../entities.ts";
import { projectBusy } from "../errors.ts";
import type { Room } from "../Room.ts";
import { changesOf, shownChanges } from "./changes-of.ts";
import type { CheckpointThread, IHeldCheckpoints } from "./CheckpointThread.ts";
import { checkpointNotFound, notARestore, runInProgress } from "./errors.ts";
import { refuseTooLarge, type CheckpointPlaces, type RestoreRequest } from "./ProjectCheckpoints.ts";
import type { MadeFile } from "./tree/change-tree.ts";
import { restoreReason } from "./restore-reason.ts";
import { retainOf } from "./retain.ts";
import { settleRestore } from "./settle-restore.ts";

export interface CheckpointsDeps {
  readonly database: IDatabase;
  readonly dataDirectory: string;
  readonly access: Pick<ProjectAccess, "open">;
  readonly thread: CheckpointThread;
  readonly room: Room;
  /** Told when files of a project changed. */
  readonly changed: (caller: Caller, projectId: ProjectId) => Promise<void>;
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

  /**
   * Tells a checkpoint that the work after it has ended, and what that changed. A checkpoint that is gone by now is fine.
   * @param made the files that the work made, where that is known: what others changed meanwhile is then not taken for its doing
   */
  async complete(caller: Caller, projectId: ProjectId, checkpointId: CheckpointId, made?: readonly MadeFile[]): Promise<FileChanges | null> {
    const row = await this.#rows(caller).get(checkpointId);
    if (!row) return null;
    const project = await this.#deps.access.open(caller, projectId);
    return this.#holding(caller, project, async (held) => {
      const afterRoot = made ? await held.withMade(row.root, made) : (await held.take()).root;
      const changes = changesOf(await held.changes(row.root, afterRoot));
      await unlessConflict(this.#rows(caller).update(checkpointId, { afterRoot, changes }));
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
    const { project } = await this.#require(caller, id);
    const preview = await this.#holding(caller, project, async (held) => held.preview(requestOf(await this.#row(caller, id), scope, chosen)));
    const { fingerprint } = preview;
    return {
      fingerprint, create: named(preview.create), change: named(preview.change), delete: named(preview.delete), conflicts: named(preview.conflicts), kept: named(preview.kept), excluded: named(preview.excluded),
    };
  }

  async restore(caller: Caller, { id, scope, chosen, fingerprint }: RestoreCheckpointInput): Promise<RestoreResult> {
    const { project } = await this.#require(caller, id);
    const result = await this.#holding(caller, project, async (held) => {
      // Under the lock: what begins from now on takes its checkpoint first, and waits for it; and what the row says of the end of the work is true by now.
      await this.#refuseWhileBusy(caller, project.id);
      const row = await this.#row(caller, id);
      const undoId = newId(CheckpointIdSchema);
      const begun = await held.begin(undoId, requestOf(row, scope, chosen), fingerprint);
      let undo: Stored<CheckpointRow>;
      try {
        const facts = { reason: restoreReason(row), cause: "restore", runId: null, changeSetId: null, restoredId: id } as const;
        undo = await this.#deps.room.charging(caller, row.projectId, begun.added, () => this.#insert(caller, project, { id: undoId, root: begun.current, files: begun.files, bytes: begun.bytes, ...facts }));
      } catch (error) {
        await held.forget();
        throw error;
      }
      const done = await settleRestore(held, this.#rows(caller));
      const recorded = (await this.#rows(caller).get(undoId)) ?? undo;
      const blocked = done?.blocked ?? [];
      return { undo: checkpointOf(recorded), restored: begun.create.length + begun.change.length + begun.delete.length - blocked.length, blocked: named(blocked) };
    });
    await this.#deps.changed(caller, project.id);
    return result;
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
    return this.#holding(caller, project, async (held) => {
      const taken = await held.take();
      const { keep, maxBytes } = this.#deps.config.value.checkpoints;
      refuseTooLarge(taken, maxBytes);
      const row = await this.#insert(caller, project, { id: newId(CheckpointIdSchema), root: taken.root, files: taken.files, bytes: taken.bytes, restoredId: null, ...facts });
      await retainOf(this.#rows(caller), projectId, held, taken.storeBytes, { keep, maxBytes });
      return row;
    });
  }

  #insert(caller: Caller, project: OpenProject, facts: Pick<CheckpointRow, "id" | "root" | "files" | "bytes" | "reason" | "cause" | "runId" | "changeSetId" | "restoredId">): Promise<Stored<CheckpointRow>> {
    const { organizationId, id: projectId } = project;
    return this.#rows(caller).insert(
      { organizationId, projectId, changes: null, afterRoot: null, createdBy: actorOf(caller), createdAt: this.#deps.now().toISOString(), ...facts },
      { emit: [checkpointCreatedEvent.with({ organizationId, projectId, checkpointId: facts.id, cause: facts.cause })] },
    );
  }

  /** Nothing else may be at work in the files: what it does next would be taken back by half. */
  async #refuseWhileBusy(caller: Caller, projectId: ProjectId): Promise<void> {
    const scope = this.#deps.database.for(caller);
    if ((await scope.repository(runEntity).count({ projectId, state: "running" })) > 0) throw runInProgress();
    if ((await scope.repository(changeSetEntity).count({ lockedProjectId: projectId })) > 0) throw projectBusy();
  }

  async #require(caller: Caller, id: CheckpointId): Promise<{ readonly row: Stored<CheckpointRow>; readonly project: OpenProject }> {
    const row = await this.#row(caller, id);
    return { row, project: await this.#deps.access.open(caller, row.projectId) };
  }

  async #row(caller: Caller, id: CheckpointId): Promise<Stored<CheckpointRow>> {
    const row = await this.#rows(caller).get(id);
    if (!row) throw checkpointNotFound();
    return row;
  }

  /** Several steps on a project's checkpoints that nobody comes between, after a restore was finished that a killed process had begun. */
  #holding<Result>(caller: Caller, project: OpenProject, work: (held: IHeldCheckpoints) => Promise<Result>): Promise<Result> {
    return this.#deps.thread.holding(this.placesOf(project), async (held) => {
      await settleRestore(held, this.#rows(caller));
      return work(held);
    });
  }

  #rows(caller: Caller): IRepository<CheckpointRow> {
    return this.#deps.database.for(caller).repository(checkpointEntity);
  }
}

function requestOf(row: CheckpointRow, scope: PreviewRestoreInput["scope"], chosen: readonly string[]): RestoreRequest {
  return { target: row.root, after: scope === "all" ? null : row.afterRoot, chosen };
}

function named(paths: readonly string[]): Paths {
  return { total: paths.length, paths: paths.slice(0, MAX_NAMED_PATHS) };
}

function checkpointOf({ etag: _etag, root: _root, afterRoot: _after, ...checkpoint }: Stored<CheckpointRow>): Checkpoint {
  return { ...checkpoint, changes: shownChanges(checkpoint.changes) };
}
