import { setTimeout as delay } from "node:timers/promises";
import { isAppError, type ErrorKind } from "@coder/shared";
import type { IJobs, ILiveConfig } from "@coder/shared/server";
import type { ILogger } from "@coder/shared/trpc";
import type { DashboardConfig } from "../config.ts";
import type { HistoryRecorder } from "../history/HistoryRecorder.ts";
import type { Lease, Term } from "./Lease.ts";
import type { Projector } from "./Projector.ts";
import { UnreadQueues } from "./UnreadQueues.ts";

export interface FollowerDeps {
  readonly jobs: Pick<IJobs, "changes" | "queues">;
  readonly lease: Lease;
  readonly history: HistoryRecorder;
  /** A projector for one term. */
  readonly projector: (epoch: number) => Projector;
  readonly config: ILiveConfig<DashboardConfig>;
  readonly log: ILogger;
}

const RETRY_MS = 1_000;
/** Kinds of failure after which the same may work. */
const PASSING: readonly ErrorKind[] = ["unavailable", "timeout", "conflict"];

/**
 * Keeps the rows up to date with all queues, in one process at a time. Jobs that are told of are read at once; queues of which something may have been missed are read
 * whole beside that, one after the other.
 */
export class Follower {
  readonly #deps: FollowerDeps;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const term = await this.#deps.lease.acquire(signal);
      if (!term) return;
      try {
        await this.#serve(term);
      } finally {
        await term.end();
      }
    }
  }

  async #serve(term: Term): Promise<void> {
    this.#deps.history.forget();
    const projector = this.#deps.projector(term.epoch);
    const unread = new UnreadQueues();
    // What one part throws ends the others; the work begins again from scratch.
    const failed = new AbortController();
    const signal = AbortSignal.any([term.signal, failed.signal]);
    const parts = [this.#listen(projector, unread, signal), this.#readWhole(projector, unread, signal), this.#reconcile(unread, signal), this.#deps.history.keepWriting(signal)];
    for (const part of parts) part.catch(() => failed.abort());
    const results = await Promise.allSettled(parts);
    const fault = results.find((result) => result.status === "rejected");
    if (fault && !term.signal.aborted) throw fault.reason;
  }

  async #listen(projector: Projector, unread: UnreadQueues, signal: AbortSignal): Promise<void> {
    for await (const change of this.#deps.jobs.changes(signal)) {
      if ("gap" in change) unread.add(change.queue);
      else if (!(await this.#attempt(change.queue, signal, () => projector.refresh(change.queue, change.ids)))) unread.add(change.queue);
    }
  }

  async #readWhole(projector: Projector, unread: UnreadQueues, signal: AbortSignal): Promise<void> {
    for (let queue = await unread.next(signal); queue !== undefined; queue = await unread.next(signal)) {
      const name = queue;
      if (await this.#attempt(name, signal, () => projector.scan(name, signal))) continue;
      unread.add(name);
      await pause(RETRY_MS, signal);
    }
  }

  async #reconcile(unread: UnreadQueues, signal: AbortSignal): Promise<void> {
    let lastMs = performance.now();
    while (!signal.aborted) {
      await pause(RETRY_MS * 5, signal);
      if (performance.now() - lastMs < this.#deps.config.value.projection.reconcileMinutes * 60_000) continue;
      lastMs = performance.now();
      await this.#attempt("", signal, async () => {
        for (const { queue } of await this.#deps.jobs.queues()) unread.add(queue);
      });
    }
  }

  /** Whether it worked. A store that is away comes back; a queue that is gone has nothing to tell. */
  async #attempt(queue: string, signal: AbortSignal, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (signal.aborted || (isAppError(error) && error.code === "queue_not_found")) return true;
      if (!isAppError(error) || !PASSING.includes(error.kind)) throw error;
      this.#deps.log.debug({ queue, err: error }, "Jobs could not be read or noted; their queue is read anew");
      return false;
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
