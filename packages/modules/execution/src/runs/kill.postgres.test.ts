import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Run, RunTarget } from "@coder/api/execution";
import { openPostgres, type PostgresDatabase } from "@coder/db";
import { createTestDatabase, silentLogger, type TestDatabase } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TEST_CONFIG } from "../__fixtures__/test-config.ts";
import { processesWith } from "../__fixtures__/processes-with.ts";
import { runUntilKilled } from "../__fixtures__/run-until-killed.ts";
import { RunRig } from "./__fixtures__/RunRig.ts";
import { openRegistry } from "./__fixtures__/tiny-registry.ts";

const PROCESS = path.resolve(import.meta.dirname, "__fixtures__/run-process.ts");
const GONE_MS = 5_000;

/** Ends by itself; says what it does in its own words, and starts something that would go on for ever. */
const PROGRAM = `
const fs = require("node:fs");
const [marker] = process.argv.slice(2);
fs.appendFileSync("count.txt", "x");
require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => require('node:fs').appendFileSync('beat.txt', '.'), 5)", marker], { stdio: "ignore" });
for (let line = 0; line < 400; line++) { fs.writeSync(1, "line " + line + "\\n"); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2); }
process.exit(0);
`;
const OUTPUT = Array.from({ length: 400 }, (_, line) => `line ${line}\n`).join("");

async function untilNone(count: () => number): Promise<number> {
  for (const until = performance.now() + GONE_MS; count() > 0 && performance.now() < until; ) await new Promise((resolve) => setTimeout(resolve, 20));
  return count();
}

/** When a worker is killed: a little after something can be seen. */
interface Moment {
  readonly seen: (id: string) => boolean;
  readonly thenMs: number;
}

describe("a worker that is killed", { timeout: 240_000 }, () => {
  let addresses: TestDatabase;
  let database: PostgresDatabase;
  beforeAll(async () => {
    addresses = await createTestDatabase("product");
    database = await openPostgres({ url: addresses.url, systemUrl: addresses.systemUrl, poolSize: 4, cursorKey: "test", log: silentLogger });
  });
  afterAll(async () => {
    await database?.close();
    await addresses?.drop();
  });

  /** Starts a run, has a worker perform it that is killed at a moment (null: never), and then does what the queue and the settlement do. */
  async function killed(rig: RunRig<PostgresDatabase>, target: RunTarget, config: object, moment: Moment | null, saw: () => Promise<void>): Promise<Run> {
    const { id } = await rig.start(target);
    const { caller, projectId, dataDirectory } = rig;
    const at = JSON.stringify({ url: addresses.url, systemUrl: addresses.systemUrl, caller, projectId, dataDirectory, config, id });
    let timer: NodeJS.Timeout | undefined;
    await runUntilKilled(PROCESS, [at], (_said, kill) => {
      if (moment === null || timer) return;
      const look = (): void => void (timer = setTimeout(moment.seen(id) ? kill : look, moment.seen(id) ? moment.thenMs : 2));
      look();
    });
    clearTimeout(timer);
    await saw();
    // The job comes again at another worker.
    await rig.perform(id);
    await rig.perform(id);
    await rig.parts.engine.account(caller, id);
    await rig.parts.engine.account(caller, id);
    return rig.get(id);
  }

  it("leaves no process, no output twice or torn, and a run that says so, and nothing runs twice", async () => {
    const rig = await RunRig.on({ database });
    const states: Run["state"][] = [];
    try {
      const seen = (name: string) => () => existsSync(path.join(rig.tree, name));
      const moments: readonly (Moment | null)[] = [{ seen: () => true, thenMs: 0 }, { seen: () => true, thenMs: 120 }, { seen: seen("count.txt"), thenMs: 0 }, { seen: seen("beat.txt"), thenMs: Math.random() * 300 }, null];
      for (const moment of moments) {
        const marker = `marker-${crypto.randomUUID()}`;
        await rig.write({ "program.js": PROGRAM });
        // What the other process takes; the workspace itself is this one's.
        rig.workspace.usage.bytes.used = TEST_CONFIG.runs.growthBytes;
        const run = await killed(rig, { kind: "file", path: "program.js", args: [marker] }, {}, moment, async () => {
          expect(await untilNone(() => processesWith(marker))).toBe(0);
        });
        states.push(run.state);
        const beats = await rig.read("beat.txt");
        const counted = await rig.read("count.txt");
        const output = await rig.output(run.id);
        if (run.state === "succeeded") expect([run.exitCode, output, counted]).toEqual([0, OUTPUT, "x"]);
        else {
          expect(run).toMatchObject({ state: "interrupted", endedAt: expect.any(String) });
          expect([null, "x"]).toContain(counted);
          expect([output, run.outputBytes]).toEqual([OUTPUT.slice(0, output.length), output.length]);
          expect(run.problem?.code).toBe("run_interrupted");
          if (counted !== null) expect(rig.workspace.usage.bytes.used).toBe(0);
          if (run.checkpointId !== null) expect(run.changes?.items.map(({ path: each }) => each)).toEqual(expect.arrayContaining(counted === null ? [] : ["count.txt"]));
        }
        expect(await rig.read("beat.txt")).toBe(beats);
        for (const name of ["beat.txt", "count.txt"]) await rm(path.join(rig.tree, name), { force: true });
      }
      expect(states).toContain("interrupted");
      expect(states).toContain("succeeded");
    } finally {
      await rig.close();
    }
  });

  it("leaves the dependencies that were there, or all of the new ones, and nothing beside the project", async () => {
    const registry = await openRegistry();
    const config = { install: { registry: registry.url, allowedPrivateHosts: [registry.host] } };
    const rig = await RunRig.on({ database, config });
    try {
      await rig.write({ "package.json": { name: "app", version: "1.0.0", dependencies: { tiny: "1.0.0" } }, "package-lock.json": registry.lock });
      const ends: string[] = [];
      const folder = (id: string) => path.join(rig.staging, `install-${id}`);
      const moments: readonly (Moment | null)[] = [
        { seen: (id) => existsSync(folder(id)), thenMs: 0 }, { seen: (id) => existsSync(path.join(folder(id), "made/package-lock.json")), thenMs: Math.random() * 500 },
        { seen: (id) => existsSync(path.join(folder(id), "made/node_modules/tiny")), thenMs: Math.random() * 200 }, null,
      ];
      for (const moment of moments) {
        await rm(path.join(rig.tree, "node_modules"), { recursive: true, force: true });
        await rig.write({ "node_modules/before/package.json": "{}" });
        const run = await killed(rig, { kind: "install", folder: "" }, config, moment, async () => expect(await untilNone(() => processesWith(registry.url))).toBe(0));
        const names = (await readdir(path.join(rig.tree, "node_modules"))).toSorted();
        expect([["before"], [".package-lock.json", "tiny"]]).toContainEqual(names);
        if (run.state === "succeeded") expect(names).toContain("tiny");
        if (names.includes("tiny")) expect(await rig.read("node_modules/tiny/index.js")).toBe("module.exports = 42;\n");
        expect(await readdir(rig.staging).catch(() => [])).toEqual([]);
        ends.push(run.state);
      }
      expect(ends).toEqual(expect.arrayContaining(["interrupted", "succeeded"]));
    } finally {
      await rig.close();
      await registry.close();
    }
  });
});
