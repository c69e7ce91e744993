import { readdir } from "node:fs/promises";
import path from "node:path";
import type { LiveItem } from "@coder/shared";
import type { RunEvent } from "@coder/api/execution";
import { outcome } from "@coder/testing";
import { afterEach, describe, expect, it } from "vitest";
import { TEST_CONFIG } from "../__fixtures__/test-config.ts";
import { runEntity } from "../entities.ts";
import { performRunJob } from "../jobs/run-definitions.ts";
import { RunRig, type RunRigOptions } from "./__fixtures__/RunRig.ts";
import { openRegistry } from "./__fixtures__/tiny-registry.ts";

let rig: RunRig;
const open = async (options: RunRigOptions = {}) => (rig = await RunRig.open(options));
afterEach(() => rig.close());

const script = (name: string, args: string[] = []) => ({ kind: "script" as const, folder: "", name, args });
const APP = { name: "app", version: "1.0.0", dependencies: { tiny: "1.0.0" } };

describe("a run", () => {
  it("runs a script with a checkpoint before it, keeps its output, measures it and tells what it changed", async () => {
    await open();
    await rig.write({ "package.json": { scripts: { build: "node build.js" } }, "build.js": "require('fs').writeFileSync('made.txt', process.argv[2] ?? ''); require('fs').writeFileSync('old.txt', 'new'); console.log('\\u001b[31mred\\u001b[0m'); console.error('to stderr')", "old.txt": "old" });
    const run = await rig.run(script("build", ["with 'quotes'"]));
    expect(run).toMatchObject({ state: "succeeded", exitCode: 0, endedBy: null, command: "npm run build -- 'with '\\''quotes'\\'''", changes: { total: 2, items: expect.arrayContaining([{ path: "made.txt", kind: "created" }, { path: "old.txt", kind: "changed" }]) } });
    expect(run.durationMs).toBeGreaterThan(0);
    expect(await rig.output(run.id)).toContain("\u001b[31mred\u001b[0m");
    expect(await rig.output(run.id)).toContain("to stderr");
    expect(await rig.read("made.txt")).toBe("with 'quotes'");

    const { checkpoints } = rig.parts;
    const preview = await checkpoints.preview(rig.caller, { id: run.checkpointId ?? ("" as never), scope: "work", chosen: [] });
    expect(preview).toMatchObject({ change: { paths: ["old.txt"] }, delete: { paths: ["made.txt"] } });
    const restored = await checkpoints.restore(rig.caller, { id: run.checkpointId ?? ("" as never), scope: "work", chosen: [], fingerprint: preview.fingerprint });
    expect([restored.restored, await rig.read("old.txt"), await rig.read("made.txt")]).toEqual([2, "old", null]);
    await checkpoints.undo(rig.caller, { id: restored.undo.id });
    expect([await rig.read("old.txt"), await rig.read("made.txt")]).toEqual(["new", "with 'quotes'"]);
  });

  it("has a job that says what it runs, without what was typed behind it", async () => {
    await open();
    await rig.write({ "package.json": { scripts: { "build all": "node build.js" } }, "fail.js": "" });
    await rig.start(script("build all"));
    await rig.start(script("build all", ["--token", "swordfish"]));
    await rig.start({ kind: "file", path: "fail.js", args: ["swordfish"] });
    const jobs = rig.database.outbox.items.filter(({ message }) => message.name === performRunJob.name).map(({ message }) => message.payload);
    expect(jobs).toMatchObject([{ command: "npm run 'build all'" }, { command: "npm run 'build all' …" }, { command: "node fail.js …" }]);
  });

  it("fails with the exit code of the program", async () => {
    await open();
    await rig.write({ "fail.js": "process.exit(7)" });
    expect(await rig.run({ kind: "file", path: "fail.js", args: [] })).toMatchObject({ state: "failed", exitCode: 7, endedBy: null });
  });

  it("fails with the limit that ended it", async () => {
    await open({ config: { runs: { growthBytes: 1_000_000, wallSeconds: 1, cpuSeconds: 60, memoryBytes: 1024 ** 3, processes: 256, outputBytes: 1_000_000 } } });
    await rig.write({ "long.js": "setInterval(() => 1, 1000)" });
    expect(await rig.run({ kind: "file", path: "long.js", args: [] })).toMatchObject({ state: "failed", exitCode: null, endedBy: "wall" });
  });

  it("is cancelled with all it started, long before it would end", async () => {
    await open();
    await rig.write({ "long.js": "require('child_process').spawn('sleep', ['1000']); const beat = () => require('fs').appendFileSync('beat.txt', '.'); beat(); setInterval(beat, 20); console.log('begun')" });
    const { id } = await rig.start({ kind: "file", path: "long.js", args: [] });
    const performed = rig.perform(id);
    const over = new AbortController();
    let from = 0;
    for await (const item of rig.parts.runs.watch(rig.caller, { id, offset: 0 }, over.signal)) {
      if (!("event" in item) || item.event.kind !== "output") continue;
      from = performance.now();
      break;
    }
    await rig.parts.runs.cancel(rig.caller, { id });
    const run = await performed;
    expect([run.state, performance.now() - from < 20_000]).toEqual(["cancelled", true]);
    const beats = await rig.read("beat.txt");
    await rig.parts.engine.account(rig.caller, id);
    expect([await rig.read("beat.txt"), (await rig.get(id)).changes?.items]).toEqual([beats, [{ path: "beat.txt", kind: "created" }]]);
  });

  it("is marked when its worker died, and never runs a second time", async () => {
    await open();
    await rig.write({ "count.js": "require('fs').appendFileSync('count.txt', 'x'); setInterval(() => 1, 1000)" });
    const { id } = await rig.start({ kind: "file", path: "count.js", args: [] });
    const lost = rig.perform(id, "job_lost");
    while ((await rig.read("count.txt")) === null) await new Promise((resolve) => setImmediate(resolve));
    rig.cancelNow();
    await lost;
    expect(await rig.perform(id)).toMatchObject({ state: "interrupted", problem: { code: "run_interrupted" } });
    expect(await rig.perform(id)).toMatchObject({ state: "interrupted" });
    expect(await rig.read("count.txt")).toBe("x");
  });

  it("is cancelled before it begins also where the queue does not answer; one that is at work is not", async () => {
    await open();
    await rig.write({ "mark.js": "require('fs').writeFileSync('ran.txt', '')" });
    const { id } = await rig.start({ kind: "file", path: "mark.js", args: [] });
    rig.queueAway = true;
    expect(await rig.parts.runs.cancel(rig.caller, { id })).toMatchObject({ state: "cancelled" });
    await rig.perform(id);
    expect(await rig.read("ran.txt")).toBeNull();
    const begun = await rig.start({ kind: "file", path: "mark.js", args: [] });
    await rig.database.for(rig.caller).repository(runEntity).update(begun.id, { state: "running" });
    expect(await outcome(rig.parts.runs.cancel(rig.caller, { id: begun.id }))).toBe("queue_unavailable");
  });

  it("tells how it ended, once, and that it failed where it did", async () => {
    await open();
    await rig.write({ "good.js": "", "bad.js": "process.exit(3)" });
    const good = await rig.run({ kind: "file", path: "good.js", args: [] });
    const bad = await rig.run({ kind: "file", path: "bad.js", args: [] });
    const early = await rig.start({ kind: "file", path: "good.js", args: [] });
    await rig.parts.runs.cancel(rig.caller, { id: early.id });
    await rig.perform(early.id);
    const lost = await rig.start({ kind: "file", path: "good.js", args: [] });
    await rig.parts.engine.interrupt(rig.caller, (await rig.database.for(rig.caller).repository(runEntity).get(lost.id)) ?? fail());
    const events = rig.database.outbox.items.filter(({ message }) => message.name.startsWith("execution.run.") && message.name.endsWith("ed")).map(({ message }) => [message.name, message.payload]);
    const of = (id: string) => ({ organizationId: rig.caller.organizationId, projectId: rig.projectId, runId: id });
    expect(events).toEqual([
      ["execution.run.finished", { ...of(good.id), state: "succeeded" }],
      ["execution.run.finished", { ...of(bad.id), state: "failed" }], ["execution.run.failed", { ...of(bad.id), exitCode: 3, code: null }],
      ["execution.run.finished", { ...of(early.id), state: "cancelled" }],
      ["execution.run.finished", { ...of(lost.id), state: "interrupted" }], ["execution.run.failed", { ...of(lost.id), exitCode: null, code: "run_interrupted" }],
    ]);
  });

  it("is started once for one key, takes less than the settings allow when asked to, and can be waited for", async () => {
    await open();
    await rig.write({ "once.js": "", "long.js": "setInterval(() => 1, 1000)" });
    const target = { kind: "file" as const, path: "once.js", args: [] };
    const asked = await Promise.all(Array.from({ length: 4 }, () => rig.start(target, false, { key: "plan:1/step:2" })));
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
    expect(await outcome(rig.start({ ...target, path: "long.js" }, false, { key: "plan:1/step:2" }))).toBe("key_reused");
    expect((await rig.start(target)).id).not.toBe(asked[0]?.id);
    const long = await rig.start({ ...target, path: "long.js" }, false, { limits: { wallSeconds: 1 } });
    const { signal } = new AbortController();
    expect((await rig.parts.runs.get(rig.caller, { id: long.id, waitMs: 1 }, signal)).state).toBe("waiting");
    const [waited] = await Promise.all([rig.parts.runs.get(rig.caller, { id: long.id, waitMs: 30_000 }, signal), rig.perform(long.id)]);
    expect(waited).toMatchObject({ state: "failed", endedBy: "wall" });
  });

  it("shares the organization's room with those beside it, and gives back what it did not use", async () => {
    await open({ config: { runs: { ...TEST_CONFIG.runs, growthBytes: 12_000_000 } } });
    await rig.write({ "fill.js": "const fs = require('fs'); for (let i = 0; i < 8; i++) { fs.appendFileSync(process.argv[2], Buffer.alloc(1e6, 1)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150); }" });
    rig.workspace.usage.bytes.limit = 12_000_000;
    const [one, two] = [await rig.start({ kind: "file", path: "fill.js", args: ["one"] }), await rig.start({ kind: "file", path: "fill.js", args: ["two"] })];
    const ended = await Promise.all([rig.perform(one.id), rig.perform(two.id)]);
    // One had all the room, and its neighbour none: they did not exceed it together.
    expect(ended.map(({ state, endedBy }) => endedBy ?? state)).toContain("tree");
    expect(rig.workspace.usage.bytes.used).toBeLessThanOrEqual(18_000_000);
    rig.workspace.usage.bytes = { used: 0, limit: 100_000_000 };
    expect(await rig.run({ kind: "file", path: "fill.js", args: ["three"] })).toMatchObject({ state: "succeeded" });
    expect(rig.workspace.usage.bytes.used).toBeGreaterThan(7_000_000);
    expect(rig.workspace.usage.bytes.used).toBeLessThan(9_000_000);
    expect(rig.workspace.told).toContain(rig.projectId);
  });

  it("can be followed from any offset without gap or repetition, bytes as they were printed", async () => {
    await open();
    await rig.write({ "bytes.js": "for (let i = 0; i < 300; i++) process.stdout.write(Buffer.from(Array.from({ length: 1000 }, (_, j) => (i + j) % 256)))" });
    const { id } = await rig.start({ kind: "file", path: "bytes.js", args: [] });
    const follow = async (offset: number, lastEventId?: string) => {
      const parts: Buffer[] = [];
      let first: LiveItem<RunEvent> | null = null;
      let last: LiveItem<RunEvent> | null = null;
      for await (const item of rig.parts.runs.watch(rig.caller, { id, offset, ...(lastEventId === undefined ? {} : { lastEventId }) }, new AbortController().signal)) {
        if ("event" in item && item.event.kind === "output") parts.push(Buffer.from(item.event.bytes, "base64"));
        first ??= item;
        last = item;
      }
      return { bytes: Buffer.concat(parts), first, last };
    };
    const [live] = await Promise.all([follow(0), rig.perform(id)]);
    const wanted = Buffer.concat(Array.from({ length: 300 }, (_, i) => Buffer.from(Array.from({ length: 1_000 }, (_value, j) => (i + j) % 256))));
    expect(live.bytes.equals(wanted)).toBe(true);
    expect(live.last).toMatchObject({ id: "300000", event: { kind: "run", run: { state: "succeeded" } } });
    const again = await follow(0, "123456");
    expect(again.bytes.equals(wanted.subarray(123_456))).toBe(true);
    // Also of a run that is over: what its output is the output of, is known before it comes.
    expect([live.first, again.first, again.last]).toMatchObject([{ event: { kind: "run" } }, { id: "123456", event: { kind: "run", run: { state: "succeeded" } } }, { id: "300000", event: { kind: "run" } }]);
  });

  it("offers to install nothing that is being installed", async () => {
    await open();
    await rig.write({ "package.json": { ...APP, scripts: { test: "true" } }, "package-lock.json": { lockfileVersion: 3, packages: {} } });
    const { id } = await rig.start({ kind: "install", folder: "" });
    expect(await outcome(rig.start(script("test")))).toBe("dependencies_installing");
    expect(await outcome(rig.start(script("test"), true))).toBe("done");
    await rig.parts.runs.cancel(rig.caller, { id });
    expect(await outcome(rig.start(script("test")))).toBe("dependencies_missing");
  });

  it("refuses what is not there, and offers to install what is missing", async () => {
    await open();
    await rig.write({ "package.json": { ...APP, scripts: { test: "true" } }, "a.txt": "", "packages/x/package.json": { name: "x", scripts: { lint: "true" } } });
    expect(await outcome(rig.start(script("other")))).toBe("script_not_found");
    expect(await outcome(rig.start(script("constructor")))).toBe("script_not_found");
    expect(await outcome(rig.start(script("test")))).toBe("dependencies_missing");
    expect(await outcome(rig.start({ kind: "file", path: "a.txt", args: [] }))).toBe("file_not_runnable");
    expect(await outcome(rig.start({ kind: "install", folder: "" }))).toBe("lock_file_missing");
    expect(await outcome(rig.start(script("test"), true))).toBe("done");
    expect((await rig.parts.runs.scripts(rig.caller, { projectId: rig.projectId })).folders).toMatchObject([
      { folder: "", dependencies: "missing", lockFile: null, scripts: [{ name: "test", command: "true" }] }, { folder: "packages/x", dependencies: "none", scripts: [{ name: "lint", command: "true" }] },
    ]);
  });
});

describe("an installation", () => {
  it("installs what the lock file names, through the proxy, without scripts, and takes its place as a whole", async () => {
    const registry = await openRegistry();
    try {
      await open({ config: { install: { registry: registry.url, allowedPrivateHosts: [registry.host] } } });
      await rig.write({ "package.json": { ...APP, scripts: { test: "node -p \"require('tiny')\"" } }, "package-lock.json": registry.lock, "node_modules/stale/package.json": "{}" });
      const run = await rig.run({ kind: "install", folder: "" });
      expect([run.state, run.problem, await rig.output(run.id)]).toEqual(["succeeded", null, expect.stringContaining("Installed from package-lock.json")]);
      expect(await readdir(path.join(rig.tree, "node_modules"))).toEqual(expect.arrayContaining(["tiny", ".package-lock.json"]));
      expect([await rig.read("node_modules/stale/package.json"), await rig.read("node_modules/tiny/ran.txt"), registry.asked]).toEqual([null, null, ["/tiny/-/tiny-1.0.0.tgz"]]);
      expect(run.egress).toEqual([{ host: registry.host, requests: 1, bytes: expect.any(Number) }]);
      expect(await readdir(rig.staging)).toEqual([]);
      const test = await rig.run(script("test"));
      expect([test.state, await rig.output(test.id)]).toEqual(["succeeded", expect.stringContaining("42")]);
    } finally {
      await registry.close();
    }
  });

  it("reaches no private address, and leaves the project as it was when it fails", async () => {
    const registry = await openRegistry();
    try {
      await open({ config: { install: { registry: registry.url, allowedPrivateHosts: [] } } });
      await rig.write({ "package.json": APP, "package-lock.json": registry.lock, "node_modules/before/package.json": "{}" });
      const run = await rig.run({ kind: "install", folder: "" });
      expect(run).toMatchObject({ state: "failed", problem: { code: "install_failed" } });
      expect([registry.asked, await rig.read("node_modules/before/package.json"), await readdir(rig.staging)]).toEqual([[], "{}", []]);
    } finally {
      await registry.close();
    }
  });
});

function fail(): never {
  throw new Error("The run has a row");
}
