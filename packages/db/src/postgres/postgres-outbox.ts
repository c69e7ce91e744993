import type { IOutbox, OutboxItem, RefusedItem } from "@coder/shared/server";
import type { Logger } from "../logger.ts";
import pg from "pg";
import { z } from "zod";
import type { SystemReason } from "../database.ts";
import { readItems, REFUSED_FOR_SECONDS } from "../outbox-item.ts";
import type { SystemWork } from "../system-work.ts";
import { ANSWER_MS } from "./pool.ts";
import { toAppError } from "./postgres-errors.ts";
import { queryInScope, scopedStatement } from "./scoped-pool.ts";
import { beginSql } from "./tenancy-sql.ts";

export const OUTBOX_CHANNEL = "coder_outbox";
/** Any number that nothing else in this database locks. */
const LEASE_KEY = 7_269_103;
const KEY_RETENTION_DAYS = 30;
const HOUSEKEEPING_MS = 3_600_000;
const RECONNECT_MS = 1_000;
const MAX_REASON = 1_000;

const CLAIM = `
  select id, message, caller, trace_id as "traceId", created_at as "createdAt" from kernel_outbox
  where refused_at is null or refused_at < clock_timestamp() - make_interval(secs => $2) order by id limit $1`;
const WAITING = `
  select coalesce(extract(epoch from now() - min(created_at) filter (where refused_at is null)), 0)::float8 as "oldestSeconds",
    count(refused_at)::int as refused, max(reason) as reason from kernel_outbox`;

const RowSchema = z.object({ id: z.string(), createdAt: z.date().transform((at) => at.toISOString()) });
const WaitingSchema = z.object({ oldestSeconds: z.number(), refused: z.number(), reason: z.string().nullable() });
export type WaitingEffects = z.output<typeof WaitingSchema>;

export interface PostgresOutboxDeps {
  readonly url: string;
  readonly statementTimeoutMs: number;
  readonly log: Logger;
  readonly work: SystemWork;
}

/**
 * The relay's side of the outbox, on one connection of its own. That connection holds the lease as an advisory lock, so the lease
 * ends with it, however it ends; it reads, deletes and listens on it too, so whoever lost the lease cannot go on.
 */
export class PostgresOutbox implements IOutbox {
  readonly #deps: PostgresOutboxDeps;
  readonly #listeners = new Set<() => void>();
  #connecting: Promise<pg.Client> | null = null;
  #leased = false;
  #closed = false;
  #nextHousekeeping = 0;

  constructor(deps: PostgresOutboxDeps) {
    this.#deps = deps;
  }

  async claim(limit: number): Promise<readonly OutboxItem[]> {
    const client = await this.#connect();
    if (!(await this.#lease(client))) return [];
    this.#deps.work.note("outbox-relay");
    await this.#housekeep(client);
    for (;;) {
      const { rows } = await this.#run(client, { text: CLAIM, values: [limit, REFUSED_FOR_SECONDS] });
      const { items, unreadable } = readItems(rows.map((row) => ({ ...row, ...RowSchema.parse(row) })));
      if (unreadable.length > 0) {
        this.#deps.log.error({ items: unreadable }, "The outbox holds effects that this version cannot read; they are set aside and tried again");
        await this.refuse(unreadable);
      }
      if (items.length > 0 || unreadable.length === 0) return items;
    }
  }

  async markDone(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const client = await this.#connect();
    await this.#run(client, { text: "delete from kernel_outbox where id = any($1::uuid[])", values: [ids] });
  }

  async refuse(items: readonly RefusedItem[]): Promise<void> {
    const client = await this.#connect();
    await this.#run(client, {
      text: "update kernel_outbox set refused_at = clock_timestamp(), reason = refused.reason from unnest($1::uuid[], $2::text[]) as refused (id, reason) where kernel_outbox.id = refused.id",
      values: [items.map(({ id }) => id), items.map(({ reason }) => shortened(reason))],
    });
  }

  async onWrite(listener: () => void): Promise<() => Promise<void>> {
    this.#listeners.add(listener);
    await this.#connect();
    return async () => void this.#listeners.delete(listener);
  }

  /** How long the oldest effect has been waiting, by the database's clock, and how many are set aside. */
  async waiting(pool: pg.Pool): Promise<WaitingEffects> {
    const { rows } = await queryInScope(pool, RELAY, { text: WAITING });
    return WaitingSchema.parse(rows[0]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#connecting?.catch(() => null);
    await client?.end().catch(() => {});
  }

  async #lease(client: pg.Client): Promise<boolean> {
    if (this.#leased) return true;
    const { rows } = await this.#run(client, { text: "select pg_try_advisory_lock($1) as leased", values: [LEASE_KEY] });
    this.#leased = z.object({ leased: z.boolean() }).parse(rows[0]).leased;
    return this.#leased;
  }

  /** Keys are for repeated deliveries, which come within hours; a month is far beyond. */
  async #housekeep(client: pg.Client): Promise<void> {
    if (Date.now() < this.#nextHousekeeping) return;
    this.#nextHousekeeping = Date.now() + HOUSEKEEPING_MS;
    await this.#run(client, { text: "delete from kernel_once_keys where created_at < now() - make_interval(days => $1)", values: [KEY_RETENTION_DAYS] });
  }

  async #run(client: pg.Client, query: pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      return await scopedStatement(client, beginSql(RELAY), query);
    } catch (error) {
      throw toAppError(error, null);
    }
  }

  #connect(): Promise<pg.Client> {
    if (this.#closed) return Promise.reject(new Error("The outbox is closed"));
    this.#connecting ??= this.#open().catch((error: unknown) => {
      this.#connecting = null;
      throw toAppError(error, null);
    });
    return this.#connecting;
  }

  async #open(): Promise<pg.Client> {
    const { url, statementTimeoutMs } = this.#deps;
    const client = new pg.Client({
      connectionString: url,
      application_name: "coder outbox",
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + ANSWER_MS,
    });
    client.on("error", (error) => this.#deps.log.warn({ err: error }, "The outbox lost its database connection"));
    client.on("end", () => this.#lost());
    client.on("notification", () => this.#wake());
    await client.connect();
    await client.query(`listen ${OUTBOX_CHANNEL}`);
    return client;
  }

  /** Connects again while somebody listens, and wakes them then: what was written in between was not announced. */
  #lost(): void {
    this.#connecting = null;
    this.#leased = false;
    if (this.#closed || this.#listeners.size === 0) return;
    setTimeout(() => {
      this.#connect().then(
        () => this.#wake(),
        () => this.#lost(),
      );
    }, RECONNECT_MS).unref();
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
  }
}

const RELAY = { organization: "", user: "", reason: "outbox-relay" satisfies SystemReason };

/** Without the characters that PostgreSQL does not keep. */
function shortened(reason: string): string {
  return reason.toWellFormed().replaceAll("\0", "\ufffd").slice(0, MAX_REASON);
}
