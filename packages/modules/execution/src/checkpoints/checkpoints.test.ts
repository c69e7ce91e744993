import { utimes } from "node:fs/promises";
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
  rig = await RunRig.open({ config: { checkpoints: { keep: 3, maxBytes: 1_000_000 } } });
});
afterEach(() => rig.close());

const create = (reason: string) => rig.parts.checkpoints.create(rig.caller, { projectId: rig.projectId, reason });
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
