import type { Clause } from "../clauses.ts";
import { TENANT_FIELD, type EntityDescriptor } from "../entity.ts";
import { alreadyExists, wrongTenant } from "../errors.ts";
import { groupsOf } from "../groups-of.ts";
import { compare, matches } from "../match.ts";
import type { Changes, CountResult, Grouping, ITableDriver, PreparedEffects, RecordsBeside, RowGroup, Selection, StoredRecord, WriteResult } from "../table-driver.ts";
import type { MemoryStore } from "./memory-store.ts";

export interface MemoryDriverDeps {
  readonly entity: EntityDescriptor;
  readonly store: MemoryStore;
}

export class MemoryDriver implements ITableDriver {
  readonly #deps: MemoryDriverDeps;
  readonly #rows: Map<string, StoredRecord>;

  constructor(deps: MemoryDriverDeps) {
    this.#deps = deps;
    this.#rows = deps.store.table(deps.entity.table);
  }

  async select(selection: Selection): Promise<readonly StoredRecord[]> {
    const { field, direction } = selection.sort;
    const sign = direction === "asc" ? 1 : -1;
    const order = (left: StoredRecord, right: { value: unknown; id: string }): number => sign * (compare(left[field], right.value) || compare(left.id, right.id));
    const { after } = selection;
    return this.#meeting(selection.where)
      .filter((row) => after === null || order(row, after) > 0)
      .sort((left, right) => order(left, { value: right[field], id: right.id }))
      .slice(0, selection.limit)
      .map((row) => structuredClone(row));
  }

  async count(where: readonly Clause[]): Promise<number> {
    return this.#meeting(where).length;
  }

  async groups(where: readonly Clause[], grouping: Grouping): Promise<readonly RowGroup[]> {
    return groupsOf(this.#meeting(where), grouping);
  }

  async put(rows: readonly StoredRecord[], newer: string, beside: RecordsBeside | null): Promise<readonly string[]> {
    const written = rows.filter((row) => !(Number(this.#rows.get(row.id)?.[newer]) >= Number(row[newer])));
    const tenant = TENANT_FIELD[this.#deps.entity.tenancy];
    const taken = written.some((row) => tenant !== null && (this.#rows.get(row.id) ?? row)[tenant] !== row[tenant]);
    if (taken) throw wrongTenant(this.#deps.entity);
    const ids = new Set(written.map(({ id }) => id));
    const others = [...this.#rows.values()].filter(({ id }) => !ids.has(id));
    written.forEach((row, index) => this.#refuseTaken(row, [...others, ...written.slice(0, index)]));
    if (beside && written.length > 0) new MemoryDriver({ entity: beside.entity, store: this.#deps.store }).#add(beside.rows);
    for (const row of written) this.#rows.set(row.id, structuredClone(row));
    return [...ids];
  }

  async insert(rows: readonly StoredRecord[], effects: PreparedEffects): Promise<WriteResult> {
    const repeated = this.#repeated(effects);
    if (repeated) return repeated;
    this.#add(rows);
    return this.#done(rows, effects);
  }

  async update(where: readonly Clause[], changes: Changes, effects: PreparedEffects): Promise<WriteResult> {
    return this.#repeated(effects) ?? this.#done(this.#change(this.#meeting(where), changes), effects);
  }

  async updateMany(where: readonly Clause[], changes: Changes, effects: PreparedEffects): Promise<CountResult> {
    if (this.#repeated(effects)) return { repeated: true, count: 0 };
    const rows = this.#change(this.#meeting(where), changes);
    this.#done(rows, effects);
    return { repeated: false, count: rows.length };
  }

  async delete(where: readonly Clause[], effects: PreparedEffects): Promise<WriteResult> {
    return this.#repeated(effects) ?? this.#done(this.#remove(this.#meeting(where)), effects);
  }

  async deleteMany(where: readonly Clause[], effects: PreparedEffects): Promise<CountResult> {
    if (this.#repeated(effects)) return { repeated: true, count: 0 };
    const rows = this.#remove(this.#meeting(where));
    this.#done(rows, effects);
    return { repeated: false, count: rows.length };
  }

  #meeting(where: readonly Clause[]): StoredRecord[] {
    const id = where.find((clause) => clause.field === "id" && clause.op === "eq");
    const candidates = id ? [this.#rows.get(String(id.value))].filter((row) => row !== undefined) : [...this.#rows.values()];
    return candidates.filter((row) => matches(this.#deps.entity, row, where));
  }

  /** All or none. */
  #add(rows: readonly StoredRecord[]): void {
    const added = new Map<string, StoredRecord>();
    for (const row of rows) {
      if (this.#rows.has(row.id) || added.has(row.id)) throw alreadyExists(this.#deps.entity, ["id"]);
      this.#refuseTaken(row, [...this.#rows.values(), ...added.values()]);
      added.set(row.id, structuredClone(row));
    }
    for (const row of added.values()) this.#rows.set(row.id, row);
  }

  #change(rows: readonly StoredRecord[], changes: Changes): StoredRecord[] {
    const changed = rows.map((row) => structuredClone({ ...row, ...changes.set, ...incremented(row, changes), etag: changes.etag }));
    const ids = new Set(changed.map((row) => row.id));
    const others = [...this.#rows.values()].filter((row) => !ids.has(row.id));
    changed.forEach((row, index) => this.#refuseTaken(row, [...others, ...changed.slice(0, index)]));
    for (const row of changed) this.#rows.set(row.id, row);
    return changed;
  }

  #remove(rows: readonly StoredRecord[]): readonly StoredRecord[] {
    for (const row of rows) this.#rows.delete(row.id);
    return rows;
  }

  #refuseTaken(row: StoredRecord, others: readonly StoredRecord[]): void {
    const { entity } = this.#deps;
    const tenant = TENANT_FIELD[entity.tenancy];
    for (const fields of entity.unique ?? []) {
      if (fields.some((field) => row[field] === null)) continue;
      const same = [...fields, ...(tenant ? [tenant] : [])];
      if (others.some((other) => same.every((field) => other[field] === row[field]))) throw alreadyExists(entity, fields);
    }
  }

  #repeated({ once }: PreparedEffects): { repeated: true; id: string | null } | null {
    const id = once === null ? undefined : this.#deps.store.firstWrite(once);
    return id === undefined ? null : { repeated: true, id };
  }

  #done(rows: readonly StoredRecord[], effects: PreparedEffects): WriteResult {
    if (rows.length > 0) this.#deps.store.leave(effects, rows[0]);
    return { repeated: false, rows: rows.map((row) => structuredClone(row)) };
  }
}

function incremented(row: StoredRecord, { increment }: Changes): Record<string, number> {
  return increment ? { [increment.field]: Number(row[increment.field]) + increment.by } : {};
}
