import { eachRow, unlessConflict, type IDatabase } from "@coder/db";
import type { IJobs } from "@coder/shared/server";
import { projectEntity, type ProjectRow } from "../entities.ts";
import { cleanProjectJob } from "../jobs/definitions.ts";
import { importCancelled, importInterrupted } from "./import/errors.ts";

/** A job that ended a moment ago is about to tell its project itself. */
const AFTER_MS = 15_000;
/** A job may wait this long before the queue knows of it. */
const UNKNOWN_AFTER_MS = 60 * 60 * 1_000;

/** Tells projects that wait for an import whose job is over: it was cancelled before it began, or died too often. */
export class ImportSettlement {
  readonly #deps: { readonly database: IDatabase; readonly jobs: Pick<IJobs, "get">; readonly now: () => Date };

  constructor(deps: { readonly database: IDatabase; readonly jobs: Pick<IJobs, "get">; readonly now: () => Date }) {
    this.#deps = deps;
  }

  /** Returns how many were settled. */
  async settle(signal: AbortSignal): Promise<number> {
    const { database, now } = this.#deps;
    const rows = database.system("retention").repository(projectEntity);
    let settled = 0;
    for await (const row of eachRow(rows, { status: "importing", updatedAt: { lt: new Date(now().getTime() - AFTER_MS).toISOString() } })) {
      signal.throwIfAborted();
      const problem = await this.#problemOf(row);
      if (problem === null) continue;
      const { code, message, remedy } = problem;
      const changes = { status: "failed", job: null, problem: { code, message, remedy }, updatedAt: now().toISOString() } as const;
      const where = { status: "importing", updatedAt: row.updatedAt } as const;
      if (await unlessConflict(rows.update(row.id, changes, { where, enqueue: [cleanProjectJob.with({ projectId: row.id })] }))) settled += 1;
    }
    return settled;
  }

  /** Null while the job is on its way. */
  async #problemOf({ job, updatedAt }: ProjectRow) {
    const found = job ? await this.#deps.jobs.get(job.name, job.id) : null;
    if (!found) return this.#deps.now().getTime() - Date.parse(updatedAt) > UNKNOWN_AFTER_MS ? importInterrupted() : null;
    if (found.state === "cancelled") return importCancelled();
    return found.state === "failed" || found.state === "completed" ? importInterrupted() : null;
  }
}
