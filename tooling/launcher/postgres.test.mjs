import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@coder/testing";
import pg from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { startCluster } from "./fixtures/cluster.mjs";
import { isAlive } from "./processes.mjs";

/** @type {(() => unknown)[]} */
const cleanups = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function dataDirectory() {
  const directory = mkdtempSync(join(tmpdir(), "coder-data-"));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** @param {string} [directory] */
async function start(directory = dataDirectory()) {
  const cluster = await startCluster(directory);
  cleanups.push(cluster.stop);
  return cluster;
}

/**
 * @param {string} url
 * @param {string} sql
 */
async function query(url, sql) {
  const client = new pg.Client({ connectionString: url.replace(/\/coder$/, "/postgres") });
  // Its server may be ended before it has said goodbye.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("the embedded PostgreSQL", { timeout: 60_000 }, () => {
  test("listens on loopback alone, without a socket file, and asks everybody for the password", async () => {
    const { paths, ownerUrl } = await start();
    const [settings] = await query(ownerUrl, "select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets, current_setting('password_encryption') as passwords");
    expect(settings).toEqual({ addresses: "127.0.0.1", sockets: "", passwords: "scram-sha-256" });
    const rules = readFileSync(join(paths.cluster, "pg_hba.conf"), "utf8").split("\n").filter((line) => /^(local|host)/.test(line));
    expect(rules.length).toBeGreaterThan(0);
    for (const rule of rules) expect(rule).toMatch(/scram-sha-256$/);
    const wrong = new URL(ownerUrl);
    wrong.password = "wrong";
    await expect(query(wrong.toString(), "select 1")).rejects.toThrow(/password authentication failed/);
    expect(readdirSync(paths.directory)).not.toContain("postgres.new");
  });

  test("keeps its data and its port from start to start", async () => {
    const directory = dataDirectory();
    const first = await startCluster(directory);
    await query(first.ownerUrl, "create table kept as select 42 as answer");
    await first.stop();
    const second = await start(directory);
    expect(second.ownerUrl).toBe(first.ownerUrl);
    expect(await query(second.ownerUrl, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  test("moves to another port when its own is held", async () => {
    const directory = dataDirectory();
    const first = await startCluster(directory);
    await first.stop();
    const held = createServer().listen(Number(new URL(first.ownerUrl).port), "127.0.0.1");
    cleanups.push(() => held.close());
    const second = await start(directory);
    expect(new URL(second.ownerUrl).port).not.toBe(new URL(first.ownerUrl).port);
    expect(await query(second.ownerUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("moves to another port when its own is given to somebody who does not listen there yet", async () => {
    const directory = dataDirectory();
    const promised = await freePort();
    writeFileSync(join(directory, "postgres.port"), `${promised}\n`);
    const { ownerUrl } = await start(directory);
    expect(new URL(ownerUrl).port).not.toBe(String(promised));
  });

  test("is not kept from starting by a pid file whose pid belongs to another program now", async () => {
    const directory = dataDirectory();
    const first = await startCluster(directory);
    const pidFile = join(first.paths.cluster, "postmaster.pid");
    const content = readFileSync(pidFile, "utf8");
    await first.stop();
    const stranger = spawn("sleep", ["600"]);
    cleanups.push(() => stranger.kill("SIGKILL"));
    writeFileSync(pidFile, content.replace(/^\d+/, String(stranger.pid)));
    const second = await start(directory);
    expect(second.detail).toContain("removed the pid file of a server that is gone");
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  });

  test("ends a server of an earlier start that still runs on its cluster", async () => {
    const directory = dataDirectory();
    const first = await startCluster(directory);
    // The lock went with its holder, the server did not.
    const orphan = first.pid;
    const lockId = join(first.paths.run, "lock-id");
    rmSync(lockId);
    const second = await start(directory);
    expect(second.detail).toContain(`ended the server of an earlier start (process ${orphan})`);
    expect(isAlive(orphan)).toBe(false);
    expect(await query(second.ownerUrl, "select 1 as one")).toEqual([{ one: 1 }]);
    cleanups.push(first.stop);
  });

  test("does not open a cluster of another major version, and says how to go on", async () => {
    const directory = dataDirectory();
    const first = await startCluster(directory);
    await first.stop();
    writeFileSync(join(first.paths.cluster, "PG_VERSION"), "17\n");
    await expect(startCluster(directory)).rejects.toMatchObject({ message: expect.stringContaining("was made by PostgreSQL 17"), remedy: expect.stringContaining("npm run backup") });
  });

  test("comes back after kill -9 with all that was committed", async () => {
    const { ownerUrl, pid, announced } = await start();
    await query(ownerUrl, "create table kept as select generate_series(1, 1000) as n");
    process.kill(pid, "SIGKILL");
    await expect.poll(() => query(ownerUrl, "select count(*)::int as n from kept").catch(() => null), { timeout: 30_000 }).toEqual([{ n: 1000 }]);
    expect(announced[0]).toMatch(/^PostgreSQL was ended by SIGKILL; it is started again in/);
  });
});
