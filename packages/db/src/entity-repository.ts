import type { Page } from "@coder/shared";
import { pooledRandom } from "@coder/shared/server";
import { clausesOf, idClauses, type Clause } from "./clauses.ts";
import type { CursorSealer, Position } from "./cursor.ts";
import type { EntityDescriptor } from "./entity.ts";
import { fieldsOf, type FieldKind } from "./entity-fields.ts";
import { conditionFailed, invalidQuery, notFound, versionConflict, wrongTenant } from "./errors.ts";
import { matches } from "./match.ts";
import type { Filter, Group, GroupOptions, IRepository, PutOptions, QueryOptions, RowsBeside, Stored, UpdateOptions, WriteEffects } from "./repository.ts";
import { toGroup, toRecord, toStored, valuesOf } from "./row.ts";
import type { Grouping, ITableDriver, PreparedEffects, RecordsBeside, Selection, StoredRecord, WriteResult } from "./table-driver.ts";
import { boundOf, effectCaller, tenantKey, type Access } from "./tenant.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;
const DEFAULT_GROUPS = 100;
const RANGE_KINDS: readonly FieldKind[] = ["datetime", "integer", "number"];
const MAX_ONCE_KEY = 300;
const ETAG_BYTES = 9;

export interface EntityRepositoryDeps {
  readonly entity: EntityDescriptor;
  readonly access: Access;
  readonly driver: ITableDriver;
  readonly cursors: CursorSealer;
}

/** The one repository: checks, tenant scope, cursors and errors. What a store does differently is its {@link ITableDriver}. */
export class EntityRepository<Row extends { readonly id: string }> implements IRepository<Row> {
  readonly #deps: EntityRepositoryDeps;
  /** What binds every query to the tenant. Null when the caller has none: then nothing is there. */
  readonly #bound: readonly Clause[] | null;

  constructor(deps: EntityRepositoryDeps) {
    this.#deps = deps;
    const bound = boundOf(deps.entity, deps.access);
    if (bound === null) this.#bound = [];
    else this.#bound = bound.value === null ? null : [{ field: bound.field, op: "eq", value: bound.value }];
  }

  async get(id: string): Promise<Stored<Row> | null> {
    const row = await this.#find(id);
    return row && toStored<Row>(row);
  }

  async findOne(filter: Filter<Row>): Promise<Stored<Row> | null> {
    const [row] = await this.#select(clausesOf(this.#deps.entity, filter), { limit: 1 });
    return row ? toStored<Row>(row) : null;
  }

  async query(filter: Filter<Row>, options: QueryOptions<Row> = {}): Promise<Page<Stored<Row>>> {
    const { entity, access, cursors } = this.#deps;
    const limit = options.limit ?? DEFAULT_LIMIT;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) throw invalidQuery(entity, `the limit must be from 1 to ${MAX_LIMIT}`);
    const where = clausesOf(entity, filter);
    const sort = this.#sortOf(options);
    const scope = { table: entity.table, tenant: tenantKey(entity, access), where, sort };
    const after = options.cursor === undefined || options.cursor === null ? null : cursors.open(options.cursor, scope);
    const rows = await this.#select(where, { sort, after, limit: limit + 1 });
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items: items.map((row) => toStored<Row>(row)), nextCursor: last ? cursors.seal(positionOf(last, sort.field), scope) : null };
  }

  async count(filter: Filter<Row>): Promise<number> {
    const where = clausesOf(this.#deps.entity, filter);
    return this.#bound ? this.#deps.driver.count([...this.#bound, ...where]) : 0;
  }

  async groups<By extends keyof Row & string>(filter: Filter<Row>, options: GroupOptions<Row, By>): Promise<readonly Group<Row, By>[]> {
    const where = clausesOf(this.#deps.entity, filter);
    const grouping = this.#groupingOf(options);
    if (!this.#bound) return [];
    return (await this.#deps.driver.groups([...this.#bound, ...where], grouping)).map((group) => toGroup<Row, By>(group));
  }

  async insert(row: Row, effects: WriteEffects = {}): Promise<Stored<Row>> {
    const record = this.#recordOf(row);
    const result = await this.#deps.driver.insert([record], this.#prepare(effects, record.id));
    if (!result.repeated) return toStored<Row>(result.rows[0] ?? record);
    return toStored<Row>((result.id === null ? null : await this.#find(result.id)) ?? record);
  }

  async insertMany(rows: readonly Row[], effects: WriteEffects = {}): Promise<void> {
    if (rows.length === 0) return;
    const records = rows.map((row) => this.#recordOf(row));
    await this.#deps.driver.insert(records, this.#prepareMany(effects, new Set(records.map((record) => record["organizationId"]))));
  }

  async putMany<Beside extends EntityDescriptor>(rows: readonly Row[], { newer, beside }: PutOptions<Row, Beside>): Promise<readonly string[]> {
    this.#mayChange();
    const { entity, driver } = this.#deps;
    const info = fieldsOf(entity).get(newer);
    if (!info || info.nullable || (info.kind !== "integer" && info.kind !== "number")) throw invalidQuery(entity, `${newer} is no number that says which row is newer`);
    const newest = new Map<string, StoredRecord>();
    for (const record of rows.map((row) => this.#recordOf(row))) {
      const other = newest.get(record.id);
      if (!other || Number(other[newer]) < Number(record[newer])) newest.set(record.id, record);
    }
    const others = beside && beside.rows.length > 0 ? this.#recordsBeside(beside) : null;
    return newest.size === 0 ? [] : driver.put([...newest.values()], newer, others);
  }

  async update(id: string, changes: Partial<Omit<Row, "id">>, options: UpdateOptions<Row> = {}): Promise<Stored<Row>> {
    return this.#change(id, { set: this.#changesOf(changes) }, options);
  }

  async increment(id: string, field: keyof Row & string, by: number, options: UpdateOptions<Row> = {}): Promise<Stored<Row>> {
    const { entity } = this.#deps;
    const kind = fieldsOf(entity).get(field)?.kind;
    const possible = kind === "integer" ? Number.isSafeInteger(by) : kind === "number" && Number.isFinite(by);
    if (!possible) throw invalidQuery(entity, `${field} cannot be incremented by ${by}`);
    return this.#change(id, { set: {}, increment: { field, by } }, options);
  }

  async updateMany(filter: Filter<Row>, changes: Partial<Omit<Row, "id">>, effects: WriteEffects = {}): Promise<number> {
    this.#mayChange();
    const where = clausesOf(this.#deps.entity, filter);
    const set = this.#changesOf(changes);
    if (!this.#bound) return 0;
    return (await this.#deps.driver.updateMany([...this.#bound, ...where], { etag: newEtag(), set }, this.#prepareMany(effects, organizationsIn(where)))).count;
  }

  async delete(id: string, options: UpdateOptions<Row> = {}): Promise<Stored<Row> | null> {
    this.#mayChange();
    const guard = this.#guardOf(options);
    if (!this.#bound) return null;
    const result = await this.#deps.driver.delete([...this.#bound, ...idClauses(this.#deps.entity, id), ...guard], this.#prepare(options, id));
    if (result.repeated) return null;
    const [row] = result.rows;
    if (row) return toStored<Row>(row);
    if (guard.length > 0) {
      const present = await this.#find(id);
      if (present) throw this.#refusal(present, options);
    }
    return null;
  }

  async deleteMany(filter: Filter<Row>, effects: WriteEffects = {}): Promise<number> {
    this.#mayChange();
    const where = clausesOf(this.#deps.entity, filter);
    if (!this.#bound) return 0;
    return (await this.#deps.driver.deleteMany([...this.#bound, ...where], this.#prepareMany(effects, organizationsIn(where)))).count;
  }

  async #change(id: string, change: { set: Record<string, unknown>; increment?: { field: string; by: number } }, options: UpdateOptions<Row>): Promise<Stored<Row>> {
    this.#mayChange();
    const { entity, driver } = this.#deps;
    const guard = this.#guardOf(options);
    if (!this.#bound) throw notFound(entity, id);
    const where = [...this.#bound, ...idClauses(entity, id), ...guard];
    const result = await driver.update(where, { etag: newEtag(), ...change }, this.#prepare(options, id));
    const row = await this.#changedRow(id, result);
    if (row) return toStored<Row>(row);
    const present = await this.#find(id);
    throw present ? this.#refusal(present, options) : notFound(entity, id);
  }

  #mayChange(): void {
    if (this.#deps.entity.appendOnly) throw invalidQuery(this.#deps.entity, "its rows are only ever added");
  }

  async #changedRow(id: string, result: WriteResult): Promise<StoredRecord | undefined> {
    if (!result.repeated) return result.rows[0];
    const present = await this.#find(id);
    if (!present) throw notFound(this.#deps.entity, id);
    return present;
  }

  /** Why a guarded write found no row although the row is there. The row may have changed again since; then it is simply stale. */
  #refusal(present: StoredRecord, options: UpdateOptions<Row>): Error {
    const { entity } = this.#deps;
    const stale = options.etag !== undefined && (present.etag !== options.etag || matches(entity, present, this.#conditions(options)));
    return stale ? versionConflict(entity, present.id) : conditionFailed(entity, present.id);
  }

  #guardOf(options: UpdateOptions<Row>): Clause[] {
    const etag: Clause[] = options.etag === undefined ? [] : [{ field: "etag", op: "eq", value: options.etag }];
    return [...etag, ...this.#conditions(options)];
  }

  #conditions(options: UpdateOptions<Row>): Clause[] {
    return options.where ? clausesOf(this.#deps.entity, options.where) : [];
  }

  async #find(id: string): Promise<StoredRecord | null> {
    const [row] = await this.#select(idClauses(this.#deps.entity, id), { limit: 1 });
    return row ?? null;
  }

  async #select(where: readonly Clause[], plan: Partial<Selection> & { readonly limit: number }): Promise<readonly StoredRecord[]> {
    if (!this.#bound) return [];
    return this.#deps.driver.select({ sort: { field: "id", direction: "asc" }, after: null, ...plan, where: [...this.#bound, ...where] });
  }

  #sortOf(options: QueryOptions<Row>): Selection["sort"] {
    const { entity } = this.#deps;
    const sort = options.sort ?? { field: "id", direction: "asc" };
    const info = fieldsOf(entity).get(sort.field);
    if (!info || info.nullable || info.kind === "json" || info.kind === "list") throw invalidQuery(entity, `${sort.field} cannot be sorted by`);
    return { field: sort.field, direction: sort.direction };
  }

  #groupingOf({ by, range = [], limit = DEFAULT_GROUPS }: GroupOptions<Row, keyof Row & string>): Grouping {
    const { entity } = this.#deps;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) throw invalidQuery(entity, `the limit must be from 1 to ${MAX_LIMIT}`);
    const kindOf = (field: string) => fieldsOf(entity).get(field)?.kind ?? "json";
    const ungrouped = by.find((field) => ["json", "list"].includes(kindOf(field)));
    if (by.length === 0 || ungrouped) throw invalidQuery(entity, `${ungrouped ?? "nothing"} cannot be grouped by`);
    const unranged = range.find((field) => !RANGE_KINDS.includes(kindOf(field)));
    if (unranged) throw invalidQuery(entity, `${unranged} has no range`);
    return { by, range, limit };
  }

  #recordOf(row: object, entity = this.#deps.entity): StoredRecord {
    const values = this.#own(toRecord(entity, row), entity);
    return { ...values, id: String(values["id"]), etag: newEtag() };
  }

  #recordsBeside<Beside extends EntityDescriptor>({ entity, rows }: RowsBeside<Beside>): RecordsBeside {
    if (entity.tenancy !== this.#deps.entity.tenancy) throw invalidQuery(entity, "rows of another tenancy are not written beside");
    return { entity, rows: rows.map((row) => this.#recordOf(row, entity)) };
  }

  #changesOf(changes: object): Record<string, unknown> {
    const values = valuesOf(this.#deps.entity, changes);
    if ("id" in values) throw invalidQuery(this.#deps.entity, "an id cannot be changed");
    return this.#own(values);
  }

  /** Refuses values that would put a row under another tenant. The database's own wall says the same, later and less kindly. */
  #own(values: Record<string, unknown>, entity = this.#deps.entity): Record<string, unknown> {
    const bound = boundOf(entity, this.#deps.access);
    if (bound && bound.field in values && values[bound.field] !== bound.value) throw wrongTenant(entity);
    return values;
  }

  #prepare(effects: WriteEffects, rowId: string | null = null): PreparedEffects {
    const { entity, access } = this.#deps;
    const once = effects.once === undefined ? null : { tenant: tenantKey(entity, access), table: entity.table, key: effects.once, rowId };
    if (once && (once.key.length > MAX_ONCE_KEY || once.key === "")) throw invalidQuery(entity, `a once key has 1 to ${MAX_ONCE_KEY} characters`);
    return { messages: [...(effects.emit ?? []), ...(effects.enqueue ?? [])], once, callerOf: (row) => effectCaller(access, row) };
  }

  /** Effects name the organization they are of. Rows of several have none in common, and which of them comes first no store says. */
  #prepareMany(effects: WriteEffects, organizations: ReadonlySet<unknown>): PreparedEffects {
    const { entity, access } = this.#deps;
    const prepared = this.#prepare(effects);
    if (access.kind === "caller" || prepared.messages.length === 0 || !fieldsOf(entity).has("organizationId")) return prepared;
    const [organizationId] = organizations;
    if (organizations.size !== 1) throw invalidQuery(entity, "what is left behind would name no organization; write the rows of one at a time");
    return { ...prepared, callerOf: () => effectCaller(access, { organizationId }) };
  }
}

/** The one organization that a filter is about, if it is about one. */
function organizationsIn(where: readonly Clause[]): ReadonlySet<unknown> {
  return new Set(where.filter(({ field, op }) => field === "organizationId" && op === "eq").map(({ value }) => value));
}

function positionOf(row: StoredRecord, field: string): Position {
  const value = row[field];
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") throw new Error(`A row without ${field} cannot be sorted by it`);
  return { value, id: row.id };
}

function newEtag(): string {
  return Buffer.from(pooledRandom(ETAG_BYTES)).toString("base64url");
}
