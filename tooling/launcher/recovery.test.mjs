import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FixtureClone } from "./fixtures/clone.mjs";
import { until } from "./fixtures/until.mjs";
import { endProcesses } from "./processes.mjs";

/** @import { Launch } from "./fixtures/clone.mjs" */

const SLOW_MIGRATION = "a migration is running";

/**
 * Moments of a first start, in the order in which they come.
 *
 * @type {readonly (readonly [string, (at: { data: string, run: Launch }) => boolean | Promise<boolean>])[]}
 */
const MOMENTS = [
  ["the secrets are being written", ({ data }) => existsSync(join(data, "secrets/postgres-owner"))],
  ["the configuration is being read", ({ data }) => existsSync(join(data, "secrets/setup-code"))],
  ["initdb is at work", ({ data }) => existsSync(join(data, "postgres.new/cluster/base"))],
  ["the new cluster was renamed", ({ data }) => existsSync(join(data, "postgres/PG_VERSION"))],
  ["PostgreSQL is starting", ({ data }) => existsSync(join(data, "postgres/postmaster.pid"))],
  ["the database is being set up", ({ run }) => run.output.includes("✓ PostgreSQL")],
  [SLOW_MIGRATION, ({ data, run }) => run.output.includes("✓ PostgreSQL") && slowMigrationRuns(data)],
  ["the programs are starting", ({ run }) => run.output.includes("✓ Migrations")],
  ["everything is ready", ({ run }) => run.output.includes("Ready after")],
];

/** @param {string} data */
async function slowMigrationRuns(data) {
  const password = encodeURIComponent(readFileSync(join(data, "secrets/postgres-owner"), "utf8").trim());
  const client = new pg.Client({ connectionString: `postgresql://coder_owner:${password}@127.0.0.1:${readFileSync(join(data, "postgres.port"), "utf8").trim()}/postgres` });
  try {
    await client.connect();
    return (await client.query("select 1 from pg_stat_activity where query like '%create table slow%' and pid <> pg_backend_pid()")).rowCount === 1;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @type {FixtureClone} */
let clone;
beforeAll(async () => {
  clone = await FixtureClone.create();
}, 60_000);
beforeEach(() => clone.reset(), 60_000);
afterAll(() => clone.dispose(), 60_000);

describe("kill -9 during the first start", { timeout: 240_000 }, () => {
  test.each(MOMENTS)("while %s: the next start works", async (name, reached) => {
    // Long enough to be killed in the middle.
    if (name === SLOW_MIGRATION) clone.write("prisma/migrations/1_slow/migration.sql", "create table slow (x int); select pg_sleep(2);");
    const killed = await clone.launch();
    await until(() => reached({ data: clone.data, run: killed }), name, () => killed.output);
    killed.child.kill("SIGKILL");
    await killed.ended;

    const next = await clone.launch();
    await next.ready();
    expect(await (await fetch(`${next.url}/query`)).json()).toMatchObject({ role: "coder_app" });
    expect(existsSync(join(clone.data, "postgres.new"))).toBe(false);
    expect(await next.stop()).toEqual({ code: 0, signal: null });
    expect(clone.survivors()).toEqual([]);
  });
});

describe("what a dead launcher leaves", { timeout: 240_000 }, () => {
  test("the programs end by themselves, PostgreSQL in order", async () => {
    const killed = await clone.launch();
    await killed.ready();
    killed.child.kill("SIGKILL");
    await until(() => clone.survivors().length === 0, "no process is left", () => String(clone.survivors()));
    expect(readFileSync(join(clone.data, "postgres/postmaster.opts"), "utf8")).toContain("listen_addresses=127.0.0.1");
    expect(existsSync(join(clone.data, "postgres/postmaster.pid"))).toBe(false);
  });

  test("processes that do not end by themselves are ended by the next start, strangers with the same pid are not", async () => {
    clone.write("apps/worker/src/main.ts", `process.send({ type: "ready" }); process.on("SIGTERM", () => {}); process.on("disconnect", () => {}); setInterval(() => {}, 1000);`);
    const killed = await clone.launch();
    await killed.ready();
    killed.child.kill("SIGKILL");
    await killed.ended;
    const statePath = join(clone.data, "run/state.json");
    const state = JSON.parse(readFileSync(statePath, "utf8"));
    const worker = state.processes.find((/** @type {{ name: string }} */ each) => each.name === "worker").pid;
    // This test itself is recorded with another start time: it must survive.
    writeFileSync(statePath, JSON.stringify({ ...state, processes: [...state.processes, { name: "stranger", pid: process.pid, startTime: "another boot:1" }] }));
    const next = await clone.launch();
    await next.says(/Ended \d+ process(es)? that an earlier start left behind/);
    await next.ready();
    expect(clone.survivors()).not.toContain(worker);
    await endProcesses(clone.survivors(), "SIGKILL", 0);
    await next.stop();
  });

  test("all processes killed at once, as by a power cut", async () => {
    const killed = await clone.launch();
    await killed.says("✓ PostgreSQL");
    // The server first: the death of the launcher would tell it to end in order.
    await endProcesses(clone.survivors(), "SIGKILL", 0);
    killed.child.kill("SIGKILL");
    await endProcesses(clone.survivors(), "SIGKILL", 0);
    const next = await clone.launch();
    await next.says("✓ Migrations");
    expect(readFileSync(join(clone.data, "logs/postgres.log"), "utf8")).toContain("database system was not properly shut down");
    await next.stop("SIGTERM");
  });

  test("a cluster folder that holds no database is named, not overwritten", async () => {
    mkdirSync(join(clone.data, "postgres"), { recursive: true });
    writeFileSync(join(clone.data, "postgres/keep-me"), "");
    const run = await clone.launch();
    expect((await run.ended).code).toBe(1);
    expect(run.output).toContain("is not a database: PG_VERSION is missing");
    expect(run.output).toContain("npm run restore");
    expect(existsSync(join(clone.data, "postgres/keep-me"))).toBe(true);
  });
});
