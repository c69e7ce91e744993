import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { IQueueEvents, QueueNews } from "./queue-store.ts";

interface RedisQueueEventsDeps {
  readonly client: Redis;
  /** The key of a queue's event stream. */
  readonly keyOf: (queue: string) => string;
}

const POLL_MS = 400;
const BATCH = 1_000;

/**
 * Looks at the streams in turn over the connection that all share. BullMQ's own reader blocks a connection for each queue. A look starts with the last entry
 * of the look before: when that is gone, what followed it may be gone too.
 */
export class RedisQueueEvents implements IQueueEvents {
  readonly #deps: RedisQueueEventsDeps;
  /** Id of the last entry that was read; null where the stream was empty. */
  readonly #last = new Map<string, string | null>();

  constructor(deps: RedisQueueEventsDeps) {
    this.#deps = deps;
  }

  async read(queues: readonly string[]): Promise<ReadonlyMap<string, QueueNews>> {
    const news = await Promise.all(queues.map(async (queue) => [queue, await this.#read(queue)] as const));
    return new Map(news.flatMap(([queue, found]) => (found === null ? [] : [[queue, found]])));
  }

  async wait(signal: AbortSignal): Promise<void> {
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
  }

  async #read(queue: string): Promise<QueueNews | null> {
    const { client, keyOf } = this.#deps;
    const key = keyOf(queue);
    const last = this.#last.get(queue);
    if (last === undefined) {
      const [newest] = await client.xrevrange(key, "+", "-", "COUNT", 1);
      this.#last.set(queue, newest?.[0] ?? null);
      return { ids: new Set(), gap: true };
    }
    const entries = await client.xrange(key, last ?? "-", "+", "COUNT", BATCH);
    const seen = entries[0]?.[0] === last;
    const fresh = seen ? entries.slice(1) : entries;
    const newest = fresh.at(-1);
    if (newest === undefined) return null;
    this.#last.set(queue, newest[0]);
    return { ids: new Set(fresh.flatMap(([, fields]) => jobIdOf(fields))), gap: last !== null && !seen };
  }
}

function jobIdOf(fields: readonly string[]): readonly string[] {
  const at = fields.indexOf("jobId");
  return fields.slice(at + 1, at < 0 ? 0 : at + 2);
}
