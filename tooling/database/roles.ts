import { APP_ROLE, SYSTEM_ROLE } from "@coder/shared/server";
import pg from "pg";
import { sqlState, withClient } from "./connect.ts";
import { DatabaseProblem, type Request } from "./protocol.ts";
import { scramVerifier } from "./scram.ts";

/** Makes the database when there is none. */
export async function ensureDatabase(ownerUrl: string): Promise<void> {
  const url = new URL(ownerUrl);
  const name = decodeURIComponent(url.pathname.slice(1));
  if (await exists(ownerUrl)) return;
  url.pathname = "/postgres";
  try {
    await withClient(url.toString(), (client) => client.query(`create database ${pg.escapeIdentifier(name)}`));
  } catch (error) {
    // Another process was faster.
    if (sqlState(error) === "42P04" || sqlState(error) === "23505") return;
    if (sqlState(error) === "42501") throw new DatabaseProblem(`The database ${name} does not exist and this user may not create it.`, `Create it: create database ${name};`);
    throw error;
  }
}

/**
 * Makes the roles that own the rights, and for each the one that logs in (the same in a database called `coder`), or gives that one its password again when
 * it no longer fits.
 */
export async function ensureRoles(client: pg.Client, ownerUrl: string, roles: NonNullable<Request["roles"]>): Promise<void> {
  for (const [group, login] of [[APP_ROLE, roles.app], [SYSTEM_ROLE, roles.system]] as const) {
    try {
      if (login.name !== group && !(await roleExists(client, group))) await client.query(`create role ${group} nologin`);
      await ensureLogin(client, ownerUrl, group, login);
    } catch (error) {
      if (sqlState(error) !== "42501") throw error;
      throw new DatabaseProblem(
        `The user in the connection string may not make the role ${login.name}.`,
        `Give it CREATEROLE; or make two login roles yourself, members of ${APP_ROLE} and of ${SYSTEM_ROLE}, and set DATABASE_OWNER_URL, DATABASE_URL and DATABASE_SYSTEM_URL.`,
      );
    }
  }
}

async function ensureLogin(client: pg.Client, ownerUrl: string, group: string, { name, password }: { name: string; password: string }): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const secret = pg.escapeLiteral(scramVerifier(password));
  if (!(await roleExists(client, name))) await client.query(`create role ${role} login password ${secret}${name === group ? "" : ` in role ${group}`}`);
  await client.query(`grant connect on database ${pg.escapeIdentifier(databaseOf(ownerUrl))} to ${role}; grant usage on schema public to ${role}`);
  if (!(await canLogIn(ownerUrl, name, password))) await client.query(`alter role ${role} login password ${secret}`);
}

async function roleExists(client: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [name]);
  return rowCount === 1;
}

async function canLogIn(ownerUrl: string, name: string, password: string): Promise<boolean> {
  const url = new URL(ownerUrl);
  url.username = encodeURIComponent(name);
  url.password = encodeURIComponent(password);
  const client = new pg.Client({ connectionString: url.toString(), connectionTimeoutMillis: 15_000 });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (sqlState(error)?.startsWith("28")) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function exists(url: string): Promise<boolean> {
  try {
    return await withClient(url, async () => true);
  } catch (error) {
    if (sqlState(error) === "3D000") return false;
    throw error;
  }
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}
