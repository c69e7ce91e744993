import pg from "pg";
import { DatabaseProblem } from "./protocol.ts";

/** Runs `work` on a connection of its own, and names what keeps it from connecting. */
export async function withClient<Value>(url: string, work: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 15_000, application_name: "coder-setup" });
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw explained(error, url);
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

function explained(error: unknown, url: string): unknown {
  const { host, pathname, username } = new URL(url);
  const code = sqlState(error);
  if (code === "28P01" || code === "28000") {
    return new DatabaseProblem(`PostgreSQL at ${host} refuses the user ${username}.`, "Check the password in the connection string; for the embedded server, the files in $CODER_DATA/secrets must be those of this data directory.");
  }
  if (code === "53300") return new DatabaseProblem(`PostgreSQL at ${host} has no connection left.`, "Raise max_connections there, or end other clients.");
  if (code !== undefined) return error;
  return new DatabaseProblem(`PostgreSQL at ${host}${pathname} cannot be reached (${error instanceof Error ? error.message : String(error)}).`, "Check the address in the connection string, and that the server runs and may be reached from here.");
}
