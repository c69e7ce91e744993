import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { outcome } from "@coder/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { processesWith } from "../__fixtures__/processes-with.ts";
import { ChangeRig } from "../changes/__fixtures__/ChangeRig.ts";
import { RunRig } from "../runs/__fixtures__/RunRig.ts";
import { recordTree } from "./__fixtures__/recorded-tree.ts";

/** Mounting takes root, and a system that lets root do it. */
const mayMount = process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;
const MB = 1024 ** 2;

describe.skipIf(!mayMount)("on a disk that is full", { timeout: 120_000 }, () => {
  let disk: string;
  beforeAll(async () => {
    disk = await mkdtemp(path.join(tmpdir(), "coder-small-disk-"));
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", disk]).status).toBe(0);
  });
  afterAll(async () => {
    spawnSync("umount", ["-l", disk]);
    await rm(disk, { recursive: true, force: true });
  });

  /** Leaves so much of the disk; the file that takes the rest. */
  async function fill(left: number): Promise<string> {
    const ballast = path.join(disk, "ballast");
    await rm(ballast, { force: true });
    const { bavail, bsize } = await statfs(disk);
    await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - left)));
    return ballast;
  }

  describe("checkpoints and runs", () => {
    let rig: RunRig;
    beforeEach(async () => (rig = await RunRig.open({ dataDirectory: path.join(disk, "installation") })));
    afterEach(async () => {
      await rm(path.join(disk, "ballast"), { force: true });
      await rig.close();
    });
    const create = (reason: string) => rig.parts.checkpoints.create(rig.caller, { projectId: rig.projectId, reason });

    it("a checkpoint is refused and leaves nothing half; the others stay good", async () => {
      await rig.write({ "a.txt": "before" });
      const { id } = await create("one");
      await writeFile(path.join(rig.tree, "large.bin"), randomBytes(4 * MB));
      const ballast = await fill(MB);
      expect(await outcome(create("two"))).toBe("disk_full");
      await rm(ballast);
      expect((await rig.parts.checkpoints.list(rig.caller, { projectId: rig.projectId, limit: 10 })).items.map(({ reason }) => reason)).toEqual(["one"]);
      await create("three");
      const restored = await rig.parts.checkpoints.restore(rig.caller, { id, scope: "all", chosen: [], fingerprint: null });
      expect([restored.restored, await readdir(rig.tree)]).toEqual([1, ["a.txt"]]);
    });

    it("a restore is refused before it changes anything, and works once there is room", async () => {
      await writeFile(path.join(rig.tree, "large.bin"), randomBytes(4 * MB));
      await rig.write({ "a.txt": "before" });
      const { id } = await create("one");
      const wanted = recordTree(rig.tree);
      await rm(path.join(rig.tree, "large.bin"));
      await rig.write({ "a.txt": "after" });
      const now = recordTree(rig.tree);
      const ballast = await fill(MB);
      const restore = () => rig.parts.checkpoints.restore(rig.caller, { id, scope: "all", chosen: [], fingerprint: null });
      expect(await outcome(restore())).toBe("disk_full");
      expect([recordTree(rig.tree), await readdir(rig.staging)]).toEqual([now, []]);
      await rm(ballast);
      expect([(await restore()).blocked.total, recordTree(rig.tree)]).toEqual([0, wanted]);
    });

    it("a run ends as failed for that reason, and nothing of it goes on", async () => {
      const name = `loud-${crypto.randomUUID()}.js`;
      await rig.write({ [name]: "setInterval(() => process.stdout.write('x'.repeat(1e5)), 1)" });
      await create("one");
      await fill(200_000);
      const run = await rig.run({ kind: "file", path: name, args: [] });
      expect(run).toMatchObject({ state: "failed", problem: { code: "disk_full" } });
      expect(processesWith(name)).toBe(0);
    });
  });

  it("a change is not applied by half", async () => {
    const rig = await ChangeRig.open({ dataDirectory: path.join(disk, "changes") });
    try {
      await rig.write({ "a.txt": "a\n" });
      const { id } = await rig.create({ "a.txt": "A\n", "b.txt": randomBytes(MB).toString("hex") });
      await rig.decideAll(id);
      const before = recordTree(rig.tree);
      const ballast = await fill(MB);
      expect(await rig.apply(id)).toMatchObject({ state: "failed", problem: { code: "disk_full" } });
      expect(recordTree(rig.tree)).toEqual(before);
      await rm(ballast);
      expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    } finally {
      await rig.close();
    }
  });
});
