import { type Caller, type EventMessage, type JobMessage, systemCaller } from "@coder/shared";
import type { ILogger, IPermissionPort } from "@coder/shared/trpc";
import { EventConsumer, EventPublisher, JobControl, JobQueue, JobWorkers, type IJobs, type JobBinding, type EventBinding, type ModuleQueues, newId, openQueueBackend, type ProductFacts, type QueueBackend } from "@coder/shared/server";
import type { QueueConfig } from "./queue-store-fixture.ts";

export const CALLER: Caller = systemCaller("test");

/** Everybody may do everything. */
export const EVERYTHING: IPermissionPort = { allows: async () => true };

/** A killed worker's jobs run again within two seconds. */
export const FAST = { lockMs: 1_000, stalledCheckMs: 200 };

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: object;
}

/** Keeps what is logged, so that a test can say what a person would have read. */
export function listeningLog(lines: LogLine[] = [], inherited: object = {}): ILogger & { readonly lines: LogLine[] } {
  const at = (level: LogLine["level"]) => (fields: object, message: string) => void lines.push({ level, message, fields: { ...inherited, ...fields } });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: (fields) => listeningLog(lines, { ...inherited, ...fields }) };
}

/** One process' share of the queues: opens it, and ends all of it. */
export class QueueRig {
  readonly backend: QueueBackend;
  readonly queue: JobQueue;
  readonly jobs: IJobs;
  readonly log = listeningLog();
  /** Replace it to have somebody lose a permission. */
  permissions: IPermissionPort = EVERYTHING;
  /** Replace it to be a worker of another version. */
  product: ProductFacts = { version: "1.0.0", modules: null };
  /** What this process declares; what it enqueued without a worker, too. */
  readonly #modules: ModuleQueues[] = [];
  readonly #running: { stop(deadlineMs: number): Promise<void> }[] = [];

  readonly #timing: typeof FAST | undefined;

  constructor(config: QueueConfig, timing?: typeof FAST) {
    this.#timing = timing;
    this.backend = openQueueBackend({ config, log: this.log });
    this.queue = new JobQueue({ backend: this.backend });
    this.jobs = new JobControl({ backend: this.backend, modules: () => this.#modules, log: this.log, secrets: ["hunter2-hunter2"] });
  }

  async enqueue(...messages: readonly JobMessage[]): Promise<string[]> {
    return this.enqueueAs(CALLER, ...messages);
  }

  async enqueueAs(caller: Caller, ...messages: readonly JobMessage[]): Promise<string[]> {
    this.#modules.unshift({ module: "test", jobs: messages.map(({ name }) => ({ definition: { name, options: {} } })), events: [] });
    const jobs = messages.map((message) => ({ id: message.id ?? newId(), message, caller, traceId: null, enqueuedBy: "test", createdAt: new Date().toISOString() }));
    await this.queue.addMany(jobs);
    return jobs.map((job) => job.id);
  }

  async workers(module: string, ...jobs: readonly JobBinding[]): Promise<JobWorkers> {
    const workers = new JobWorkers({ backend: this.backend, log: this.log, modules: [{ module, jobs }], product: this.product, permissions: this.permissions, ...(this.#timing && { timing: this.#timing }) });
    this.#modules.push({ module, jobs, events: [] });
    await workers.start();
    this.#running.push(workers);
    return workers;
  }

  async consumer(module: string, ...events: readonly EventBinding[]): Promise<EventConsumer> {
    const consumer = new EventConsumer({ backend: this.backend, log: this.log, modules: [{ module, events }], product: this.product, backoffMs: 20 });
    this.#modules.push({ module, jobs: [], events });
    await consumer.start();
    this.#running.push(consumer);
    return consumer;
  }

  /** As a process would that holds none of the consumers. */
  async publish(...messages: readonly EventMessage[]): Promise<string[]> {
    const events = messages.map((message) => ({ id: newId(), message, caller: CALLER, traceId: null, occurredAt: new Date().toISOString() }));
    await new EventPublisher({ backend: this.backend, modules: [] }).publishMany(events);
    return events.map((event) => event.id);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((part) => part.stop(0)));
    await this.backend.close();
  }
}
