"use client";

import type { JobScope } from "@coder/api/dashboard";
import { useMemo } from "react";
import { useTRPCClient } from "#api/trpc.tsx";

type Dashboard = ReturnType<typeof useTRPCClient>["dashboard"];

/** What can be asked and done, whosever jobs they are. */
export interface JobsApi {
  readonly scope: JobScope;
  readonly list: Dashboard["listJobs"];
  readonly count: Dashboard["countJobs"];
  readonly get: Dashboard["getJob"];
  readonly logs: Dashboard["listJobLogs"];
  readonly cancel: Dashboard["cancelJob"];
  readonly retry: Dashboard["retryJob"];
  readonly remove: Dashboard["removeJob"];
  readonly previewBulk: Dashboard["previewBulk"];
  readonly runBulk: Dashboard["runBulk"];
  readonly failures: Dashboard["listFailures"];
  readonly queues: Dashboard["listQueues"];
  readonly watch: Dashboard["watchJobs"];
  /** Null where nobody keeps figures: of one person's jobs. */
  readonly history: Dashboard["getHistory"] | null;
  /** The permission to change something. */
  readonly steer: string;
}

/** A job in full, as it comes over the wire. */
export type FullJob = Awaited<ReturnType<JobsApi["get"]["query"]>>;

export function useJobsApi(scope: JobScope): JobsApi {
  const { dashboard } = useTRPCClient();
  return useMemo(() => apiOf(dashboard, scope), [dashboard, scope]);
}

function apiOf(dashboard: Dashboard, scope: JobScope): JobsApi {
  switch (scope) {
    case "own":
      return {
        scope, list: dashboard.listOwnJobs, count: dashboard.countOwnJobs, get: dashboard.getOwnJob, logs: dashboard.listOwnJobLogs, cancel: dashboard.cancelOwnJob, retry: dashboard.retryOwnJob,
        remove: dashboard.removeOwnJob, previewBulk: dashboard.previewOwnBulk, runBulk: dashboard.runOwnBulk, failures: dashboard.listOwnFailures, queues: dashboard.listOwnQueues,
        watch: dashboard.watchOwnJobs, history: null, steer: "dashboard.own-job.steer",
      };
    case "organization":
      return {
        scope, list: dashboard.listJobs, count: dashboard.countJobs, get: dashboard.getJob, logs: dashboard.listJobLogs, cancel: dashboard.cancelJob, retry: dashboard.retryJob,
        remove: dashboard.removeJob, previewBulk: dashboard.previewBulk, runBulk: dashboard.runBulk, failures: dashboard.listFailures, queues: dashboard.listQueues,
        watch: dashboard.watchJobs, history: dashboard.getHistory, steer: "dashboard.job.steer",
      };
    case "system":
      return {
        scope, list: dashboard.listSystemJobs, count: dashboard.countSystemJobs, get: dashboard.getSystemJob, logs: dashboard.listSystemJobLogs, cancel: dashboard.cancelSystemJob, retry: dashboard.retrySystemJob,
        remove: dashboard.removeSystemJob, previewBulk: dashboard.previewSystemBulk, runBulk: dashboard.runSystemBulk, failures: dashboard.listSystemFailures, queues: dashboard.listSystemQueues,
        watch: dashboard.watchSystemJobs, history: dashboard.getSystemHistory, steer: "dashboard.system-job.steer",
      };
  }
}
