import { createMemoryDatabase, type IDatabase } from "@coder/db";
import { fixedConfig, silentLogger } from "@coder/testing";
import { BulkActions } from "../bulk/BulkActions.ts";
import { BulkRunner } from "../bulk/BulkRunner.ts";
import type { DashboardConfig } from "../config.ts";
import { DashboardService } from "../DashboardService.ts";
import { jobEntity } from "../entities.ts";
import { JobQuota } from "../JobQuota.ts";
import { HistoryReader } from "../history/HistoryReader.ts";
import { HistoryRecorder } from "../history/HistoryRecorder.ts";
import { changeJobsJob, changeOwnJobsJob, changeSystemJobsJob } from "../jobs/definitions.ts";
import { JobFeed } from "../live/JobFeed.ts";
import { Projector } from "../projection/Projector.ts";
import { JobReader } from "../reading/JobReader.ts";
import { JobSteering } from "../reading/JobSteering.ts";
import { QueueBoard } from "../reading/QueueBoard.ts";
import { QueueModel } from "./queue-model.ts";

export const CONFIG: DashboardConfig = {
  retention: { completedDays: 7, failedDays: 30 },
  quota: { openJobs: 1_000, keptJobs: 10_000 },
  organizations: {},
  history: { minuteHours: 6, hourDays: 30 },
  bulk: { maxJobs: 1_000, previewMinutes: 15 },
  projection: { reconcileMinutes: 720 },
};

/** The module's parts on model queues and a memory database, with a clock that stands where a test puts it. */
export function parts(options: { readonly database?: IDatabase; readonly config?: Partial<DashboardConfig>; readonly queues?: QueueModel } = {}) {
  const { database = createMemoryDatabase(), queues = new QueueModel() } = options;
  queues.declare(changeOwnJobsJob.name, changeJobsJob.name, changeSystemJobsJob.name);
  const config = fixedConfig({ ...CONFIG, ...options.config });
  const clock = { now: new Date("2026-03-01T13:00:00.000Z") };
  const now = () => clock.now;
  const history = new HistoryRecorder({ database, config, log: silentLogger, now });
  const projector = new Projector({ database, jobs: queues, config, history, epoch: 1, now });
  const reader = new JobReader({ database, jobs: queues });
  const feed = new JobFeed({ database, log: silentLogger });
  const quota = new JobQuota({ database, jobs: queues, config });
  const service = new DashboardService({
    quota,
    reader,
    feed,
    steering: new JobSteering({ reader, jobs: queues }),
    bulk: new BulkActions({ database, jobs: queues, config, now }),
    board: new QueueBoard({ database, jobs: queues, now }),
    history: new HistoryReader({ database, config, now }),
  });
  return {
    database, queues, config, clock, now, quota, history, projector, service, feed,
    runner: new BulkRunner({ database, jobs: queues, now }),
    rows: database.system("jobs").repository(jobEntity),
    /** Brings the projection to what the queues hold. */
    project: async () => {
      for (const { queue } of await queues.queues()) await projector.scan(queue, new AbortController().signal);
    },
  };
}
