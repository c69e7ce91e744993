import { z } from "zod";

const count = z.coerce.number().int().min(1);

export const DashboardConfigSchema = z.strictObject({
  retention: z.strictObject({
    completedDays: count.max(3_650).meta({ description: "Days a job that ended well can be found; its payload and log are kept for one day" }),
    failedDays: count.max(3_650).meta({ description: "Days a failed or cancelled job can be found; its payload and log are kept for 30 days" }),
  }),
  quota: z.strictObject({
    openJobs: count.max(1_000_000).meta({ description: "Jobs of one organization that may wait or run at a time" }),
    keptJobs: count.max(10_000_000).meta({ description: "Jobs of one organization that are kept after they ended; the oldest are forgotten first" }),
  }),
  history: z.strictObject({
    minuteHours: count.max(20).meta({ description: "Hours for which figures are kept by the minute" }),
    hourDays: count.max(3_650).meta({ description: "Days for which figures are kept by the hour" }),
  }),
  bulk: z.strictObject({
    maxJobs: count.max(1_000_000).meta({ description: "Most jobs that one action may change" }),
    previewMinutes: count.max(1_440).meta({ description: "How long a preview can be carried out" }),
  }),
  projection: z.strictObject({
    reconcileMinutes: count.max(10_080).meta({ description: "How often all queues are read anew, besides whenever something may have been missed" }),
  }),
});
export type DashboardConfig = z.output<typeof DashboardConfigSchema>;
