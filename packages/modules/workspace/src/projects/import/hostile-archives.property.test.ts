import { readdir, readlink, realpath } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Project } from "@coder/api/workspace";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tarOf, zipOf, type TarPart, type ZipPart } from "../__fixtures__/archives.ts";
import { CONFIG, ImportRig, listTree } from "../__fixtures__/import-rig.ts";

let rig: ImportRig;
beforeAll(async () => {
  rig = await ImportRig.open({ config: { ...CONFIG, quota: { ...CONFIG.quota, projects: 100_000 } } });
});
afterAll(() => rig.close());

/** Few different parts, so that entries meet: as files and folders, below links, in other spellings. */
const part = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "c", "A", "l") },
  { weight: 3, arbitrary: fc.constantFrom("..", ".", "", "\\", "C:", "%2e%2e", "\u00e9", "e\u0301", "a\\..\\b", "\u0000", "__MACOSX") },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString("latin1")) },
);
const name = fc.tuple(fc.constantFrom("", "", "", "/", "./", "../"), fc.array(part, { minLength: 1, maxLength: 4 })).map(([start, parts]) => Buffer.from(start + parts.join("/"), "latin1"));
const content = fc.constantFrom("", "x", "../a", "..", "/", "a/b", "l/../..", "l", "../../..", "./c/../../b");

/** Names that could be somebody's, so that what they do to each other counts. */
const tameName = fc.array(fc.constantFrom("a", "b", "c", "l", "m", "\u00e9"), { minLength: 1, maxLength: 4 }).map((parts) => Buffer.from(parts.join("/")));
const target = fc.array(fc.constantFrom("..", "..", ".", "a", "b", "l", "m", ""), { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/") || ".");

function archiveOf(names: fc.Arbitrary<Buffer>, contents: fc.Arbitrary<string>, tarTypes: readonly string[]): fc.Arbitrary<Buffer> {
  const tarPart: fc.Arbitrary<TarPart> = fc.record({ name: names, type: fc.constantFrom(...tarTypes), target: contents, text: contents }).map(({ text, ...entry }) => ({
    ...entry,
    content: entry.type === "0" || entry.type === "L" ? text : "",
  }));
  const zipPart: fc.Arbitrary<ZipPart> = fc.record({ name: names, content: contents, mode: fc.constantFrom(0o100644, 0o100755, 0o120777, 0o120777, 0), method: fc.constantFrom(0, 8) });
  return fc.oneof(
    fc.array(tarPart, { minLength: 1, maxLength: 8 }).map((parts) => tarOf(parts)),
    fc.array(tarPart, { minLength: 1, maxLength: 8 }).map((parts) => gzipSync(tarOf(parts))),
    fc.array(zipPart, { minLength: 1, maxLength: 8 }).map((parts) => zipOf(parts)),
  );
}

const wild = archiveOf(name, content, ["0", "0", "0", "2", "2", "5", "1", "3", "x", "L"]);
const tame = archiveOf(tameName, target, ["0", "2", "2", "2", "5"]);

/** One byte here and there is another, or something is missing at the end. */
const damaged = fc.tuple(fc.oneof(wild, tame), fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }), fc.nat({ max: 40 })).map(([bytes, changes, cut]) => {
  const copy = Buffer.from(bytes.subarray(0, Math.max(4, bytes.length - cut)));
  for (const [at, value] of changes) copy[4 + (at % Math.max(1, copy.length - 4))] = value;
  return copy;
});

/** Resolves with what became of it. */
async function check(bytes: Buffer): Promise<string> {
  const project = await rig.importBytes("any", bytes).catch((error: unknown) => {
    expect(error).toMatchObject({ code: "archive_unsupported" });
    return null;
  });
  expect(await readdir(rig.directory)).toEqual(["data"]);
  if (project === null) return "archive_unsupported";
  if (project.status === "failed") {
    // Refused for a reason that is known, and nothing was written.
    expect(project.problem?.code).not.toBe("import_failed");
    expect([...(await listTree(rig.rootOf(project))).keys()]).toEqual(["staging", "staging/source"]);
  } else await checkTree(project);
  await rig.parts.service.deleteProject(rig.caller, { id: project.id });
  await rig.parts.service.purgeProject(rig.caller, { id: project.id });
  await rig.runLeftJobs();
  expect(await readdir(path.dirname(rig.rootOf(project)))).toEqual([]);
  return project.problem?.code ?? project.status;
}

/** Every link leads into the tree, or to nothing, as the file system itself follows it. */
async function checkTree(project: Project): Promise<void> {
  expect(project.status).toBe("ready");
  const tree = rig.treeOf(project);
  const entries = await listTree(tree);
  for (const [entry, what] of entries) {
    expect(what).not.toBe("other");
    if (!what.startsWith("link ")) continue;
    const at = Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(entry, "latin1")]);
    expect((await readlink(at)).startsWith("/")).toBe(false);
    const led = await realpath(at).catch(() => tree);
    expect(led === tree || led.startsWith(`${tree}/`)).toBe(true);
  }
  expect(project.fileCount).toBe([...entries.values()].filter((what) => what !== "folder").length);
}

/** Runs the property, and counts how often each end was met. */
async function ends(archive: fc.Arbitrary<Buffer>): Promise<Map<string, number>> {
  const met = new Map<string, number>();
  const property = fc.asyncProperty(archive, async (bytes) => {
    const end = await check(bytes);
    met.set(end, (met.get(end) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns: 300 });
  return met;
}

it("writes nothing outside its tree and leaves nothing behind, whatever an archive holds", async () => {
  const met = await ends(wild);
  expect(met.get("import_unsafe_name")).toBeGreaterThan(30);
}, 120_000);

it("lets only those links in that stay inside", async () => {
  const met = await ends(tame);
  expect(met.get("ready")).toBeGreaterThan(30);
  expect(met.get("import_link_escapes")).toBeGreaterThan(30);
}, 120_000);

it("does so too when the archive is damaged anywhere", async () => {
  const met = await ends(damaged);
  expect(met.get("archive_corrupt")).toBeGreaterThan(30);
}, 120_000);
