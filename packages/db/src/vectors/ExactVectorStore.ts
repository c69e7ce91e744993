import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { organizationOf, type Caller } from "@coder/shared";
import type { IDatabase } from "../database.ts";
import { eachRow } from "../each-row.ts";
import type { IRepository } from "../repository.ts";
import { unlessExists } from "../unless.ts";
import { encodeVector, lengthOf, VectorBlock } from "./VectorBlock.ts";
import type { VectorEntity, VectorRow } from "./vector-entity.ts";
import type { IVectorCollection, IVectorStore, KeyedVector, NearestOptions, Neighbour } from "./vector-store.ts";

/** Vectors that are read and compared in one go. */
const BLOCK = 250;
/** So many multiplications are about 5 ms: then others get their turn. */
const WORK_PER_TURN = 5_000_000;
const KEYS_PER_QUERY = 500;

export interface ExactVectorStoreDeps {
  readonly database: IDatabase;
  readonly entity: VectorEntity;
  /** Most bytes of vectors that are kept in memory. A collection that takes more is read anew for each search. */
  readonly memoryBytes: () => number;
}

/**
 * Compares with every vector of the collection: what it finds is always right, and always as many as were asked for, however small the tenant's share is. Fine
 * up to about 100,000 vectors; see the ADR on search by meaning for what was measured.
 */
export class ExactVectorStore implements IVectorStore {
  readonly #deps: ExactVectorStoreDeps;
  /** By tenant and collection, least recently used first. */
  readonly #kept = new Map<string, { readonly version: string; readonly blocks: readonly VectorBlock[]; readonly bytes: number }>();

  constructor(deps: ExactVectorStoreDeps) {
    this.#deps = deps;
  }

  collection(caller: Caller, name: string): IVectorCollection {
    const organizationId = organizationOf(caller);
    const rows: IRepository<VectorRow> = this.#deps.database.for(caller).repository(this.#deps.entity);
    const slot = `${organizationId}\0${name}`;
    return {
      known: async (keys) => {
        const known = new Set<string>();
        for (let at = 0; at < keys.length; at += KEYS_PER_QUERY) {
          const some = keys.slice(at, at + KEYS_PER_QUERY);
          const ids = some.map((key) => idOf(organizationId, name, key));
          const { items } = await rows.query({ id: { in: ids } }, { limit: KEYS_PER_QUERY });
          for (const { key } of items) known.add(key);
        }
        return known;
      },
      add: async (vectors) => {
        for (let at = 0; at < vectors.length; at += BLOCK) await this.#insert(rows, vectors.slice(at, at + BLOCK).map((one) => rowOf(organizationId, name, one)));
      },
      nearest: (vector, options) => this.#nearest(rows, name, slot, vector, options),
      count: () => rows.count({ collection: name }),
      retain: async (keys) => {
        this.#kept.delete(slot);
        const gone: string[] = [];
        for await (const { id, key } of eachRow(rows, { collection: name }, { limit: BLOCK })) if (!keys.has(key)) gone.push(id);
        for (let at = 0; at < gone.length; at += KEYS_PER_QUERY) await rows.deleteMany({ id: { in: gone.slice(at, at + KEYS_PER_QUERY) } });
        return gone.length;
      },
      clear: async () => {
        this.#kept.delete(slot);
        await rows.deleteMany({ collection: name });
      },
    };
  }

  /** All at once where all are new; one by one where somebody else was faster with some. */
  async #insert(rows: IRepository<VectorRow>, added: readonly VectorRow[]): Promise<void> {
    if (added.length === 0 || (await unlessExists(rows.insertMany(added).then(() => true)))) return;
    for (const row of added) await unlessExists(rows.insert(row));
  }

  async #nearest(rows: IRepository<VectorRow>, name: string, slot: string, vector: Float32Array, { limit, version, signal }: NearestOptions): Promise<Neighbour[]> {
    const length = lengthOf(vector);
    const best: Neighbour[] = [];
    let work = 0;
    for await (const block of this.#blocks(rows, name, slot, version, vector.length)) {
      for (let index = 0; index < block.keys.length; index++) {
        take(best, { key: block.keys[index] ?? "", similarity: block.similarity(index, vector, length) }, limit);
      }
      work += block.keys.length * vector.length;
      if (work > WORK_PER_TURN) {
        work = 0;
        await setImmediate();
      }
      signal?.throwIfAborted();
    }
    return best;
  }

  /** The collection in pieces: from memory, or as it is read. */
  async *#blocks(rows: IRepository<VectorRow>, name: string, slot: string, version: string, dimensions: number): AsyncGenerator<VectorBlock, void, void> {
    const kept = this.#kept.get(slot);
    if (kept?.version === version) {
      this.#kept.delete(slot);
      this.#kept.set(slot, kept);
      yield* kept.blocks;
      return;
    }
    this.#kept.delete(slot);
    let blocks: VectorBlock[] | null = [];
    let bytes = 0;
    let page: VectorRow[] = [];
    const close = (): VectorBlock => {
      const block = new VectorBlock(page, dimensions);
      page = [];
      bytes += block.byteSize;
      if (bytes > this.#deps.memoryBytes()) blocks = null;
      blocks?.push(block);
      return block;
    };
    for await (const row of eachRow(rows, { collection: name }, { limit: BLOCK })) {
      page.push(row);
      if (page.length === BLOCK) yield close();
    }
    if (page.length > 0) yield close();
    if (blocks) this.#keep(slot, { version, blocks, bytes });
  }

  #keep(slot: string, collection: { version: string; blocks: readonly VectorBlock[]; bytes: number }): void {
    this.#kept.set(slot, collection);
    let total = [...this.#kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [oldest, { bytes }] of this.#kept) {
      if (total <= this.#deps.memoryBytes()) return;
      this.#kept.delete(oldest);
      total -= bytes;
    }
  }
}

function rowOf(organizationId: VectorRow["organizationId"], collection: string, { key, vector }: KeyedVector): VectorRow {
  return { id: idOf(organizationId, collection, key), organizationId, collection, key, dimensions: vector.length, vector: encodeVector(vector) };
}

/** The same for the same key, so that a repetition meets it; another tenant's is another one. */
function idOf(organizationId: string, collection: string, key: string): string {
  const hex = createHash("sha256").update(JSON.stringify([organizationId, collection, key])).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Into its place among the best, which are few. */
function take(best: Neighbour[], one: Neighbour, limit: number): void {
  const last = best.at(-1);
  if (best.length === limit && last && !isBefore(one, last)) return;
  let at = best.length;
  while (at > 0 && isBefore(one, best[at - 1] ?? one)) at--;
  best.splice(at, 0, one);
  if (best.length > limit) best.pop();
}

function isBefore(one: Neighbour, other: Neighbour): boolean {
  return one.similarity === other.similarity ? one.key < other.key : one.similarity > other.similarity;
}
