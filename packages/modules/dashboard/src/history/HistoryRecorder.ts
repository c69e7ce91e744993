import { setTimeout as delay } from "node:timers/promises";
import type { IDatabase } from "@coder/db";
import { isAppError } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import type { DashboardConfig } from "../config.ts";
import { historyEntity, type JobRow } from "../entities.ts";
import { bucketsOf, GRAIN_MS, startOf, type Ended } from "./bucket.ts";

export interface HistoryRecorderDeps {
  readonly database: IDatabase;
  readonly config: ILiveConfig<DashboardConfig>;
  readonly log: ILogger;
  readonly now: () => Date;
}

interface Minute {
  /** By job and when it ended: however often a job is read, it counts once. */
  readonly ended: Map<string, Ended>;
  changed: boolean;
}

const WRITE_EVERY_MS = 2_000;
/** How long after its end a minute may still turn out to hold more. */
const SETTLED_MS = 15 * 60_000;
const ROWS_AT_ONCE = 500;

/**
 * Counts what ends, minute by minute, from what the projection reads. The jobs of the last minutes are held here; a minute's row is written again as long as it
 * grows, and never by a smaller count: so a process that begins anew, and reads every queue whole, completes what it finds.
 */
export class HistoryRecorder {
  readonly #deps: HistoryRecorderDeps;
  readonly #minutes = new Map<string, Minute>();
  #holds = 0;

  constructor(deps: HistoryRecorderDeps) {
    this.#deps = deps;
  }

  add(jobs: readonly Pick<JobRow, "id" | "finishedAt" | keyof Ended>[]): void {
    const oldest = this.#deps.now().getTime() - this.#deps.config.value.history.minuteHours * GRAIN_MS.hour;
    for (const { id, finishedAt, queue, organizationId, state, waitedMs } of jobs) {
      if (finishedAt === null || Date.parse(finishedAt) < oldest) continue;
      const at = startOf("minute", finishedAt);
      const minute = this.#minutes.get(at) ?? { ended: new Map<string, Ended>(), changed: false };
      this.#minutes.set(at, minute);
      const key = `${id} ${finishedAt}`;
      minute.changed ||= !minute.ended.has(key);
      minute.ended.set(key, { queue, organizationId, state, waitedMs });
    }
  }

  /** While a queue is read whole, old minutes are held too: their jobs come bit by bit. Call what it returns at the end. */
  hold(): () => void {
    this.#holds += 1;
    return () => void (this.#holds -= 1);
  }

  forget(): void {
    this.#minutes.clear();
  }

  /** Until the signal aborts, and once more then. */
  async keepWriting(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(WRITE_EVERY_MS, undefined, { signal }).catch(() => undefined);
      await this.write().catch((error: unknown) => {
        if (!isAppError(error)) throw error;
        this.#deps.log.debug({ err: error }, "History could not be written; it is tried again");
      });
    }
  }

  async write(): Promise<void> {
    const history = this.#deps.database.system("jobs").repository(historyEntity);
    const changed = [...this.#minutes].filter(([, { changed: grew }]) => grew);
    for (const [, minute] of changed) minute.changed = false;
    try {
      const rows = changed.flatMap(([at, { ended }]) => bucketsOf(at, [...ended.values()]));
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) await history.putMany(rows.slice(from, from + ROWS_AT_ONCE), { newer: "weight" });
    } catch (error) {
      for (const [, minute] of changed) minute.changed = true;
      throw error;
    }
    const settled = this.#deps.now().getTime() - SETTLED_MS;
    if (this.#holds === 0) for (const [at, { changed: grew }] of this.#minutes) if (!grew && Date.parse(at) < settled) this.#minutes.delete(at);
  }
}
