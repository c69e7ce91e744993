import type { z } from "zod";
import type { Caller } from "../../caller.ts";
import type { EventDefinition } from "../../define-event.ts";
import type { ILogger } from "../../trpc/context.ts";

export interface EventContext<Payload> {
  /** Unique per event; delivered at least once, so effects are keyed by it (`once: event.id` on repository writes). */
  readonly id: string;
  readonly name: string;
  readonly payload: Payload;
  readonly caller: Caller;
  readonly occurredAt: string;
  /** Aborts when the worker ends and when another has taken the event over: it is delivered again. */
  readonly signal: AbortSignal;
  readonly log: ILogger;
}

export interface EventBinding {
  readonly definition: EventDefinition;
  readonly handle: (event: EventContext<unknown>) => Promise<void>;
}

/** Subscribes a module to an event of the published language. */
export function handleEvent<Schema extends z.ZodType>(
  definition: EventDefinition<Schema>,
  handle: (event: EventContext<z.output<Schema>>) => Promise<void>,
): EventBinding {
  return { definition, handle: (event) => handle({ ...event, payload: definition.schema.parse(event.payload) }) };
}
