import type { Caller, HealthReport } from "@coder/shared";
import { APP_ROLE, SYSTEM_ROLE } from "@coder/shared/server";
import type { Logger } from "../logger.ts";
import type pg from "pg";
import type { z } from "zod";
import { CursorSealer } from "../cursor.ts";
import { SYSTEM_REASONS, type IDatabase, type IDatabaseScope, type SystemReason } from "../database.ts";
import type { EntityDescriptor } from "../entity.ts";
import { EntityRepository } from "../entity-repository.ts";
import type { IRepository } from "../repository.ts";
import { SystemWork } from "../system-work.ts";
import { boundOf, type Access } from "../tenant.ts";
import { ConnectionCache } from "./connection-cache.ts";
import { OutboxAnnouncer } from "./outbox-announcer.ts";
import { openPool } from "./pool.ts";
import { PostgresOutbox, type WaitingEffects } from "./postgres-outbox.ts";
import { toAppError } from "./postgres-errors.ts";
import { postgresHealth, type PoolMetrics } from "./postgres-health.ts";
import { PrismaDriver } from "./prisma-driver.ts";
import { GENERATED_CLIENT, loadPrisma, type PrismaModule } from "./prisma-module.ts";
import { checkRole } from "./roles.ts";
import type { ScopeSettings } from "./tenancy-sql.ts";
import { TransactionSlots } from "./transaction-slots.ts";

export interface PostgresOptions {
  /** As a member of `coder_app`. */
  readonly url: string;
  /** As a member of `coder_system`. */
  readonly systemUrl: string;
  readonly poolSize: number;
  /** Seals continuation tokens; the same in every process of the installation. */
  readonly cursorKey: string;
  readonly log: Logger;
  /** Longest a statement may run. Default 30,000. */
  readonly statementTimeoutMs?: number;
  /** Tenants whose Prisma client is kept ready, about 30 kB each. Default 200. */
  readonly keptClients?: number;
  readonly traceId?: () => string | null;
  /** Told of each piece of cross-tenant work. */
  readonly onSystemWork?: (reason: SystemReason) => void;
  /** Tests bring their own client for their own tables. */
  readonly client?: URL;
}

const STATEMENT_TIMEOUT_MS = 30_000;

/** Connects as both roles, and refuses to start when row-level security would not bind them. */
export async function openPostgres(options: PostgresOptions): Promise<PostgresDatabase> {
  const common = { size: options.poolSize, log: options.log, statementTimeoutMs: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS };
  const app = openPool({ ...common, url: options.url, name: "coder" });
  const system = openPool({ ...common, url: options.systemUrl, name: "coder system" });
  try {
    await checkRole(app, APP_ROLE);
    await checkRole(system, SYSTEM_ROLE);
    return new PostgresDatabase({ app, system, prisma: await loadPrisma(options.client ?? GENERATED_CLIENT), options });
  } catch (error) {
    await Promise.allSettled([app.end(), system.end()]);
    throw toAppError(error, null);
  }
}

export interface PostgresDatabaseDeps {
  readonly app: pg.Pool;
  readonly system: pg.Pool;
  readonly prisma: PrismaModule;
  readonly options: PostgresOptions;
}

export interface DatabaseMetrics {
  readonly app: PoolMetrics;
  readonly system: PoolMetrics;
  /** Tenants whose Prisma client is kept ready. */
  readonly clients: number;
}

export class PostgresDatabase implements IDatabase {
  readonly outbox: PostgresOutbox;
  readonly systemWork: SystemWork;
  readonly #deps: PostgresDatabaseDeps;
  readonly #appConnections: ConnectionCache;
  readonly #systemConnections: ConnectionCache;
  readonly #appTransactions: TransactionSlots;
  readonly #systemTransactions: TransactionSlots;
  readonly #cursors: CursorSealer;
  readonly #announcer: OutboxAnnouncer;

  constructor(deps: PostgresDatabaseDeps) {
    this.#deps = deps;
    this.systemWork = new SystemWork(deps.options.onSystemWork);
    const { app, system, prisma, options } = deps;
    this.#appConnections = new ConnectionCache({ pool: app, prisma, size: options.keptClients ?? 200 });
    this.#systemConnections = new ConnectionCache({ pool: system, prisma, size: Object.keys(SYSTEM_REASONS).length });
    this.#appTransactions = new TransactionSlots({ pool: app, prisma });
    this.#systemTransactions = new TransactionSlots({ pool: system, prisma });
    this.#cursors = new CursorSealer(options.cursorKey);
    this.#announcer = new OutboxAnnouncer(app);
    this.outbox = new PostgresOutbox({ url: options.systemUrl, log: options.log, statementTimeoutMs: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS, work: this.systemWork });
  }

  for(caller: Caller): IDatabaseScope {
    return this.#scope({ kind: "caller", caller });
  }

  system(reason: SystemReason): IDatabaseScope {
    this.systemWork.note(reason);
    return this.#scope({ kind: "system", reason });
  }

  get metrics(): DatabaseMetrics {
    const { app, system, options } = this.#deps;
    return { app: metricsOf(app, options.poolSize), system: metricsOf(system, options.poolSize), clients: this.#appConnections.size };
  }

  /** Up, or what is wrong and what to do. */
  health(): Promise<HealthReport> {
    return postgresHealth(this);
  }

  /** Whether both roles get an answer, and what waits for the relay. */
  async probe(): Promise<WaitingEffects> {
    try {
      const [waiting] = await Promise.all([this.outbox.waiting(this.#deps.system), this.#deps.app.query("select 1")]);
      return waiting;
    } catch (error) {
      throw toAppError(error, null);
    }
  }

  async close(): Promise<void> {
    this.#announcer.stop();
    await this.outbox.close();
    await Promise.all([this.#appConnections, this.#systemConnections, this.#appTransactions, this.#systemTransactions].map((part) => part.close()));
    await Promise.all([this.#deps.app.end(), this.#deps.system.end()]);
  }

  #scope(access: Access): IDatabaseScope {
    return {
      repository: <Schema extends z.ZodObject>(entity: EntityDescriptor<Schema>): IRepository<z.output<Schema> & { readonly id: string }> => {
        const driver = new PrismaDriver({
          entity,
          scope: settingsOf(entity, access),
          connections: access.kind === "system" ? this.#systemConnections : this.#appConnections,
          pool: access.kind === "system" ? this.#deps.system : this.#deps.app,
          nulls: this.#deps.prisma.nulls,
          effects: {
            transactions: access.kind === "system" ? this.#systemTransactions : this.#appTransactions,
            traceId: this.#deps.options.traceId ?? (() => null),
            committed: () => this.#announcer.soon(),
          },
        });
        return new EntityRepository<z.output<Schema> & { readonly id: string }>({ entity, access, driver, cursors: this.#cursors });
      },
    };
  }
}

/** The narrowest scope that serves the entity, so that people of one organization share a client for its tables. */
function settingsOf(entity: EntityDescriptor, access: Access): ScopeSettings {
  if (access.kind === "system") return { organization: "", user: "", reason: access.reason };
  const tenant = boundOf(entity, access)?.value ?? "";
  return entity.tenancy === "organization" ? { organization: tenant, user: "", reason: "" } : { organization: "", user: tenant, reason: "" };
}

function metricsOf(pool: pg.Pool, size: number): PoolMetrics {
  return { size, open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
}
