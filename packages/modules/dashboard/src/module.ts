import { dashboardPermissions } from "@coder/api/dashboard";
import { dashboardRef, dashboardRouter } from "@coder/api/dashboard/router";
import { databaseResource } from "@coder/db";
import { defineModule, handleJob, newId } from "@coder/shared/server";
import { BulkActions } from "./bulk/BulkActions.ts";
import { BulkRunner } from "./bulk/BulkRunner.ts";
import { DashboardConfigSchema } from "./config.ts";
import { DashboardService } from "./DashboardService.ts";
import { bulkChunkEntity, bulkEntity, followerEntity, historyEntity, jobEntity, removalEntity } from "./entities.ts";
import { Condenser } from "./history/Condenser.ts";
import { HistoryReader } from "./history/HistoryReader.ts";
import { HistoryRecorder } from "./history/HistoryRecorder.ts";
import { applyRetentionJob, changeJobsJob, changeOwnJobsJob, changeSystemJobsJob, condenseHistoryJob } from "./jobs/definitions.ts";
import { JobQuota } from "./JobQuota.ts";
import { JobFeed } from "./live/JobFeed.ts";
import { Follower } from "./projection/Follower.ts";
import { Lease } from "./projection/Lease.ts";
import { Projector } from "./projection/Projector.ts";
import { JobReader } from "./reading/JobReader.ts";
import { JobSteering } from "./reading/JobSteering.ts";
import { QueueBoard } from "./reading/QueueBoard.ts";
import { Retention } from "./Retention.ts";

export const dashboardModule = defineModule({
  name: "dashboard",
  description: "The window on all background jobs: search, history, failures by cause, and steering them, one or many",
  port: 3011,
  apiBase: ["/api/v1/dashboards"],
  service: dashboardRef,
  router: dashboardRouter,
  needs: [],
  permissions: dashboardPermissions,
  tablePrefix: "dashboard_",
  entities: [jobEntity, removalEntity, followerEntity, historyEntity, bulkEntity, bulkChunkEntity],
  config: { schema: DashboardConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource },

  setup({ config, jobs, log, resources: { database } }) {
    const now = () => new Date();
    const reader = new JobReader({ database, jobs });
    const history = new HistoryRecorder({ database, config, log, now });
    const follower = new Follower({
      jobs, history, config, log,
      lease: new Lease({ database, log, owner: newId(), now }),
      projector: (epoch) => new Projector({ database, jobs, config, history, epoch, now }),
    });
    const feed = new JobFeed({ database, log });
    const retention = new Retention({ database, config, now });
    const quota = new JobQuota({ database, jobs, config });
    const condenser = new Condenser({ database, config, now });
    const runner = new BulkRunner({ database, jobs, now });
    const changeJobs = async () => (await import("./jobs/change-jobs.handler.ts")).changeJobsHandler({ runner });
    return {
      service: new DashboardService({
        reader,
        feed,
        steering: new JobSteering({ reader, jobs }),
        bulk: new BulkActions({ database, jobs, config, now }),
        board: new QueueBoard({ database, jobs, now }),
        history: new HistoryReader({ database, config, now }),
        quota,
      }),
      stop: async () => feed.close(),
      background: { follower: (signal) => follower.run(signal) },
      jobs: [
        handleJob(changeOwnJobsJob, changeJobs),
        handleJob(changeJobsJob, changeJobs),
        handleJob(changeSystemJobsJob, changeJobs),
        handleJob(condenseHistoryJob, async () => (await import("./jobs/condense-history.handler.ts")).condenseHistoryHandler({ condenser, retention, quota, minuteHours: () => config.value.history.minuteHours, now })),
        handleJob(applyRetentionJob, async () => (await import("./jobs/apply-retention.handler.ts")).applyRetentionHandler({ retention })),
      ],
    };
  },
});
