import { z } from "zod";
import { CallerSchema } from "../../caller.ts";

/** What is stored of a job beside its name and id. New fields are optional: jobs of the version before are still under way during an upgrade. */
export const JobEnvelopeSchema = z.object({
  payload: z.unknown(),
  caller: CallerSchema,
  traceId: z.string().nullable(),
  /** What put it there: `outbox` or `schedule`. */
  enqueuedBy: z.string(),
  /** Set when somebody cancelled it. Part of the job, so that no worker starts it afterwards, whatever dies in between. */
  cancelled: z.object({ at: z.iso.datetime(), by: CallerSchema }).optional(),
  /** Set when somebody started it afresh: since then it waits anew. */
  retriedAt: z.iso.datetime().optional(),
});
export type JobEnvelope = z.infer<typeof JobEnvelopeSchema>;

/** Who cancelled a stored job, or null. Tolerates what it does not know. */
export function cancelledMark(data: unknown): NonNullable<JobEnvelope["cancelled"]> | null {
  return JobEnvelopeSchema.pick({ cancelled: true }).safeParse(data).data?.cancelled ?? null;
}
