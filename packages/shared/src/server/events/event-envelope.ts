import { z } from "zod";
import { CallerSchema } from "../../caller.ts";

/** What is stored of an event in each consumer's queue, beside its name and id. New fields are optional. */
export const EventEnvelopeSchema = z.object({
  payload: z.unknown(),
  caller: CallerSchema,
  traceId: z.string().nullable(),
  occurredAt: z.iso.datetime(),
});
export type EventEnvelope = z.infer<typeof EventEnvelopeSchema>;
