import { setTimeout as delay } from "node:timers/promises";
import { isAppError } from "../app-error.ts";
import type { EventMessage } from "../define-event.ts";
import type { JobMessage } from "../define-job.ts";
import type { ILogger } from "../trpc/context.ts";
import { isPassing } from "./connection-loss.ts";
import type { EventPublisher } from "./events/event-publisher.ts";
import type { JobQueue } from "./jobs/job-queue.ts";
import type { IOutbox, OutboxItem, RefusedItem } from "./outbox.ts";

export interface OutboxRelayDeps {
  readonly outbox: IOutbox;
  readonly jobs: Pick<JobQueue, "addMany">;
  readonly events: Pick<EventPublisher, "publishMany">;
  readonly log: ILogger;
  /** How long it waits between looks when nothing woke it. */
  readonly pollMs?: number;
}

const BATCH = 200;
const POLL_MS = 1_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Hands what writes left behind to the queues: role `jobs`, one per outbox. An item leaves the outbox only after it was
 * handed on, and the queues know its id, so a relay that dies in between repeats itself without effect.
 */
export class OutboxRelay {
  readonly #deps: OutboxRelayDeps;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> | null = null;
  #unlisten: (() => Promise<void>) | null = null;

  constructor(deps: OutboxRelayDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the batch in hand. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#unlisten?.().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { log, pollMs = POLL_MS } = this.#deps;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#listen();
        // Renewed before the look: what is written from here on wakes the next pause at once.
        this.#wake = new AbortController();
        const found = await this.#handOn();
        if (failures > 0) log.info({ failures }, "The outbox relay works again");
        failures = 0;
        if (found < BATCH) await this.#pause(pollMs);
      } catch (error) {
        failures += 1;
        // Once at the start of an outage; its end is logged too.
        if (failures === 1) log.warn({ err: error }, "The outbox relay cannot reach a store; it keeps trying");
        await this.#pause(Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10), LONGEST_PAUSE_MS));
      }
    }
  }

  async #listen(): Promise<void> {
    this.#unlisten ??= await this.#deps.outbox.onWrite(() => this.#wake.abort());
  }

  /** One batch. Returns how many items there were. */
  async #handOn(): Promise<number> {
    const { outbox } = this.#deps;
    const items = await outbox.claim(BATCH);
    if (items.length === 0) return 0;
    let refused: readonly RefusedItem[] = [];
    try {
      await this.#deliver(items);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      // One bad item must not hold up the others: find it by handing them on one by one.
      refused = await this.#deliverSingly(items);
    }
    const setAside = new Set(refused.map(({ id }) => id));
    const done = items.filter(({ id }) => !setAside.has(id));
    if (done.length > 0) await outbox.markDone(done.map(({ id }) => id));
    if (refused.length > 0) await outbox.refuse(refused);
    return items.length;
  }

  async #deliverSingly(items: readonly OutboxItem[]): Promise<readonly RefusedItem[]> {
    const refused: RefusedItem[] = [];
    for (const item of items) {
      try {
        await this.#deliver([item]);
      } catch (error) {
        if (isUnavailable(error)) throw error;
        refused.push({ id: item.id, reason: error instanceof Error ? error.message : String(error) });
        this.#deps.log.error({ item: item.id, message: item.message.name, err: error }, "The queues refuse an item of the outbox; it is set aside and tried again");
      }
    }
    return refused;
  }

  async #deliver(items: readonly OutboxItem[]): Promise<void> {
    const jobs = items.flatMap(({ message, ...item }) => (isJob(message) ? [{ ...item, id: message.id ?? item.id, message, enqueuedBy: "outbox" }] : []));
    const events = items.flatMap(({ message, createdAt, ...item }) => (isEvent(message) ? [{ ...item, message, occurredAt: createdAt }] : []));
    if (events.length > 0) await this.#deps.events.publishMany(events);
    if (jobs.length > 0) await this.#deps.jobs.addMany(jobs);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: AbortSignal.any([this.#stop.signal, this.#wake.signal]) }).catch(() => undefined);
  }
}

const isUnavailable = (error: unknown): boolean => (isAppError(error) && error.kind === "unavailable") || isPassing(error);
const isJob = (message: JobMessage | EventMessage): message is JobMessage => message.kind === "job";
const isEvent = (message: JobMessage | EventMessage): message is EventMessage => message.kind === "event";
