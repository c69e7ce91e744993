import type {
  Bulk, BulkInput, BulkPreview, Failures, GetHistoryInput, History, IDashboardService, JobUsage, JobChanges, JobCounts, JobDetails, JobFilter, JobLogs, JobPage, JobRef, JobScope, ListFailuresInput,
  ListJobLogsInput, ListJobsInput, PreviewBulkInput, QueueInput, QueuePause, Queues, RunBulkInput, WatchJobsInput,
} from "@coder/api/dashboard";
import type { Caller, Done, LiveItem } from "@coder/shared";
import type { JobQuota } from "./JobQuota.ts";
import type { BulkActions } from "./bulk/BulkActions.ts";
import type { HistoryReader } from "./history/HistoryReader.ts";
import type { JobFeed } from "./live/JobFeed.ts";
import type { JobReader } from "./reading/JobReader.ts";
import type { JobSteering } from "./reading/JobSteering.ts";
import type { QueueBoard } from "./reading/QueueBoard.ts";

export interface DashboardServiceDeps {
  readonly reader: JobReader;
  readonly feed: JobFeed;
  readonly steering: JobSteering;
  readonly bulk: BulkActions;
  readonly board: QueueBoard;
  readonly history: HistoryReader;
  readonly quota: JobQuota;
}

/** The window on all background jobs: each part is a class of its own. */
export class DashboardService implements IDashboardService {
  readonly #deps: DashboardServiceDeps;

  constructor(deps: DashboardServiceDeps) {
    this.#deps = deps;
  }

  listJobs(caller: Caller, input: ListJobsInput, scope: JobScope): Promise<JobPage> {
    return this.#deps.reader.listJobs(caller, input, scope);
  }

  countJobs(caller: Caller, filter: JobFilter, scope: JobScope): Promise<JobCounts> {
    return this.#deps.reader.countJobs(caller, filter, scope);
  }

  getJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobDetails> {
    return this.#deps.reader.getJob(caller, ref, scope);
  }

  listJobLogs(caller: Caller, input: ListJobLogsInput, scope: JobScope): Promise<JobLogs> {
    return this.#deps.reader.listJobLogs(caller, input, scope);
  }

  watchJobs(caller: Caller, input: WatchJobsInput, scope: JobScope, signal: AbortSignal): AsyncIterable<LiveItem<JobChanges>> {
    return this.#deps.feed.watch(caller, input, scope, signal);
  }

  cancelJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobDetails> {
    return this.#deps.steering.cancelJob(caller, ref, scope);
  }

  retryJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobDetails> {
    return this.#deps.steering.retryJob(caller, ref, scope);
  }

  removeJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<Done> {
    return this.#deps.steering.removeJob(caller, ref, scope);
  }

  previewBulk(caller: Caller, input: PreviewBulkInput, scope: JobScope, signal?: AbortSignal): Promise<BulkPreview> {
    return this.#deps.bulk.previewBulk(caller, input, scope, signal);
  }

  runBulk(caller: Caller, input: RunBulkInput, scope: JobScope): Promise<Bulk> {
    return this.#deps.bulk.runBulk(caller, input, scope);
  }

  getBulk(caller: Caller, input: BulkInput): Promise<Bulk> {
    return this.#deps.bulk.getBulk(caller, input);
  }

  listQueues(caller: Caller, scope: JobScope): Promise<Queues> {
    return this.#deps.board.listQueues(caller, scope);
  }

  pauseQueue(caller: Caller, input: QueueInput): Promise<QueuePause> {
    return this.#deps.board.pauseQueue(caller, input);
  }

  resumeQueue(caller: Caller, input: QueueInput): Promise<QueuePause> {
    return this.#deps.board.resumeQueue(caller, input);
  }

  listFailures(caller: Caller, input: ListFailuresInput, scope: JobScope): Promise<Failures> {
    return this.#deps.board.listFailures(caller, input, scope);
  }

  getHistory(caller: Caller, input: GetHistoryInput, scope: Exclude<JobScope, "own">): Promise<History> {
    return this.#deps.history.get(caller, input, scope);
  }

  getUsage(caller: Caller): Promise<JobUsage> {
    return this.#deps.quota.usage(caller);
  }

  async admitJob(caller: Caller): Promise<Done> {
    await this.#deps.quota.admit(caller);
    return {};
  }
}
