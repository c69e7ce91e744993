import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { IQueueEvents, QueueNews } from "./queue-store.ts";
import type { NotificationListener } from "./shared-pool.ts";

interface PostgresQueueEventsDeps {
  readonly pool: pg.Pool;
  readonly listener: NotificationListener;
}

/** Sent by BullMQ with each write; many jobs added at once announce themselves on the first only. */
const CHANNELS = ["bullmq_jobs", "bullmq_events"] as const;
/** BullMQ leaves some writes unannounced. */
const LOOK_AGAIN_MS = 2_000;
/** Changes come in swarms: one look for those of this time. */
const GATHER_MS = 100;
/** A transaction that took an id commits within this time. Until then, what it wrote may still turn up before what was read. */
const SETTLED_MS = 5_000;
const MOST = 20_000;

interface EventRow {
  readonly queue: string;
  readonly id: string;
  readonly job: string | null;
  readonly settled: boolean;
}

interface Position {
  /** The newest event before which no other can turn up any more; "0" for none. */
  settled: string;
  /** Events after it that were told already. */
  told: ReadonlySet<string>;
}

/** Reads the event table of all queues in one statement, when the database says that something was written. */
export class PostgresQueueEvents implements IQueueEvents {
  readonly #deps: PostgresQueueEventsDeps;
  readonly #positions = new Map<string, Position>();

  constructor(deps: PostgresQueueEventsDeps) {
    this.#deps = deps;
  }

  async read(queues: readonly string[]): Promise<ReadonlyMap<string, QueueNews>> {
    const fresh = queues.filter((queue) => !this.#positions.has(queue));
    if (fresh.length > 0) await this.#begin(fresh);
    const known = queues.filter((queue) => !fresh.includes(queue));
    const rows = await this.#after(known);
    const byQueue = Map.groupBy(rows, (row) => row.queue);
    const news = known.flatMap((queue) => {
      const found = this.#advance(queue, byQueue.get(queue) ?? []);
      return found === null ? [] : [[queue, found] as const];
    });
    return new Map([...news, ...fresh.map((queue) => [queue, { ids: new Set<string>(), gap: true }] as const)]);
  }

  async wait(signal: AbortSignal): Promise<void> {
    await this.#notified(AbortSignal.any([signal, AbortSignal.timeout(LOOK_AGAIN_MS)]));
    await delay(GATHER_MS, undefined, { signal }).catch(() => undefined);
  }

  async #notified(until: AbortSignal): Promise<void> {
    const { listener } = this.#deps;
    try {
      await Promise.all(CHANNELS.map((channel) => listener.listen(channel)));
      await once(listener, "notification", { signal: until });
    } catch {
      // The time is up; or the server is away, which the next reading finds.
    }
  }

  async #begin(queues: readonly string[]): Promise<void> {
    const { rows } = await this.#deps.pool.query<{ queue: string; id: string }>(
      `select q.queue, coalesce((select id from event e where e.queue = q.queue and e.created_at_ms < ${NOW_MS} - $2 order by id desc limit 1), 0)::text as id
         from unnest($1::text[]) as q(queue)`,
      [queues, SETTLED_MS],
    );
    for (const { queue, id } of rows) this.#positions.set(queue, { settled: id, told: new Set() });
  }

  /** With the settled event itself, where it is still there. */
  async #after(queues: readonly string[]): Promise<readonly EventRow[]> {
    if (queues.length === 0) return [];
    const { rows } = await this.#deps.pool.query<EventRow>(
      `select q.queue, e.id::text, e.data ->> 'jobId' as job, e.created_at_ms < ${NOW_MS} - $3 as settled
         from unnest($1::text[], $2::bigint[]) as q(queue, after)
        cross join lateral (select id, data, created_at_ms from event where queue = q.queue and id >= q.after order by id limit ${MOST}) e
        order by q.queue, e.id`,
      [queues, queues.map((queue) => this.#positions.get(queue)?.settled ?? "0"), SETTLED_MS],
    );
    return rows;
  }

  #advance(queue: string, rows: readonly EventRow[]): QueueNews | null {
    const { settled: before, told } = this.#positions.get(queue) ?? { settled: "0", told: new Set<string>() };
    const gap = before !== "0" && rows[0]?.id !== before;
    const after = rows.filter(({ id }) => id !== before);
    const fresh = after.filter(({ id }) => !told.has(id));
    // Up to the first that is not settled: the order of ids is not the order of commits.
    const open = after.findIndex(({ settled }) => !settled);
    const settled = (open < 0 ? after : after.slice(0, open)).at(-1)?.id ?? (gap ? "0" : before);
    this.#positions.set(queue, { settled, told: new Set((open < 0 ? [] : after.slice(open)).map(({ id }) => id)) });
    if (fresh.length === 0 && !gap) return null;
    return { ids: new Set(fresh.flatMap(({ job }) => job ?? [])), gap };
  }
}

const NOW_MS = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
