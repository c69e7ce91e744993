import { setTimeout as delay } from "node:timers/promises";
import type { ILogger } from "../../trpc/context.ts";

/** Runs until the signal aborts. */
export type EndlessWork = (signal: AbortSignal) => Promise<void>;

export interface BackgroundWorkDeps {
  /** By name, which the log tells. */
  readonly work: Readonly<Record<string, EndlessWork>>;
  readonly log: ILogger;
  /** Wait after the first failure in milliseconds; doubles up to a minute. */
  readonly backoffMs?: number;
}

const LONGEST_BACKOFF_MS = 60_000;
/** What ran for this long has recovered from what was before. */
const RECOVERED_MS = 60_000;

/** Keeps work going that has no end: what fails, or ends by itself, begins again. */
export class BackgroundWork {
  readonly #deps: BackgroundWorkDeps;
  readonly #stopping = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(deps: BackgroundWorkDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = Promise.all(Object.entries(this.#deps.work).map(([name, work]) => this.#keep(name, work)));
  }

  /** Resolves when all of it has ended, at the latest at the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping.abort();
    await Promise.race([this.#running, delay(deadlineMs, undefined, { ref: false })]);
  }

  async #keep(name: string, work: EndlessWork): Promise<void> {
    const { log, backoffMs = 1_000 } = this.#deps;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const began = performance.now();
      const error = await work(signal).then(() => new Error("It ended by itself"), (reason: unknown) => reason);
      if (signal.aborted) return;
      failures = performance.now() - began > RECOVERED_MS ? 1 : failures + 1;
      const waitMs = Math.min(backoffMs * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
      log.error({ work: name, err: error, failures, waitMs }, "Background work failed and begins again");
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
