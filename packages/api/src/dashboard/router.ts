import { DoneSchema, NoInputSchema } from "@coder/shared";
import { clientRef, procedure, router } from "@coder/shared/trpc";
import { describeQueue } from "./audit.ts";
import { BulkInputSchema, BulkSchema } from "./bulk-schemas.ts";
import { jobOperations } from "./job-operations.ts";
import { JobUsageSchema } from "./quota-schemas.ts";
import { GetHistoryInputSchema, HistorySchema, QueueInputSchema, QueuePauseSchema } from "./queue-schemas.ts";
import { dashboardRef } from "./service.ts";

export { dashboardRef } from "./service.ts";

const tags = ["dashboard"];

const own = jobOperations({ scope: "own", read: "dashboard.own-job.read", steer: "dashboard.own-job.steer", prefix: "own-", whose: "your own" });
const organization = jobOperations({ scope: "organization", read: "dashboard.job.read", steer: "dashboard.job.steer", prefix: "", whose: "the organization's" });
const system = jobOperations({ scope: "system", read: "dashboard.system-job.read", steer: "dashboard.system-job.steer", prefix: "system-", whose: "the product's own" });

export const dashboardRouter = router({
  listOwnJobs: own.list,
  countOwnJobs: own.count,
  getOwnJob: own.get,
  listOwnJobLogs: own.logs,
  cancelOwnJob: own.cancel,
  retryOwnJob: own.retry,
  removeOwnJob: own.remove,
  previewOwnBulk: own.previewBulk,
  runOwnBulk: own.runBulk,
  listOwnFailures: own.failures,
  listOwnQueues: own.queues,
  watchOwnJobs: own.watch,

  listJobs: organization.list,
  countJobs: organization.count,
  getJob: organization.get,
  listJobLogs: organization.logs,
  cancelJob: organization.cancel,
  retryJob: organization.retry,
  removeJob: organization.remove,
  previewBulk: organization.previewBulk,
  runBulk: organization.runBulk,
  listFailures: organization.failures,
  listQueues: organization.queues,
  watchJobs: organization.watch,

  listSystemJobs: system.list,
  countSystemJobs: system.count,
  getSystemJob: system.get,
  listSystemJobLogs: system.logs,
  cancelSystemJob: system.cancel,
  retrySystemJob: system.retry,
  removeSystemJob: system.remove,
  previewSystemBulk: system.previewBulk,
  runSystemBulk: system.runBulk,
  listSystemFailures: system.failures,
  listSystemQueues: system.queues,
  watchSystemJobs: system.watch,

  getBulk: procedure
    .meta({ permission: "dashboard.own-job.read", openapi: { method: "GET", path: "/dashboards/bulk-runs/{id}", tags, summary: "Read what became of your action on many jobs" } })
    .input(BulkInputSchema)
    .output(BulkSchema)
    .query(({ ctx, input }) => ctx.service(dashboardRef).getBulk(ctx.caller, input)),

  getHistory: procedure
    .meta({ permission: "dashboard.job.read", openapi: { method: "GET", path: "/dashboards/history", tags, summary: "Read how many of the organization's jobs ended, and how long they waited" } })
    .input(GetHistoryInputSchema)
    .output(HistorySchema)
    .query(({ ctx, input }) => ctx.service(dashboardRef).getHistory(ctx.caller, input, "organization")),

  getSystemHistory: procedure
    .meta({ permission: "dashboard.system-job.read", openapi: { method: "GET", path: "/dashboards/system-history", tags, summary: "Read how many jobs ended, whoever's they are, and how long they waited" } })
    .input(GetHistoryInputSchema)
    .output(HistorySchema)
    .query(({ ctx, input }) => ctx.service(dashboardRef).getHistory(ctx.caller, input, "system")),

  getUsage: procedure
    .meta({ permission: "dashboard.own-job.read", openapi: { method: "GET", path: "/dashboards/usage", tags, summary: "Read how many jobs the organization has, how many it may have, and how long they are kept" } })
    .input(NoInputSchema)
    .output(JobUsageSchema)
    .query(({ ctx }) => ctx.service(dashboardRef).getUsage(ctx.caller)),

  admitJob: procedure
    .meta({ audience: "internal" })
    .input(NoInputSchema)
    .output(DoneSchema)
    .query(({ ctx }) => ctx.service(dashboardRef).admitJob(ctx.caller)),

  pauseQueue: procedure
    .meta({ permission: "dashboard.queue.pause", openapi: { method: "POST", path: "/dashboards/queues/{queue}/pause", tags, summary: "Let workers take nothing from a queue" }, audit: { describe: describeQueue } })
    .input(QueueInputSchema)
    .output(QueuePauseSchema)
    .mutation(({ ctx, input }) => ctx.service(dashboardRef).pauseQueue(ctx.caller, input)),

  resumeQueue: procedure
    .meta({ permission: "dashboard.queue.pause", openapi: { method: "POST", path: "/dashboards/queues/{queue}/resume", tags, summary: "Let workers take from a queue again" }, audit: { describe: describeQueue } })
    .input(QueueInputSchema)
    .output(QueuePauseSchema)
    .mutation(({ ctx, input }) => ctx.service(dashboardRef).resumeQueue(ctx.caller, input)),
});

/** How other modules call these procedures, in this process or another. */
export const dashboardClient = clientRef<typeof dashboardRouter>("dashboard");
