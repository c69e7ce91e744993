import type { OrganizationId } from "@coder/shared";
import { organizationSettings, settingsFor } from "@coder/shared/server";
import { z } from "zod";

const count = z.coerce.number<number>().int().min(1);
const retention = {
  completedDays: count.max(3_650).meta({ description: "Days a job that ended well can be found; its payload and log are kept for one day" }),
  failedDays: count.max(3_650).meta({ description: "Days a failed or cancelled job can be found; its payload and log are kept for 30 days" }),
};
const quota = {
  openJobs: count.max(1_000_000).meta({ description: "Jobs of one organization that may wait or run at a time" }),
  keptJobs: count.max(10_000_000).meta({ description: "Jobs of one organization that are kept after they ended; the oldest are forgotten first" }),
};

export const DashboardConfigSchema = z.strictObject({
  retention: z.strictObject(retention),
  quota: z.strictObject(quota),
  organizations: organizationSettings({ ...quota, ...retention }).meta({ merge: true, description: "Quota and retention of jobs for single organizations, where they differ: by the organization's id" }),
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

/** How many jobs one organization may have. */
export function quotaOf({ quota: everybodys, organizations }: DashboardConfig, organizationId: OrganizationId | null): DashboardConfig["quota"] {
  return settingsFor(everybodys, organizations, organizationId);
}

/** How long the jobs of one organization, or of the product itself, can be found. */
export function retentionOf({ retention: everybodys, organizations }: DashboardConfig, organizationId: OrganizationId | null): DashboardConfig["retention"] {
  return settingsFor(everybodys, organizations, organizationId);
}
