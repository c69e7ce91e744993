import type { z } from "zod";

/** An event to publish, made by `definition.with(payload)` and handed to a repository write or an `EventPublisher`. */
export interface EventMessage<Payload = unknown> {
  readonly kind: "event";
  readonly name: string;
  readonly payload: Payload;
}

export interface EventDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly schema: Schema;
  with(payload: z.input<Schema>): EventMessage<z.output<Schema>>;
}

/**
 * Declares an event of the published language. Names read `domain.entity.action`. The payload is JSON; new fields are
 * optional, because events of the version before are still under way during an upgrade.
 */
export function defineEvent<const Name extends string, Schema extends z.ZodType>(name: Name, schema: Schema): EventDefinition<Schema> {
  return { name, schema, with: (payload) => ({ kind: "event", name, payload: schema.parse(payload) }) };
}
