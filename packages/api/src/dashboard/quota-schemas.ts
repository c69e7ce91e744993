import { z } from "zod";

const CountSchema = z.int().min(0);
const AllowanceSchema = z.object({ used: CountSchema, limit: CountSchema });

/** What an organization's jobs may come to, and how long they are kept. */
export const JobUsageSchema = z.object({
  /** Jobs that wait, are delayed or run. At the limit no other is started. */
  open: AllowanceSchema,
  /** Jobs that have ended and can still be found. Beyond the limit the oldest are forgotten. */
  kept: AllowanceSchema,
  retention: z.object({ completedDays: CountSchema, failedDays: CountSchema }),
});
export type JobUsage = z.output<typeof JobUsageSchema>;
