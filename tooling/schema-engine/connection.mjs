import pg from "pg";

/**
 * Discrete fields rather than the URL: the adapter overrides `database` for the shadow database, and a connection string would win over that.
 *
 * @param {string} url
 * @returns {pg.ClientConfig}
 */
export function connectionOf(url) {
  const parsed = new URL(url);
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    ...(parsed.searchParams.get("sslmode") === "require" ? { ssl: true } : {}),
  };
}

/** @param {string} url */
export function schemaNameOf(url) {
  return new URL(url).searchParams.get("schema") ?? "public";
}

/**
 * The same server, another database.
 *
 * @param {string} url
 * @param {string} database
 */
export function withDatabase(url, database) {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  parsed.search = "";
  return parsed.toString();
}

/**
 * @template Value
 * @param {string} url
 * @param {(client: pg.Client) => Promise<Value>} work
 * @returns {Promise<Value>}
 */
export async function withClient(url, work) {
  const client = new pg.Client(connectionOf(url));
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @param {string} url */
export async function databaseExists(url) {
  try {
    return await withClient(url, async () => true);
  } catch (error) {
    if (sqlStateOf(error) === "3D000") return false;
    throw error;
  }
}

/**
 * @param {string} url
 * @returns {Promise<{ databaseName: string }>}
 */
export async function createDatabase(url) {
  const databaseName = decodeURIComponent(new URL(url).pathname.slice(1));
  await withClient(withDatabase(url, "postgres"), async (client) => {
    try {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(databaseName)}`);
    } catch (error) {
      if (sqlStateOf(error) !== "42P04") throw error;
    }
  });
  return { databaseName };
}

/**
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function sqlStateOf(error) {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
