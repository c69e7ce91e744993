import type pg from "pg";
import type { ILogger } from "../../trpc/context.ts";
import type { StoredWorker } from "./queue-store.ts";

interface StalledWatchDeps {
  readonly pool: pg.Pool;
  readonly log: ILogger;
  readonly workers: () => readonly StoredWorker[];
  readonly lockMs: number;
}

/**
 * Finds the jobs of dead workers on PostgreSQL. BullMQ's own check writes to every queue at every interval; this one reads
 * the running jobs of all queues at once, and has BullMQ sweep the queues where nobody renewed a lock for its whole length: none
 * while all workers live. That length is measured here and not by the wall clock, which may jump.
 */
export class StalledWatch {
  readonly #deps: StalledWatchDeps;
  /** What a running job's lock said, and since when it has said so. */
  #locks = new Map<string, { readonly until: string; readonly since: number }>();
  #looking = false;

  constructor(deps: StalledWatchDeps) {
    this.#deps = deps;
  }

  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#sweep(await this.#unrenewed());
    } catch (error) {
      this.#deps.log.debug({ err: error }, "Could not look for jobs of dead workers");
    } finally {
      this.#looking = false;
    }
  }

  async #unrenewed(): Promise<ReadonlySet<string>> {
    const { rows } = await this.#deps.pool.query<{ queue: string; id: string; until: string }>("select queue, id, locked_until_ms::text as until from job where state = 'active'");
    const now = performance.now();
    const before = this.#locks;
    this.#locks = new Map();
    const queues = new Set<string>();
    for (const { queue, id, until } of rows) {
      const key = `${queue} ${id}`;
      const known = before.get(key);
      const lock = known?.until === until ? known : { until, since: now };
      this.#locks.set(key, lock);
      if (now - lock.since >= this.#deps.lockMs) queues.add(queue);
    }
    return queues;
  }

  async #sweep(queues: ReadonlySet<string>): Promise<void> {
    for (const worker of this.#deps.workers()) {
      if (!queues.has(worker.name) || worker.closing) continue;
      for (const job of await worker.getBackend().moveStalledJobsToWait()) worker.emit("stalled", job, "active");
    }
  }
}
