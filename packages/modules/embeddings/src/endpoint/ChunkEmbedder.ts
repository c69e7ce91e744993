import type { IVectorCollection } from "@coder/db";
import { isAppError, type AppError } from "@coder/shared";
import type { EndpointConfig } from "../config.ts";
import type { ChunkText } from "../segments/add-chunks.ts";
import type { Errand } from "./egress.ts";
import type { EndpointClient } from "./EndpointClient.ts";

const RETRIES = 5;
/** So many requests are under way at once. */
const AT_ONCE = 2;

export interface ChunkEmbedderDeps {
  readonly client: EndpointClient;
  readonly vectors: IVectorCollection;
  readonly config: EndpointConfig;
  readonly errand: Errand;
  readonly signal: AbortSignal;
  /** Of the vectors that are there. */
  readonly dimensions: number | null;
}

/** Gets the vectors of a run's chunks: those that are not known yet, in batches. Once the endpoint fails for good, the run goes on without it. */
export class ChunkEmbedder {
  readonly #deps: ChunkEmbedderDeps;
  readonly #waiting = new Map<string, ChunkText>();
  #dimensions: number | null;
  #problem: AppError | null = null;

  constructor(deps: ChunkEmbedderDeps) {
    this.#deps = deps;
    this.#dimensions = deps.dimensions;
  }

  /** What the endpoint did not do. */
  get problem(): AppError | null {
    return this.#problem;
  }

  get dimensions(): number | null {
    return this.#dimensions;
  }

  async add(chunks: readonly ChunkText[]): Promise<void> {
    if (this.#problem || chunks.length === 0) return;
    const known = await this.#deps.vectors.known([...new Set(chunks.map(({ hash }) => hash))]);
    for (const chunk of chunks) if (!known.has(chunk.hash)) this.#waiting.set(chunk.hash, chunk);
    while (this.#waiting.size >= this.#deps.config.batchSize * AT_ONCE && !this.#problem) await this.#send();
  }

  /** Sends what still waits. */
  async finish(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#problem) await this.#send();
  }

  async #send(): Promise<void> {
    const { batchSize } = this.#deps.config;
    const batches = Array.from({ length: AT_ONCE }, () => this.#take(batchSize)).filter((batch) => batch.length > 0);
    // The first one alone says how many dimensions there are.
    const first = this.#dimensions === null ? batches.shift() : undefined;
    try {
      if (first) await this.#embed(first);
      await Promise.all(batches.map((batch) => this.#embed(batch)));
    } catch (error) {
      this.#deps.signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      this.#problem = error;
    }
  }

  #take(count: number): ChunkText[] {
    const taken = [...this.#waiting.values()].slice(0, count);
    for (const { hash } of taken) this.#waiting.delete(hash);
    return taken;
  }

  async #embed(batch: readonly ChunkText[]): Promise<void> {
    const { client, vectors, config, errand, signal } = this.#deps;
    const secrets = batch.reduce((sum, chunk) => sum + chunk.secrets, 0);
    const found = await client.embed(batch.map(({ text }) => text), { errand, secrets, signal, timeoutSeconds: config.timeoutSeconds, retries: RETRIES, dimensions: this.#dimensions ?? undefined });
    this.#dimensions ??= found[0]?.length ?? null;
    await vectors.add(batch.flatMap(({ hash }, index) => (found[index] ? [{ key: hash, vector: found[index] }] : [])));
  }
}
