import { setTimeout as delay } from "node:timers/promises";
import type { ILogger } from "../../trpc/context.ts";
import type { QueueChange } from "./jobs.ts";
import type { QueueBackend } from "./queue-backend.ts";
import type { QueueCatalogue } from "./queue-catalogue.ts";
import type { QueueNews } from "./queue-store.ts";

interface QueueFeedDeps {
  readonly backend: QueueBackend;
  readonly catalogue: QueueCatalogue;
  readonly log: ILogger;
}

/** More changed jobs than this, and reading the queue anew is cheaper than reading each of them. */
const MOST_IDS = 5_000;
const RETRY_MS = 1_000;

/** Follows all queues for one reader, and gathers by job what the reader has not taken yet: so it never holds more than a number of ids per queue. */
export class QueueFeed {
  readonly #deps: QueueFeedDeps;
  readonly #pending = new Map<string, QueueNews>();
  #wake = Promise.withResolvers<void>();

  constructor(deps: QueueFeedDeps) {
    this.#deps = deps;
  }

  async *changes(signal: AbortSignal): AsyncGenerator<QueueChange, void, undefined> {
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    until.addEventListener("abort", () => this.#wake.resolve(), { once: true });
    const following = this.#follow(until);
    try {
      while (!until.aborted) {
        const [next] = this.#pending;
        if (next === undefined) await this.#woken();
        else {
          this.#pending.delete(next[0]);
          yield changeOf(...next);
        }
      }
    } finally {
      stop.abort();
      await following;
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { backend, catalogue, log } = this.#deps;
    const events = backend.events();
    while (!signal.aborted) {
      // Begun before the look, so that what happens during it is not slept through.
      const news = events.wait(signal);
      try {
        const queues = new Map([...(await catalogue.all()).values()].map(({ queue, stored }) => [stored, queue]));
        const read = await backend.attempt(() => events.read([...queues.keys()]));
        for (const [stored, found] of read) this.#gather(queues.get(stored) ?? stored, found);
        await news;
      } catch (error) {
        log.debug({ err: error }, "Could not follow the queues");
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #gather(queue: string, { ids, gap }: QueueNews): void {
    const before = this.#pending.get(queue);
    const all = new Set([...(before?.ids ?? []), ...ids]);
    const lost = gap || before?.gap === true || all.size > MOST_IDS;
    this.#pending.set(queue, { ids: lost ? new Set() : all, gap: lost });
    this.#wake.resolve();
  }

  async #woken(): Promise<void> {
    await this.#wake.promise;
    this.#wake = Promise.withResolvers();
  }
}

function changeOf(queue: string, { ids, gap }: QueueNews): QueueChange {
  return gap ? { queue, gap: true } : { queue, ids: [...ids] };
}
