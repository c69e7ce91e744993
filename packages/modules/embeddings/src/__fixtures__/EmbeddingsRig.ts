import type { ProjectId } from "@coder/api/workspace";
import { createMemoryDatabase, ExactVectorStore, type IDatabase, type MemoryDatabase } from "@coder/db";
import { isAppError, type AppError, type Caller, type JobMessage, type UserCaller } from "@coder/shared";
import type { IJobs, JobStatus } from "@coder/shared/server";
import { fixedConfig, jobStatus, silentLogger, somebody } from "@coder/testing";
import type { EmbeddingsConfig } from "../config.ts";
import { EmbeddingsService } from "../EmbeddingsService.ts";
import { vectorEntity } from "../entities.ts";
import { Forgetting } from "../indexing/Forgetting.ts";
import { IndexRun, type IndexRunDeps } from "../indexing/IndexRun.ts";
import { ProjectEvents } from "../indexing/ProjectEvents.ts";
import { RunRequests } from "../indexing/RunRequests.ts";
import { indexProjectJob } from "../jobs/definitions.ts";
import { IndexSearch } from "../search/IndexSearch.ts";
import { IndexRows } from "../store/IndexRows.ts";
import { SegmentStore } from "../store/SegmentStore.ts";
import { IndexThreads } from "../threads/IndexThreads.ts";
import { FakeLedger } from "./FakeLedger.ts";
import { FakeWorkspace } from "./FakeWorkspace.ts";

export const CONFIG: EmbeddingsConfig = {
  quota: { chunks: 10_000, bytes: 50_000_000 },
  organizations: {},
  limits: { maxFileBytes: 100_000, memoryBytes: 50_000_000 },
  endpoint: { url: null, model: null, apiKey: null, dimensions: null, allowPrivateAddress: true, timeoutSeconds: 5, batchSize: 4 },
};

/** For all tests of a file: starting one takes longer than most tests. */
const sharedThreads = new IndexThreads();

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void | Promise<void>;
  readonly segmentBytes?: number;
  readonly id?: string;
  readonly caller?: Caller;
}

/** The module on a database and a workspace in memory; jobs run when the test says so. */
export class EmbeddingsRig {
  readonly caller: UserCaller = somebody();
  readonly workspace = new FakeWorkspace();
  readonly ledger = new FakeLedger();
  readonly database: IDatabase;
  readonly rows: IndexRows;
  readonly segments: SegmentStore;
  readonly vectors: ExactVectorStore;
  readonly requests: RunRequests;
  readonly forgetting: Forgetting;
  readonly threads = sharedThreads;
  readonly search: IndexSearch;
  readonly service: EmbeddingsService;
  readonly events: ProjectEvents;
  /** What the queue would say, by job. */
  readonly states = new Map<string, JobStatus["state"]>();
  readonly cancelled: string[] = [];
  config: EmbeddingsConfig;
  readonly #memory: MemoryDatabase | null;
  #time = Date.parse("2026-03-01T12:00:00.000Z");

  /** Jobs that are cancelled and that their worker has not stopped yet. */
  readonly stopping = new Set<string>();
  /** Whether another job may be started. */
  admitJob: (caller: Caller) => Promise<void> = async () => undefined;

  constructor({ config = CONFIG, database }: { config?: EmbeddingsConfig; database?: IDatabase } = {}) {
    this.config = config;
    this.#memory = database ? null : createMemoryDatabase();
    this.database = database ?? this.#memory ?? createMemoryDatabase();
    const now = () => this.now();
    const live = { ...fixedConfig(config) };
    Object.defineProperty(live, "value", { get: () => this.config });
    this.rows = new IndexRows({ database: this.database, now });
    this.segments = new SegmentStore({ database: this.database, now });
    this.vectors = new ExactVectorStore({ database: this.database, entity: vectorEntity, memoryBytes: () => this.config.limits.memoryBytes });
    const jobs: Pick<IJobs, "get" | "cancel"> = {
      get: async (_queue, id) => this.statusOf(id),
      cancel: async (_queue, id) => {
        this.cancelled.push(id);
        this.states.set(id, "cancelled");
        const status = this.statusOf(id);
        if (!status) throw new Error("No such job");
        return status;
      },
    };
    this.requests = new RunRequests({ rows: this.rows, jobs, now });
    this.forgetting = new Forgetting({ rows: this.rows, segments: this.segments, vectors: this.vectors, requests: this.requests });
    this.search = new IndexSearch({ rows: this.rows, segments: this.segments, config: live });
    this.service = new EmbeddingsService({ rows: this.rows, requests: this.requests, forgetting: this.forgetting, search: this.search, vectors: this.vectors, workspace: this.workspace.client, egress: this.ledger.client, config: live, admitJob: (caller) => this.admitJob(caller) });
    this.events = new ProjectEvents({ rows: this.rows, requests: this.requests, forgetting: this.forgetting, now });
    this.#run = (more) => new IndexRun({
      rows: this.rows, segments: this.segments, vectors: this.vectors, workspace: this.workspace.client, egress: this.ledger.client, threads: this.threads, config: live, now,
      forget: (caller, projectId) => this.forgetting.forget(caller, projectId), ...more,
    });
  }

  readonly #run: (more: Partial<IndexRunDeps>) => IndexRun;

  now(): Date {
    // Each moment is its own, so that what comes later is later.
    this.#time += 1;
    return new Date(this.#time);
  }

  pass(ms: number): void {
    this.#time += ms;
  }

  /** The jobs that wait to be handed on, oldest first. */
  get enqueued(): readonly JobMessage[] {
    return (this.#memory?.outbox.items ?? []).flatMap(({ message }) => (message.kind === "job" && message.name === indexProjectJob.name ? [message] : []));
  }

  /** Asks for a run and does it. */
  async index(projectId: ProjectId, { full = false, ...options }: RunOptions & { full?: boolean } = {}): Promise<void> {
    const { job } = await this.service.startIndex(options.caller ?? this.caller, { projectId, full });
    await this.run(projectId, { ...options, id: job.id });
  }

  /** Does a run as a worker would. */
  async run(projectId: ProjectId, { signal = new AbortController().signal, onProgress, segmentBytes, id, caller = this.caller }: RunOptions = {}): Promise<void> {
    const jobId = id ?? (await this.rows.get(caller, projectId))?.jobId ?? "";
    this.states.set(jobId, "running");
    try {
      await this.#run(segmentBytes === undefined ? {} : { segmentBytes }).run({
        id: jobId, payload: { projectId }, caller, attempt: 1, signal, log: silentLogger,
        progress: async (done, total) => {
          signal.throwIfAborted();
          await onProgress?.(done, total);
        },
      });
      this.states.set(jobId, "completed");
    } catch (error) {
      if (this.states.get(jobId) === "running") this.states.set(jobId, signal.aborted && !isDraining(signal) ? "cancelled" : "failed");
      throw error;
    }
  }

  async find(projectId: ProjectId, query: string, caller: Caller = this.caller): Promise<(string | null)[]> {
    const { hits } = await this.service.search(caller, { projectId, query, limit: 20 }, new AbortController().signal);
    return hits.map(({ symbol, path }) => symbol ?? path);
  }

  statusOf(id: string): JobStatus | null {
    const state = this.states.get(id);
    if (!state) return null;
    return jobStatus({ id, name: indexProjectJob.name, state, caller: this.caller, progress: state === "running" ? { done: 1, total: 3 } : null, cancelled: this.stopping.has(id) ? { at: this.now().toISOString(), by: this.caller } : null, error: state === "failed" ? "It failed" : null });
  }
}

function isDraining({ reason }: AbortSignal): boolean {
  return isAppError(reason) && (reason as AppError).code === "worker_draining";
}
