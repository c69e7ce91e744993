import { randomBytes } from "node:crypto";
import pg from "pg";
import { contractBlueprint, emptyBlueprint, productBlueprint, type Blueprint } from "./prepare.ts";
import { holdSharedServer } from "./shared-server.ts";

export interface TestDatabase {
  readonly name: string;
  /** As the role that row-level security binds to a tenant. */
  readonly url: string;
  /** As the role for the listed cross-tenant work. */
  readonly systemUrl: string;
  /** As the owner: sees and may do everything. */
  readonly ownerUrl: string;
  drop(): Promise<void>;
}

const BLUEPRINTS = { product: productBlueprint, contract: contractBlueprint, empty: emptyBlueprint } as const;
const templates = new Map<string, Promise<string>>();
const LOCK = 7_269_104;

/** A database of its own for one test file, cloned from a migrated template in milliseconds; on the shared server, or on a given one. */
export async function createTestDatabase(kind: keyof typeof BLUEPRINTS | Blueprint = "product", serverUrl?: string): Promise<TestDatabase> {
  const url = serverUrl ?? (await holdSharedServer()).url;
  const template = await templateOf(url, typeof kind === "string" ? BLUEPRINTS[kind] : kind);
  const name = `test_${process.pid}_${randomBytes(5).toString("hex")}`;
  await withClient(url, (client) => client.query(`create database ${name} template ${template} strategy file_copy`));
  return {
    name,
    url: addressOf(url, name, "test_app"),
    systemUrl: addressOf(url, name, "test_system"),
    ownerUrl: addressOf(url, name),
    drop: () => withClient(url, async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  };
}

function templateOf(url: string, blueprint: Blueprint): Promise<string> {
  const key = `${blueprint.name} on ${url}`;
  let template = templates.get(key);
  if (!template) templates.set(key, (template = makeTemplate(url, blueprint)));
  return template;
}

/** One process makes the template; the others wait for its lock and find it made. The lock is the shared server's for all servers: the generated files are shared, too. */
async function makeTemplate(url: string, blueprint: Blueprint): Promise<string> {
  const name = `template_${blueprint.name}_${await blueprint.fingerprint()}`;
  await withClient((await holdSharedServer()).url, async (shared) => {
    await shared.query("select pg_advisory_lock($1)", [LOCK]);
    await withClient(url, (client) => fillTemplate(client, url, name, blueprint));
  });
  return name;
}

async function fillTemplate(client: pg.Client, url: string, name: string, blueprint: Blueprint): Promise<void> {
  const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
  if (rowCount) return;
  const sql = await blueprint.sql(url);
  await makeLogins(client, url);
  await client.query(`drop database if exists ${name}_new with (force)`);
  await client.query(`create database ${name}_new`);
  await withClient(addressOf(url, `${name}_new`), (fresh) => fresh.query(sql));
  await client.query(`alter database ${name}_new rename to ${name}`);
}

/** The roles that the product's login roles are members of, and two logins with the server's own password. */
async function makeLogins(client: pg.Client, url: string): Promise<void> {
  const password = new URL(url).password;
  for (const [login, role] of [["test_app", "coder_app"], ["test_system", "coder_system"]]) {
    const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [login]);
    if (rowCount) continue;
    await client.query(`do $$ begin create role ${role} nologin; exception when duplicate_object then null; end $$`);
    await client.query(`create role ${login} login password '${password}' in role ${role}`);
  }
}

function addressOf(url: string, database: string, user?: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  if (user) address.username = user;
  return address.toString();
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
