import { execFile } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { cp, mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { ZipFile } from "yazl";
import { hashTree, ImportRig, listTree, plant } from "./__fixtures__/import-rig.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

// A large third-party tree: packages as npm has installed them, a compiled program among them, with scripts and links beside.
const NODE_MODULES = path.resolve(import.meta.dirname, "../../../../../node_modules");
const PACKAGES = ["date-fns", "zod", "oxlint", "@vscode/ripgrep-linux-x64"];
const WANTED_FILES = 5_000;

let rig: ImportRig;
let original: string;
let originalHash: string;
let files = 0;

beforeAll(async () => {
  rig = await ImportRig.open();
  original = path.join(rig.directory, "third-party");
  await mkdir(original);
  for (const name of PACKAGES) await cp(path.join(NODE_MODULES, name), path.join(original, name), { recursive: true, verbatimSymlinks: true });
  await plant(original, { "run.sh*": "#!/bin/sh\necho hello\n", current: "-> zod/package.json" });
  await mkdir(path.join(original, "empty"));
  files = [...(await listTree(original)).values()].filter((what) => what !== "folder").length;
  originalHash = await hashTree(original);
});

afterAll(() => rig.close());

it("has enough files to say something", () => {
  expect(files).toBeGreaterThan(WANTED_FILES);
});

it.each([["zip", "tar.gz", writeZipOf], ["tar.gz", "zip", writeTarOf]] as const)("comes back byte for byte from a %s, and goes out again as a %s", async (format, out, write) => {
  const archive = path.join(rig.directory, `original.${format}`);
  await write(original, archive);
  const steps: [number, number][] = [];
  const asked = await rig.parts.service.importArchive(rig.caller, { fileName: `third-party.${format}` }, createReadStream(archive));
  expect(asked).toMatchObject({ status: "importing", name: "third-party", source: { kind: "archive", fileName: `third-party.${format}` }, job: { name: "workspace.project.import" } });
  const project = await rig.finish(asked, rig.caller, { onProgress: (done, total) => steps.push([done, total]) });
  expect(project).toMatchObject({ status: "ready", job: null, problem: null, fileCount: files });
  expect(await hashTree(rig.treeOf(project))).toBe(originalHash);
  expect(await readdir(rig.parts.directories.of(project).staging)).toEqual([]);
  expect(steps.every(([done, total], index) => done <= total && done >= (steps[index - 1]?.[0] ?? 0))).toBe(true);
  expect(steps.at(-1)).toEqual([steps[0]?.[1], steps[0]?.[1]]);

  const download = await rig.parts.service.exportArchive(rig.caller, { projectId: project.id, format: out }, new AbortController().signal);
  expect(download.fileName).toBe(`third-party.${out}`);
  const file = path.join(rig.directory, `export.${out}`);
  await pipeline(Readable.from(download.body), createWriteStream(file));
  const again = await rig.finish(await rig.parts.service.importArchive(rig.caller, { fileName: `again.${out}` }, createReadStream(file)));
  expect(again).toMatchObject({ status: "ready", fileCount: files });
  expect(await hashTree(rig.treeOf(again))).toBe(originalHash);
});

it("is the same to the system's own tar", async () => {
  const target = path.join(rig.directory, "unpacked");
  await mkdir(target);
  await promisify(execFile)("tar", ["-xzf", path.join(rig.directory, "export.tar.gz"), "-C", target]);
  expect(await readdir(target)).toEqual(["third-party"]);
  expect(await hashTree(path.join(target, "third-party"))).toBe(originalHash);
});

/** By yazl, which streams: sizes follow the data. Everything lies in one folder. */
async function writeZipOf(directory: string, file: string): Promise<void> {
  const zip = new ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(file));
  for (const [name, what] of await listTree(directory)) {
    const inside = `third-party/${name}`;
    if (what === "folder") zip.addEmptyDirectory(inside);
    else if (what.startsWith("link ")) zip.addBuffer(Buffer.from(what.slice(5)), inside, { mode: 0o120777 });
    else zip.addFile(path.join(directory, name), inside);
  }
  zip.end();
  await written;
}

/** By tar-stream: long names stand in pax headers. */
async function writeTarOf(directory: string, file: string): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createGzip({ level: 1 }), createWriteStream(file));
  for (const [name, what] of await listTree(directory)) {
    const inside = `third-party/${name}`;
    if (what === "folder") tar.entry({ name: inside, type: "directory" });
    else if (what.startsWith("link ")) tar.entry({ name: inside, type: "symlink", linkname: what.slice(5) });
    else {
      const content = await readFile(path.join(directory, name));
      const entry = tar.entry({ name: inside, mode: what.startsWith("program") ? 0o755 : 0o644, size: content.length });
      entry.end(content);
      await once(entry, "finish");
    }
  }
  tar.finalize();
  await written;
}
