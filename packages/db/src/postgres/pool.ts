import pg from "pg";
import type { Logger } from "../logger.ts";

export interface PoolOptions {
  readonly url: string;
  readonly size: number;
  readonly name: string;
  readonly statementTimeoutMs: number;
  readonly log: Logger;
}

/** For the answer to arrive, after which the connection counts as lost: a server that hangs ends no statement by itself. */
export const ANSWER_MS = 2_000;

/** A pool that gives up early rather than hang, and mends itself: a broken connection is dropped and the next use opens another. */
export function openPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.size,
    application_name: options.name,
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + ANSWER_MS,
    lock_timeout: 10_000,
    idle_in_transaction_session_timeout: 60_000,
  });
  // A connection in use that breaks fails its statement, which is told to whoever waits; unheard, its event would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  pool.on("error", (error) => options.log.warn({ pool: options.name, err: error }, "Lost an idle database connection"));
  return pool;
}
