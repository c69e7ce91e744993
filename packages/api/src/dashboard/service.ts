import type { Caller, Done, LiveItem } from "@coder/shared";
import { serviceRef } from "@coder/shared/trpc";
import type { Bulk, BulkInput, BulkPreview, PreviewBulkInput, RunBulkInput } from "./bulk-schemas.ts";
import type { JobChanges, JobCounts, JobDetails, JobFilter, JobLogs, JobPage, JobRef, JobScope, ListJobLogsInput, ListJobsInput, WatchJobsInput } from "./job-schemas.ts";
import type { JobUsage } from "./quota-schemas.ts";
import type { Failures, GetHistoryInput, History, ListFailuresInput, QueueInput, QueuePause, Queues } from "./queue-schemas.ts";

/** A job that is not in the scope is not there: `job_not_found` (404). */
export interface IJobReading {
  listJobs(caller: Caller, input: ListJobsInput, scope: JobScope): Promise<JobPage>;
  /** How many jobs match, by state. A state in the filter narrows nothing down here. */
  countJobs(caller: Caller, filter: JobFilter, scope: JobScope): Promise<JobCounts>;
  getJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobDetails>;
  listJobLogs(caller: Caller, input: ListJobLogsInput, scope: JobScope): Promise<JobLogs>;
  /** Until the signal aborts. */
  watchJobs(caller: Caller, input: WatchJobsInput, scope: JobScope, signal: AbortSignal): AsyncIterable<LiveItem<JobChanges>>;
}

export interface IJobSteering {
  /** Nothing of it runs 2 s later. `not_cancellable` (400) for events, `job_finished` (409) for what has ended. */
  cancelJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobDetails>;
  /** Afresh, with all its attempts. `job_not_stopped` (409) unless it failed or was cancelled. */
  retryJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobDetails>;
  /** `job_running` (409), `job_scheduled` (409) for the next run of a schedule. */
  removeJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<Done>;
}

export interface IBulkActions {
  /** Notes exactly which jobs an action would change. Changes none. `nothing_to_change` (409) when there are none. Nothing is left of one whose signal aborts. */
  previewBulk(caller: Caller, input: PreviewBulkInput, scope: JobScope, signal?: AbortSignal): Promise<BulkPreview>;
  /** Starts the job that does what was previewed, once. `preview_expired` (404). */
  runBulk(caller: Caller, input: RunBulkInput, scope: JobScope): Promise<Bulk>;
  /** The caller's own. `bulk_not_found` (404). */
  getBulk(caller: Caller, input: BulkInput): Promise<Bulk>;
}

export interface IQueueOverview {
  /** Those that hold jobs of the scope; all of them for people who run the installation. */
  listQueues(caller: Caller, scope: JobScope): Promise<Queues>;
  /** Workers take nothing from it any more; what runs goes on. `queue_not_found` (404). */
  pauseQueue(caller: Caller, input: QueueInput): Promise<QueuePause>;
  resumeQueue(caller: Caller, input: QueueInput): Promise<QueuePause>;
  listFailures(caller: Caller, input: ListFailuresInput, scope: JobScope): Promise<Failures>;
  /** For people who run the installation: of all jobs, whoever's they are. */
  getHistory(caller: Caller, input: GetHistoryInput, scope: Exclude<JobScope, "own">): Promise<History>;
}

export interface IJobQuota {
  /** Of the organization that the caller acts in. */
  getUsage(caller: Caller): Promise<JobUsage>;
  /** For modules, before they start a job that a person asked for. `job_quota_exceeded` (409) where the organization has too many open ones. */
  admitJob(caller: Caller): Promise<Done>;
}

export interface IDashboardService extends IJobReading, IJobSteering, IBulkActions, IQueueOverview, IJobQuota {}

export const dashboardRef = serviceRef<IDashboardService>("dashboard");
