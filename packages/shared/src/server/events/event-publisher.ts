import type { Caller } from "../../caller.ts";
import type { EventMessage } from "../../define-event.ts";
import type { QueueBackend, QueuedMessage } from "../jobs/queue-backend.ts";
import { eventQueueName } from "../jobs/queue-names.ts";
import type { EventEnvelope } from "./event-envelope.ts";
import { EventSubscriptions, type ModuleEvents } from "./event-subscriptions.ts";

export interface EventToPublish {
  /** The event's id. Publishing the same id again delivers nothing twice. */
  readonly id: string;
  readonly message: EventMessage;
  readonly caller: Caller;
  readonly traceId: string | null;
  readonly occurredAt: string;
}

/** Hands events to every module that subscribes to them: one queue per consuming module, so that each retries on its own. */
export class EventPublisher {
  readonly #backend: QueueBackend;
  readonly #subscriptions: EventSubscriptions;

  constructor(deps: { backend: QueueBackend; modules: readonly ModuleEvents[] }) {
    this.#backend = deps.backend;
    this.#subscriptions = new EventSubscriptions(deps);
  }

  async publishMany(events: readonly EventToPublish[]): Promise<void> {
    const consumers = await this.#subscriptions.consumers();
    const deliveries = new Map<string, QueuedMessage[]>();
    for (const event of events) {
      for (const consumer of consumers.get(event.message.name) ?? []) {
        const delivery: QueuedMessage = { name: event.message.name, id: event.id, data: envelopeOf(event) };
        const already = deliveries.get(consumer);
        if (already) already.push(delivery);
        else deliveries.set(consumer, [delivery]);
      }
    }
    for (const [consumer, messages] of deliveries) await this.#backend.addMany(eventQueueName(consumer), messages);
  }
}

function envelopeOf({ message, caller, traceId, occurredAt }: EventToPublish): EventEnvelope {
  return { payload: message.payload, caller, traceId, occurredAt };
}
