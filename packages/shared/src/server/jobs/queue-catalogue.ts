import { z } from "zod";
import { eventRegistry, type ModuleEvents } from "../events/event-subscriptions.ts";
import type { JobDefinition } from "../../define-job.ts";
import type { QueueBackend } from "./queue-backend.ts";
import { eventQueueName, jobQueueName } from "./queue-names.ts";
import { QueueRegistry } from "./queue-registry.ts";

/** What processes without the definition must know of a job. New fields are optional: the version before wrote entries too. */
export const JobEntrySchema = z.object({
  name: z.string(),
  title: z.string().nullable(),
  schedule: z.string().nullable(),
  attempts: z.number(),
  redact: z.array(z.string()),
  about: z.string().nullable().optional(),
});
export type JobEntry = z.infer<typeof JobEntrySchema>;

export const DEFAULT_ATTEMPTS = 3;
export const EVENT_ATTEMPTS = 5;

export function jobEntry({ name, options }: Pick<JobDefinition, "name" | "options">): JobEntry {
  return { name, title: options.title ?? null, schedule: options.schedule ?? null, attempts: options.attempts ?? DEFAULT_ATTEMPTS, redact: [...(options.redact ?? [])], about: options.about ?? null };
}

export const jobRegistry = (backend: QueueBackend): QueueRegistry<JobEntry> => new QueueRegistry({ backend, kind: "jobs", entry: JobEntrySchema });

/** A module's queues, as a process that has the module declares them. */
export interface ModuleQueues extends ModuleEvents {
  readonly jobs: readonly { readonly definition: Pick<JobDefinition, "name" | "options"> }[];
}

export interface QueueInfo {
  /** As people and modules call it. */
  readonly queue: string;
  /** As the store calls it. */
  readonly stored: string;
  readonly module: string;
  readonly kind: "jobs" | "events";
  readonly title: string | null;
  readonly schedule: string | null;
  readonly maxAttempts: number;
  readonly redact: readonly string[];
  readonly about: string | null;
}

/** How old the picture of other processes' modules may be. */
const FRESH_MS = 5_000;

/** Which queues there are. What this process declares counts from the first moment; what others declare is stored beside the queues. */
export class QueueCatalogue {
  readonly #jobs: QueueRegistry<JobEntry>;
  readonly #events: QueueRegistry<string>;
  readonly #local: () => readonly ModuleQueues[];
  #known: Promise<ReadonlyMap<string, QueueInfo>> | null = null;
  #knownAt = 0;

  constructor(deps: { backend: QueueBackend; modules: () => readonly ModuleQueues[] }) {
    this.#jobs = jobRegistry(deps.backend);
    this.#events = eventRegistry(deps.backend);
    this.#local = deps.modules;
  }

  async find(queue: string): Promise<QueueInfo | null> {
    // A module that asks for its own job does not wait for the store.
    return this.#here().get(queue) ?? (await this.all()).get(queue) ?? null;
  }

  async all(): Promise<ReadonlyMap<string, QueueInfo>> {
    if (!this.#known || performance.now() - this.#knownAt > FRESH_MS) {
      this.#knownAt = performance.now();
      this.#known = this.#elsewhere();
      this.#known.catch(() => (this.#known = null));
    }
    return new Map([...(await this.#known), ...this.#here()]);
  }

  #here(): ReadonlyMap<string, QueueInfo> {
    return byName(
      this.#local().flatMap(({ module, jobs, events }) => [
        ...jobs.map(({ definition }) => jobInfo(module, jobEntry(definition))),
        ...(events.length > 0 ? [eventInfo(module)] : []),
      ]),
    );
  }

  async #elsewhere(): Promise<ReadonlyMap<string, QueueInfo>> {
    const [jobs, events] = await Promise.all([this.#jobs.get(), this.#events.get()]);
    // Of two versions that work side by side the newer one's word counts: it comes last.
    return byName([
      ...[...jobs].flatMap(([module, versions]) => versions.flatMap(({ entries }) => entries.map((entry) => jobInfo(module, entry)))),
      ...[...events.keys()].map(eventInfo),
    ]);
  }
}

function byName(infos: readonly QueueInfo[]): ReadonlyMap<string, QueueInfo> {
  return new Map(infos.map((info) => [info.queue, info]));
}

function jobInfo(module: string, { name, title, schedule, attempts, redact, about = null }: JobEntry): QueueInfo {
  return { queue: name, stored: jobQueueName(name), module, kind: "jobs", title, schedule, maxAttempts: attempts, redact, about };
}

function eventInfo(module: string): QueueInfo {
  const queue = eventQueueName(module);
  return { queue, stored: queue, module, kind: "events", title: null, schedule: null, maxAttempts: EVENT_ATTEMPTS, redact: [], about: null };
}
