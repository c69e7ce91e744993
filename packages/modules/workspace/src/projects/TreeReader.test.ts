import { symlink, writeFile, utimes, rm, mkdir } from "node:fs/promises";
import path from "node:path";
import type { Project } from "@coder/api/workspace";
import { outcome, somebody } from "@coder/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ImportRig, MIB, plant } from "./__fixtures__/import-rig.ts";

let rig: ImportRig;
let project: Project;
let tree: string;
beforeEach(async () => {
  rig = await ImportRig.open();
  project = await rig.parts.service.createProject(rig.caller, { name: "Mine" });
  tree = rig.treeOf(project);
});
afterEach(() => rig.close());

const list = async (limit = 100) => {
  const files = [];
  let after: string | undefined;
  do {
    const page = await rig.parts.service.listTree(rig.caller, { projectId: project.id, limit, ...(after === undefined ? {} : { after }) });
    files.push(...page.files);
    after = page.nextAfter ?? undefined;
  } while (after !== undefined);
  return files;
};
const read = async (...paths: string[]) => (await rig.parts.service.readFiles(rig.caller, { projectId: project.id, paths })).files;

it("lists what is worth indexing, page by page the same as at once", async () => {
  await plant(tree, {
    ".gitignore": "*.log\n/build/\n!keep.log\n", "src/a.ts": "1", "src/b.ts": "22", "src/.ignore": "secret*\n", "src/secret.ts": "", "debug.log": "", "keep.log": "333", "build/out.js": "",
    "node_modules/x/index.js": "", "packages/p/node_modules/y.js": "", ".git/config": "", ".venv/lib.py": "", "deep/build/kept.js": "4444", link: "-> src/a.ts", "\u00e9.md": "55555",
  });
  const files = await list();
  expect(files.map(({ path: at, sizeBytes }) => [at, sizeBytes])).toEqual([
    [".gitignore", 24], ["deep/build/kept.js", 4], ["keep.log", 3], ["src/.ignore", 8], ["src/a.ts", 1], ["src/b.ts", 2], ["\u00e9.md", 5],
  ]);
  for (const limit of [1, 2, 3]) expect(await list(limit)).toEqual(files);
});

it("gives a file another fingerprint whenever its content may be another", async () => {
  await plant(tree, { a: "one", b: "two" });
  const of = async (name: string) => (await list()).find(({ path: at }) => at === name)?.fingerprint;
  const before = await of("a");
  expect(await of("a")).toBe(before);
  expect(await of("b")).not.toBe(before);
  const time = new Date("2026-01-01T00:00:00.000Z");
  await writeFile(path.join(tree, "a"), "two");
  await utimes(path.join(tree, "a"), time, time);
  const changed = await of("a");
  expect(changed).not.toBe(before);
  await rm(path.join(tree, "a"));
  await writeFile(path.join(tree, "a"), "two");
  await utimes(path.join(tree, "a"), time, time);
  expect(await of("a")).not.toBe(changed);
});

it("reads texts, and says why not", async () => {
  await plant(tree, { text: "h\u00e9llo", folder: "", "d/x": "x", inner: "-> text", out: "-> /etc/hostname" });
  await rm(path.join(tree, "folder"));
  await mkdir(path.join(tree, "folder"));
  await writeFile(path.join(tree, "latin1"), Buffer.from([0x68, 0xe9]));
  await writeFile(path.join(tree, "bom"), "\ufefftext");
  await writeFile(path.join(tree, "binary"), Buffer.from([0x68, 0, 0x68]));
  await writeFile(path.join(tree, "large"), Buffer.alloc(8 * MIB + 1, "x"));
  await symlink("/etc", path.join(tree, "etc"));
  expect(await read("text", "latin1", "bom", "missing", "folder", "inner", "out", "etc/hostname", "binary", "large", "d/x")).toEqual([
    { path: "text", text: "h\u00e9llo" }, { path: "latin1", text: "h\ufffd" }, { path: "bom", text: "text" },
    { path: "missing", text: null, reason: "missing" }, { path: "folder", text: null, reason: "not_a_file" }, { path: "inner", text: null, reason: "not_a_file" },
    { path: "out", text: null, reason: "not_a_file" }, { path: "etc/hostname", text: null, reason: "not_a_file" }, { path: "binary", text: null, reason: "binary" },
    { path: "large", text: null, reason: "too_large" }, { path: "d/x", text: "x" },
  ]);
});

it("answers no more than 8 MiB, and says where to go on", async () => {
  for (const name of ["a", "b", "c"]) await writeFile(path.join(tree, name), Buffer.alloc(3 * MIB, name));
  const answer = await read("a", "b", "c", "c");
  expect(answer.map(({ text, reason }) => text?.length ?? reason)).toEqual([3 * MIB, 3 * MIB, "next", "next"]);
  await writeFile(path.join(tree, "whole"), Buffer.alloc(8 * MIB, "x"));
  expect((await read("whole", "a")).map(({ text, reason }) => text?.length ?? reason)).toEqual([8 * MIB, "next"]);
});

it("is for the own organization's projects that are ready", async () => {
  const { service } = rig.parts;
  const asked = { projectId: project.id, limit: 10 };
  expect(await outcome(service.listTree(somebody(), asked))).toBe("project_not_found");
  expect(await outcome(service.readFiles(somebody(), { projectId: project.id, paths: ["a"] }))).toBe("project_not_found");
  await service.deleteProject(rig.caller, project);
  expect(await outcome(service.listTree(rig.caller, asked))).toBe("project_not_ready");
});
