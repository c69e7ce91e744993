import type { ProjectId } from "@coder/api/workspace";
import { unlessConflict, unlessExists, type Stored } from "@coder/db";
import type { Caller } from "@coder/shared";
import { newId, type IJobs, type JobStatus } from "@coder/shared/server";
import type { IndexRow } from "../entities.ts";
import { indexProjectJob } from "../jobs/definitions.ts";
import type { IndexRows } from "../store/IndexRows.ts";

/** A job that the outbox has not handed on for so long is not waited for: should it come, it finds another one in its place. */
const HANDED_ON_MS = 60_000;
const ACTIVE: ReadonlySet<string> = new Set(["waiting", "delayed", "running"]);

export interface RunRequest {
  readonly full: boolean;
  readonly delayMs?: number;
}

/** Sees to it that a project has one run at a time, and knows how that one stands. */
export class RunRequests {
  readonly #deps: { readonly rows: IndexRows; readonly jobs: Pick<IJobs, "get" | "cancel">; readonly now: () => Date };

  constructor(deps: { readonly rows: IndexRows; readonly jobs: Pick<IJobs, "get" | "cancel">; readonly now: () => Date }) {
    this.#deps = deps;
  }

  /** Asks for a run, unless one is under way; answers with its job. */
  async request(caller: Caller, projectId: ProjectId, { full, delayMs }: RunRequest): Promise<string> {
    const { rows, now } = this.#deps;
    for (;;) {
      const row = await rows.get(caller, projectId);
      const status = row && (await this.status(row));
      if (row?.jobId && this.goesOn(row, status)) {
        // What has not begun yet becomes a run over everything; one that is at work is followed by one.
        const isNoted = !full || row.full || (await unlessConflict(rows.update(caller, projectId, { full }, { where: { jobId: row.jobId } }))) !== null;
        if (!isNoted) continue;
        return row.jobId;
      }
      const jobId = newId();
      const enqueue = [indexProjectJob.with({ projectId }, { id: jobId, ...(delayMs === undefined ? {} : { delayMs }) })];
      const asked = { jobId, full: full || row === null || row.indexedAt === null, requestedAt: now().toISOString() };
      const written = row
        ? await unlessConflict(rows.update(caller, projectId, asked, { etag: row.etag, enqueue }))
        : await unlessExists(rows.of(caller).insert({ ...rows.blank(caller, projectId), ...asked }, { enqueue }));
      if (written) return jobId;
    }
  }

  /** The job of the run under way or of the last one that ended early; null where the queue does not have it (yet, or any more). */
  async status({ jobId }: IndexRow): Promise<JobStatus | null> {
    return jobId === null ? null : this.#deps.jobs.get(indexProjectJob.name, jobId);
  }

  isActive({ jobId, requestedAt }: IndexRow, status: JobStatus | null): boolean {
    if (status) return ACTIVE.has(status.state);
    return jobId !== null && requestedAt !== null && this.#deps.now().getTime() - Date.parse(requestedAt) < HANDED_ON_MS;
  }

  /** Active, and not about to be stopped. */
  goesOn(row: IndexRow, status: JobStatus | null): boolean {
    return this.isActive(row, status) && (status?.cancelled ?? null) === null;
  }

  async cancel(caller: Caller, row: Stored<IndexRow>): Promise<void> {
    if (row.jobId && ACTIVE.has((await this.status(row))?.state ?? "")) await this.#deps.jobs.cancel(indexProjectJob.name, row.jobId, caller);
  }
}
