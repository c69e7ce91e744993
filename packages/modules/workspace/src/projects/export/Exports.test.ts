import { randomBytes } from "node:crypto";
import { open, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Project } from "@coder/api/workspace";
import { outcome } from "@coder/testing";
import { ProjectTree } from "@coder/work-tree";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collect, hashTree, ImportRig, listTree, MIB, plant } from "../__fixtures__/import-rig.ts";
import { folderName } from "./Exports.ts";
import { StableReader } from "./StableReader.ts";
import { writeTar } from "./write-tar.ts";
import { zipName } from "./write-zip.ts";

let rig: ImportRig;
let project: Project;
let tree: string;
beforeEach(async () => {
  rig = await ImportRig.open();
  project = await rig.parts.service.createProject(rig.caller, { name: "Mine" });
  tree = rig.treeOf(project);
});
afterEach(() => rig.close());

const signal = new AbortController().signal;
const download = (format: "zip" | "tar.gz", until: AbortSignal = signal) => rig.parts.service.exportArchive(rig.caller, { projectId: project.id, format }, until);
const openFiles = async () => (await readdir("/proc/self/fd")).length;

describe.each(["zip", "tar.gz"] as const)("a %s", (format) => {
  it("holds the tree and nothing else, in one folder, with links and the right to execute", async () => {
    const long = `${"long-folder-name/".repeat(15)}${"f".repeat(200)}`;
    await plant(tree, { "a.txt": "text", "run*": "#!/bin/sh\n", "d/link": "-> ../a.txt", "d/out": "-> /etc/passwd", empty: "", [long]: "deep", "longlink": `-> ${"x/".repeat(120)}y` });
    await plant(rig.parts.directories.of(project).trash, { "1/0": "deleted" });
    const { fileName, contentType, body } = await download(format);
    expect([fileName, contentType]).toEqual([`Mine.${format}`, format === "zip" ? "application/zip" : "application/gzip"]);
    await rm(path.join(tree, "d/out"));
    const bytes = await collect(body);
    // A link that leads out leaves as it is, and does not come in again.
    await plant(tree, { "d/out": "-> /etc/passwd" });
    expect((await rig.importBytes("again", await collect((await download(format)).body))).problem?.code).toBe("import_link_escapes");
    await rm(path.join(tree, "d/out"));
    const again = await rig.importBytes("again", bytes);
    expect([again.status, again.problem]).toEqual(["ready", null]);
    expect(await hashTree(rig.treeOf(again))).toBe(await hashTree(tree));
  });

  it("of one folder alone comes back with that folder", async () => {
    await plant(tree, { "src/a": "x" });
    const again = await rig.importBytes("again", await collect((await download(format)).body));
    expect([...(await listTree(rig.treeOf(again))).keys()].toSorted()).toEqual(["src", "src/a"]);
  });

  it("is whole although files change, go and come while it is read", async () => {
    await plant(tree, Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${String(n).padStart(3, "0")}`, "x".repeat(1_000)])));
    const { body } = await download(format);
    let n = 0;
    const parts: Uint8Array[] = [];
    for await (const part of body) {
      parts.push(part);
      await writeFile(path.join(tree, `f${String(299 - (n % 100)).padStart(3, "0")}`), "y".repeat(n * 37));
      await rm(path.join(tree, `f${String(100 + (n % 50)).padStart(3, "0")}`), { force: true });
      await writeFile(path.join(tree, `new${n}`), "new");
      n += 1;
    }
    expect(await rig.importBytes("again", Buffer.concat(parts))).toMatchObject({ status: "ready" });
  });

  it("holds nothing open when whoever asked has gone", async () => {
    for (let n = 0; n < 5; n += 1) await writeFile(path.join(tree, `f${n}`), randomBytes(3 * MIB));
    const before = await openFiles();
    // In the middle of a large file, once by leaving and once by the signal.
    let received = 0;
    for await (const part of (await download(format)).body) if ((received += part.length) > 4 * MIB) break;
    const stop = new AbortController();
    received = 0;
    const second = async () => {
      for await (const part of (await download(format, stop.signal)).body) if ((received += part.length) > 4 * MIB) stop.abort(new Error("gone"));
    };
    await expect(second()).rejects.toThrow("gone");
    await expect.poll(openFiles).toBeLessThanOrEqual(before);
    expect(await readdir(rig.parts.directories.of(project).staging)).toEqual([]);
  });
});

it("is for the own organization's projects that are ready", async () => {
  await rig.parts.service.deleteProject(rig.caller, project);
  expect(await outcome(download("zip"))).toBe("project_not_ready");
});

it("is called like the project, as far as a folder can be", () => {
  expect(["My app", "a/b\\c:d", "..", ". x .", "CON?", "\u00e9"].map(folderName)).toEqual(["My app", "a-b-c-d", "project", "x", "CON", "\u00e9"]);
});

it("names in a zip are Unicode with slashes between", () => {
  expect(["a/b", "a\\b", "x:y", "dir/x:y", "\udcffa", "\ud83d\udc80", "%"].map(zipName)).toEqual(["a/b", "a%5cb", "x%3ay", "dir/x:y", "%ffa", "\ud83d\udc80", "%"]);
});

describe("a file that is read while it is written", () => {
  const reader = () => new StableReader({ tree: new ProjectTree(tree), staging: rig.parts.directories.of(project).staging });
  const contentOf = async (file: Awaited<ReturnType<StableReader["read"]>>) => (file ? collect(file.content()) : null);

  it("has the size that is told of it, small or large, whatever happens to it afterwards", async () => {
    for (const size of [0, 10, 3 * MIB]) {
      await writeFile(path.join(tree, "f"), Buffer.alloc(size, "a"));
      const file = await reader().read("f", signal);
      await writeFile(path.join(tree, "f"), Buffer.alloc(5, "b"));
      await rename(path.join(tree, "f"), path.join(tree, "g"));
      expect(file?.sizeBytes).toBe(size);
      expect((await contentOf(file))?.equals(Buffer.alloc(size, "a"))).toBe(true);
      await file?.close();
    }
    expect(await readdir(rig.parts.directories.of(project).staging)).toEqual([]);
  });

  it("is of one moment: never half of one text and half of another", async () => {
    const size = 2 * MIB;
    const handle = await open(path.join(tree, "f"), "w");
    await handle.write(Buffer.alloc(size, "a"), 0, size, 0);
    const writing = (async () => {
      for (const letter of ["b", "a", "b"]) await handle.write(Buffer.alloc(size, letter), 0, size, 0);
    })();
    const file = await reader().read("f", signal);
    await writing;
    const letters = new Set(await contentOf(file));
    expect(letters.size).toBe(1);
    await file?.close();
    await handle.close();
  });

  it("is none when it is a link, a folder or gone", async () => {
    await symlink("/etc/passwd", path.join(tree, "link"));
    await plant(tree, { "d/x": "" });
    for (const at of ["link", "d", "missing", "d/x/y"]) expect(await reader().read(at, signal)).toBeNull();
  });
});

it("writes the size of a file beyond 8 GiB in base 256", async () => {
  const sizeBytes = 9 * 1024 ** 3;
  const file = { sizeBytes, executable: false, modifiedAt: new Date(0), content: async function* () {}, close: async () => undefined };
  const blocks = await collect(writeTar((async function* () {
    yield { kind: "file" as const, path: "big", file };
  })()));
  expect([blocks[124], blocks.readBigUInt64BE(128)]).toEqual([0x80, BigInt(sizeBytes)]);
});
