import { setTimeout as delay } from "node:timers/promises";
import { unlessConflict, unlessExists, type IDatabase, type IRepository, type Stored } from "@coder/db";
import type { ILogger } from "@coder/shared/trpc";
import { followerEntity, type FollowerRow } from "../entities.ts";

export const FOLLOWER = "queues";

export interface LeaseTiming {
  /** How long it stays with a process that gives no sign of life. */
  readonly leaseMs: number;
  readonly renewMs: number;
}

const DEFAULT_TIMING: LeaseTiming = { leaseMs: 10_000, renewMs: 2_500 };

/** The time during which a process is the one. */
export interface Term {
  /** Greater than that of every term before. */
  readonly epoch: number;
  /** Aborts when the term is over. */
  readonly signal: AbortSignal;
  /** Hands the lease on at once. */
  end(): Promise<void>;
}

/** Which process does what only one is to do. A row that is renewed; whoever finds it run out takes it over. */
export class Lease {
  readonly #deps: { readonly database: IDatabase; readonly log: ILogger; readonly owner: string; readonly now: () => Date; readonly timing: LeaseTiming };

  constructor(deps: { database: IDatabase; log: ILogger; owner: string; now: () => Date; timing?: LeaseTiming }) {
    this.#deps = { timing: DEFAULT_TIMING, ...deps };
  }

  /** Waits until this process is the one; null when the signal aborts first. */
  async acquire(signal: AbortSignal): Promise<Term | null> {
    const { timing } = this.#deps;
    while (!signal.aborted) {
      const row = await this.#take();
      if (row) return this.#term(row.epoch, signal);
      await delay(timing.renewMs, undefined, { signal }).catch(() => undefined);
    }
    return null;
  }

  async #take(): Promise<Stored<FollowerRow> | null> {
    const { owner } = this.#deps;
    const row = await this.#rows.get(FOLLOWER);
    if (!row) return unlessExists(this.#rows.insert({ id: FOLLOWER, owner, epoch: 1, until: this.#until() }));
    if (row.until > this.#deps.now().toISOString()) return null;
    return unlessConflict(this.#rows.update(FOLLOWER, { owner, epoch: row.epoch + 1, until: this.#until() }, { etag: row.etag }));
  }

  #term(epoch: number, signal: AbortSignal): Term {
    const { timing, now } = this.#deps;
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const renewing = this.#renew(epoch, ended, over);
    return {
      epoch,
      signal: ended,
      end: async () => {
        over.abort();
        await renewing;
        await unlessConflict(this.#rows.update(FOLLOWER, { until: new Date(now().getTime() - timing.leaseMs).toISOString() }, { where: { epoch } }));
      },
    };
  }

  async #renew(epoch: number, ended: AbortSignal, over: AbortController): Promise<void> {
    const { timing, log } = this.#deps;
    let lastMs = performance.now();
    while (!ended.aborted) {
      await delay(timing.renewMs, undefined, { signal: ended }).catch(() => undefined);
      if (ended.aborted) return;
      const began = performance.now();
      try {
        if ((await unlessConflict(this.#rows.update(FOLLOWER, { until: this.#until() }, { where: { epoch } }))) === null) return over.abort();
        lastMs = began;
      } catch (error) {
        log.debug({ err: error }, "The lease of the queues' follower could not be renewed");
        if (performance.now() - lastMs > timing.leaseMs) return over.abort();
      }
    }
  }

  #until(): string {
    return new Date(this.#deps.now().getTime() + this.#deps.timing.leaseMs).toISOString();
  }

  get #rows(): IRepository<FollowerRow> {
    return this.#deps.database.system("jobs").repository(followerEntity);
  }
}
