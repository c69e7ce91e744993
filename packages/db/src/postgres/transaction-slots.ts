import type pg from "pg";
import type { PrismaConnection, PrismaDelegate, PrismaModule } from "./prisma-module.ts";
import { inOneWrite } from "./scoped-pool.ts";
import { beginSql, type ScopeSettings } from "./tenancy-sql.ts";

export interface TransactionSlotsDeps {
  readonly pool: pg.Pool;
  readonly prisma: PrismaModule;
}

/**
 * Transactions of a Prisma write and statements of our own on one connection. Prisma's interactive transactions cost twice the CPU and
 * wait for each step; here begin, write, effects and commit can leave together. A slot serves one write at a time, so what Prisma
 * sends belongs to that write and to no other tenant's.
 */
export class TransactionSlots {
  readonly #deps: TransactionSlotsDeps;
  readonly #free: Slot[] = [];
  readonly #all: Slot[] = [];

  constructor(deps: TransactionSlotsDeps) {
    this.#deps = deps;
  }

  /** Runs `work` in a transaction for the scope. What `work` does not commit is rolled back. */
  async use<Result>(scope: ScopeSettings, work: (transaction: ScopedTransaction) => Promise<Result>): Promise<Result> {
    const client = await this.#deps.pool.connect();
    const slot = this.#free.pop() ?? this.#add();
    const transaction = new ScopedTransaction(client, slot.connection);
    slot.transaction = transaction;
    try {
      transaction.begin(scope);
      return await work(transaction);
    } finally {
      await transaction.end();
      slot.transaction = null;
      client.release();
      this.#free.push(slot);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((slot) => slot.connection.disconnect()));
  }

  #add(): Slot {
    const slot = new Slot(this.#deps);
    this.#all.push(slot);
    return slot;
  }
}

/** A Prisma client whose statements go to the transaction that holds the slot. */
class Slot {
  readonly connection: PrismaConnection;
  transaction: ScopedTransaction | null = null;

  constructor({ pool, prisma }: TransactionSlotsDeps) {
    const members: Partial<Record<string | symbol, unknown>> = {
      query: (query: pg.QueryConfig) => this.#held().fromPrisma(query),
      // Prisma splits a large createMany into a transaction of its own: it is inside ours already.
      connect: async () => ({ query: (query: pg.QueryConfig) => this.#held().fromPrisma(query), on: () => pool, removeListener: () => pool, release: () => {} }),
      on: () => pool,
      removeListener: () => pool,
    };
    this.connection = prisma.connect(new Proxy(pool, { get: (target, key): unknown => members[key] ?? Reflect.get(target, key) }));
  }

  #held(): ScopedTransaction {
    if (!this.transaction) throw new Error("A statement came after the end of its transaction");
    return this.transaction;
  }
}

const NOTHING = { command: "", rowCount: null, oid: 0, fields: [], rows: [] } satisfies pg.QueryResult;

export class ScopedTransaction {
  readonly #client: pg.PoolClient;
  readonly #prisma: PrismaConnection;
  #afterNext: (() => void) | null = null;
  #open = false;

  constructor(client: pg.PoolClient, prisma: PrismaConnection) {
    this.#client = client;
    this.#prisma = prisma;
  }

  /** Does not wait: when it fails, everything after it fails too. */
  begin(scope: ScopeSettings): void {
    this.#open = true;
    this.#client.query(beginSql(scope)).catch(() => {});
  }

  delegate(model: string): PrismaDelegate {
    return this.#prisma.delegate(model);
  }

  query(query: pg.QueryConfig): Promise<pg.QueryResult> {
    return this.#client.query(query);
  }

  /** Does something right behind Prisma's next statement, in the same flush. */
  afterNextStatement(send: () => void): void {
    this.#afterNext = send;
  }

  async commit(): Promise<void> {
    this.#open = false;
    const { command } = await this.#client.query("commit");
    // PostgreSQL ends a failed transaction as a rollback and calls that a success.
    if (command !== "COMMIT") throw new Error("The transaction was rolled back");
  }

  async end(): Promise<void> {
    if (this.#open) await this.#client.query("rollback").catch(() => {});
    this.#open = false;
  }

  async fromPrisma(query: pg.QueryConfig): Promise<pg.QueryResult> {
    if (/^(begin|commit|rollback)\b/i.test(query.text)) return NOTHING;
    return inOneWrite(this.#client, () => {
      const answer = this.#client.query(query);
      this.#afterNext?.();
      this.#afterNext = null;
      return answer;
    });
  }
}
