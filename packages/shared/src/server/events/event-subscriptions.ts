import { z } from "zod";
import type { QueueBackend } from "../jobs/queue-backend.ts";
import { QueueRegistry, type ProductFacts } from "../jobs/queue-registry.ts";
import type { EventBinding } from "./event-handler.ts";

export interface ModuleEvents {
  /** The consuming module's name. */
  readonly module: string;
  readonly events: readonly EventBinding[];
}

/** Which events each module wants. */
export const eventRegistry = (backend: QueueBackend): QueueRegistry<string> => new QueueRegistry({ backend, kind: "events", entry: z.string() });

/** How old the picture of other processes' subscriptions may be. */
const FRESH_MS = 1_000;

/**
 * Which modules want which events. A subscription begins when the module's process first starts with it and is stored beside
 * the queues, so a relay knows of modules that run elsewhere or are down just now. An event goes to whoever wants it in any version of
 * the product that works: as this process knows it from the first moment, and as the store says.
 */
export class EventSubscriptions {
  readonly #registry: QueueRegistry<string>;
  readonly #local: readonly ModuleEvents[];
  #known: Promise<Stored> | null = null;
  #knownAt = 0;

  constructor(deps: { backend: QueueBackend; modules: readonly ModuleEvents[] }) {
    this.#registry = eventRegistry(deps.backend);
    this.#local = deps.modules;
  }

  /** Stores what this process' modules want, and that they want nothing (any more); and lets go of modules that the product has no more. */
  async register({ version, modules: present }: ProductFacts): Promise<void> {
    for (const { module, events } of this.#local) await this.#registry.set(module, version, namesOf(events));
    if (present === null) return;
    for (const module of (await this.#registry.get()).keys()) if (!present.includes(module)) await this.#registry.set(module, version, []);
  }

  /** Event name to consuming modules. */
  async consumers(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    if (!this.#known || performance.now() - this.#knownAt > FRESH_MS) {
      this.#knownAt = performance.now();
      this.#known = this.#registry.get();
      this.#known.catch(() => (this.#known = null));
    }
    const stored = [...(await this.#known)].map(([module, versions]) => ({ module, names: versions.flatMap(({ entries }) => entries) }));
    const local = this.#local.map(({ module, events }) => ({ module, names: namesOf(events) }));
    const consumers = new Map<string, Set<string>>();
    for (const { module, names } of [...stored, ...local]) {
      for (const name of names) consumers.set(name, (consumers.get(name) ?? new Set()).add(module));
    }
    return consumers;
  }
}

type Stored = Awaited<ReturnType<QueueRegistry<string>["get"]>>;

const namesOf = (events: readonly EventBinding[]): string[] => events.map((event) => event.definition.name).sort();
