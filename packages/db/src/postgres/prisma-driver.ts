import type { Clause } from "../clauses.ts";
import type { EntityDescriptor } from "../entity.ts";
import type { Changes, CountResult, Grouping, ITableDriver, PreparedEffects, RecordsBeside, RowGroup, Selection, StoredRecord, WriteResult } from "../table-driver.ts";
import type pg from "pg";
import type { ConnectionCache } from "./connection-cache.ts";
import { putStatement, withRowsBeside, writtenIds } from "./put-rows.ts";
import { queryInScope } from "./scoped-pool.ts";
import { updatedRows, updateStatement } from "./update-row.ts";
import { isNothingFound, isRepeatable, toAppError } from "./postgres-errors.ts";
import { writeWithEffects, type EffectsContext, type Written } from "./write-with-effects.ts";
import { delegateName, type PrismaDelegate, type PrismaNulls } from "./prisma-module.ts";
import { changesToPrisma, fromPrisma, groupFromPrisma, toPrisma } from "./prisma-rows.ts";
import { behind, prismaOrder, prismaWhere } from "./prisma-where.ts";
import type { ScopeSettings } from "./tenancy-sql.ts";

export interface PrismaDriverDeps {
  readonly entity: EntityDescriptor;
  readonly scope: ScopeSettings;
  readonly connections: ConnectionCache;
  readonly pool: pg.Pool;
  readonly nulls: PrismaNulls;
  readonly effects: EffectsContext;
}

const MAX_TRIES = 4;

/** The generic repository's work on PostgreSQL. A read is one statement; a write is one, or one transaction when it has effects. */
export class PrismaDriver implements ITableDriver {
  readonly #deps: PrismaDriverDeps;
  readonly #model: string;

  constructor(deps: PrismaDriverDeps) {
    this.#deps = deps;
    this.#model = delegateName(deps.entity.model);
  }

  async select(selection: Selection): Promise<readonly StoredRecord[]> {
    const where = { AND: [this.#where(selection.where), ...behind(selection)] };
    const rows = await this.#read((table) => table.findMany({ where, orderBy: prismaOrder(selection), take: selection.limit }));
    return rows.map((row) => this.#record(row));
  }

  async count(where: readonly Clause[]): Promise<number> {
    return this.#read((table) => table.count({ where: this.#where(where) }));
  }

  async groups(where: readonly Clause[], { by, range, limit }: Grouping): Promise<readonly RowGroup[]> {
    const wanted = Object.fromEntries(range.map((field) => [field, true]));
    const bounds = range.length === 0 ? {} : { _min: wanted, _max: wanted };
    const rows = await this.#read((table) => table.groupBy({ by, where: this.#where(where), _count: { id: true }, ...bounds, orderBy: { _count: { id: "desc" } }, take: limit }));
    return rows.map((row) => groupFromPrisma(row, by, range));
  }

  async put(rows: readonly StoredRecord[], newer: string, beside: RecordsBeside | null): Promise<readonly string[]> {
    const put = putStatement(this.#deps.entity, rows, newer);
    return writtenIds(await this.#send(beside ? withRowsBeside(put, beside) : put));
  }

  async insert(rows: readonly StoredRecord[], effects: PreparedEffects): Promise<WriteResult> {
    const { entity, nulls } = this.#deps;
    const data = rows.map((row) => ({ ...toPrisma(entity, row, nulls), etag: row.etag }));
    const [only] = data;
    const known = rows.length === 1 ? (rows[0] ?? null) : null;
    return this.#write(effects, known, async (table) => {
      if (data.length > 1 || !only) return { count: (await table.createMany({ data })).count, rows };
      return { count: 1, rows: [this.#record(await table.create({ data: only }))] };
    });
  }

  async update(where: readonly Clause[], changes: Changes, effects: PreparedEffects): Promise<WriteResult> {
    const statement = isPlain(effects) ? updateStatement(this.#deps.entity, where, changes) : null;
    if (statement) return { repeated: false, rows: updatedRows(this.#deps.entity, await this.#send(statement)) };
    const args = { where: this.#where(where), data: changesToPrisma(this.#deps.entity, changes, this.#deps.nulls) };
    return this.#write(effects, null, async (table) => {
      const rows = (await table.updateManyAndReturn(args)).map((row) => this.#record(row));
      return { count: rows.length, rows };
    });
  }

  async updateMany(where: readonly Clause[], changes: Changes, effects: PreparedEffects): Promise<CountResult> {
    const args = { where: this.#where(where), data: changesToPrisma(this.#deps.entity, changes, this.#deps.nulls) };
    return this.#write(effects, null, async (table) => ({ count: (await table.updateMany(args)).count, rows: [] }));
  }

  async delete(where: readonly Clause[], effects: PreparedEffects): Promise<WriteResult> {
    const id = where.find((clause) => clause.field === "id" && clause.op === "eq")?.value;
    if (id === undefined) return { repeated: false, rows: [] };
    const args = { where: { id, ...this.#where(where) } };
    return this.#write(effects, null, async (table) => {
      const row = await table.delete(args).catch((error: unknown) => {
        if (isNothingFound(error)) return null;
        throw error;
      });
      return row === null ? { count: 0, rows: [] } : { count: 1, rows: [this.#record(row)] };
    });
  }

  async deleteMany(where: readonly Clause[], effects: PreparedEffects): Promise<CountResult> {
    return this.#write(effects, null, async (table) => ({ count: (await table.deleteMany({ where: this.#where(where) })).count, rows: [] }));
  }

  /** A statement of our own. */
  async #send(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    const { entity, pool, scope } = this.#deps;
    return withRepeats(() => queryInScope(pool, scope, statement)).catch((error: unknown) => {
      throw toAppError(error, entity);
    });
  }

  async #read<Result>(work: (table: PrismaDelegate) => Promise<Result>): Promise<Result> {
    const { connections, scope, entity } = this.#deps;
    return withRepeats(() => connections.use(scope, (connection) => work(connection.delegate(this.#model)))).catch((error: unknown) => {
      throw toAppError(error, entity);
    });
  }

  async #write(effects: PreparedEffects, known: StoredRecord | null, work: (table: PrismaDelegate) => Promise<Written>): Promise<WriteResult & CountResult> {
    const { connections, scope, entity } = this.#deps;
    const attempt = async (): Promise<WriteResult & CountResult> => {
      if (!isPlain(effects)) return writeWithEffects({ scope, model: this.#model, effects, known, work }, this.#deps.effects);
      return { repeated: false, ...(await connections.use(scope, (connection) => work(connection.delegate(this.#model)))) };
    };
    return withRepeats(attempt).catch((error: unknown) => {
      throw toAppError(error, entity);
    });
  }

  #where(clauses: readonly Clause[]): object {
    return prismaWhere(this.#deps.entity, clauses, this.#deps.nulls);
  }

  #record(row: unknown): StoredRecord {
    return fromPrisma(this.#deps.entity, row);
  }
}

function isPlain({ once, messages }: PreparedEffects): boolean {
  return once === null && messages.length === 0;
}

/** A transaction that lost against another one changed nothing, so it is repeated; a little later each time. */
async function withRepeats<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MAX_TRIES || !isRepeatable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** tries));
    }
  }
}
