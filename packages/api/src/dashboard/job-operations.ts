import { DoneSchema, NoInputSchema } from "@coder/shared";
import { liveOf, procedure, type RestRoute } from "@coder/shared/trpc";
import { describeBulk, describeJob } from "./audit.ts";
import { BulkPreviewSchema, BulkSchema, PreviewBulkInputSchema, RunBulkInputSchema } from "./bulk-schemas.ts";
import {
  JobChangesSchema, JobCountsSchema, JobDetailsSchema, JobFilterSchema, JobLogsSchema, JobPageSchema, JobRefSchema, ListJobLogsInputSchema, ListJobsInputSchema, WatchJobsInputSchema,
  type JobScope,
} from "./job-schemas.ts";
import { FailuresSchema, ListFailuresInputSchema, QueuesSchema } from "./queue-schemas.ts";
import { dashboardRef } from "./service.ts";

interface ScopeOfJobs {
  readonly scope: JobScope;
  /** Who may look, and who may change something. */
  readonly read: string;
  readonly steer: string;
  /** Prefix of its REST paths: nothing, `own-` or `system-`. */
  readonly prefix: "" | "own-" | "system-";
  /** Whose jobs, for the documentation. */
  readonly whose: string;
}

const tags = ["dashboard"];

/** What can be done with jobs, once for each set of people. */
export function jobOperations({ scope, read, steer, prefix, whose }: ScopeOfJobs) {
  const base: RestRoute["path"] = `/dashboards/${prefix}jobs`;
  const job: RestRoute["path"] = `${base}/{queue}/{id}`;
  return {
    list: procedure
      .meta({ permission: read, openapi: { method: "GET", path: base, tags, summary: `List ${whose} jobs, newest first` } })
      .input(ListJobsInputSchema)
      .output(JobPageSchema)
      .query(({ ctx, input }) => ctx.service(dashboardRef).listJobs(ctx.caller, input, scope)),

    count: procedure
      .meta({ permission: read, openapi: { method: "GET", path: `${base}/counts`, tags, summary: `Count ${whose} jobs by state` } })
      .input(JobFilterSchema)
      .output(JobCountsSchema)
      .query(({ ctx, input }) => ctx.service(dashboardRef).countJobs(ctx.caller, input, scope)),

    get: procedure
      .meta({ permission: read, openapi: { method: "GET", path: job, tags, summary: `Read one of ${whose} jobs in full` } })
      .input(JobRefSchema)
      .output(JobDetailsSchema)
      .query(({ ctx, input }) => ctx.service(dashboardRef).getJob(ctx.caller, input, scope)),

    logs: procedure
      .meta({ permission: read, openapi: { method: "GET", path: `${job}/logs`, tags, summary: `Read the log of one of ${whose} jobs` } })
      .input(ListJobLogsInputSchema)
      .output(JobLogsSchema)
      .query(({ ctx, input }) => ctx.service(dashboardRef).listJobLogs(ctx.caller, input, scope)),

    cancel: procedure
      .meta({ permission: steer, openapi: { method: "POST", path: `${job}/cancel`, tags, summary: `Cancel one of ${whose} jobs` }, audit: { describe: describeJob } })
      .input(JobRefSchema)
      .output(JobDetailsSchema)
      .mutation(({ ctx, input }) => ctx.service(dashboardRef).cancelJob(ctx.caller, input, scope)),

    retry: procedure
      .meta({ permission: steer, openapi: { method: "POST", path: `${job}/retry`, tags, summary: `Start one of ${whose} failed or cancelled jobs afresh` }, audit: { describe: describeJob } })
      .input(JobRefSchema)
      .output(JobDetailsSchema)
      .mutation(({ ctx, input }) => ctx.service(dashboardRef).retryJob(ctx.caller, input, scope)),

    remove: procedure
      .meta({ permission: steer, openapi: { method: "DELETE", path: job, tags, summary: `Forget one of ${whose} jobs` }, audit: { describe: describeJob } })
      .input(JobRefSchema)
      .output(DoneSchema)
      .mutation(({ ctx, input }) => ctx.service(dashboardRef).removeJob(ctx.caller, input, scope)),

    previewBulk: procedure
      .meta({
        permission: steer,
        openapi: { method: "POST", path: `${base}/bulk-previews`, tags, summary: `Find out what an action on many of ${whose} jobs would change` },
        audit: { describe: describeBulk },
        rateLimit: { limit: 60, windowSeconds: 60, by: "caller" },
      })
      .input(PreviewBulkInputSchema)
      .output(BulkPreviewSchema)
      .mutation(({ ctx, input }) => ctx.service(dashboardRef).previewBulk(ctx.caller, input, scope, ctx.signal)),

    runBulk: procedure
      .meta({ permission: steer, openapi: { method: "POST", path: `${base}/bulk-runs`, tags, summary: `Do what was previewed with ${whose} jobs` }, audit: { describe: describeBulk } })
      .input(RunBulkInputSchema)
      .output(BulkSchema)
      .mutation(({ ctx, input }) => ctx.service(dashboardRef).runBulk(ctx.caller, input, scope)),

    watch: procedure
      .meta({ permission: read, stream: { tags, summary: `Follow what happens to ${whose} jobs` } })
      .input(WatchJobsInputSchema)
      .output(liveOf(JobChangesSchema))
      .subscription(({ ctx, input, signal }) => ctx.service(dashboardRef).watchJobs(ctx.caller, input, scope, signal ?? ctx.signal)),

    failures: procedure
      .meta({ permission: read, openapi: { method: "GET", path: `/dashboards/${prefix}failures`, tags, summary: `Group ${whose} failed jobs by cause` } })
      .input(ListFailuresInputSchema)
      .output(FailuresSchema)
      .query(({ ctx, input }) => ctx.service(dashboardRef).listFailures(ctx.caller, input, scope)),

    queues: procedure
      .meta({ permission: read, openapi: { method: "GET", path: `/dashboards/${prefix}queues`, tags, summary: `List queues with how many of ${whose} jobs they hold` } })
      .input(NoInputSchema)
      .output(QueuesSchema)
      .query(({ ctx }) => ctx.service(dashboardRef).listQueues(ctx.caller, scope)),
  };
}
