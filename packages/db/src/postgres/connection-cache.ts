import type pg from "pg";
import type { PrismaConnection, PrismaModule } from "./prisma-module.ts";
import { scopedPool } from "./scoped-pool.ts";
import type { ScopeSettings } from "./tenancy-sql.ts";

interface Entry {
  readonly connection: PrismaConnection;
  uses: number;
  evicted: boolean;
}

export interface ConnectionCacheDeps {
  readonly pool: pg.Pool;
  readonly prisma: PrismaModule;
  readonly size: number;
}

/**
 * One Prisma client per tenant over the shared pool. Prisma merges reads of one tick into one statement, so two tenants must never
 * share a client. The least recently used goes when there are too many, after its last statement.
 */
export class ConnectionCache {
  readonly #deps: ConnectionCacheDeps;
  readonly #entries = new Map<string, Entry>();

  constructor(deps: ConnectionCacheDeps) {
    this.#deps = deps;
  }

  async use<Result>(scope: ScopeSettings, work: (connection: PrismaConnection) => Promise<Result>): Promise<Result> {
    const entry = this.#entry(scope);
    entry.uses += 1;
    try {
      return await work(entry.connection);
    } finally {
      entry.uses -= 1;
      await this.#dispose(entry);
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map((entry) => entry.connection.disconnect()));
  }

  #entry(scope: ScopeSettings): Entry {
    const key = `${scope.organization}|${scope.user}|${scope.reason}`;
    const entry = this.#entries.get(key) ?? { connection: this.#deps.prisma.connect(scopedPool(this.#deps.pool, scope)), uses: 0, evicted: false };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#deps.size) this.#evictOldest();
    return entry;
  }

  #evictOldest(): void {
    const [oldest] = this.#entries;
    if (!oldest) return;
    const [key, entry] = oldest;
    this.#entries.delete(key);
    entry.evicted = true;
    void this.#dispose(entry);
  }

  async #dispose(entry: Entry): Promise<void> {
    if (entry.evicted && entry.uses === 0) await entry.connection.disconnect();
  }
}
