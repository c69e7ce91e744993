import type { IDatabase } from "@coder/db";
import type { IJobs, ILiveConfig, JobStatus } from "@coder/shared/server";
import { retentionOf, type DashboardConfig } from "../config.ts";
import { jobEntity, removalEntity, type JobRow } from "../entities.ts";
import type { HistoryRecorder } from "../history/HistoryRecorder.ts";
import { factsOf, isForgotten, rowIdOf, SURELY_KEPT_MS } from "./job-row.ts";
import { Revisions } from "./Revisions.ts";

export interface ProjectorDeps {
  readonly database: IDatabase;
  readonly jobs: Pick<IJobs, "get" | "each">;
  readonly config: ILiveConfig<DashboardConfig>;
  readonly history: HistoryRecorder;
  readonly epoch: number;
  readonly now: () => Date;
}

/** Jobs that are read side by side. */
const AT_ONCE = 100;
const DAY_MS = 86_400_000;

/**
 * Brings rows to what the queues say, during one term. Each reading has a revision from before it began, so that of two the later one stays, in whatever order they are
 * written. Writes go one after the other: `sequence` grows with them.
 */
export class Projector {
  readonly #deps: ProjectorDeps;
  readonly #revisions: Revisions;
  /** When jobs were found to be gone, so that a page that was read before brings none of them back. Kept while queues are read whole. */
  readonly #gone = new Map<string, number>();
  #scans = 0;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(deps: ProjectorDeps) {
    this.#deps = deps;
    this.#revisions = new Revisions(deps.epoch);
  }

  /** Reads some jobs anew. What is not there any more is taken away. */
  async refresh(queue: string, ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      const revision = this.#revisions.next();
      const statuses = await Promise.all(some.map((id) => this.#deps.jobs.get(queue, id)));
      await this.#write(statuses.filter((status) => status !== null), revision);
      const missing = some.filter((_id, place) => statuses[place] === null);
      if (missing.length > 0) await this.#forget(missing.map((id) => rowIdOf(queue, id)), revision);
    }
  }

  /** Reads a queue whole, then looks into what it did not meet. */
  async scan(queue: string, signal: AbortSignal): Promise<void> {
    const start = this.#revisions.next();
    this.#scans += 1;
    const release = this.#deps.history.hold();
    try {
      const pages = this.#deps.jobs.each(queue)[Symbol.asyncIterator]();
      for (;;) {
        const revision = this.#revisions.next();
        const { done, value: page } = await pages.next();
        if (done) break;
        signal.throwIfAborted();
        await this.#write(page, revision);
      }
      await this.#sweep(queue, start, signal);
    } finally {
      this.#scans -= 1;
      release();
      if (this.#scans === 0) this.#gone.clear();
    }
  }

  /** Rows that the reading did not meet: jobs that moved meanwhile, and such that are gone without anybody having told. What a queue forgets by its age stays. */
  async #sweep(queue: string, start: number, signal: AbortSignal): Promise<void> {
    const rows = this.#deps.database.system("jobs").repository(jobEntity);
    const since = (ms: number) => new Date(this.#deps.now().getTime() - ms).toISOString();
    const unmet = { queue, revision: { lt: start } } as const;
    const filters = [
      { ...unmet, state: { in: ["waiting", "delayed", "running"] } },
      { ...unmet, state: "completed", changedAt: { gte: since(SURELY_KEPT_MS.completed) } },
      { ...unmet, state: { in: ["failed", "cancelled"] }, changedAt: { gte: since(SURELY_KEPT_MS.failed) } },
    ] as const;
    for (const filter of filters) {
      let cursor: string | null = null;
      do {
        signal.throwIfAborted();
        const page: Awaited<ReturnType<typeof rows.query>> = await rows.query(filter, { limit: AT_ONCE, cursor });
        await this.refresh(queue, page.items.map(({ jobId }) => jobId));
        cursor = page.nextCursor;
      } while (cursor !== null);
    }
  }

  async #write(statuses: readonly JobStatus[], revision: number): Promise<void> {
    const facts = statuses.map(factsOf).filter((job) => !this.#isPast(job));
    if (facts.length === 0) return;
    await this.#inTurn(async () => {
      const rows = facts.filter(({ id }) => !((this.#gone.get(id) ?? 0) > revision)).map((job) => ({ ...job, revision, sequence: this.#revisions.next() }));
      await this.#deps.database.system("jobs").repository(jobEntity).putMany(rows, { newer: "revision" });
      this.#deps.history.add(rows);
    });
  }

  async #forget(ids: readonly string[], revision: number): Promise<void> {
    await this.#inTurn(async () => {
      const { database, now } = this.#deps;
      if (this.#scans > 0) for (const id of ids) this.#gone.set(id, revision);
      const rows = database.system("jobs").repository(jobEntity);
      const { items } = await rows.query({ id: { in: ids }, revision: { lt: revision } }, { limit: ids.length });
      const removed = items.filter((job) => !isForgotten(job, now()));
      if (removed.length === 0) return;
      const removedAt = now().toISOString();
      const told = removed.map(({ id, queue, jobId, kind, organizationId, startedBy }) => ({ id, queue, jobId, kind, organizationId, startedBy, sequence: this.#revisions.next(), removedAt }));
      await database.system("jobs").repository(removalEntity).putMany(told, { newer: "sequence" });
      await rows.deleteMany({ id: { in: removed.map(({ id }) => id) }, revision: { lt: revision } });
    });
  }

  /** Ended so long ago that nobody is to find it any more. */
  #isPast({ state, finishedAt, organizationId }: Pick<JobRow, "state" | "finishedAt" | "organizationId">): boolean {
    const { completedDays, failedDays } = retentionOf(this.#deps.config.value, organizationId);
    const days = state === "completed" ? completedDays : failedDays;
    return finishedAt !== null && Date.parse(finishedAt) < this.#deps.now().getTime() - days * DAY_MS;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#writes.then(work, work);
    this.#writes = turn.catch(() => undefined);
    return turn;
  }
}
