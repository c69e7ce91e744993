import { mkdir } from "node:fs/promises";
import path from "node:path";
import { changeSetAppliedEvent, changeSetFailedEvent, changeSetUndoneEvent, CheckpointIdSchema, type ChangeSetId, type ChangeSetState } from "@coder/api/execution";
import type { ProjectId, ProjectPath } from "@coder/api/workspace";
import { unlessConflict, unlessExists, type Stored } from "@coder/db";
import { isAppError, type AppError, type Caller } from "@coder/shared";
import type { IJobs } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { isGone, type PathLocks } from "@coder/work-tree";
import type { MadeFile } from "../../checkpoints/tree/change-tree.ts";
import type { ChangeSetRow } from "../../entities.ts";
import { applyCancelled, changeFailed, projectBusy, validationFailed } from "../../errors.ts";
import { fullDisk } from "../../full-disk.ts";
import { undoChangeSetJob } from "../../jobs/definitions.ts";
import type { Room } from "../../Room.ts";
import type { ICheckpoints } from "../ICheckpoints.ts";
import type { OpenProject, ProjectAccess } from "../ProjectAccess.ts";
import type { ChangeRows } from "../store/ChangeRows.ts";
import type { ChangeTexts } from "../store/ChangeTexts.ts";
import type { IValidationRun } from "../validation/ValidationRun.ts";
import type { ChangePlan, Plan } from "./ChangePlan.ts";
import { JournalFile, type Journal } from "./journal.ts";
import { TreeTransaction } from "./TreeTransaction.ts";

export interface ChangeRunDeps {
  readonly rows: ChangeRows;
  readonly texts: ChangeTexts;
  readonly access: ProjectAccess;
  readonly plan: ChangePlan;
  readonly validation: IValidationRun;
  readonly checkpoints: ICheckpoints;
  readonly jobs: Pick<IJobs, "get">;
  readonly locks: PathLocks;
  /** Told when files of a project changed. */
  readonly changed: (caller: Caller, projectId: ProjectId) => Promise<void>;
  readonly room: Room;
  /** For how long another change of the same project is waited for. */
  readonly busyMs?: number;
}

/** One job at work on one change set. */
export interface RunContext {
  readonly jobId: string;
  readonly caller: Caller;
  readonly signal: AbortSignal;
  readonly log: ILogger;
  readonly progress: (done: number, total: number) => Promise<void>;
}

const BUSY_MS = 60_000;
const ASK_AGAIN_MS = 100;

/**
 * Applies a change set, or takes it back. It can end at any moment and be begun again: the journal says what was begun, the record what was done, and the row
 * is written last.
 */
export class ChangeRun {
  readonly #deps: ChangeRunDeps;

  constructor(deps: ChangeRunDeps) {
    this.#deps = deps;
  }

  /** Nothing to do when the row does not wait for this job (any more). Errors are written to the row, and thrown. */
  async run(id: ChangeSetId, context: RunContext): Promise<void> {
    const { rows, access } = this.#deps;
    const { caller, jobId, signal, log } = context;
    const row = await rows.require(caller, id);
    if (row.state !== "applying" || row.task?.jobId !== jobId) return;
    try {
      await this.#go(row, await access.open(caller, row.projectId), context);
    } catch (thrown) {
      const error = fullDisk(thrown);
      if (signal.aborted) {
        // Only its process ends: the job runs again, and goes on from the journal.
        if (await this.#isCancelled(row)) await this.fail(caller, row, applyCancelled());
        throw error;
      }
      // Half done, and not to be taken back now: it stays as it is until the settlement can.
      if (await (await this.#journal(row)).open()) {
        log.error({ err: error, changeSetId: id }, "A change set was begun and could be neither finished nor taken back; tried again");
        throw error;
      }
      const problem = isAppError(error) ? error : changeFailed(error);
      if (problem !== error) log.error({ err: error, changeSetId: id }, "A change set could not be applied or undone");
      await this.fail(caller, row, problem);
      throw problem;
    }
  }

  /** Takes back what a run has begun whose job will not come again, and says why; finishes it when all of it was done. */
  async settle(row: Stored<ChangeSetRow>, project: OpenProject, { caller, log }: Pick<RunContext, "caller" | "log">, problem: AppError): Promise<void> {
    const { task } = row;
    const journal = await this.#journal(row);
    const transaction = this.#transaction(row, project, journal);
    if (task && (await journal.done())?.jobId === task.jobId) return this.#complete(row, project, { caller, log });
    const begun = await journal.open();
    if (begun) await transaction.back(begun);
    await this.fail(caller, row, problem);
    if (begun) await this.#deps.changed(caller, project.id);
  }

  /** Puts the row back to what can be tried again. */
  async fail(caller: Caller, { id, organizationId, projectId, task }: ChangeSetRow, { code, message, remedy, details }: AppError): Promise<void> {
    await this.#deps.rows.change(caller, id, (row) => {
      if (row.state !== "applying" || row.task?.jobId !== task?.jobId) return null;
      const state: ChangeSetState = row.task?.jobName === undoChangeSetJob.name ? "applied" : "failed";
      return { state, lockedProjectId: null, problem: { code, message, remedy, details: details ? { ...details } : null } };
    }, { emit: [changeSetFailedEvent.with({ organizationId, projectId, changeSetId: id, code })] });
  }

  async #go(row: Stored<ChangeSetRow>, project: OpenProject, context: RunContext): Promise<void> {
    const { caller, jobId, signal, progress, log } = context;
    const journal = await this.#journal(row);
    const transaction = this.#transaction(row, project, journal);
    if ((await journal.done())?.jobId === jobId) {
      await transaction.sweep();
      return this.#complete(row, project, context);
    }
    let begun = await journal.open();
    if (begun) await this.#lock(row, context);
    if (begun && (begun.jobId !== jobId || begun.direction === "back")) {
      await transaction.back(begun);
      begun = null;
    }
    const work = async (journaled: Journal): Promise<void> => {
      try {
        await transaction.run(journaled, {
          step: async (done, total) => {
            signal.throwIfAborted();
            await progress(done, total);
          },
        });
      } catch (error) {
        const changed = await transaction.back(journaled);
        if (changed.length > 0) log.warn({ changeSetId: row.id, changed }, "Files were changed while a change set was taken back; they stay as they are");
        throw error;
      }
      await transaction.commit();
    };
    if (begun) await work(begun);
    else {
      const { growth, ...planned } = await this.#planned(row, project, journal, context);
      await this.#deps.room.charging(caller, row.projectId, growth, async () => work(await transaction.prepare({ ...planned, jobId })));
    }
    await this.#complete(row, project, context);
  }

  async #planned(row: Stored<ChangeSetRow>, project: OpenProject, journal: JournalFile, context: RunContext): Promise<Pick<Journal, "action" | "files" | "emptied"> & Pick<Plan, "growth">> {
    const { rows, plan, validation } = this.#deps;
    const { caller, signal } = context;
    const stale = row.task?.stale ?? "refuse";
    if (row.task?.jobName === undoChangeSetJob.name) {
      const done = await journal.done();
      if (done?.action !== "apply") throw new Error(`There is no record of how the change set ${row.id} was applied`);
      await this.#lock(row, context);
      await this.#checkpoint(row, caller, "undo");
      const { files, growth } = await plan.undo(project, row, done, stale);
      return { action: "undo", files: [...files], emptied: done.folders, growth };
    }
    // From here on no decision that was made on what is being applied can be written.
    await rows.files(caller).updateMany({ changeSetId: row.id }, { round: row.revision });
    const files = await rows.filesOf(caller, row.id);
    // Stale files are told of before anything takes time.
    await plan.apply(project, row, files, stale);
    if (row.task?.validation === "require") {
      const errors = await validation.accepted(row, project, files, signal, caller);
      if (errors > 0) throw validationFailed(errors);
    }
    // Not before that: a check may take minutes, and all else that is to be done in the project's files would be refused meanwhile.
    await this.#lock(row, context);
    await this.#checkpoint(row, caller, "apply");
    const planned = await plan.apply(project, row, files, stale);
    return { action: "apply", files: [...planned.files], emptied: [], growth: planned.growth };
  }

  async #checkpoint(row: ChangeSetRow, caller: Caller, action: Journal["action"]): Promise<void> {
    const reason = action === "apply" ? `Before applying "${row.title}"` : `Before undoing "${row.title}"`;
    const taken = await this.#deps.checkpoints.take(caller, { projectId: row.projectId, reason, changeSetId: row.id });
    if (taken) await this.#deps.rows.change(caller, row.id, () => ({ checkpointId: taken.checkpointId }));
  }

  async #complete(row: ChangeSetRow, project: OpenProject, { caller, log }: Pick<RunContext, "caller" | "log">): Promise<void> {
    const { rows, changed } = this.#deps;
    await this.#tellCheckpoint(row, project, caller).catch((err: unknown) => log.warn({ err, changeSetId: row.id }, "A checkpoint does not know what was made after it: restoring it brings back everything"));
    const { organizationId, projectId, id, task } = row;
    const isUndo = task?.jobName === undoChangeSetJob.name;
    const event = isUndo ? changeSetUndoneEvent : changeSetAppliedEvent;
    await rows.change(
      caller,
      id,
      (now) => (now.state !== "applying" || now.task?.jobId !== task?.jobId ? null : { state: isUndo ? "undone" : "applied", appliedAt: isUndo ? null : rows.now(), lockedProjectId: null, problem: null }),
      { emit: [event.with({ organizationId, projectId, changeSetId: id })] },
    );
    await changed(caller, project.id);
  }

  /** What was done here, so that a restore takes back that and nothing that others did in the meantime. */
  async #tellCheckpoint({ id }: ChangeSetRow, project: OpenProject, caller: Caller): Promise<void> {
    const { rows, texts, checkpoints } = this.#deps;
    const row = await rows.require(caller, id);
    const done = await (await this.#journal(row)).done();
    if (!done || row.checkpointId === null) return;
    const made: MadeFile[] = [];
    for (const { path: at, after } of done.files) made.push({ path: await this.#realPath(project, at), after: after && { ...after, size: await texts.size(row, after.hash) } });
    await checkpoints.complete(caller, row.projectId, CheckpointIdSchema.parse(row.checkpointId), made);
  }

  /** Where a path leads whose folders may be links. */
  async #realPath({ tree }: OpenProject, at: ProjectPath): Promise<ProjectPath> {
    try {
      return await tree.at(at, async (place) => place.path);
    } catch (error) {
      if (isGone(error)) return at;
      throw error;
    }
  }

  /** One change at a time in a project's files. */
  async #lock({ id, projectId }: ChangeSetRow, { caller, signal }: RunContext): Promise<void> {
    const { rows, busyMs = BUSY_MS } = this.#deps;
    for (const until = Date.now() + busyMs; ; ) {
      signal.throwIfAborted();
      const written = await unlessConflict(unlessExists(rows.sets(caller).update(id, { lockedProjectId: projectId }, { where: { state: "applying" } })));
      if (written) return;
      if (Date.now() > until) throw projectBusy();
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  async #isCancelled({ task }: ChangeSetRow): Promise<boolean> {
    const status = task && (await this.#deps.jobs.get(task.jobName, task.jobId));
    return status?.cancelled !== null && status?.cancelled !== undefined;
  }

  async #journal(row: ChangeSetRow): Promise<JournalFile> {
    const folder = this.#deps.texts.folder(row);
    await mkdir(folder, { recursive: true });
    return new JournalFile(folder);
  }

  #transaction(row: ChangeSetRow, project: OpenProject, journal: JournalFile): TreeTransaction {
    return new TreeTransaction({
      tree: project.tree,
      staging: path.join(project.directory.staging, `change-${row.id}`),
      journal,
      locks: this.#deps.locks,
      content: (hash) => this.#deps.texts.get(row, hash),
    });
  }
}
