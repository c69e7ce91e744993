import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { migrateQueueSchema } from "@coder/shared/server";
import { startCluster } from "../launcher/fixtures/cluster.mjs";
import { inClone } from "../launcher/paths.mjs";
import { OWNER_ROLE } from "../launcher/postgres-cluster.mjs";
import { withClient } from "./connect.ts";
import { appliedMigrations, migrate } from "./migrations.ts";
import { ensureDatabase } from "./roles.ts";

let cluster: Awaited<ReturnType<typeof startCluster>>;
let folder = "";
let ownerUrl = "";
let count = 0;

beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  cluster.remove();
});
beforeEach(async () => {
  count += 1;
  folder = mkdtempSync(join(tmpdir(), "coder-migrations-"));
  ownerUrl = cluster.ownerUrl.replace(/\/coder$/, `/upgrade_${count}`);
  await ensureDatabase(ownerUrl);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The migrations of one version of the product. */
function version(name: string, migrations: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  cpSync(inClone("prisma/migrations/migration_lock.toml"), join(path, "migration_lock.toml"));
  for (const [migration, sql] of Object.entries(migrations)) {
    mkdirSync(join(path, migration));
    writeFileSync(join(path, migration, "migration.sql"), sql);
  }
  return path;
}

function upgrade(to: string): Promise<number> {
  return withClient(ownerUrl, (client) => migrate({ client, ownerUrl, folder: to }));
}

async function columns(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>("select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public' and table_name <> '_prisma_migrations' order by 1");
  return rows.map(({ name }) => name);
}

const FIRST = { "1_people": "create table people (id int primary key, name text); insert into people values (1, 'Ada');" };
const SECOND = { ...FIRST, "2_rename": "alter table people rename column name to full_name;" };

describe("an upgrade over existing data", { timeout: 120_000 }, () => {
  test("applies what is pending, keeps the rows, and the second time does nothing", async () => {
    const first = version("first", FIRST);
    const second = version("second", { ...SECOND, "3_function": "create function greet() returns text language sql as $$ select 'a;b'; $$; do $$ begin perform greet(); end $$;" });
    const seen: number[] = [];
    expect(await upgrade(first)).toBe(1);
    expect(await withClient(ownerUrl, (client) => migrate({ client, ownerUrl, folder: second, onProgress: (done, total) => seen.push(total - done) }))).toBe(2);
    expect(await upgrade(second)).toBe(0);
    expect(await withClient(ownerUrl, (client) => client.query("select full_name, greet() from people")).then(({ rows }) => rows)).toEqual([{ full_name: "Ada", greet: "a;b" }]);
    expect(seen.every((left) => left >= 0 && left <= 2)).toBe(true);
  });

  test("takes everything back when one of several migrations fails: the version before starts", async () => {
    const first = version("first", FIRST);
    await upgrade(first);
    const broken = version("broken", { ...SECOND, "3_fails": "insert into people values (2, 'Bob'); alter table nobody add column x int;", "4_never": "drop table people;" });
    await expect(upgrade(broken)).rejects.toMatchObject({ message: expect.stringContaining("The database was left as it was"), details: expect.stringContaining("3_fails") });
    await withClient(ownerUrl, async (client) => {
      expect(await columns(client)).toEqual(["people.id", "people.name"]);
      expect(await appliedMigrations(client)).toEqual(["1_people"]);
      expect((await client.query("select * from people")).rows).toEqual([{ id: 1, name: "Ada" }]);
      expect((await client.query("select count(*)::int as n from _prisma_migrations")).rows).toEqual([{ n: 1 }]);
    });
    expect(await upgrade(first)).toBe(0);
    expect(await upgrade(version("repaired", { ...SECOND, "3_works": "insert into people values (2, 'Bob');" }))).toBe(2);
  });

  test("refuses migrations with statements that could not be taken back", async () => {
    await upgrade(version("first", FIRST));
    for (const [index, statement] of ["commit", "create index concurrently on people (name)"].entries()) {
      const broken = version(`broken-${index}`, { ...FIRST, "2_escapes": `insert into people values (2, 'Bob');\n-- a comment; commit\n${statement};` });
      await expect(upgrade(broken)).rejects.toMatchObject({ details: expect.stringContaining("cannot be part of a migration") });
    }
    expect(await withClient(ownerUrl, (client) => client.query("select id from people")).then(({ rows }) => rows)).toEqual([{ id: 1 }]);
  });

  test("refuses data that a newer version wrote", async () => {
    await upgrade(version("second", SECOND));
    await expect(upgrade(version("first", FIRST))).rejects.toMatchObject({ message: expect.stringContaining("2_rename"), remedy: expect.stringContaining("newer version") });
  });

  test("refuses a database of another program", async () => {
    await withClient(ownerUrl, (client) => client.query("create table invoices (id int)"));
    await expect(upgrade(version("first", FIRST))).rejects.toMatchObject({ message: expect.stringContaining("tables of another program (invoices)") });
    expect(await withClient(ownerUrl, columns)).toEqual(["invoices.id"]);
  });

  test("that fails leaves the queue's tables as they were, too", async () => {
    await withClient(ownerUrl, (client) => client.query("create table invoices (id int)"));
    const child = spawn(process.execPath, [inClone("tooling/database/main.ts")], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(JSON.stringify({ ownerUrl, roles: null, queueRole: OWNER_ROLE }));
    expect(await text(child.stdout)).toContain("tables of another program");
    expect((await withClient(ownerUrl, (client) => client.query("select to_regnamespace('bullmq') as queues"))).rows).toEqual([{ queues: null }]);
  });

  test("keeps the queue usable for the version before: BullMQ 6 made these tables and serves them", async () => {
    await migrateQueueSchema(ownerUrl, { grantTo: OWNER_ROLE });
    const { rows } = await withClient(ownerUrl, (client) => client.query("select max((to_jsonb(migration)->>'min_client_version')::int) as least from bullmq.migration migration"));
    // A larger number locks every version before out of an upgraded database: a decision that a release note has to tell.
    expect(rows).toEqual([{ least: 6 }]);
  });
});
