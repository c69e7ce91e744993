import type { ProjectId } from "@coder/api/workspace";
import { unlessConflict, type IVectorCollection, type IVectorStore, type Stored } from "@coder/db";
import { isAppError, organizationOf, type Caller } from "@coder/shared";
import { newId, type ILiveConfig, type JobContext } from "@coder/shared/server";
import { quotaOf, type EmbeddingsConfig } from "../config.ts";
import { ChunkEmbedder } from "../endpoint/ChunkEmbedder.ts";
import type { EgressClient } from "../endpoint/egress.ts";
import { collectionOf, openEndpoint } from "../endpoint/open-endpoint.ts";
import type { IndexCounts, IndexRow, SegmentRef } from "../entities.ts";
import { indexCancelled, indexingFailed, quotaExceeded } from "../errors.ts";
import { indexProjectJob } from "../jobs/definitions.ts";
import { INDEX_FORMAT, type IndexRows } from "../store/IndexRows.ts";
import type { NewSegment, SegmentStore } from "../store/SegmentStore.ts";
import type { IndexMethods } from "../threads/index-methods.ts";
import type { IndexThreads } from "../threads/IndexThreads.ts";
import type { Thread } from "../threads/Thread.ts";
import { mergePlan } from "./merge-plan.ts";
import { ProjectReader, type WorkspaceClient } from "./ProjectReader.ts";

/** A segment is stored when it has this size: what a run that is interrupted has done until then is not done again. */
const SEGMENT_BYTES = 24 * 1024 ** 2;

export interface IndexRunDeps {
  readonly rows: IndexRows;
  readonly segments: SegmentStore;
  readonly vectors: IVectorStore;
  readonly workspace: WorkspaceClient;
  readonly egress: EgressClient;
  readonly threads: IndexThreads;
  readonly config: ILiveConfig<EmbeddingsConfig>;
  readonly now: () => Date;
  /** Removes all that is known of a project. */
  readonly forget: (caller: Caller, projectId: ProjectId) => Promise<void>;
  readonly segmentBytes?: number;
}

type Run = JobContext<{ readonly projectId: ProjectId }>;

/**
 * One run: what changed is read, parsed in a thread and stored as segments beside those that count; one write at the end makes them count. Until then all is as before,
 * whatever happens. A run that is interrupted goes on with what it has stored; one that has done its work and is run again does nothing.
 */
export class IndexRun {
  readonly #deps: IndexRunDeps;

  constructor(deps: IndexRunDeps) {
    this.#deps = deps;
  }

  async run(run: Run): Promise<void> {
    const { caller, payload: { projectId }, signal, log } = run;
    const row = await this.#deps.rows.get(caller, projectId);
    if (row?.jobId !== run.id) {
      log.info({}, "Nothing to do: the index is gone, or another run has taken its place");
      return;
    }
    const { threads } = this.#deps;
    const thread = threads.take();
    const stop = () => void thread.end(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      signal.throwIfAborted();
      await this.#index(row, thread, run);
      await threads.giveBack(thread);
    } catch (error) {
      await thread.end();
      if (!(await this.#fail(error, run))) throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #index(row: Stored<IndexRow>, thread: Thread<IndexMethods>, run: Run): Promise<void> {
    const { caller, payload: { projectId }, signal, log, progress } = run;
    const { segments, rows, config, now, workspace } = this.#deps;
    const startedAt = now();
    const base = row.full || row.format !== INDEX_FORMAT ? [] : row.segments;
    const stored = (await segments.ofRun(caller, projectId, run.id)).filter(({ id }) => !row.segments.some((one) => one.id === id));
    await segments.retain(caller, projectId, [...row.segments, ...stored]);
    const embedder = await this.#embedder(row, run);
    const tables = { tables: await this.#read(caller, base, "files"), staged: await this.#read(caller, stored, "files") };
    await thread.ask.begin({ ...tables, maxFileBytes: config.value.limits.maxFileBytes, texts: embedder !== null });

    const reader = new ProjectReader({ workspace, caller, projectId, signal });
    const listed = await reader.list();
    const wanted = await thread.ask.plan(listed);
    const quota = new Quota(await rows.usage(caller, projectId), quotaOf(config.value, organizationOf(caller)), base.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    const store = async (segment: NewSegment | null): Promise<void> => {
      if (!segment) return;
      quota.takeBytes(segment.files.length + segment.chunks.length);
      stored.push(await segments.write(caller, projectId, run.id, segment, signal));
    };
    let done = listed.length - wanted.length;
    let parsed = 0;
    await progress(done, listed.length);
    for await (const files of reader.read(wanted)) {
      signal.throwIfAborted();
      const taken = await thread.ask.take(files);
      parsed = taken.parsed;
      quota.checkChunks(taken.chunks);
      await embedder?.add(taken.texts);
      if (taken.pendingBytes >= (this.#deps.segmentBytes ?? SEGMENT_BYTES)) await store(await thread.ask.flush(null));
      done += files.length;
      await progress(done, listed.length);
    }
    await embedder?.finish();
    await thread.ask.removeUnseen(null);
    await store(await thread.ask.flush(null));
    const counts = await thread.ask.counts(null);
    const merged = await this.#merge([...base, ...stored], counts, thread, run);
    const endpoint = await this.#settleVectors(row, embedder, merged, thread, run);
    await this.#commit({ merged, counts, endpoint, embedder, parsed, startedAt, full: row.full }, run);
    log.info({ files: counts.files, chunks: counts.chunks, parsed, segments: merged.length }, "Indexed");
  }

  /** Small segments become one. What they were made from stays until nobody reads it any more. */
  async #merge(all: readonly SegmentRef[], counts: IndexCounts, thread: Thread<IndexMethods>, { caller, payload: { projectId }, id, signal }: Run): Promise<readonly SegmentRef[]> {
    const from = mergePlan(all, counts.chunks);
    if (from === null) return all;
    const [kept, old] = [all.slice(0, from), all.slice(from)];
    const [files, chunks] = [await this.#read(caller, old, "files"), await this.#read(caller, old, "chunks")];
    const segment = await thread.ask.merge({ segments: files.map((table, index) => ({ files: table, chunks: chunks[index] ?? new Uint8Array() })), keepHidden: from > 0 });
    return [...kept, await this.#deps.segments.write(caller, projectId, id, segment, signal)];
  }

  /** Where the vectors go; those of another model go away first. Null without an endpoint. */
  async #embedder(row: Stored<IndexRow>, { caller, payload: { projectId }, signal, log }: Run): Promise<ChunkEmbedder | null> {
    const { endpoint: config } = this.#deps.config.value;
    const collection = collectionOf(projectId, config);
    if (row.endpoint && row.endpoint.collection !== collection) {
      await this.#deps.vectors.collection(caller, row.endpoint.collection).clear();
      await this.#deps.rows.update(caller, projectId, { endpoint: null });
    }
    const client = await openEndpoint(config, this.#deps.egress);
    if (!client || collection === null) return null;
    const known = row.endpoint?.collection === collection ? row.endpoint : null;
    // Noted before the first vector is there, so that none is ever left behind.
    if (!known) await this.#deps.rows.update(caller, projectId, { endpoint: { collection, model: client.model, dimensions: 0, chunks: 0, complete: false } });
    log.info({ model: client.model }, "Chunks are embedded");
    return new ChunkEmbedder({ client, config, signal, errand: { caller, purpose: "index", projectId }, vectors: this.#collection(caller, collection), dimensions: known && known.dimensions > 0 ? known.dimensions : null });
  }

  /** Vectors of chunks that are gone go when there are many. */
  async #settleVectors(row: Stored<IndexRow>, embedder: ChunkEmbedder | null, merged: readonly SegmentRef[], thread: Thread<IndexMethods>, run: Run): Promise<IndexRow["endpoint"]> {
    const collection = collectionOf(run.payload.projectId, this.#deps.config.value.endpoint);
    if (!embedder || collection === null) return null;
    const vectors = this.#collection(run.caller, collection);
    const known = row.endpoint?.collection === collection ? row.endpoint : null;
    const chunks = merged.reduce((sum, segment) => sum + segment.chunks, 0);
    if ((await vectors.count()) > chunks * 1.5) await vectors.retain(await thread.ask.hashes(await this.#read(run.caller, merged, "chunks")));
    const { endpoint } = this.#deps.config.value;
    return {
      collection,
      model: endpoint.model ?? "",
      dimensions: embedder.dimensions ?? 0,
      chunks: await vectors.count(),
      complete: embedder.problem === null && (row.full || known?.complete === true),
    };
  }

  async #commit(made: { merged: readonly SegmentRef[]; counts: IndexCounts; endpoint: IndexRow["endpoint"]; embedder: ChunkEmbedder | null; parsed: number; startedAt: Date; full: boolean }, run: Run): Promise<void> {
    const { caller, payload: { projectId }, id, signal } = run;
    const { rows, segments, now } = this.#deps;
    const { merged, counts, endpoint, embedder, parsed, startedAt } = made;
    const bytes = merged.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) + (endpoint ? endpoint.chunks * endpoint.dimensions * 4 : 0);
    for (;;) {
      signal.throwIfAborted();
      const row = await rows.get(caller, projectId);
      if (row?.jobId !== id) {
        // Somebody removed the index, or asked for another run, while this one was at work.
        await segments.removeOf(caller, projectId, id, row?.segments ?? []);
        return;
      }
      // What changed after the files were listed may not be in it; and somebody may have asked for a run over everything meanwhile.
      const full = row.full && !made.full;
      const again = full || (row.changedAt !== null && row.changedAt >= startedAt.toISOString()) ? newId() : null;
      const written = await unlessConflict(
        rows.update(caller, projectId, {
          segments: [...merged], counts, endpoint, chunks: counts.chunks, sizeBytes: bytes, format: INDEX_FORMAT, indexedAt: startedAt.toISOString(), tookMs: now().getTime() - startedAt.getTime(),
          parsedFiles: parsed, jobId: again, full, requestedAt: again ? now().toISOString() : row.requestedAt, outcome: "ready", problem: problemOf(embedder?.problem ?? null),
        }, { etag: row.etag, enqueue: again ? [indexProjectJob.with({ projectId }, { id: again })] : [] }),
      );
      if (written) break;
    }
    await segments.retain(caller, projectId, merged);
  }

  /** Notes how the run ended. True where that is no failure of the job: there is nothing to index any more. */
  async #fail(error: unknown, { caller, payload: { projectId }, id, signal, log }: Run): Promise<boolean> {
    const stopped = signal.aborted && isAppError(signal.reason) ? signal.reason.code : null;
    // It runs again, here or elsewhere, and goes on with what is stored.
    if (stopped === "worker_draining" || stopped === "job_lost") return false;
    const { rows, segments } = this.#deps;
    const code = isAppError(error) ? error.code : null;
    if (!signal.aborted && code === "project_not_found") {
      log.info({}, "The project is gone");
      await this.#deps.forget(caller, projectId);
      return true;
    }
    const ended = signal.aborted || code === "project_not_ready";
    if (!ended && !isAppError(error)) log.error({ err: error }, "Indexing failed");
    const problem = ended ? indexCancelled() : isAppError(error) ? error : indexingFailed();
    const changes = ended ? { outcome: "cancelled", problem: problemOf(problem) } as const : { outcome: "failed", problem: problemOf(problem) } as const;
    await unlessConflict(rows.update(caller, projectId, changes, { where: { jobId: id } }));
    // What failed is tried again, and goes on then; what was stopped is not.
    if (ended) await segments.removeOf(caller, projectId, id, (await rows.get(caller, projectId))?.segments ?? []);
    return !signal.aborted && code === "project_not_ready";
  }

  async #read(caller: Caller, refs: readonly SegmentRef[], section: "files" | "chunks"): Promise<Uint8Array[]> {
    const read: Uint8Array[] = [];
    for (const ref of refs) {
      const bytes = await this.#deps.segments.read(caller, ref, section);
      if (!bytes) throw indexingFailed();
      read.push(bytes);
    }
    return read;
  }

  #collection(caller: Caller, name: string): IVectorCollection {
    return this.#deps.vectors.collection(caller, name);
  }
}

/** What the organization may still take, while a run takes it. */
class Quota {
  readonly #used: { readonly chunks: number; readonly bytes: number };
  readonly #limits: EmbeddingsConfig["quota"];
  #bytes: number;

  constructor(used: { readonly chunks: number; readonly bytes: number }, limits: EmbeddingsConfig["quota"], ownBytes: number) {
    this.#used = used;
    this.#limits = limits;
    this.#bytes = ownBytes;
  }

  checkChunks(own: number): void {
    if (this.#used.chunks + own > this.#limits.chunks) throw quotaExceeded("chunks", this.#limits.chunks);
  }

  takeBytes(more: number): void {
    this.#bytes += more;
    if (this.#used.bytes + this.#bytes > this.#limits.bytes) throw quotaExceeded("bytes", this.#limits.bytes);
  }
}

function problemOf(error: { readonly code: string; readonly message: string; readonly remedy: string } | null): IndexRow["problem"] {
  return error ? { code: error.code, message: error.message, remedy: error.remedy } : null;
}
