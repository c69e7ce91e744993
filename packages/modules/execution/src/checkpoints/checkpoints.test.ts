import { randomBytes } from "node:crypto";
import { readdir, utimes } from "node:fs/promises";
import path from "node:path";
import { CheckpointIdSchema } from "@coder/api/execution";
import { newId } from "@coder/shared/server";
import { outcome, somebody } from "@coder/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkpointEntity } from "../entities.ts";
import { RunRig } from "../runs/__fixtures__/RunRig.ts";
import { lockStore } from "./StoreLock.ts";
import { ProjectCheckpoints } from "./ProjectCheckpoints.ts";

let rig: RunRig;
beforeEach(async () => {
  rig = await RunRig.open({ config: { checkpoints: { keep: 3, maxBytes: 1_000_000, organizationBytes: 10_000_000 } } });
});
afterEach(() => rig.close());

const create = (reason: string) => rig.parts.checkpoints.create(rig.caller, { projectId: rig.projectId, reason });
const eventsOf = (name: string) => rig.database.outbox.items.filter(({ message }) => message.name === name).map(({ message }) => message.payload);
const list = async () => (await rig.parts.checkpoints.list(rig.caller, { projectId: rig.projectId, limit: 50 })).items.map(({ reason }) => reason);

it("finishes a restore that a killed process has begun, and tells the checkpoint how it ended", async () => {
  await rig.write({ "a.txt": "before" });
  const { id } = await create("one");
  await rig.write({ "a.txt": "after" });
  const rows = rig.database.for(rig.caller).repository(checkpointEntity);
  const row = await rows.get(id);
  const undoId = newId(CheckpointIdSchema);
  const store = path.join(rig.dataDirectory, "checkpoints", rig.caller.organizationId ?? "", rig.projectId);
  const killed = new ProjectCheckpoints({ tree: rig.tree, staging: rig.staging, store });
  const { current } = killed.begin(undoId, { target: row?.root ?? fail(), after: null, chosen: [] }, null);
  killed.close();
  const { etag: _etag, ...values } = row ?? fail();
  await rows.insert({ ...values, id: undoId, cause: "restore", root: current, restoredId: id });
  const { signal } = new AbortController();
  // One that has just begun may be another process' own.
  expect([await rig.parts.recovery.recover(signal), await rig.read("a.txt")]).toEqual([0, "after"]);
  await utimes(path.join(store, "restore.json"), new Date(0), new Date(0));
  expect([await rig.parts.recovery.recover(signal), await rig.read("a.txt"), await rig.parts.recovery.recover(signal)]).toEqual([1, "before", 0]);
  await rig.parts.checkpoints.undo(rig.caller, { id: undoId });
  expect(await rig.read("a.txt")).toBe("after");
});

it("tells a checkpoint once how its restore ended, and never does it twice, when its process was killed before it could", async () => {
  await rig.write({ "a.txt": "before" });
  const { id } = await create("one");
  await rig.write({ "a.txt": "after" });
  const rows = rig.database.for(rig.caller).repository(checkpointEntity);
  const { etag: _etag, ...values } = (await rows.get(id)) ?? fail();
  const undoId = newId(CheckpointIdSchema);
  const killed = new ProjectCheckpoints({ tree: rig.tree, staging: rig.staging, store: path.join(rig.dataDirectory, "checkpoints", rig.caller.organizationId ?? "", rig.projectId) });
  const { current } = killed.begin(undoId, { target: values.root, after: null, chosen: [] }, null);
  await rows.insert({ ...values, id: undoId, cause: "restore", root: current, restoredId: id });
  killed.finish();
  killed.close();
  // Somebody goes on working before the product is there again.
  await rig.write({ "a.txt": "typed later", "b.txt": "typed later" });
  await create("two");
  expect((await rows.get(undoId))?.changes).toEqual({ total: 1, items: [{ path: "a.txt", kind: "changed" }] });
  expect(eventsOf("execution.checkpoint.restored")).toEqual([expect.objectContaining({ checkpointId: id, undoId })]);
  await create("three");
  expect(eventsOf("execution.checkpoint.restored")).toHaveLength(1);
  const preview = await rig.parts.checkpoints.preview(rig.caller, { id: undoId, scope: "work", chosen: [] });
  expect([preview.conflicts.paths, preview.kept.paths]).toEqual([["a.txt"], ["b.txt"]]);
});

it("forgets a restore that nobody could undo, because its checkpoint was never recorded", async () => {
  await rig.write({ "a.txt": "before" });
  const { id } = await create("one");
  await rig.write({ "a.txt": "after" });
  const { root } = (await rig.database.for(rig.caller).repository(checkpointEntity).get(id)) ?? fail();
  const killed = new ProjectCheckpoints({ tree: rig.tree, staging: rig.staging, store: path.join(rig.dataDirectory, "checkpoints", rig.caller.organizationId ?? "", rig.projectId) });
  killed.begin(newId(CheckpointIdSchema), { target: root, after: null, chosen: [] }, null);
  killed.close();
  await create("two");
  expect([await rig.read("a.txt"), await readdir(rig.staging)]).toEqual(["after", []]);
});

it("keeps what an organization's checkpoints take within its limit: the project that was idle for longest gives first, its newest stays", async () => {
  await rig.close();
  rig = await RunRig.open({ config: { checkpoints: { keep: 10, maxBytes: 10_000_000, organizationBytes: 600_000 } } });
  for (const reason of ["one", "two", "three"]) {
    await rig.write({ "a.bin": randomBytes(400_000).toString("base64") });
    await create(reason);
  }
  const { signal } = new AbortController();
  expect(await rig.parts.retention.retain(signal)).toBeGreaterThan(400_000);
  expect(await list()).toEqual(["three"]);
  expect(await rig.parts.retention.retain(signal)).toBe(0);
  const { items: [newest] } = await rig.parts.checkpoints.list(rig.caller, { projectId: rig.projectId, limit: 1 });
  await rig.write({ "a.bin": "small" });
  expect((await rig.parts.checkpoints.restore(rig.caller, { id: newest?.id ?? fail(), scope: "all", chosen: [], fingerprint: null })).restored).toBe(1);
});

it("is not restored while something runs, and takes room for what it brings back", async () => {
  await rig.write({ "a.txt": "before".repeat(1_000), "wait.js": "require('fs').writeFileSync('begun', ''); setInterval(() => 1, 1000)" });
  const { id } = await create("one");
  const restore = () => rig.parts.checkpoints.restore(rig.caller, { id, scope: "all", chosen: [], fingerprint: null });
  const { id: runId } = await rig.start({ kind: "file", path: "wait.js", args: [] });
  const performed = rig.perform(runId);
  while ((await rig.read("begun")) === null) await new Promise((resolve) => setImmediate(resolve));
  expect(await outcome(restore())).toBe("run_in_progress");
  rig.cancelNow();
  await performed;
  await rig.write({ "a.txt": "" });
  rig.workspace.usage.bytes.limit = rig.workspace.usage.bytes.used + 1_000;
  expect(await outcome(restore())).toBe("quota_exceeded");
  expect(await rig.read("a.txt")).toBe("");
  rig.workspace.usage.bytes.limit += 10_000;
  const { used } = rig.workspace.usage.bytes;
  await restore();
  expect(rig.workspace.usage.bytes.used).toBe(used + 6_000);
});

it("tells that a checkpoint was made", async () => {
  await rig.write({ "a.txt": "1" });
  const { id } = await create("one");
  expect(eventsOf("execution.checkpoint.created")).toEqual([{ organizationId: rig.caller.organizationId, projectId: rig.projectId, checkpointId: id, cause: "person" }]);
});

it("keeps the newest, refuses a project that is too large, and shows nothing to anybody else", async () => {
  for (const reason of ["one", "two", "three", "four", "five"]) {
    await rig.write({ "a.txt": reason });
    await create(reason);
  }
  expect(await list()).toEqual(["five", "four", "three"]);
  const other = somebody();
  expect(await outcome(rig.parts.checkpoints.list(other, { projectId: rig.projectId, limit: 5 }))).toBe("project_not_found");
  const { items: [newest] } = await rig.parts.checkpoints.list(rig.caller, { projectId: rig.projectId, limit: 1 });
  expect(await outcome(rig.parts.checkpoints.preview(other, { id: newest?.id ?? newId(CheckpointIdSchema), scope: "all", chosen: [] }))).toBe("checkpoint_not_found");
  expect(await outcome(rig.parts.checkpoints.undo(rig.caller, { id: newest?.id ?? newId(CheckpointIdSchema) }))).toBe("not_a_restore");
  await rig.write({ "large.txt": "0123456789".repeat(110_000) });
  expect(await outcome(create("six"))).toBe("checkpoint_too_large");
  await rig.parts.leftovers.remove(rig.caller.organizationId ?? ("" as never), rig.projectId);
  expect(await list()).toEqual([]);
});

it("lets one at a time at a project, in the order of asking or any other", async () => {
  await rig.write({ "a.txt": "1" });
  await Promise.all(Array.from({ length: 3 }, (_, place) => create(`at once ${place}`)));
  expect((await list()).toSorted()).toEqual(["at once 0", "at once 1", "at once 2"]);
  const held = await lockStore("/a/store");
  let taken = false;
  const next = lockStore("/a/store").then((lock) => {
    taken = true;
    return lock;
  });
  await lockStore("/another/store").then((lock) => lock[Symbol.asyncDispose]());
  expect(taken).toBe(false);
  await held[Symbol.asyncDispose]();
  await (await next)[Symbol.asyncDispose]();
});

function fail(): never {
  throw new Error("The checkpoint has a row");
}
