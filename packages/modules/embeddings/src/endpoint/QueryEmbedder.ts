import type { SearchIndexResult } from "@coder/api/embeddings";
import type { IVectorStore, Stored } from "@coder/db";
import { findSecrets, isAppError, type AppError, type Caller } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { EmbeddingsConfig } from "../config.ts";
import type { IndexRow } from "../entities.ts";
import { vectorsMissing } from "../errors.ts";
import type { EgressClient } from "./egress.ts";
import { collectionOf, openEndpoint } from "./open-endpoint.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** Somebody waits: for one answer, and not for a second attempt. */
const SECONDS = 5;
/** Whom the endpoint kept waiting in vain is not kept waiting by it again for so long. */
const REST_MS = 30_000;
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

export interface QueryEmbedderDeps {
  readonly vectors: IVectorStore;
  readonly config: ILiveConfig<EmbeddingsConfig>;
  readonly egress: EgressClient;
}

/** Finds the chunks of a project that an endpoint finds alike. Its failures are told and stop nothing. */
export class QueryEmbedder {
  readonly #deps: QueryEmbedderDeps;
  /** By collection and query, least recently used first. */
  readonly #kept = new Map<string, Float32Array>();
  /** An endpoint that did not answer in time, and until when it is left alone. */
  #silent: { readonly endpoint: string; readonly until: number; readonly problem: AppError } | null = null;

  constructor(deps: QueryEmbedderDeps) {
    this.#deps = deps;
  }

  async alike(caller: Caller, row: Stored<IndexRow>, query: string, signal: AbortSignal): Promise<Alike> {
    const { endpoint } = this.#deps.config.value;
    const client = await openEndpoint(endpoint, this.#deps.egress);
    const collection = collectionOf(row.id, endpoint);
    if (!client) return NONE;
    // Without vectors of this model there is nothing to compare with; the next run that somebody asks for makes them.
    if (!row.endpoint || row.endpoint.collection !== collection || row.endpoint.chunks === 0) return without(vectorsMissing(client.model));
    const name = `${endpoint.url}\0${client.model}`;
    if (this.#silent?.endpoint === name && performance.now() < this.#silent.until) return without(this.#silent.problem);
    try {
      const slot = `${collection}\0${query}`;
      const { text, secrets } = withoutSecrets(query, findSecrets(query));
      const options = { errand: { caller, purpose: "search", projectId: row.id } as const, secrets, signal, timeoutSeconds: Math.min(SECONDS, endpoint.timeoutSeconds), retries: 0, dimensions: row.endpoint.dimensions };
      const vector = this.#kept.get(slot) ?? (await client.embed([text], options))[0];
      if (!vector) return NONE;
      this.#keep(slot, vector);
      const found = await this.#deps.vectors.collection(caller, collection).nearest(vector, { limit: CANDIDATES, version: `${row.indexedAt}/${row.endpoint.chunks}`, signal });
      return { keys: found.map(({ key }) => key), likeness: Math.max(0, Math.min(1, found[0]?.similarity ?? 0)), problem: null };
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      if (error.kind === "timeout") this.#silent = { endpoint: name, until: performance.now() + REST_MS, problem: error };
      return without(error);
    }
  }

  #keep(slot: string, vector: Float32Array): void {
    this.#kept.delete(slot);
    this.#kept.set(slot, vector);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_QUERIES && oldest !== undefined) this.#kept.delete(oldest);
  }
}

function without({ code, message, remedy }: AppError): Alike {
  return { ...NONE, problem: { code, message, remedy } };
}
