import type { CleanedWhere } from "better-auth/adapters";
import type { FindOptions, IModelStore, ModelRow, ModelValues } from "./model-store.ts";

export interface HashedFieldStoreDeps {
  readonly store: IModelStore;
  readonly field: string;
  readonly hash: (value: string) => string;
}

/**
 * Keeps one field as a hash only. Whoever creates a row or looks it up by the field already knows the value and gets it back; by any
 * other way only the hash comes out, which opens nothing.
 */
export class HashedFieldStore implements IModelStore {
  readonly #deps: HashedFieldStoreDeps;

  constructor(deps: HashedFieldStoreDeps) {
    this.#deps = deps;
  }

  async create(row: ModelRow): Promise<ModelRow> {
    const { store, field } = this.#deps;
    return { ...(await store.create({ ...row, ...this.#hashed(row) })), [field]: row[field] ?? null };
  }

  async find(where: readonly CleanedWhere[], options: FindOptions): Promise<ModelRow[]> {
    const { store, field, hash } = this.#deps;
    const known = new Map(where.filter((clause) => clause.field === field).flatMap((clause) => textsOf(clause.value).map((text) => [hash(text), text] as const)));
    const rows = await store.find(this.#hashedWhere(where), options);
    return rows.map((row) => ({ ...row, [field]: known.get(String(row[field])) ?? row[field] ?? null }));
  }

  count(where: readonly CleanedWhere[]): Promise<number> {
    return this.#deps.store.count(this.#hashedWhere(where));
  }

  async replace(row: ModelRow, changes: ModelValues): Promise<ModelRow | null> {
    const { store, field } = this.#deps;
    const written = await store.replace(row, { ...changes, ...this.#hashed(changes) });
    return written && { ...written, [field]: changes[field] ?? row[field] ?? null };
  }

  async remove(row: ModelRow): Promise<ModelRow | null> {
    const removed = await this.#deps.store.remove(row);
    return removed && { ...removed, [this.#deps.field]: row[this.#deps.field] ?? null };
  }

  #hashed(values: ModelValues): ModelValues {
    const { field, hash } = this.#deps;
    const value = values[field];
    return typeof value === "string" ? { [field]: hash(value) } : {};
  }

  #hashedWhere(where: readonly CleanedWhere[]): CleanedWhere[] {
    const { field, hash } = this.#deps;
    return where.map((clause) => {
      if (clause.field !== field) return clause;
      return { ...clause, value: Array.isArray(clause.value) ? textsOf(clause.value).map(hash) : typeof clause.value === "string" ? hash(clause.value) : clause.value };
    });
  }
}

function textsOf(value: CleanedWhere["value"]): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
}
