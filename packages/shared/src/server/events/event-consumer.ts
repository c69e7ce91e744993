import type { ErrorKind } from "../../app-error.ts";
import type { ILogger } from "../../trpc/context.ts";
import type { QueueBackend } from "../jobs/queue-backend.ts";
import { EVENT_ATTEMPTS } from "../jobs/queue-catalogue.ts";
import { eventQueueName } from "../jobs/queue-names.ts";
import { DEFAULT_TIMING, type QueueTiming, type StoredJob } from "../jobs/queue-store.ts";
import type { ProductFacts } from "../jobs/queue-registry.ts";
import { QueueWorker } from "../jobs/queue-worker.ts";
import { EventEnvelopeSchema } from "./event-envelope.ts";
import type { EventBinding } from "./event-handler.ts";
import { EventSubscriptions, type ModuleEvents } from "./event-subscriptions.ts";

export interface EventConsumerDeps {
  readonly backend: QueueBackend;
  readonly log: ILogger;
  /** Every module of this process, also those that consume nothing: so that what they no longer want is no longer sent. */
  readonly modules: readonly ModuleEvents[];
  readonly product: ProductFacts;
  readonly timing?: QueueTiming;
  /** First wait between attempts; doubles each time. */
  readonly backoffMs?: number;
}

/** What is not there, or not allowed, may be a moment later: events overtake each other, and versions work side by side. */
const PERMANENT: ReadonlySet<ErrorKind> = new Set(["invalid"]);
/** Nobody hears what becomes of an event: whatever fails is a fault. */
const OUTCOMES: ReadonlySet<ErrorKind> = new Set();
const CONCURRENCY = 5;
const BACKOFF_MS = 1_000;

/**
 * Delivers events to the modules of this process: role `jobs`. At least once, in no promised order; an event that fails all
 * its attempts is kept as a dead letter of that consumer and holds up nobody.
 */
export class EventConsumer {
  readonly #deps: EventConsumerDeps;
  readonly #workers: readonly QueueWorker[];

  constructor(deps: EventConsumerDeps) {
    this.#deps = deps;
    this.#workers = deps.modules.filter((module) => module.events.length > 0).map((module) => this.#worker(module));
  }

  async start(): Promise<void> {
    await this.#deps.backend.check();
    await new EventSubscriptions(this.#deps).register(this.#deps.product);
    for (const worker of this.#workers) worker.start();
  }

  async stop(deadlineMs: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(deadlineMs)));
  }

  #worker({ module, events }: ModuleEvents): QueueWorker {
    const { backend, timing = DEFAULT_TIMING, backoffMs = BACKOFF_MS } = this.#deps;
    const log = this.#deps.log.child({ consumer: module });
    const bindings = new Map(events.map((binding) => [binding.definition.name, binding]));
    if (bindings.size !== events.length) throw new Error(`The module ${module} handles one event in two places: do both in one handler`);
    return new QueueWorker({
      backend,
      queue: eventQueueName(module),
      concurrency: CONCURRENCY,
      attempts: EVENT_ATTEMPTS,
      backoffMs,
      timing,
      permanent: PERMANENT,
      outcomes: OUTCOMES,
      log,
      run: (job, signal) => deliver(bindings.get(job.name), job, signal, log),
    });
  }
}

async function deliver(binding: EventBinding | undefined, job: StoredJob, signal: AbortSignal, log: ILogger): Promise<void> {
  // Sent before this version stopped wanting it.
  if (!binding) return;
  const { payload, caller, traceId, occurredAt } = EventEnvelopeSchema.parse(job.data);
  const id = job.id ?? "";
  await binding.handle({ id, name: job.name, payload, caller, occurredAt, signal, log: log.child({ event: job.name, eventId: id, traceId }) });
}
