import type { BackendFactory, IQueueBackend as QueueStore, WorkerOptions } from "bullmq";
import { createRedisBackend } from "bullmq";
import { Redis } from "ioredis";
import { AppError } from "../../app-error.ts";
import type { IQueueEvents, IQueueStore, JobPlace, QueueTiming } from "./queue-store.ts";
import { RedisQueueEvents } from "./redis-queue-events.ts";

const CONNECTION = { connectTimeout: 4_000, retryStrategy: (attempt: number) => Math.min(attempt * 100, 1_000) };

/**
 * BullMQ on Redis, over two connections for commands and one per worker that blocks until there is work. Workers wait for a Redis that is
 * away. Who adds, looks up or checks does not: a command that was reported as failed must not be carried out when it is back, nor wait
 * in memory until then.
 */
export class RedisQueueStore implements IQueueStore {
  readonly kind = "redis";
  readonly counts = null;
  readonly page = null;
  readonly watchStalled = null;
  onAway: IQueueStore["onAway"] = null;
  readonly #url: string;
  #patient: Redis | null = null;
  #asking: Redis | null = null;

  constructor(deps: { url: string }) {
    this.#url = deps.url;
  }

  readonly factory: BackendFactory<QueueStore, object> = (name, options, connections) =>
    createRedisBackend(name, { ...options, connection: connections?.withBlockingConnection ? this.#forWorkers() : this.#client() }, connections);

  /** The hash tag keeps one queue's keys on one node of a cluster, and spreads the queues. */
  readonly namespace = (queue: string) => ({ prefix: `coder:{${queue}}` });
  readonly workerOptions = (timing: QueueTiming): Partial<WorkerOptions<object>> => ({ stalledInterval: timing.stalledCheckMs });

  async ready(): Promise<void> {
    const client = this.#client();
    if (client.status === "ready") return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (error?: Error) => reject(error ?? new Error("Connection is closed"));
    const events = [["ready", resolve], ["error", fail], ["close", fail]] as const;
    for (const [event, listener] of events) client.once(event, listener);
    await promise.finally(() => {
      for (const [event, listener] of events) client.off(event, listener);
    });
  }

  async dataOf(jobs: readonly JobPlace[]): Promise<readonly unknown[]> {
    const texts = await Promise.all(jobs.map(({ queue, id }) => this.#client().hget(`${this.namespace(queue).prefix}:${queue}:${id}`, "data")));
    return texts.map((text): unknown => (text === null ? undefined : JSON.parse(text)));
  }

  async check(): Promise<void> {
    const [, policy] = await this.#client().config("GET", "maxmemory-policy").then(asStrings, () => []);
    if (policy !== undefined && policy !== "noeviction") {
      throw new AppError("unavailable", "queue_redis_evicts", `Redis would drop jobs when its memory is full (maxmemory-policy ${policy}).`, {
        remedy: "Set `maxmemory-policy noeviction` on that Redis, or give the queues a Redis of their own.",
      });
    }
    await this.#client().ping();
  }

  events(): IQueueEvents {
    return new RedisQueueEvents({ client: this.#client(), keyOf: (queue) => `${this.namespace(queue).prefix}:${queue}:events` });
  }

  /** What is still asked ends when this is closed. */
  abandon(): void {}

  async close(): Promise<void> {
    const open = [this.#patient, this.#asking];
    this.#patient = null;
    this.#asking = null;
    for (const client of open) client?.disconnect();
  }

  /** For whoever waits for an answer. */
  #client(): Redis {
    if (this.#asking) return this.#asking;
    const client = new Redis(this.#url, { ...CONNECTION, maxRetriesPerRequest: 0, enableOfflineQueue: false, autoResendUnfulfilledCommands: false });
    client.setMaxListeners(0);
    client.on("error", (error) => this.onAway?.(error));
    client.on("close", () => {
      // Not when it is we who end it.
      if (this.#asking === client) this.onAway?.(new Error("Connection is closed"));
    });
    client.on("ready", () => this.onAway?.(null));
    this.#asking = client;
    return client;
  }

  /** BullMQ demands it for what blocks: commands wait for the server to come back. */
  #forWorkers(): Redis {
    if (this.#patient) return this.#patient;
    const client = new Redis(this.#url, { ...CONNECTION, maxRetriesPerRequest: null });
    client.setMaxListeners(0);
    // The other connection tells of it.
    client.on("error", () => undefined);
    this.#patient = client;
    return client;
  }
}

function asStrings(answer: unknown): string[] {
  return Array.isArray(answer) ? answer.filter((entry) => typeof entry === "string") : [];
}
