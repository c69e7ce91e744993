import { eachRow, unlessConflict, type IRepository, type Stored, type WriteEffects } from "@coder/db";
import type { CleanedWhere } from "better-auth/adapters";
import type { FindOptions, IModelStore, ModelRow, ModelValues } from "./model-store.ts";
import { compare, compile, matches } from "./where.ts";

const PAGE = 200;

/** Events that belong to a row's beginning and end, stored in the same transaction. */
export interface ModelEffects {
  created(row: ModelRow): WriteEffects;
  removed(row: ModelRow): WriteEffects;
}

export interface RepositoryModelStoreDeps {
  /** Made for each call, so that each use of a cross-tenant scope is counted. */
  readonly repository: () => IRepository<ModelRow>;
  /** The entity's fields; those that nobody filled in are null. */
  readonly fields: readonly string[];
  /** Fields that are never null and can be sorted by in the store. */
  readonly sortable: readonly string[];
  readonly effects?: ModelEffects;
}

/** Keeps a better-auth model in one of our tables. */
export class RepositoryModelStore implements IModelStore {
  readonly #deps: RepositoryModelStoreDeps;

  constructor(deps: RepositoryModelStoreDeps) {
    this.#deps = deps;
  }

  create(row: ModelRow): Promise<ModelRow> {
    const whole = { ...Object.fromEntries(this.#deps.fields.map((field) => [field, null])), ...row };
    return this.#deps.repository().insert(whole, this.#deps.effects?.created(whole));
  }

  async find(where: readonly CleanedWhere[], { limit, offset = 0, sortBy }: FindOptions): Promise<ModelRow[]> {
    const inStore = !sortBy || this.#deps.sortable.includes(sortBy.field);
    const found: ModelRow[] = [];
    const wanted = inStore ? offset + limit : Number.MAX_SAFE_INTEGER;
    for await (const row of this.#scan(where, { wanted, sort: inStore ? sortBy : undefined })) {
      if (found.push(row) >= wanted) break;
    }
    if (sortBy && !inStore) found.sort((left, right) => (sortBy.direction === "asc" ? 1 : -1) * compare(left[sortBy.field] ?? null, right[sortBy.field] ?? null));
    return found.slice(offset, offset + limit);
  }

  async count(where: readonly CleanedWhere[]): Promise<number> {
    const { filter, exact } = compile(where);
    if (exact) return this.#deps.repository().count(filter);
    let count = 0;
    for await (const _row of this.#scan(where)) count += 1;
    return count;
  }

  async replace(row: ModelRow, changes: ModelValues): Promise<ModelRow | null> {
    return unlessConflict(this.#deps.repository().update(row.id, changes, { etag: etagOf(row) }));
  }

  async remove(row: ModelRow): Promise<ModelRow | null> {
    return unlessConflict(this.#deps.repository().delete(row.id, { ...this.#deps.effects?.removed(row), etag: etagOf(row) }));
  }

  async updateAll(where: readonly CleanedWhere[], changes: ModelValues): Promise<number | null> {
    const { filter, exact } = compile(where);
    return exact ? this.#deps.repository().updateMany(filter, changes) : null;
  }

  async deleteAll(where: readonly CleanedWhere[]): Promise<number | null> {
    const { filter, exact } = compile(where);
    return exact && !this.#deps.effects ? this.#deps.repository().deleteMany(filter) : null;
  }

  async increment(row: ModelRow, field: string, by: number, where: readonly CleanedWhere[]): Promise<ModelRow | null> {
    const { filter, exact } = compile(where);
    if (!exact || typeof row[field] !== "number") return null;
    return unlessConflict(this.#deps.repository().increment(row.id, field, by, { where: filter }));
  }

  async *#scan(where: readonly CleanedWhere[], { wanted = PAGE, sort }: { wanted?: number; sort?: FindOptions["sortBy"] } = {}): AsyncGenerator<Stored<ModelRow>> {
    const { filter, exact } = compile(where);
    const limit = exact ? Math.max(1, Math.min(PAGE, wanted)) : PAGE;
    for await (const row of eachRow(this.#deps.repository(), filter, { limit, ...(sort ? { sort } : {}) })) if (exact || matches(row, where)) yield row;
  }
}

function etagOf(row: ModelRow): string {
  const etag = row["etag"];
  if (typeof etag !== "string") throw new TypeError("This row was not read from a store");
  return etag;
}
