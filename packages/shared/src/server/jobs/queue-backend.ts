import { setTimeout as delay } from "node:timers/promises";
import { type Processor, Queue, Worker } from "bullmq";
import { AppError } from "../../app-error.ts";
import type { ILogger } from "../../trpc/context.ts";
import type { KernelConfig } from "../config/kernel-config.ts";
import { KEPT_MS } from "./jobs.ts";
import { PostgresQueueStore } from "./postgres-queue-store.ts";
import { type CountOptions, type IQueueEvents, type IQueueStore, isConnectionFailure, type JobPlace, type QueueCounts, type QueueWorkerOptions, type StoredPlace, type StoredProgress, type StoredQueue, type StoredWorker } from "./queue-store.ts";
import { RedisQueueStore } from "./redis-queue-store.ts";

/** Jobs that finished well stay this long: for the dashboard, and so that a repeated relay finds them and adds nothing. */
const KEEP_COMPLETED = { age: KEPT_MS.completed / 1_000 };
/** Dead letters wait this long for somebody to look. By age only: a count costs PostgreSQL a pass over the history per job. */
const KEEP_FAILED = { age: KEPT_MS.failed / 1_000 };
/** A job that takes its worker down with it this often is a dead letter. That many, because those that run beside it are interrupted too. */
const MAX_CRASHES = 25;
/** What happened in a queue is kept for those who follow it: enough for a burst between two of their looks. */
const KEEP_EVENTS = 5_000;
const BULK_FROM = 4;
const BULK_SIZE = 500;
/** Longest a caller waits for the store before it is told that it is away. */
const ATTEMPT_MS = 5_000;
const CLOSE_MS = 1_000;

export interface QueuedMessage {
  readonly name: string;
  readonly id: string;
  readonly data: object;
  readonly delayMs?: number;
}

/**
 * The one seam over BullMQ: queues on PostgreSQL (schema `bullmq` of the product's database) or on Redis. One per process,
 * shared by all that enqueues and works. Connects on first use.
 *
 * There is one queue per job definition and one per module that consumes events: so concurrency, dead letters and health are
 * per definition, a flood of one kind holds up no other, and a Redis cluster spreads them over its nodes.
 */
export class QueueBackend {
  readonly #store: IQueueStore;
  readonly #log: ILogger;
  readonly #queues = new Map<string, StoredQueue>();
  readonly #workers = new Set<StoredWorker>();
  #stopWatch: (() => void) | null = null;
  #away = false;

  constructor(deps: { store: IQueueStore; log: ILogger }) {
    this.#store = deps.store;
    this.#log = deps.log;
    this.#store.onAway = (error) => this.#noteAway(error);
  }

  get kind(): IQueueStore["kind"] {
    return this.#store.kind;
  }

  async check(): Promise<void> {
    await this.attempt(() => this.#store.check());
  }

  /** Where messages of that name are added and looked up. */
  queue(name: string): StoredQueue {
    const known = this.#queues.get(name);
    if (known) return known;
    const queue: StoredQueue = new Queue(
      name,
      { connection: {}, ...this.#store.namespace(name), streams: { events: { maxLen: KEEP_EVENTS } } },
      this.#store.factory,
    );
    queue.on("error", (error) => this.#report(name, error));
    this.#queues.set(name, queue);
    return queue;
  }

  /** A worker that does not run yet. Close it before this backend. */
  worker(name: string, process: Processor<unknown, unknown, string, StoredProgress>, options: QueueWorkerOptions): StoredWorker {
    const { lockMs, stalledCheckMs } = options.timing;
    const worker: StoredWorker = new Worker(
      name,
      process,
      {
        connection: {},
        ...this.#store.namespace(name),
        autorun: false,
        concurrency: options.concurrency,
        lockDuration: lockMs,
        stalledInterval: stalledCheckMs,
        maxStalledCount: MAX_CRASHES,
        removeOnComplete: KEEP_COMPLETED,
        removeOnFail: KEEP_FAILED,
        // How soon BullMQ asks again after the store was away.
        runRetryDelay: 1_000,
        ...this.#store.workerOptions(options.timing),
      },
      this.#store.factory,
    );
    worker.on("error", (error) => this.#report(name, error));
    worker.on("stalled", (job) => this.#log.warn({ queue: name, job }, "A worker died or lost its store; its job runs again"));
    worker.on("closed", () => this.#workers.delete(worker));
    this.#workers.add(worker);
    this.#stopWatch ??= this.#store.watchStalled?.(() => [...this.#workers], options.timing) ?? null;
    return worker;
  }

  /** Adds messages to one queue. An id that the queue knows adds nothing. */
  async addMany(name: string, messages: readonly QueuedMessage[]): Promise<void> {
    const queue = this.queue(name);
    const entries = messages.map(({ name: job, id, data, delayMs }) => ({ name: job, data, opts: { jobId: id, ...(delayMs ? { delay: delayMs } : {}) } }));
    // A few go in one by one: the bulk statement has a price of its own.
    if (entries.length < BULK_FROM) {
      await this.attempt(() => Promise.all(entries.map((entry) => queue.add(entry.name, entry.data, entry.opts))));
      return;
    }
    for (let at = 0; at < entries.length; at += BULK_SIZE) {
      await this.attempt(() => queue.addBulk(entries.slice(at, at + BULK_SIZE)));
    }
  }

  /** Lets a worker that waits for a store that is away end without it. */
  abandon(worker: StoredWorker): void {
    this.#store.abandon(worker);
  }

  /** One piece of work on the store for somebody who waits: `queue_unavailable` (503) when it is away. */
  async attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(unavailable(this.kind, new Error(`No answer within ${ATTEMPT_MS} ms`))), ATTEMPT_MS);
    });
    try {
      // Before anything is asked: who was told that it failed must not have it done later.
      await Promise.race([this.#store.ready(), tooLong]);
      return await Promise.race([work(), tooLong]);
    } catch (error) {
      if (isConnectionFailure(error)) throw unavailable(this.kind, error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the jobs hold now, in that order; undefined for those that are gone. */
  async dataOf(jobs: readonly JobPlace[]): Promise<readonly unknown[]> {
    return jobs.length === 0 ? [] : this.attempt(() => this.#store.dataOf(jobs));
  }

  /** Whether `page` can be asked. */
  get pagesById(): boolean {
    return this.#store.page !== null;
  }

  async page(name: string, after: string, count: number): Promise<readonly StoredPlace[]> {
    return this.attempt(async () => (await this.#store.page?.(name, after, count)) ?? []);
  }

  /** What the named queues hold, without the empty ones' details. */
  async counts(names: readonly string[], options: CountOptions = { completed: false }): Promise<readonly QueueCounts[]> {
    return this.attempt(() => this.#store.counts?.(options) ?? Promise.all(names.map((name) => this.#countsOf(name, options))));
  }

  /** Tells those who follow a queue what BullMQ leaves unsaid: that a job was marked, and on PostgreSQL that it was removed. */
  async tell(name: string, event: string, jobId: string): Promise<void> {
    await this.attempt(() => this.queue(name).getBackend().publishEvent({ event, jobId }, KEEP_EVENTS));
  }

  /** A reader of what happens in queues. */
  events(): IQueueEvents {
    return this.#store.events();
  }

  async close(): Promise<void> {
    this.#stopWatch?.();
    const ends = [...[...this.#workers].map((worker) => worker.close(true)), ...[...this.#queues.values()].map((queue) => queue.close())];
    // A Redis that is away never confirms the end of a connection.
    await Promise.race([Promise.allSettled(ends), delay(CLOSE_MS, undefined, { ref: false })]);
    await this.#store.close();
  }

  async #countsOf(name: string, { completed }: CountOptions): Promise<QueueCounts> {
    const queue = this.queue(name);
    const counts = await queue.getJobCounts("waiting", "active", "delayed", "failed", ...(completed ? (["completed"] as const) : []));
    const [oldest] = await queue.getWaiting(0, 0);
    return {
      queue: name,
      waiting: counts["waiting"] ?? 0,
      active: counts["active"] ?? 0,
      delayed: counts["delayed"] ?? 0,
      failed: counts["failed"] ?? 0,
      completed: counts["completed"] ?? 0,
      oldestWaitingAt: oldest ? new Date(oldest.timestamp).toISOString() : null,
    };
  }

  #report(queue: string, error: Error): void {
    if (isConnectionFailure(error)) this.#log.debug({ queue, err: error }, "Queue has no store");
    else this.#log.error({ queue, err: error }, "Queue failed");
  }

  /** The store going away is one fact, however many queues notice: it is logged when it changes. */
  #noteAway(error: Error | null): void {
    if (this.#away === (error !== null)) return;
    this.#away = error !== null;
    if (error) this.#log.warn({ store: this.kind, err: error }, "The queues' store is away; waiting for it");
    else this.#log.info({ store: this.kind }, "The queues' store is back");
  }
}

/** Opens the queues as the configuration says. Nothing connects before the first use. */
export function openQueueBackend(deps: { config: Pick<KernelConfig, "redis" | "database">; log: ILogger }): QueueBackend {
  const { config, log } = deps;
  if (config.redis.url !== null) return new QueueBackend({ store: new RedisQueueStore({ url: config.redis.url }), log });
  if (config.database.url === null) {
    throw new AppError("unavailable", "queue_not_configured", "There is no store for background jobs.", {
      remedy: "Set DATABASE_URL or REDIS_URL, or start with `npm start`, which brings its own PostgreSQL.",
    });
  }
  return new QueueBackend({ store: new PostgresQueueStore({ url: config.database.url, poolSize: config.database.poolSize, log }), log });
}

function unavailable(kind: string, cause: unknown): AppError {
  return new AppError("unavailable", "queue_unavailable", "Background jobs cannot be reached at the moment.", {
    remedy: `Try again in a moment; the health page shows whether ${kind === "redis" ? "Redis" : "PostgreSQL"} is up.`,
    cause,
  });
}
