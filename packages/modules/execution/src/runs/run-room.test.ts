import type { Run, RunId } from "@coder/api/execution";
import { afterEach, describe, expect, it } from "vitest";
import { TEST_CONFIG } from "../__fixtures__/test-config.ts";
import { runEntity, type RunRow } from "../entities.ts";
import { RunRig } from "./__fixtures__/RunRig.ts";
import { openRegistry } from "./__fixtures__/tiny-registry.ts";

const MB = 1_000_000;
const TAKEN = 50 * MB;
const TAKEN_AT = "2026-01-02T03:04:05.000Z";

let rig: RunRig;
const open = async (growthBytes = 20 * MB, config = {}) => (rig = await RunRig.open({ config: { runs: { ...TEST_CONFIG.runs, growthBytes }, ...config } }));
afterEach(() => rig.close());

const used = () => rig.workspace.usage.bytes.used;
const rows = () => rig.database.for(rig.caller).repository(runEntity);
const file = (path: string) => ({ kind: "file" as const, path, args: [] });

/** A run as a worker leaves it that is killed while it runs, or `marked` by another that is killed before it gave back the room. */
async function left(state: Extract<RunRow["state"], "running" | "interrupted"> = "running"): Promise<RunId> {
  await rig.write({ "a.js": "" });
  const { id } = await rig.start(file("a.js"));
  await rows().update(id, { state, limits: { wallSeconds: 5, room: { bytes: TAKEN, takenAt: TAKEN_AT } } });
  rig.workspace.usage.bytes.used += TAKEN;
  return id;
}

describe("the room of a run whose worker died", () => {
  it("is given back when the run is found, once, however many find it", async () => {
    await open();
    rig.workspace.usage.bytes.used = 7;
    const id = await left();
    const row = (await rows().get(id)) ?? fail();
    const { engine } = rig.parts;
    await Promise.all([rig.perform(id), engine.interrupt(rig.caller, row), engine.interrupt(rig.caller, row)]);
    expect([used(), (await rig.get(id)).state, (await rows().get(id))?.limits]).toEqual([7, "interrupted", { wallSeconds: 5 }]);
    await engine.account(rig.caller, id);
    expect(used()).toBe(7);
  });

  it("is given back by the job that follows where whoever marked the run died too", async () => {
    await open();
    const id = await left("interrupted");
    await rig.parts.engine.account(rig.caller, id);
    await rig.parts.engine.account(rig.caller, id);
    expect(used()).toBe(0);
  });

  it("is not given back where usage was counted since", async () => {
    await open();
    const id = await left();
    rig.workspace.usage.bytes.used = 7;
    rig.workspace.countedAt = "2026-01-02T03:04:06.000Z";
    await rig.perform(id);
    expect(used()).toBe(7);
  });

  it("is given back once where the worker only lost its job and still ends the run itself", async () => {
    await open();
    await rig.write({ "long.js": "require('fs').writeFileSync('begun.txt', ''); setInterval(() => 1, 1000)" });
    const { id } = await rig.start(file("long.js"));
    const lost = rig.perform(id, "job_lost");
    while ((await rig.read("begun.txt")) === null) await new Promise((resolve) => setTimeout(resolve, 10));
    expect([used(), (await rows().get(id))?.limits?.room?.bytes]).toEqual([20 * MB, 20 * MB]);
    await rig.parts.engine.interrupt(rig.caller, (await rows().get(id)) ?? fail());
    rig.cancelNow();
    await lost;
    expect(used()).toBe(0);
  });
});

describe("a run for which there is too little room", () => {
  const FILL = "const fs = require('fs'); for (let i = 0; i < 8; i++) { fs.appendFileSync('big', Buffer.alloc(1e6, 1)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100); }";
  const full = { code: "quota_exceeded", remedy: expect.stringContaining("Remove projects or files") };
  const fill = async (): Promise<Run> => {
    await rig.write({ "fill.js": FILL });
    return rig.run(file("fill.js"));
  };

  it("says that it is the organization's which ended it", async () => {
    await open();
    rig.workspace.usage.bytes = { used: 98 * MB, limit: 100 * MB };
    expect(await fill()).toMatchObject({ state: "failed", endedBy: "tree", problem: full });
  });

  it("leaves some of it to whoever saves a file while it runs", async () => {
    await open();
    rig.workspace.usage.bytes = { used: 98 * MB, limit: 100 * MB };
    await rig.write({ "long.js": "require('fs').writeFileSync('begun.txt', ''); setInterval(() => 1, 1000)" });
    const { id } = await rig.start(file("long.js"));
    const running = rig.perform(id);
    while ((await rig.read("begun.txt")) === null) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(used()).toBe(99.8 * MB);
    rig.cancelNow();
    await running;
    expect(used()).toBe(98 * MB);
  });

  it("says nothing of it where its own limit ended it", async () => {
    await open(2 * MB);
    expect(await fill()).toMatchObject({ state: "failed", endedBy: "tree", problem: null });
  });

  it.each([
    ["the organization's", 20 * MB, full], ["its own", 2 * MB, { code: "install_failed", remedy: expect.stringContaining("limit of runs") }],
  ])("says so of an installation too: %s", async (_whose, growthBytes, problem) => {
    const registry = await openRegistry("{ head -c 1000000 /dev/urandom; head -c 9000000 /dev/zero; } > package/large; tar czf tiny.tgz package");
    try {
      await open(growthBytes, { install: { registry: registry.url, allowedPrivateHosts: [registry.host] } });
      await rig.write({ "package.json": { name: "app", version: "1.0.0", dependencies: { tiny: "1.0.0" } }, "package-lock.json": registry.lock });
      rig.workspace.usage.bytes = { used: 97 * MB, limit: 100 * MB };
      expect(await rig.run({ kind: "install", folder: "" })).toMatchObject({ state: "failed", endedBy: "tree", problem });
    } finally {
      await registry.close();
    }
  });
});

function fail(): never {
  throw new Error("The run has a row");
}
