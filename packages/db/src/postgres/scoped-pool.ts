import type pg from "pg";
import { beginSql, type ScopeSettings } from "./tenancy-sql.ts";

/** The part of a pg client that is used here. The adapter calls it with a query object and waits for the promise. */
interface Connection {
  readonly connection: { readonly stream: Pick<pg.Connection["stream"], "cork" | "uncork"> };
  query(query: pg.QueryConfig | string): Promise<pg.QueryResult>;
}

const NO_ROWS = { command: "BEGIN", rowCount: null, oid: 0, fields: [], rows: [] } satisfies pg.QueryResult;

/**
 * The shared pool, as one tenant may use it: every statement runs in a transaction that first says for whom. Beginning, the
 * statement and `commit` leave together (the pool pipelines), so the wall costs no extra round trip. The setting ends with the
 * transaction, so a connection goes back to the pool without it.
 */
export function scopedPool(pool: pg.Pool, scope: ScopeSettings): pg.Pool {
  const begin = beginSql(scope);
  const members: Partial<Record<string | symbol, unknown>> = {
    query: (query: pg.QueryConfig) => onPool(pool, begin, query),
    connect: async () => scopedClient(await pool.connect(), begin),
    // The pool has its one error listener already; one more per client would pile up.
    on: () => pool,
    removeListener: () => pool,
  };
  return new Proxy(pool, { get: (target, key) => members[key] ?? bound(target, key) });
}

export function queryInScope(pool: pg.Pool, scope: ScopeSettings, query: pg.QueryConfig): Promise<pg.QueryResult> {
  return onPool(pool, beginSql(scope), query);
}

async function onPool(pool: pg.Pool, begin: string, query: pg.QueryConfig): Promise<pg.QueryResult> {
  const client = await pool.connect();
  try {
    return await scopedStatement(client, begin, query);
  } finally {
    client.release();
  }
}

/** One statement in its own scoped transaction. All messages are on the wire before the first answer is awaited. */
export async function scopedStatement(client: Connection, begin: string, query: pg.QueryConfig): Promise<pg.QueryResult> {
  const sent = inOneWrite(client, () => [client.query(begin), client.query(query), client.query("commit")] as const);
  const answers = await Promise.allSettled(sent);
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed) throw failed.reason;
  return sent[1];
}

/** What is sent leaves in one write to the socket: a call of the system for each message costs more than the message. */
export function inOneWrite<Sent>({ connection: { stream } }: Pick<Connection, "connection">, send: () => Sent): Sent {
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

/** A connection for a transaction of several statements: whoever begins one gets the scope with it, in the same flush. */
function scopedClient(client: pg.PoolClient, begin: string): pg.PoolClient {
  const query = (statement: pg.QueryConfig | string): Promise<pg.QueryResult> => {
    const text = typeof statement === "string" ? statement : statement.text;
    return /^begin\b/i.test(text) ? beginInScope(client, begin) : client.query(statement);
  };
  return new Proxy(client, { get: (target, key) => (key === "query" ? query : bound(target, key)) });
}

/** Does not wait: a failed begin fails the next statement too, and without the setting row-level security shows no rows. */
async function beginInScope(client: Connection, begin: string): Promise<pg.QueryResult> {
  client.query(begin).catch(() => {});
  return NO_ROWS;
}

function bound<Target extends object>(target: Target, key: string | symbol): unknown {
  const member: unknown = Reflect.get(target, key);
  return typeof member === "function" ? member.bind(target) : member;
}
