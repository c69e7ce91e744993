import type { BackendFactory, IQueueBackend as QueueStore } from "bullmq";
import { assertSchemaCompatibility, PostgresConnection, PostgresQueueBackend, SchemaMigrationRequiredError, SchemaVersionMismatchError } from "bullmq";
import pg from "pg";
import { AppError } from "../../app-error.ts";
import type { ILogger } from "../../trpc/context.ts";
import { QUEUE_SCHEMA } from "./migrate-queue-schema.ts";
import { PostgresQueueEvents } from "./postgres-queue-events.ts";
import type { CountOptions, IQueueEvents, IQueueStore, JobPlace, QueueCounts, QueueTiming, StoredPlace, StoredWorker } from "./queue-store.ts";
import { NotificationListener, SharedPool } from "./shared-pool.ts";
import { StalledWatch } from "./stalled-watch.ts";

const LONGEST_WAIT_SECONDS = 30;

/** After a wait that failed, BullMQ waits as long as its backend allows before it looks again, which would be an hour. */
class WaitingBackend extends PostgresQueueBackend {
  override get maximumBlockTimeout(): number {
    return LONGEST_WAIT_SECONDS;
  }
}

interface PostgresQueueStoreDeps {
  /** As the tenant-bound role; the schema is there already. */
  readonly url: string;
  readonly poolSize: number;
  readonly log: ILogger;
}

/** BullMQ's tables in the schema `bullmq` of the product's database: two kinds of connection per process, however many queues. */
export class PostgresQueueStore implements IQueueStore {
  readonly kind = "postgresql";
  readonly #pool: pg.Pool;
  readonly #listener: NotificationListener;
  readonly #pools = new Map<object, SharedPool>();
  readonly #log: ILogger;
  onAway: IQueueStore["onAway"] = null;

  constructor(deps: PostgresQueueStoreDeps) {
    const connection = { connectionString: deps.url, options: `-c search_path=${QUEUE_SCHEMA}` };
    this.#log = deps.log;
    this.#pool = new pg.Pool({ ...connection, max: deps.poolSize, connectionTimeoutMillis: 4_000, application_name: "coder-queue" });
    // An idle connection that breaks is replaced by the next query; unheard, the event would end the process.
    this.#pool.on("error", (error) => this.#log.debug({ err: error }, "An idle queue connection broke"));
    this.#listener = new NotificationListener({ ...connection, application_name: "coder-queue-listen" });
  }

  readonly factory: BackendFactory<QueueStore, object> = (name, options, { withBlockingConnection = false } = {}) => {
    const connections = { pool: this.#pool, listener: this.#listener, onAway: (error: Error | null) => this.onAway?.(error) };
    const pool = new SharedPool(connections, { patient: withBlockingConnection });
    const backend = new WaitingBackend(new PostgresConnection(pool), name, { ...options, connection: pool }, true);
    this.#pools.set(backend, pool);
    backend.once("close", () => this.#pools.delete(backend));
    return backend;
  };

  /** NOTIFY wakes an idle worker and the stalled check is ours, so that a product at rest leaves its database alone. */
  readonly workerOptions = (): { drainDelay: number; skipStalledCheck: boolean } => ({ drainDelay: LONGEST_WAIT_SECONDS, skipStalledCheck: true });
  readonly namespace = () => ({});

  /** Its pool gives up a connection that cannot be had, and the statement with it. */
  async ready(): Promise<void> {}

  async dataOf(jobs: readonly JobPlace[]): Promise<readonly unknown[]> {
    const { rows } = await this.#pool.query<{ queue: string; id: string; data: unknown }>(
      "select queue, id, data from job where (queue, id) in (select * from unnest($1::text[], $2::text[]))",
      [jobs.map(({ queue }) => queue), jobs.map(({ id }) => id)],
    );
    return jobs.map(({ queue, id }) => rows.find((row) => row.queue === queue && row.id === id)?.data);
  }

  async check(): Promise<void> {
    try {
      await assertSchemaCompatibility(this.#pool, QUEUE_SCHEMA);
    } catch (cause) {
      if (cause instanceof SchemaMigrationRequiredError) {
        throw new AppError("unavailable", "queue_schema_missing", "The tables for background jobs do not exist yet.", {
          remedy: "Start with `npm start`, which migrates the database, or run its migrations as the owner.",
          cause,
        });
      }
      if (cause instanceof SchemaVersionMismatchError) {
        throw new AppError("unavailable", "queue_schema_newer", "The tables for background jobs were made by a newer version of Coder IDE.", {
          remedy: "Start that version, or restore the backup from before the upgrade.",
          cause,
        });
      }
      throw cause;
    }
  }

  /** BullMQ's own pages of a state have no order among jobs of one moment: thousands are added in one, and some were on no page. */
  readonly page = async (queue: string, after: string, count: number): Promise<readonly StoredPlace[]> => {
    const { rows } = await this.#pool.query<StoredPlace>("select id, state::text from job where queue = $1 and id > $2 order by id limit $3", [queue, after, count]);
    return rows;
  };

  /** One statement for all queues; unless asked for, the completed jobs that make up most of the table are not touched. */
  readonly counts = async ({ completed }: CountOptions): Promise<readonly QueueCounts[]> => {
    const { rows } = await this.#pool.query<{ queue: string; state: string; count: number; oldest: string | null }>(
      `select queue, state::text, count(*)::int as count, min(added_at_ms)::text as oldest from job
        where state in ('waiting', 'active', 'delayed', 'failed'${completed ? ", 'completed'" : ""}) group by queue, state`,
    );
    const byQueue = Map.groupBy(rows, (row) => row.queue);
    return [...byQueue].map(([queue, states]) => {
      const count = (state: string) => states.find((row) => row.state === state)?.count ?? 0;
      const oldest = states.find((row) => row.state === "waiting")?.oldest ?? null;
      return {
        queue,
        waiting: count("waiting"),
        active: count("active"),
        delayed: count("delayed"),
        failed: count("failed"),
        completed: count("completed"),
        oldestWaitingAt: oldest === null ? null : new Date(Number(oldest)).toISOString(),
      };
    });
  };

  readonly watchStalled = (workers: () => readonly StoredWorker[], { lockMs, stalledCheckMs }: QueueTiming): (() => void) => {
    const watch = new StalledWatch({ pool: this.#pool, log: this.#log, workers, lockMs });
    const timer = setInterval(() => void watch.look(), stalledCheckMs);
    return () => clearInterval(timer);
  };

  events(): IQueueEvents {
    return new PostgresQueueEvents({ pool: this.#pool, listener: this.#listener });
  }

  abandon(worker: StoredWorker): void {
    this.#pools.get(worker.getBackend())?.abandon();
  }

  async close(): Promise<void> {
    for (const pool of this.#pools.values()) pool.abandon();
    await Promise.allSettled([this.#listener.close(), this.#pool.end()]);
  }
}
