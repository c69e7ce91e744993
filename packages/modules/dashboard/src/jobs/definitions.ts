import { defineJob } from "@coder/shared";
import { z } from "zod";

const BulkPayloadSchema = z.object({ bulkId: z.uuid() });

/** Do what was previewed: to one's own jobs, the organization's, the product's own. Three, because each asks for another permission. */
export const changeOwnJobsJob = defineJob("dashboard.own-jobs.change", BulkPayloadSchema, { title: "Change many of your jobs", permission: "dashboard.own-job.steer", attempts: 3, backoffMs: 2_000, concurrency: 2 });
export const changeJobsJob = defineJob("dashboard.jobs.change", BulkPayloadSchema, { title: "Change many jobs", permission: "dashboard.job.steer", attempts: 3, backoffMs: 2_000, concurrency: 2 });
export const changeSystemJobsJob = defineJob("dashboard.system-jobs.change", BulkPayloadSchema, { title: "Change many of the product's jobs", permission: "dashboard.system-job.steer", attempts: 3, backoffMs: 2_000, concurrency: 2 });

/** Adds up history by the hour and lets its minutes go. Every five minutes. */
export const condenseHistoryJob = defineJob("dashboard.history.condense", z.object({}), { title: "Condense the history of jobs", schedule: "*/5 * * * *", attempts: 1, concurrency: 1 });

/** Lets go of jobs that nobody is to find any more. Nightly. */
export const applyRetentionJob = defineJob("dashboard.retention.apply", z.object({}), { title: "Forget old jobs", schedule: "41 3 * * *", attempts: 5, backoffMs: 60_000, concurrency: 1 });
