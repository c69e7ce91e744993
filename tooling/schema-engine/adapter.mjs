import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, DriverAdapterError } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { connectionOf, schemaNameOf, withClient, withDatabase } from "./connection.mjs";
import { EnginePool } from "./pool.mjs";

/** @import { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils" */

/**
 * What the engine talks to: Prisma's adapter for pg over our pool, repaired in three places where it was made for queries and not for migrations.
 * (1) `executeScript` split at every semicolon, inside functions too; (2) the shadow database was dropped before its connections closed;
 * (3) the catalogues' type "char" (see the pool).
 *
 * @implements {SqlMigrationAwareDriverAdapterFactory}
 */
export class EngineAdapterFactory {
  provider = /** @type {const} */ ("postgres");
  adapterName = "@prisma/adapter-pg";
  #url;
  #shadowUrl;
  /** @type {EnginePool | null} */
  #pool = null;

  /** @param {{ url: string, shadowUrl?: string | undefined }} options */
  constructor({ url, shadowUrl }) {
    this.#url = url;
    this.#shadowUrl = shadowUrl;
  }

  get pool() {
    this.#pool ??= new EnginePool({ ...connectionOf(this.#url), idleTimeoutMillis: 0 });
    return this.#pool;
  }

  /** @returns {Promise<SqlDriverAdapter>} */
  connect() {
    return adapterOver(this.pool, schemaNameOf(this.#url));
  }

  /** @returns {Promise<SqlDriverAdapter>} */
  async connectToShadowDb() {
    if (this.#shadowUrl) return adapterOver(new EnginePool(connectionOf(this.#shadowUrl)), "public");
    const name = `prisma_migrate_shadow_db_${randomUUID()}`;
    const quoted = pg.escapeIdentifier(name);
    const admin = withDatabase(this.#url, "postgres");
    await withClient(admin, (client) => client.query(`CREATE DATABASE ${quoted}`));
    const adapter = await adapterOver(new EnginePool(connectionOf(withDatabase(this.#url, name))), "public");
    const dispose = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await dispose();
      await withClient(admin, (client) => client.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`));
    };
    return adapter;
  }
}

/**
 * @param {EnginePool} pool
 * @param {string} schema
 * @returns {Promise<SqlDriverAdapter>}
 */
async function adapterOver(pool, schema) {
  const adapter = await new PrismaPg(pool, { schema, disposeExternalPool: true }).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    const { internalChars } = pool;
    return { ...result, columnTypes: result.columnTypes.map((type, column) => (internalChars[column] ? ColumnTypeEnum.Character : type)) };
  };
  adapter.executeScript = async (script) => {
    try {
      await pool.runScript(script);
    } catch (error) {
      throw asAdapterError(error);
    }
  };
  return adapter;
}

/** @param {unknown} error */
function asAdapterError(error) {
  if (!(error instanceof pg.DatabaseError)) return error instanceof Error ? new DriverAdapterError({ kind: "postgres", code: "XX000", severity: "ERROR", message: error.message, detail: undefined, column: undefined, hint: undefined }) : error;
  return new DriverAdapterError({
    kind: "postgres",
    code: error.code ?? "XX000",
    severity: error.severity ?? "ERROR",
    message: error.message,
    detail: error.detail,
    column: error.column,
    hint: error.hint,
  });
}
