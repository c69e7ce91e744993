import { bulkCompletedEvent, type JobAction } from "@coder/api/dashboard";
import { eachRow, type IDatabase, type IRepository } from "@coder/db";
import { isAppError, personOf, type Caller } from "@coder/shared";
import type { IJobs, JobStatus } from "@coder/shared/server";
import { bulkChunkEntity, bulkEntity, type BulkChunkRow, type BulkItem, type BulkRow } from "../entities.ts";
import { bulkNotFound } from "../errors.ts";
import { factsOf } from "../projection/job-row.ts";

export interface BulkRunnerDeps {
  readonly database: IDatabase;
  readonly jobs: Pick<IJobs, "get" | "cancel" | "retry" | "remove">;
  readonly now: () => Date;
}

export interface BulkRun {
  readonly bulkId: string;
  readonly jobId: string;
  readonly caller: Caller;
  readonly signal: AbortSignal;
  progress(done: number, total: number): Promise<void>;
}

export interface BulkOutcome {
  readonly changed: number;
  readonly skipped: number;
  readonly failed: number;
}

type ItemOutcome = "changed" | "skipped" | { readonly failed: string };

/** Jobs that are changed side by side, and noted as one. */
const AT_ONCE = 20;

/** Changes the jobs of a preview that are still as they were, and notes what became of each. It can be interrupted anywhere and goes on from there. */
export class BulkRunner {
  readonly #deps: BulkRunnerDeps;

  constructor(deps: BulkRunnerDeps) {
    this.#deps = deps;
  }

  async run(run: BulkRun): Promise<BulkOutcome> {
    const { bulks, chunks } = this.#tables(run.caller);
    const bulk = await bulks.get(run.bulkId);
    if (!bulk || bulk.jobId !== run.jobId) throw bulkNotFound();
    let seen: Totals = { changed: 0, skipped: 0, failed: [] };
    for await (const chunk of eachRow(chunks, { bulkId: bulk.id }, { limit: 5, sort: { field: "position", direction: "asc" } })) {
      const before = seen;
      const counted = await this.#changeChunk(run, bulk, chunk, async (inChunk) => {
        const all = sum(before, inChunk);
        await bulks.update(bulk.id, all);
        await run.progress(dealtWith(all), bulk.count);
      });
      seen = sum(before, counted);
    }
    const { userId, organizationId } = personOf(run.caller);
    const failed = countOf(seen.failed);
    const told = bulkCompletedEvent.with({ id: bulk.id, organizationId, userId, action: bulk.action, changed: seen.changed, skipped: seen.skipped, failed });
    await bulks.update(bulk.id, { ...seen, state: "done", finishedAt: this.#deps.now().toISOString() }, { emit: [told], once: run.jobId });
    return { changed: seen.changed, skipped: seen.skipped, failed };
  }

  async #changeChunk(run: BulkRun, bulk: BulkRow, chunk: BulkChunkRow, note: (totals: Totals) => Promise<void>): Promise<Totals> {
    const { chunks } = this.#tables(run.caller);
    let { changed, skipped, failed, done } = chunk;
    // What was begun when the worker died may have been changed by it.
    let begunBefore = chunk.begun;
    while (done < chunk.items.length) {
      run.signal.throwIfAborted();
      const items = chunk.items.slice(done, done + AT_ONCE);
      const again = begunBefore > done;
      if (!again) await chunks.update(chunk.id, { begun: done + items.length });
      const outcomes = await Promise.all(items.map((item) => this.#change(run, bulk, item, again)));
      changed += outcomes.filter((outcome) => outcome === "changed").length;
      skipped += outcomes.filter((outcome) => outcome === "skipped").length;
      failed = mergeFailed(failed, outcomes.flatMap((outcome) => (typeof outcome === "object" ? [{ code: outcome.failed, count: 1 }] : [])));
      done += items.length;
      begunBefore = Math.max(begunBefore, done);
      await chunks.update(chunk.id, { done, begun: begunBefore, changed, skipped, failed });
      await note({ changed, skipped, failed });
    }
    return { changed, skipped, failed };
  }

  async #change(run: BulkRun, bulk: BulkRow, item: BulkItem, again: boolean): Promise<ItemOutcome> {
    const { queue, id } = item;
    try {
      const status = await this.#deps.jobs.get(queue, id);
      if (again && isDone(bulk.action, status)) return "changed";
      if (!status || !isStill(item, status)) return "skipped";
      await this.#apply(bulk.action, item, run.caller);
      return "changed";
    } catch (error) {
      if (!isAppError(error) || error.kind === "unavailable") throw error;
      return MOVED.includes(error.code) ? "skipped" : { failed: error.code };
    }
  }

  async #apply(action: JobAction, { queue, id }: BulkItem, caller: Caller): Promise<void> {
    const { jobs } = this.#deps;
    if (action === "cancel") await jobs.cancel(queue, id, caller);
    else if (action === "retry") await jobs.retry(queue, id);
    else await jobs.remove(queue, id);
  }

  #tables(caller: Caller): { bulks: IRepository<BulkRow>; chunks: IRepository<BulkChunkRow> } {
    const scope = this.#deps.database.for(caller);
    return { bulks: scope.repository(bulkEntity), chunks: scope.repository(bulkChunkEntity) };
  }
}

/** What jobs say that moved on between the look and the action. */
const MOVED: readonly string[] = ["job_not_found", "job_not_stopped", "job_running"];

function isStill(item: BulkItem, status: JobStatus): boolean {
  const { state, attempt, changedAt } = factsOf(status);
  return state === item.state && attempt === item.attempt && changedAt === item.changedAt;
}

/** Whether the job is as the action leaves it. */
function isDone(action: JobAction, status: JobStatus | null): boolean {
  if (action === "remove") return status === null;
  if (status === null) return false;
  return action === "cancel" ? status.cancelled !== null : status.state !== "failed" && status.state !== "cancelled";
}

interface Totals {
  readonly changed: number;
  readonly skipped: number;
  readonly failed: BulkRow["failed"];
}

const countOf = (failed: Totals["failed"]): number => failed.reduce((total, { count }) => total + count, 0);
const dealtWith = ({ changed, skipped, failed }: Totals): number => changed + skipped + countOf(failed);

function sum(one: Totals, other: Totals): Totals {
  return { changed: one.changed + other.changed, skipped: one.skipped + other.skipped, failed: mergeFailed(one.failed, other.failed) };
}

function mergeFailed(one: Totals["failed"], other: Totals["failed"]): BulkRow["failed"] {
  const byCode = Map.groupBy([...one, ...other], ({ code }) => code);
  return [...byCode].map(([code, parts]) => ({ code, count: countOf(parts) }));
}
