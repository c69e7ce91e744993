import type {
  EndpointProbe, IEmbeddingsService, Index, IndexInput, IndexState, SearchIndexInput, SearchIndexResult, StartedIndex, StartIndexInput,
} from "@coder/api/embeddings";
import type { Project, ProjectId } from "@coder/api/workspace";
import type { IVectorStore, Stored } from "@coder/db";
import { isAppError, organizationOf, type Caller, type Done } from "@coder/shared";
import type { ILiveConfig, JobStatus } from "@coder/shared/server";
import { quotaOf, type EmbeddingsConfig } from "./config.ts";
import type { EgressClient } from "./endpoint/egress.ts";
import { collectionOf, openEndpoint } from "./endpoint/open-endpoint.ts";
import { QueryEmbedder } from "./endpoint/QueryEmbedder.ts";
import type { IndexRow } from "./entities.ts";
import { indexingFailed, notIndexed, projectNotReady, quotaExceeded } from "./errors.ts";
import type { Forgetting } from "./indexing/Forgetting.ts";
import type { WorkspaceClient } from "./indexing/ProjectReader.ts";
import type { RunRequests } from "./indexing/RunRequests.ts";
import { indexProjectJob } from "./jobs/definitions.ts";
import type { IndexSearch } from "./search/IndexSearch.ts";
import type { IndexRows } from "./store/IndexRows.ts";

const PROBE_TEXT = "function add(a, b) { return a + b; }";
const PROBE_SECONDS = 15;

export interface EmbeddingsServiceDeps {
  readonly rows: IndexRows;
  readonly requests: RunRequests;
  readonly forgetting: Forgetting;
  readonly search: IndexSearch;
  readonly vectors: IVectorStore;
  readonly workspace: WorkspaceClient;
  readonly egress: EgressClient;
  readonly config: ILiveConfig<EmbeddingsConfig>;
  /** Refuses while the organization has too many jobs that wait or run: `job_quota_exceeded` (409). */
  readonly admitJob: (caller: Caller) => Promise<void>;
}

/** Indexes of projects and search by meaning in them. */
export class EmbeddingsService implements IEmbeddingsService {
  readonly #deps: EmbeddingsServiceDeps;
  readonly #queries: QueryEmbedder;

  constructor(deps: EmbeddingsServiceDeps) {
    this.#deps = deps;
    this.#queries = new QueryEmbedder({ vectors: deps.vectors, config: deps.config, egress: deps.egress });
  }

  async startIndex(caller: Caller, { projectId, full }: StartIndexInput): Promise<StartedIndex> {
    await this.#requireProject(caller, projectId);
    const { rows, requests, config } = this.#deps;
    const row = await rows.get(caller, projectId);
    const quota = quotaOf(config.value, organizationOf(caller));
    const used = await rows.usage(caller, projectId);
    if (used.chunks >= quota.chunks) throw quotaExceeded("chunks", quota.chunks);
    if (used.bytes >= quota.bytes) throw quotaExceeded("bytes", quota.bytes);
    // A run that is under way is answered with, and is no other job.
    if (!row || !requests.goesOn(row, await requests.status(row))) await this.#deps.admitJob(caller);
    const id = await requests.request(caller, projectId, { full: full || this.#needsVectors(projectId, row) });
    return { job: { id, name: indexProjectJob.name } };
  }

  async getIndex(caller: Caller, { projectId }: IndexInput): Promise<Index> {
    await this.#project(caller, projectId);
    const { rows, requests, config } = this.#deps;
    const row = await rows.get(caller, projectId);
    const quota = quotaOf(config.value, organizationOf(caller));
    const used = await rows.usage(caller);
    const usage = { chunks: { used: used.chunks, limit: quota.chunks }, bytes: { used: used.bytes, limit: quota.bytes } };
    if (!row) {
      return { projectId, state: "none", job: null, progress: null, files: 0, chunks: 0, languages: [], skipped: [], sizeBytes: 0, indexedAt: null, tookMs: null, parsedFiles: 0, problem: null, endpoint: null, usage };
    }
    const status = await requests.status(row);
    const { files, chunks, languages, skipped } = row.counts;
    return {
      projectId,
      state: this.#stateOf(row, status),
      job: row.jobId === null ? null : { id: row.jobId, name: indexProjectJob.name },
      progress: requests.isActive(row, status) ? (status?.progress ?? null) : null,
      files, chunks, languages, skipped,
      sizeBytes: row.sizeBytes,
      indexedAt: row.indexedAt,
      tookMs: row.tookMs,
      parsedFiles: row.parsedFiles,
      problem: problemFor(row, status),
      endpoint: row.endpoint && row.endpoint.dimensions > 0 ? { model: row.endpoint.model, dimensions: row.endpoint.dimensions, chunks: row.endpoint.chunks } : null,
      usage,
    };
  }

  async deleteIndex(caller: Caller, { projectId }: IndexInput): Promise<Done> {
    await this.#project(caller, projectId);
    await this.#deps.forgetting.forget(caller, projectId);
    return {};
  }

  async search(caller: Caller, input: SearchIndexInput, signal: AbortSignal): Promise<SearchIndexResult> {
    const begun = performance.now();
    await this.#requireProject(caller, input.projectId);
    const { rows, requests, search } = this.#deps;
    const row = await rows.get(caller, input.projectId);
    const status = row ? await requests.status(row) : null;
    if (!row || row.indexedAt === null) throw notIndexed(row !== null && requests.isActive(row, status));
    const { query, limit, pathPrefix, languages } = input;
    const alike = await this.#queries.alike(caller, row, query, signal);
    const hits = await search.search(caller, row, { query, limit, pathPrefix, languages, ...(alike.keys ? { alike: alike.keys } : {}) }, alike.likeness);
    return {
      hits: [...hits],
      index: { state: this.#stateOf(row, status), indexedAt: row.indexedAt, stale: row.changedAt !== null && row.changedAt > row.indexedAt },
      ranking: alike.keys ? "builtin+endpoint" : "builtin",
      problem: alike.problem,
      tookMs: Math.round(performance.now() - begun),
    };
  }

  async probeEndpoint(caller: Caller, signal: AbortSignal): Promise<EndpointProbe> {
    const { endpoint } = this.#deps.config.value;
    const client = await openEndpoint(endpoint, this.#deps.egress);
    const about = { url: endpoint.url, model: endpoint.model };
    if (!client) return { ...about, configured: false, works: false, dimensions: null, tookMs: null, problem: null };
    const begun = performance.now();
    try {
      const [vector] = await client.embed([PROBE_TEXT], { errand: { caller, purpose: "probe", projectId: null }, signal, timeoutSeconds: PROBE_SECONDS, retries: 0 });
      return { ...about, configured: true, works: true, dimensions: vector?.length ?? null, tookMs: Math.round(performance.now() - begun), problem: null };
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      const { code, message, remedy } = error;
      return { ...about, configured: true, works: false, dimensions: null, tookMs: Math.round(performance.now() - begun), problem: { code, message, remedy } };
    }
  }

  /** Vectors are missing that an endpoint could make: of another model, or because it failed. Only reading everything anew finds them. */
  #needsVectors(projectId: ProjectId, row: Stored<IndexRow> | null): boolean {
    const collection = collectionOf(projectId, this.#deps.config.value.endpoint);
    return row !== null && collection !== null && (row.endpoint?.collection !== collection || !row.endpoint.complete);
  }

  #stateOf(row: IndexRow, status: JobStatus | null): IndexState {
    if (this.#deps.requests.isActive(row, status)) return status?.state === "running" ? "running" : "queued";
    return status?.state === "failed" || status?.state === "cancelled" ? status.state : row.outcome;
  }

  /** `project_not_found` for another organization's too. */
  #project(caller: Caller, id: ProjectId): Promise<Project> {
    return this.#deps.workspace(caller).getProject({ id });
  }

  async #requireProject(caller: Caller, id: ProjectId): Promise<void> {
    const { status } = await this.#project(caller, id);
    if (status !== "ready") throw projectNotReady(status);
  }
}

/** What the last run noted. One whose worker died too often could note nothing. */
function problemFor(row: IndexRow, status: JobStatus | null): Index["problem"] {
  if (status?.state !== "failed" || row.outcome === "failed") return row.problem;
  const { code, message, remedy } = indexingFailed();
  return { code, message, remedy };
}
