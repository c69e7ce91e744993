import { GenerationSchema } from "@coder/api/code-generation";
import { defineEntity, type RowOf } from "@coder/db";
import { z } from "zod";

/** One row per generation that somebody started. The job has the same id. */
export const runEntity = defineEntity({
  table: "generation_runs",
  model: "GenerationRun",
  schema: GenerationSchema.omit({ job: true }).extend({ jobId: z.uuid() }),
  tenancy: "organization",
  indexes: [["organizationId", "projectId", "createdAt"]],
});
export type RunRow = RowOf<typeof runEntity>;
