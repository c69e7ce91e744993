import { readdir } from "node:fs/promises";
import path from "node:path";
import type { LiveItem } from "@coder/shared";
import type { RunEvent } from "@coder/api/execution";
import { outcome } from "@coder/testing";
import { afterEach, describe, expect, it } from "vitest";
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

  it("fails with the exit code of the program, and with the limit that ended it", async () => {
    await open({ config: { runs: { wallSeconds: 1, cpuSeconds: 60, memoryBytes: 1024 ** 3, processes: 256, outputBytes: 1_000_000 } } });
    await rig.write({ "fail.js": "process.exit(7)", "long.js": "setInterval(() => 1, 1000)" });
    expect(await rig.run({ kind: "file", path: "fail.js", args: [] })).toMatchObject({ state: "failed", exitCode: 7, endedBy: null });
    expect(await rig.run({ kind: "file", path: "long.js", args: [] })).toMatchObject({ state: "failed", exitCode: null, endedBy: "wall" });
  });

  it("is cancelled within two seconds with all it started", async () => {
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
    expect([run.state, performance.now() - from < 2_000]).toEqual(["cancelled", true]);
    const beats = await rig.read("beat.txt");
    await rig.parts.engine.account(rig.caller, id);
    expect([await rig.read("beat.txt"), (await rig.parts.runs.get(rig.caller, { id })).changes?.items]).toEqual([beats, [{ path: "beat.txt", kind: "created" }]]);
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

  it("can be followed from any offset without gap or repetition, bytes as they were printed", async () => {
    await open();
    await rig.write({ "bytes.js": "for (let i = 0; i < 300; i++) process.stdout.write(Buffer.from(Array.from({ length: 1000 }, (_, j) => (i + j) % 256)))" });
    const { id } = await rig.start({ kind: "file", path: "bytes.js", args: [] });
    const follow = async (offset: number, lastEventId?: string) => {
      const parts: Buffer[] = [];
      let last: LiveItem<RunEvent> | null = null;
      for await (const item of rig.parts.runs.watch(rig.caller, { id, offset, ...(lastEventId === undefined ? {} : { lastEventId }) }, new AbortController().signal)) {
        if ("event" in item && item.event.kind === "output") parts.push(Buffer.from(item.event.bytes, "base64"));
        last = item;
      }
      return { bytes: Buffer.concat(parts), last };
    };
    const [live] = await Promise.all([follow(0), rig.perform(id)]);
    const wanted = Buffer.concat(Array.from({ length: 300 }, (_, i) => Buffer.from(Array.from({ length: 1_000 }, (_value, j) => (i + j) % 256))));
    expect(live.bytes.equals(wanted)).toBe(true);
    expect(live.last).toMatchObject({ id: "300000", event: { kind: "run", run: { state: "succeeded" } } });
    expect((await follow(0, "123456")).bytes.equals(wanted.subarray(123_456))).toBe(true);
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
