import type { ApplyChangeSetInput, ChangeSetInput, ChangeSetState, ChangeSetSummary, UndoChangeSetInput } from "@coder/api/execution";
import type { Stored } from "@coder/db";
import type { Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import type { ChangeSetRow, ChangeTask } from "../../entities.ts";
import { changeSetClosed, notApplied, nothingAccepted, versionConflict } from "../../errors.ts";
import { applyChangeSetJob, undoChangeSetJob, validateChangeSetJob } from "../../jobs/definitions.ts";
import { hasAccepted } from "../engine/accepted-file.ts";
import type { ProjectAccess } from "../ProjectAccess.ts";
import { summaryOf } from "../store/change-set-of.ts";
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
    if (row.state === "validating") return summaryOf(row);
    if (!REVIEWABLE.has(row.state)) throw changeSetClosed(row.state);
    return this.#start(caller, row, "validating", validateChangeSetJob, {});
  }

  async apply(caller: Caller, { id, version, stale, validation }: ApplyChangeSetInput): Promise<ChangeSetSummary> {
    const row = await this.#open(caller, id);
    if (!REVIEWABLE.has(row.state)) throw changeSetClosed(row.state);
    if (row.etag !== version) throw versionConflict();
    const files = await this.#deps.rows.filesOf(caller, id);
    if (!files.some(({ hunks }) => hunks.some(hasAccepted))) throw nothingAccepted();
    return this.#start(caller, row, "applying", applyChangeSetJob, { stale, validation });
  }

  async undo(caller: Caller, { id, version, stale }: UndoChangeSetInput): Promise<ChangeSetSummary> {
    const row = await this.#open(caller, id);
    if (row.state !== "applied") throw notApplied(row.state);
    if (row.etag !== version) throw versionConflict();
    return this.#start(caller, row, "applying", undoChangeSetJob, { stale });
  }

  async #open(caller: Caller, id: ChangeSetInput["id"]): Promise<Stored<ChangeSetRow>> {
    const row = await this.#deps.rows.require(caller, id);
    await this.#deps.access.open(caller, row.projectId);
    return row;
  }

  async #start(
    caller: Caller,
    row: Stored<ChangeSetRow>,
    state: "validating" | "applying",
    job: typeof applyChangeSetJob,
    options: Partial<Pick<ChangeTask, "stale" | "validation">>,
  ): Promise<ChangeSetSummary> {
    const { rows } = this.#deps;
    const jobId = newId();
    const before = row.state === "validating" ? "ready" : row.state;
    const task: ChangeTask = { jobId, jobName: job.name, stale: "refuse", validation: "require", before, ...options };
    const updatedAt = new Date(Math.max(Date.parse(rows.now()), Date.parse(row.updatedAt) + 1)).toISOString();
    return summaryOf(await rows.sets(caller).update(row.id, { state, task, problem: null, updatedAt }, { etag: row.etag, enqueue: [job.with({ id: row.id }, { id: jobId })] }));
  }
}
