import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { outcome } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tarOf } from "../__fixtures__/archives.ts";
import { chunked, ImportRig, MIB } from "../__fixtures__/import-rig.ts";

/** Mounting takes root, and a system that lets root do it. */
const mayMount = process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;

describe.skipIf(!mayMount)("on a disk that is full", () => {
  let disk: string;
  let rig: ImportRig;
  beforeAll(async () => {
    disk = await mkdtemp(path.join(tmpdir(), "coder-small-disk-"));
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]).status).toBe(0);
    rig = await ImportRig.open({ directory: path.join(disk, "installation") });
  });
  afterAll(async () => {
    await rig?.close();
    spawnSync("umount", ["-l", disk]);
    await rm(disk, { recursive: true, force: true });
  });

  const files = (count: number, size: number) => tarOf(Array.from({ length: count }, (_, n) => ({ name: `f${n}`, content: randomBytes(size) })));
  const places = () => readdir(path.join(rig.directory, "data/workspaces", rig.caller.organizationId ?? ""));

  it("an upload is refused, and leaves nothing", async () => {
    expect(await outcome(rig.parts.service.importArchive(rig.caller, { fileName: "a.tar" }, chunked(files(1, 9 * MIB))))).toBe("disk_full");
    expect(await places()).toEqual([]);
    expect(await rig.parts.service.getUsage(rig.caller)).toMatchObject({ projects: { used: 0 }, bytes: { used: 0 } });
  });

  it.each([["one large file", 1, 5 * MIB], ["many small ones", 50, 100_000]])("an import of %s fails for that reason, keeps its archive, and works once there is room", async (_what, count, size) => {
    const asked = await rig.parts.service.importArchive(rig.caller, { fileName: "a.tar" }, chunked(files(count, size)));
    const ballast = path.join(disk, "ballast");
    const { bavail, bsize } = await statfs(disk);
    await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - MIB)));
    const failed = await rig.finish(asked);
    expect(failed).toMatchObject({ status: "failed", problem: { code: "disk_full" } });
    expect(await readdir(rig.parts.directories.of(failed).staging)).toEqual(["source"]);
    await rm(ballast);
    spawnSync("mount", ["-o", "remount,size=64m", disk]);
    expect(await rig.finish(await rig.parts.service.retryImport(rig.caller, failed))).toMatchObject({ status: "ready", fileCount: count });
    await rig.parts.service.deleteProject(rig.caller, failed);
    await rig.parts.service.purgeProject(rig.caller, failed);
    await rig.runLeftJobs();
    spawnSync("mount", ["-o", "remount,size=8m", disk]);
  });
});
