import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FixtureClone } from "./fixtures/clone.mjs";
import { until } from "./fixtures/until.mjs";

// A disk of its own takes root, and a system that lets root mount one.
const mayMount = process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;

/** @type {FixtureClone} */
let clone;
beforeAll(async () => {
  clone = await FixtureClone.create();
}, 60_000);
beforeEach(() => clone.reset(), 60_000);
afterEach(() => void spawnSync("umount", ["-l", clone.data]));
afterAll(() => clone.dispose(), 60_000);

/** @param {string} size */
function mountData(size) {
  mkdirSync(clone.data);
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", clone.data], { encoding: "utf8" });
  if (status !== 0) throw new Error(`Cannot mount a small disk: ${stderr}`);
}

/** Connects as the owner of the database that the launcher runs. */
async function connect() {
  const read = (/** @type {string} */ path) => readFileSync(join(clone.data, path), "utf8").trim();
  const client = new pg.Client({ connectionString: `postgresql://coder_owner:${encodeURIComponent(read("secrets/postgres-owner"))}@127.0.0.1:${read("postgres.port")}/coder` });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

const ballast = () => join(clone.data, "ballast");

/**
 * Leaves no space, then fills the journal and nothing else until it wants its next file.
 *
 * @param {number} next The first number to write.
 * @returns {Promise<number>} The first that was not confirmed.
 */
async function fillDisk(next) {
  const { bavail, bsize } = statfsSync(clone.data);
  writeFileSync(ballast(), Buffer.alloc(bavail * bsize));
  const writer = await connect();
  for (let number = next; ; number += 1) {
    try {
      await writer.query("with journal as materialized (select pg_logical_emit_message(true, 'filler', repeat('x', 1000000))) insert into kept select $1 from journal", [number]);
    } catch (error) {
      expect(error).toMatchObject({ code: "53100" });
      return number;
    }
  }
}

async function kept() {
  const reader = await connect();
  const { rows } = await reader.query("select count(*)::int as rows, max(number) as last from kept");
  await reader.end();
  return rows[0];
}

describe.skipIf(!mayMount)("a full disk under the data directory (needs root, to mount a small one)", { timeout: 240_000 }, () => {
  test.each(["8k", "16k", "24m"])("of %s lets nothing begin, and is named with the remedy", async (size) => {
    mountData(size);
    const run = await clone.launch();
    expect((await run.ended).code).toBe(1);
    expect(run.output).toMatch(/no space left/i);
    expect(run.output).toMatch(/→ Free some space/);
    expect(clone.survivors()).toEqual([]);
  });

  test("takes PostgreSQL away and says so, a start on it as well; what was confirmed is kept, and all goes on when there is space again", async () => {
    mountData("100m");
    const first = await clone.launch();
    await first.ready();
    const writer = await connect();
    await writer.query("create table kept (number int)");
    await writer.query("insert into kept values (0)");
    await writer.end();
    let confirmed = await fillDisk(1);
    await first.says(/PostgreSQL .*; it is started again in/);
    await first.says(`→ The disk that holds ${clone.data} is full. Free some space`);
    rmSync(ballast());
    await until(() => fetch(`${first.url}/query`).then(({ ok }) => ok, () => false), "the database is back by itself", () => first.output);
    expect(await kept()).toEqual({ rows: confirmed, last: confirmed - 1 });

    confirmed = await fillDisk(confirmed);
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    const refused = await clone.launch();
    expect((await refused.ended).code).toBe(1);
    expect(refused.output).toMatch(/PostgreSQL does not start[\s\S]*No space left on device/);
    expect(refused.output).toContain(`→ The disk that holds ${clone.data} is full.`);
    rmSync(ballast());
    const again = await clone.launch();
    await again.ready();
    expect(await kept()).toEqual({ rows: confirmed, last: confirmed - 1 });
    expect(await again.stop()).toEqual({ code: 0, signal: null });
  });
});
