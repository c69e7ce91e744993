import { z } from "zod";

/** `degraded` works with less; `down` does not work. Both say what to do. */
export const HealthStatusSchema = z.enum(["up", "degraded", "down"]);

/** What one part says of itself. */
export const HealthReportSchema = z.object({
  status: HealthStatusSchema,
  message: z.string().optional(),
  remedy: z.string().optional(),
});
export type HealthReport = z.infer<typeof HealthReportSchema>;

/** Must answer or throw within 2 s; a thrown error counts as down. */
export type HealthCheck = () => Promise<HealthReport>;

const NamedReportSchema = HealthReportSchema.extend({ name: z.string() });

/** The whole installation as one process sees it: what the health page shows. */
export const HealthSummarySchema = z.object({
  status: HealthStatusSchema,
  version: z.string(),
  checkedAt: z.iso.datetime(),
  /** What the launcher supervises; empty when the processes were started by something else. */
  processes: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      pid: z.number().int().nullable(),
      restarts: z.number().int(),
      since: z.string().nullable(),
      lastExit: z.string().nullable(),
    }),
  ),
  resources: z.array(NamedReportSchema),
  modules: z.array(
    NamedReportSchema.extend({
      description: z.string(),
      /** `absent`: another module would use it, but this version does not have it. */
      where: z.enum(["here", "elsewhere", "absent"]),
      neededBy: z.array(z.string()),
      checks: z.array(NamedReportSchema),
    }),
  ),
});
export type HealthSummary = z.infer<typeof HealthSummarySchema>;
