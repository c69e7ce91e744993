export { MAX_CHOSEN_JOBS } from "./bulk-schemas.ts";
export type { Bulk, BulkInput, BulkPreview, PreviewBulkInput, RunBulkInput } from "./bulk-schemas.ts";
export { bulkCompletedEvent } from "./events.ts";
export { JOB_ACTIONS, JOB_SCOPES, JOB_STATES, JobActionSchema, JobCountsSchema, JobDetailsSchema, JobFilterSchema, JobRefSchema, JobSchema, JobStateSchema, ProgressSchema, QueueKindSchema } from "./job-schemas.ts";
export type { Job, JobAction, JobChanges, JobCounts, JobDetails, JobFilter, JobLogs, JobPage, JobRef, JobScope, JobSort, JobState, ListJobLogsInput, ListJobsInput, Starter, WatchJobsInput } from "./job-schemas.ts";
export { dashboardPermissions } from "./permissions.ts";
export type { JobUsage } from "./quota-schemas.ts";
export type { Failure, Failures, GetHistoryInput, History, HistoryBucket, ListFailuresInput, Queue, QueueInput, QueuePause, Queues } from "./queue-schemas.ts";
export type { IBulkActions, IDashboardService, IJobQuota, IJobReading, IJobSteering, IQueueOverview } from "./service.ts";
