import type { CleanedWhere } from "better-auth/adapters";
import { writeContention } from "../errors.ts";
import type { IModelStore, ModelRow, ModelValues } from "./model-store.ts";

/** Each lost race means that somebody else's write went through, so this many in a row is a storm and not bad luck. */
const MAX_RACES = 200;

type Where = readonly CleanedWhere[];

/** What better-auth wants of a model, composed from what a store does. A row is written or taken as it was found, or found anew. */
export class ModelOperations {
  readonly #store: IModelStore;

  constructor(store: IModelStore) {
    this.#store = store;
  }

  /** Changes the first row that meets the condition. */
  update(where: Where, changes: ModelValues): Promise<ModelRow | null> {
    return this.#withFirst(where, (row) => this.#store.replace(row, changes));
  }

  async updateMany(where: Where, changes: ModelValues): Promise<number> {
    const atOnce = await this.#store.updateAll?.(where, changes);
    if (typeof atOnce === "number") return atOnce;
    return this.#withEach(where, (again) => this.update(again, changes));
  }

  async deleteMany(where: Where): Promise<number> {
    const atOnce = await this.#store.deleteAll?.(where);
    if (typeof atOnce === "number") return atOnce;
    return this.#withEach(where, (again) => this.consumeOne(again));
  }

  /** Deletes a row and gives it back: of parallel calls exactly one gets it. */
  consumeOne(where: Where): Promise<ModelRow | null> {
    return this.#withFirst(where, (row) => this.#store.remove(row));
  }

  /** Adds to counters and sets fields of one row while it meets the condition; null otherwise. No addition is lost. */
  incrementOne(where: Where, increment: Readonly<Record<string, number>>, set: ModelValues): Promise<ModelRow | null> {
    const [only, ...more] = Object.entries(increment);
    const simple = only && more.length === 0 && Object.keys(set).length === 0 ? only : null;
    return this.#withFirst(where, async (row) => {
      const atOnce = simple && this.#store.increment ? await this.#store.increment(row, simple[0], simple[1], where) : null;
      if (atOnce) return atOnce;
      const sums = Object.entries(increment).map(([field, by]) => [field, Number(row[field] ?? 0) + by] as const);
      return this.#store.replace(row, { ...set, ...Object.fromEntries(sums) });
    });
  }

  async #withFirst(where: Where, write: (row: ModelRow) => Promise<ModelRow | null>): Promise<ModelRow | null> {
    for (let races = 0; races < MAX_RACES; races++) {
      const [row] = await this.#store.find(where, { limit: 1 });
      if (!row) return null;
      const written = await write(row);
      if (written) return written;
    }
    throw writeContention();
  }

  async #withEach(where: Where, write: (where: Where) => Promise<ModelRow | null>): Promise<number> {
    const rows = await this.#store.find(where, { limit: Number.MAX_SAFE_INTEGER });
    let written = 0;
    for (const row of rows) {
      // The id leads; the whole condition is checked again, because the row may have changed since.
      const again = [...where, { field: "id", value: row.id, operator: "eq", connector: "AND", mode: "sensitive" } as const];
      if (await write(again)) written += 1;
    }
    return written;
  }
}
