import { eachRow, type IDatabase } from "@coder/db";
import { systemCaller } from "@coder/shared";
import type { IJobs } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import { changeSetEntity, type ChangeSetRow } from "../../entities.ts";
import { applyCancelled, changeFailed } from "../../errors.ts";
import { settleChangeSetsJob } from "../../jobs/definitions.ts";
import type { ProjectAccess } from "../ProjectAccess.ts";
import type { ChangeRows } from "../store/ChangeRows.ts";
import type { ChangeRun } from "./ChangeRun.ts";

/** A job that ended a moment ago is about to tell its change set itself. */
const AFTER_MS = 15_000;
/** A job may wait this long before the queue knows of it. */
const UNKNOWN_AFTER_MS = 60 * 60_000;

export interface SettlementDeps {
  readonly database: IDatabase;
  readonly rows: ChangeRows;
  readonly access: ProjectAccess;
  readonly run: ChangeRun;
  readonly jobs: Pick<IJobs, "get">;
  readonly log: ILogger;
  readonly now: () => Date;
}

/** Tells change sets that wait for a job which is over: cancelled before it began, refused, or died too often. What it had begun is taken back. */
export class Settlement {
  readonly #deps: SettlementDeps;

  constructor(deps: SettlementDeps) {
    this.#deps = deps;
  }

  /** Returns how many were settled. */
  async settle(signal: AbortSignal): Promise<number> {
    const { database } = this.#deps;
    const rows = database.system("retention").repository(changeSetEntity);
    let settled = 0;
    for (const state of ["validating", "applying"] as const) {
      for await (const row of eachRow(rows, { state })) {
        signal.throwIfAborted();
        const end = await this.#endOf(row);
        if (end === null) continue;
        await this.#settle(row, end).then(
          () => (settled += 1),
          (err: unknown) => this.#deps.log.warn({ err, changeSetId: row.id }, "An interrupted change could not be settled; tried again"),
        );
      }
    }
    return settled;
  }

  /**
   * A job that is cancelled while it waits for a worker never comes to tell its change set: then the settlement is asked for, that nobody who looks has to wait for the
   * one of the next minute. Nobody's own job. Returns whether.
   */
  async askFor({ id, organizationId, state, task }: ChangeSetRow): Promise<boolean> {
    if ((state !== "validating" && state !== "applying") || !task) return false;
    if ((await this.#deps.jobs.get(task.jobName, task.jobId))?.state !== "cancelled") return false;
    const caller = systemCaller("execution.settlement", organizationId);
    await this.#deps.rows.change(caller, id, (now) => (now.state === state && now.task?.jobId === task.jobId ? {} : null), { enqueue: [settleChangeSetsJob.with({})] });
    return true;
  }

  async #settle(row: ChangeSetRow, end: "cancelled" | "ended"): Promise<void> {
    const { rows, access, run, log } = this.#deps;
    const caller = systemCaller("execution.settlement", row.organizationId);
    const known = await rows.require(caller, row.id);
    if (row.state === "validating") {
      await rows.change(caller, row.id, (now) => (now.state === "validating" && now.task?.jobId === row.task?.jobId ? { state: now.task?.before ?? "ready" } : null));
      return;
    }
    await run.settle(known, await access.open(caller, row.projectId), { caller, log }, end === "cancelled" ? applyCancelled() : changeFailed());
  }

  /** Null while the job is on its way. */
  async #endOf({ task, updatedAt }: ChangeSetRow): Promise<"cancelled" | "ended" | null> {
    const found = task ? await this.#deps.jobs.get(task.jobName, task.jobId) : null;
    const age = this.#deps.now().getTime() - Date.parse(updatedAt);
    if (!found) return age > UNKNOWN_AFTER_MS ? "ended" : null;
    // One that was at work has told its change set by then, and one that waited never will.
    if (found.state === "cancelled") return "cancelled";
    return age > AFTER_MS && (found.state === "failed" || found.state === "completed") ? "ended" : null;
  }
}
