import type { ApplyChangeSetInput, ChangeSetInput, ChangeSetState, ChangeSetSummary, UndoChangeSetInput } from "@coder/api/execution";
import type { Stored } from "@coder/db";
import type { Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import type { ChangeSetRow, ChangeTask } from "../../entities.ts";
import { changeSetClosed, notApplied, nothingAccepted, versionConflict } from "../../errors.ts";
import { applyChangeSetJob, undoChangeSetJob, validateChangeSetJob } from "../../jobs/definitions.ts";
import { hasAccepted } from "../engine/accepted-file.ts";
import type { ProjectAccess } from "../ProjectAccess.ts";
import { summaryOf, versionOf } from "../store/change-set-of.ts";
import type { ChangeRows } from "../store/ChangeRows.ts";

export interface ApplyingDeps {
  readonly rows: ChangeRows;
  readonly access: ProjectAccess;
}

const REVIEWABLE: ReadonlySet<ChangeSetState> = new Set(["validating", "ready", "undone", "failed"]);

/** Asks for what jobs do with change sets: check, apply, undo. */
export class Applying {
  readonly #deps: ApplyingDeps;

  constructor(deps: ApplyingDeps) {
    this.#deps = deps;
  }

  async validate(caller: Caller, { id }: ChangeSetInput): Promise<ChangeSetSummary> {
    const row = await this.#open(caller, id);
    return this.#start(caller, row, "validating", validateChangeSetJob, {}, ({ state }) => {
      if (!REVIEWABLE.has(state)) throw changeSetClosed(state);
      return state !== "validating";
    });
  }

  async apply(caller: Caller, { id, version, stale, validation }: ApplyChangeSetInput): Promise<ChangeSetSummary> {
    const row = await this.#open(caller, id);
    const check = (now: ChangeSetRow): true => {
      if (!REVIEWABLE.has(now.state)) throw changeSetClosed(now.state);
      if (versionOf(now) !== version) throw versionConflict();
      return true;
    };
    check(row);
    const files = await this.#deps.rows.filesOf(caller, id);
    if (!files.some(({ hunks }) => hunks.some(hasAccepted))) throw nothingAccepted();
    return this.#start(caller, row, "applying", applyChangeSetJob, { stale, validation }, check);
  }

  async undo(caller: Caller, { id, version, stale }: UndoChangeSetInput): Promise<ChangeSetSummary> {
    const row = await this.#open(caller, id);
    return this.#start(caller, row, "applying", undoChangeSetJob, { stale }, (now) => {
      if (now.state !== "applied") throw notApplied(now.state);
      if (versionOf(now) !== version) throw versionConflict();
      return true;
    });
  }

  async #open(caller: Caller, id: ChangeSetInput["id"]): Promise<Stored<ChangeSetRow>> {
    const row = await this.#deps.rows.require(caller, id);
    await this.#deps.access.open(caller, row.projectId);
    return row;
  }

  /** `check`: whether there is anything to start, from what the row is at that moment: a check that is under way writes to it too. */
  async #start(
    caller: Caller,
    { id }: ChangeSetRow,
    state: "validating" | "applying",
    job: typeof applyChangeSetJob,
    options: Partial<Pick<ChangeTask, "stale" | "validation">>,
    check: (now: ChangeSetRow) => boolean,
  ): Promise<ChangeSetSummary> {
    const { rows } = this.#deps;
    const jobId = newId();
    const started = await rows.change(
      caller,
      id,
      (now) => {
        if (!check(now)) return null;
        const before = now.state === "validating" ? "ready" : now.state;
        return { state, task: { jobId, jobName: job.name, stale: "refuse", validation: "require", before, ...options }, problem: null };
      },
      { enqueue: [job.with({ id }, { id: jobId })] },
    );
    return summaryOf(started ?? (await rows.require(caller, id)));
  }
}
