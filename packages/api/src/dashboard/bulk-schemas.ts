import { IsoTimeSchema } from "@coder/shared";
import { z } from "zod";
import { JobActionSchema, JobCountsSchema, JobFilterSchema, JobRefSchema, JobSchema } from "./job-schemas.ts";

export const MAX_CHOSEN_JOBS = 1_000;

/** Chosen one by one, or all that match a filter. */
export const PreviewBulkInputSchema = z
  .object({
    action: JobActionSchema,
    jobs: z.array(JobRefSchema).min(1).max(MAX_CHOSEN_JOBS).optional(),
    filter: JobFilterSchema.optional(),
  })
  .refine(({ jobs, filter }) => (jobs === undefined) !== (filter === undefined), { message: "must hold either jobs or filter" });
export type PreviewBulkInput = z.output<typeof PreviewBulkInputSchema>;

/** Exactly what `runBulk` would change, as long as nothing else does so first. */
export const BulkPreviewSchema = z.object({
  /** Hand it to `runBulk`. */
  token: z.uuid(),
  action: JobActionSchema,
  count: z.int(),
  byState: JobCountsSchema,
  /** Jobs that were asked for and are left out, because the action does not apply to their state, or their queue has forgotten them. */
  leftOut: z.int(),
  /** Whether more jobs match than one run may change. */
  limited: z.boolean(),
  /** Some of them, newest first. */
  sample: z.array(JobSchema),
  expiresAt: IsoTimeSchema,
});
export type BulkPreview = z.output<typeof BulkPreviewSchema>;

export const RunBulkInputSchema = z.object({ token: z.uuid() });
export type RunBulkInput = z.output<typeof RunBulkInputSchema>;

export const BulkInputSchema = z.object({ id: z.uuid() });
export type BulkInput = z.output<typeof BulkInputSchema>;

/** `previewed`: nothing was done. `running`: it waits for a worker or is at it. `stopped`: cancelled or failed in the middle; what was done stays done. */
export const BulkStateSchema = z.enum(["previewed", "running", "done", "stopped"]);

/** An action on many jobs, and what became of it. */
export const BulkSchema = z.object({
  id: z.uuid(),
  action: JobActionSchema,
  state: BulkStateSchema,
  /** The job that does it; null before it was started. */
  job: JobRefSchema.nullable(),
  count: z.int(),
  /** Changed as wanted. */
  changed: z.int(),
  /** Left as they were, because they had changed since the preview. */
  skipped: z.int(),
  /** Could not be changed, by the code of the error. */
  failed: z.array(z.object({ code: z.string(), count: z.int() })),
  createdAt: IsoTimeSchema,
  finishedAt: IsoTimeSchema.nullable(),
});
export type Bulk = z.output<typeof BulkSchema>;
