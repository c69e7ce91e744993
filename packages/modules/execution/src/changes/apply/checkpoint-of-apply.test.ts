import { chmod, symlink } from "node:fs/promises";
import path from "node:path";
import { CheckpointIdSchema, type ChangeSet } from "@coder/api/execution";
import { outcome } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChangeRig } from "../__fixtures__/ChangeRig.ts";

const TEXT = "one\ntwo\nthree\n";

describe("the checkpoint of a change that was applied", () => {
  let rig: ChangeRig;
  beforeEach(async () => {
    rig = await ChangeRig.open({ checkpoints: "real" });
    await rig.write({ "src/a.ts": TEXT, "src/b.ts": TEXT, "gone.txt": "bye\n", "mine.txt": "mine\n" });
  });
  afterEach(() => rig.close());

  const applied = async (files: Parameters<ChangeRig["create"]>[0], step?: (done: number) => Promise<void>) => {
    const { id } = await rig.create(files);
    await rig.decideAll(id);
    await rig.askToApply(id);
    return rig.work(id, undefined, step);
  };
  const checkpointOf = ({ checkpointId }: Pick<ChangeSet, "checkpointId">) => CheckpointIdSchema.parse(checkpointId);
  const restore = (change: ChangeSet) => rig.runs.checkpoints.restore(rig.caller, { id: checkpointOf(change), scope: "work", chosen: [], fingerprint: null });

  it("takes back what was applied, keeps what people did later, and shows where the two meet", async () => {
    const change = await applied({ "src/a.ts": "A\n", "src/b.ts": "B\n", "new/deep/c.ts": "C\n", "gone.txt": null });
    expect(change.state).toBe("applied");
    await rig.write({ "src/b.ts": "B, and more by hand\n", "mine.txt": "changed by hand\n", "own.txt": "own\n" });
    const { checkpoints } = rig.runs;
    const preview = await checkpoints.preview(rig.caller, { id: checkpointOf(change), scope: "work", chosen: [] });
    expect(preview).toMatchObject({ change: { paths: ["src/a.ts"] }, create: { paths: ["gone.txt"] }, conflicts: { paths: ["src/b.ts"] } });
    expect(preview.kept.paths.toSorted()).toEqual(["mine.txt", "own.txt"]);
    expect(preview.delete.paths.toSorted()).toEqual(["new", "new/deep", "new/deep/c.ts"]);
    const { undo } = await restore(change);
    expect(await Promise.all(["src/a.ts", "src/b.ts", "new/deep/c.ts", "gone.txt", "mine.txt", "own.txt"].map((name) => rig.read(name)))).toEqual([TEXT, "B, and more by hand\n", null, "bye\n", "changed by hand\n", "own\n"]);
    await checkpoints.undo(rig.caller, { id: undo.id });
    expect(await Promise.all(["src/a.ts", "new/deep/c.ts", "gone.txt"].map((name) => rig.read(name)))).toEqual(["A\n", "C\n", null]);
  });

  it("does not take for its doing what people write while it is applied", async () => {
    const change = await applied({ "src/a.ts": "A\n", "new.txt": "n\n" }, async (done) => {
      if (done === 1) await rig.write({ "mine.txt": "typed meanwhile\n", "other.txt": "made meanwhile\n" });
    });
    expect((await rig.runs.checkpoints.list(rig.caller, { projectId: rig.projectId, limit: 1 })).items[0]?.changes).toEqual({ total: 2, items: [{ path: "src/a.ts", kind: "changed" }, { path: "new.txt", kind: "created" }] });
    await restore(change);
    expect(await Promise.all(["src/a.ts", "new.txt", "mine.txt", "other.txt"].map((name) => rig.read(name)))).toEqual([TEXT, null, "typed meanwhile\n", "made meanwhile\n"]);
  });

  it("knows files that were reached through a linked folder", async () => {
    await symlink("src", path.join(rig.tree, "linked"));
    const change = await applied({ "linked/a.ts": "A\n" });
    expect(await rig.read("src/a.ts")).toBe("A\n");
    await restore(change);
    expect(await rig.read("src/a.ts")).toBe(TEXT);
  });

  it("keeps the mode of what a program can run, there and back", async () => {
    await rig.makeExecutable("gone.txt");
    const change = await applied({ "gone.txt": "#!/bin/sh\n" });
    expect(await rig.runs.checkpoints.preview(rig.caller, { id: checkpointOf(change), scope: "work", chosen: [] })).toMatchObject({ change: { paths: ["gone.txt"] }, conflicts: { total: 0 } });
  });

  it("knows the mode of what an undo brought back", async () => {
    await chmod(path.join(rig.tree, "gone.txt"), 0o600);
    const { id } = await applied({ "gone.txt": null });
    const undone = await rig.undo(id);
    expect(await rig.runs.checkpoints.preview(rig.caller, { id: checkpointOf(undone), scope: "work", chosen: [] })).toMatchObject({ delete: { paths: ["gone.txt"] }, conflicts: { total: 0 } });
  });

  it("brings the applied change back when what was restored is the state before undoing it", async () => {
    const { id } = await applied({ "src/a.ts": "A\n", "new/c.ts": "C\n" });
    const undone = await rig.undo(id);
    expect([undone.state, await rig.read("new/c.ts")]).toEqual(["undone", null]);
    await restore(undone);
    expect([await rig.read("src/a.ts"), await rig.read("new/c.ts")]).toEqual(["A\n", "C\n"]);
  });

  it("is not restored, and no other is, while a change is being applied", async () => {
    const first = await applied({ "src/b.ts": "B\n" });
    let refused = "";
    const second = await applied({ "src/a.ts": "A\n", "new.txt": "n\n" }, async (done) => {
      if (done === 1) refused = await outcome(restore(first));
    });
    expect([refused, second.state, await rig.read("src/b.ts")]).toEqual(["project_busy", "applied", "B\n"]);
  });

  it("is taken and restored, as the files are another change's, while what a change brings is still being checked", async () => {
    let meanwhile = async (): Promise<void> => undefined;
    await rig.close();
    rig = await ChangeRig.open({ checkpoints: "real", stages: [{ name: "types", run: async () => (await meanwhile(), { state: "passed", note: "", findings: [] }) }] });
    await rig.write({ "src/a.ts": TEXT, "src/b.ts": TEXT });
    const ended: string[] = [];
    meanwhile = async () => {
      const second = await applied({ "src/b.ts": "B\n" });
      ended.push(second.problem?.code ?? second.state, await outcome(restore(second)), (await rig.read("src/b.ts")) ?? "");
    };
    const { id } = await rig.create({ "src/a.ts": "A\n" });
    await rig.decideAll(id);
    ended.push((await rig.apply(id, { validation: "require" })).state);
    expect([...ended, await rig.read("src/a.ts")]).toEqual(["applied", "done", TEXT, "applied", "A\n"]);
  });
});
