import { eachRow, type IDatabase } from "@coder/db";
import { systemCaller } from "@coder/shared";
import type { IJobs } from "@coder/shared/server";
import { runEntity } from "../entities.ts";
import type { RunEngine } from "./RunEngine.ts";

/** A job that ended a moment ago is about to tell its run itself. */
const AFTER_MS = 15_000;
/** A job may wait this long before the queue knows of it. */
const UNKNOWN_AFTER_MS = 60 * 60 * 1_000;

/** Tells runs that wait for a job that is over. */
export class RunSettlement {
  readonly #deps: { readonly database: IDatabase; readonly jobs: Pick<IJobs, "get">; readonly engine: Pick<RunEngine, "interrupt">; readonly now: () => Date };

  constructor(deps: { readonly database: IDatabase; readonly jobs: Pick<IJobs, "get">; readonly engine: Pick<RunEngine, "interrupt">; readonly now: () => Date }) {
    this.#deps = deps;
  }

  /** Returns how many were settled. */
  async settle(signal: AbortSignal): Promise<number> {
    const { database, jobs, engine, now } = this.#deps;
    let settled = 0;
    const before = new Date(now().getTime() - AFTER_MS).toISOString();
    for await (const row of eachRow(database.system("retention").repository(runEntity), { state: { in: ["waiting", "running"] }, updatedAt: { lt: before } })) {
      signal.throwIfAborted();
      const job = row.job ? await jobs.get(row.job.name, row.job.id) : null;
      const isOver = job ? ["completed", "failed", "cancelled"].includes(job.state) : now().getTime() - Date.parse(row.updatedAt) > UNKNOWN_AFTER_MS;
      if (!isOver) continue;
      await engine.interrupt(systemCaller("execution", row.organizationId), row);
      settled += 1;
    }
    return settled;
  }
}
