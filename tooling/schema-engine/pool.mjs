import pg from "pg";
import { reportMigration } from "../launcher/prisma-environment.mjs";
import { findTransactionControl } from "./transaction-control.mjs";

/** PostgreSQL's internal `"char"`, which the catalogues hold and Prisma's adapter does not know. */
const OID_INTERNAL_CHAR = 18;
/** Text, which the adapter knows; it labels such columns for the engine afterwards. */
const OID_VARCHAR = 1043;

/**
 * A pool that can run everything on one connection inside one transaction. `migrate deploy` uses that: either all pending migrations are
 * applied or the database is as it was before, the record of them included.
 */
export class EnginePool extends pg.Pool {
  /** @type {pg.PoolClient | null} */
  #pinned = null;
  /**
   * Which columns of the last result were of the catalogues' type "char". The engine asks one thing after the other.
   *
   * @type {readonly boolean[]}
   */
  internalChars = [];

  /**
   * @param {string | pg.QueryConfig} query
   * @returns {Promise<pg.QueryArrayResult>}
   */
  // @ts-expect-error -- the adapter calls this one form of pg's many overloads
  async query(query) {
    if (this.#pinned) return this.#queryInTransaction(this.#pinned, query);
    const client = await this.connect();
    try {
      return this.#withKnownTypes(await client.query(query));
    } finally {
      client.release();
    }
  }

  /**
   * Runs `work` in one transaction: its result commits, its error takes everything back.
   *
   * @template Value
   * @param {() => Promise<Value>} work
   * @returns {Promise<Value>}
   */
  async allOrNothing(work) {
    const client = await this.connect();
    try {
      await client.query("BEGIN");
      this.#pinned = client;
      const value = await work();
      await client.query("COMMIT");
      return value;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      throw error;
    } finally {
      this.#pinned = null;
      client.release();
    }
  }

  /**
   * Runs a whole migration, which must not end the transaction it is in.
   *
   * @param {string} script
   */
  async runScript(script) {
    const statement = this.#pinned && findTransactionControl(script);
    if (statement) {
      throw new Error(`"${statement}" cannot be part of a migration: all pending migrations are applied in one transaction, so that a failure takes back everything`);
    }
    await this.query(script);
    if (this.#pinned) reportMigration();
  }

  /**
   * A savepoint around each query: the engine goes on after errors (it probes for tables, and records what failed), an aborted transaction would
   * answer all that with "current transaction is aborted" and hide the first error.
   *
   * @param {pg.PoolClient} client
   * @param {string | pg.QueryConfig} query
   */
  async #queryInTransaction(client, query) {
    await client.query("SAVEPOINT engine_query");
    try {
      const result = this.#withKnownTypes(await client.query(query));
      await client.query("RELEASE SAVEPOINT engine_query");
      return result;
    } catch (error) {
      await client.query("ROLLBACK TO SAVEPOINT engine_query").catch(() => undefined);
      throw error;
    }
  }

  /**
   * @template {pg.QueryResultBase | pg.QueryResultBase[]} Result
   * @param {Result} result
   * @returns {Result}
   */
  #withKnownTypes(result) {
    for (const one of Array.isArray(result) ? result : [result]) {
      /** @type {readonly pg.FieldDef[]} */
      const fields = one.fields;
      this.internalChars = fields.map((/** @type {pg.FieldDef} */ field) => field.dataTypeID === OID_INTERNAL_CHAR);
      for (const field of fields) if (field.dataTypeID === OID_INTERNAL_CHAR) field.dataTypeID = OID_VARCHAR;
    }
    return result;
  }
}
