import { definePermissions } from "@coder/shared";

export const dashboardPermissions = definePermissions({
  "dashboard.job.read": { description: "See all background jobs of the organization", roles: ["owner", "admin", "auditor"] },
  "dashboard.job.steer": { description: "Cancel, retry and remove background jobs of the organization", roles: ["owner", "admin"] },
  "dashboard.own-job.read": { description: "See your own background jobs", roles: [], self: true },
  "dashboard.own-job.steer": { description: "Cancel, retry and remove your own background jobs", roles: [], self: true },
  "dashboard.system-job.read": { description: "See the product's own background jobs, and what all queues hold", roles: [], installation: true },
  "dashboard.system-job.steer": { description: "Cancel, retry and remove the product's own background jobs", roles: [], installation: true },
  "dashboard.queue.pause": { description: "Pause and resume queues", roles: [], installation: true },
});
