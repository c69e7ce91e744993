import type { SearchIndexResult } from "@coder/api/embeddings";
import type { IVectorStore, Stored } from "@coder/db";
import { isAppError, type Caller } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { EmbeddingsConfig } from "../config.ts";
import type { IndexRow } from "../entities.ts";
import { collectionOf, openEndpoint } from "./open-endpoint.ts";

/** Somebody waits. */
const SECONDS = 5;
const RETRIES = 1;
const CANDIDATES = 200;
/** Queries whose vectors are kept: people ask the same again with another filter. */
const KEPT_QUERIES = 200;

/** What an endpoint finds alike. `keys` null: it took no part; `problem` says why, where it should have. */
export interface Alike {
  readonly keys: readonly string[] | null;
  /** Cosine of the best one. */
  readonly likeness: number;
  readonly problem: SearchIndexResult["problem"];
}

const NONE: Alike = { keys: null, likeness: 0, problem: null };

/** Finds the chunks of a project that an endpoint finds alike. Its failures are told and stop nothing. */
export class QueryEmbedder {
  readonly #deps: { readonly vectors: IVectorStore; readonly config: ILiveConfig<EmbeddingsConfig> };
  /** By collection and query, least recently used first. */
  readonly #kept = new Map<string, Float32Array>();

  constructor(deps: { readonly vectors: IVectorStore; readonly config: ILiveConfig<EmbeddingsConfig> }) {
    this.#deps = deps;
  }

  async alike(caller: Caller, row: Stored<IndexRow>, query: string, signal: AbortSignal): Promise<Alike> {
    const { endpoint } = this.#deps.config.value;
    const client = openEndpoint(endpoint);
    const collection = collectionOf(row.id, endpoint);
    // Without vectors of this model there is nothing to compare with; the next run that somebody asks for makes them.
    if (!client || !row.endpoint || row.endpoint.collection !== collection || row.endpoint.chunks === 0) return NONE;
    try {
      const slot = `${collection}\0${query}`;
      const vector = this.#kept.get(slot) ?? (await client.embed([query], { signal, timeoutSeconds: Math.min(SECONDS, endpoint.timeoutSeconds), retries: RETRIES, dimensions: row.endpoint.dimensions }))[0];
      if (!vector) return NONE;
      this.#keep(slot, vector);
      const found = await this.#deps.vectors.collection(caller, collection).nearest(vector, { limit: CANDIDATES, version: `${row.indexedAt}/${row.endpoint.chunks}`, signal });
      return { keys: found.map(({ key }) => key), likeness: Math.max(0, Math.min(1, found[0]?.similarity ?? 0)), problem: null };
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      const { code, message, remedy } = error;
      return { ...NONE, problem: { code, message, remedy } };
    }
  }

  #keep(slot: string, vector: Float32Array): void {
    this.#kept.delete(slot);
    this.#kept.set(slot, vector);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_QUERIES && oldest !== undefined) this.#kept.delete(oldest);
  }
}
