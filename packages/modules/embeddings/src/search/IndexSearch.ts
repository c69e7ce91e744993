import type { Hit } from "@coder/api/embeddings";
import type { Stored } from "@coder/db";
import type { Caller } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { EmbeddingsConfig } from "../config.ts";
import type { IndexRow } from "../entities.ts";
import { notIndexed } from "../errors.ts";
import type { IndexRows } from "../store/IndexRows.ts";
import type { SegmentStore } from "../store/SegmentStore.ts";
import type { SearchMethods } from "../threads/search-methods.ts";
import { Thread } from "../threads/Thread.ts";
import type { SearchRequest } from "./ProjectIndex.ts";

/** How often an index is read anew that changes while it is read. */
const ATTEMPTS = 3;

export interface IndexSearchDeps {
  readonly rows: IndexRows;
  readonly segments: SegmentStore;
  readonly config: ILiveConfig<EmbeddingsConfig>;
}

/** Searches in a thread that keeps the indexes used last; what it does not have is read from the store. One per process. */
export class IndexSearch {
  readonly #deps: IndexSearchDeps;
  #thread: Thread<SearchMethods> | null = null;
  /** What is being opened: many who ask at once wait for the same. */
  readonly #opening = new Map<string, Promise<boolean>>();
  /** The version that was opened last, by organization and project. */
  readonly #latest = new Map<string, string>();

  constructor(deps: IndexSearchDeps) {
    this.#deps = deps;
  }

  /** `not_indexed` where the index went away meanwhile. */
  async search(caller: Caller, row: Stored<IndexRow>, request: SearchRequest, likeness: number): Promise<readonly Hit[]> {
    let current = row;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const thread = this.#started();
      const key = keyOf(current);
      const answer = await thread.ask.search({ key, request, likeness });
      if (answer) return answer.hits;
      if (await this.#opened(caller, current, key, thread)) continue;
      // Another version took its place while it was read.
      const next = await this.#deps.rows.get(caller, current.id);
      if (!next) throw notIndexed(false);
      current = next;
    }
    throw notIndexed(true);
  }

  /** Ends the thread. */
  async stop(): Promise<void> {
    await this.#thread?.end();
    this.#thread = null;
  }

  /** False where a segment is not there any more. */
  #opened(caller: Caller, row: Stored<IndexRow>, key: string, thread: Thread<SearchMethods>): Promise<boolean> {
    const opening = this.#opening.get(key) ?? this.#read(caller, row, key, thread).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return opening;
  }

  async #read(caller: Caller, row: Stored<IndexRow>, key: string, thread: Thread<SearchMethods>): Promise<boolean> {
    const segments: Uint8Array<ArrayBuffer>[] = [];
    for (const ref of row.segments) {
      const bytes = await this.#deps.segments.read(caller, ref, "chunks");
      if (!bytes) return false;
      segments.push(bytes);
    }
    const slot = `${row.organizationId}/${row.id}`;
    const before = this.#latest.get(slot) ?? null;
    this.#latest.set(slot, key);
    await thread.ask.open({ key, instead: before === key ? null : before, segments, memoryBytes: this.#deps.config.value.limits.memoryBytes }, segments.map(({ buffer }) => buffer));
    return true;
  }

  #started(): Thread<SearchMethods> {
    if (!this.#thread?.alive) {
      this.#thread = new Thread<SearchMethods>(new URL("../threads/search-thread.ts", import.meta.url));
      this.#latest.clear();
    }
    return this.#thread;
  }
}

/** Names the tenant, the project and the version. */
function keyOf({ organizationId, id, segments }: IndexRow): string {
  return [organizationId, id, ...segments.map((segment) => segment.id)].join("/");
}
