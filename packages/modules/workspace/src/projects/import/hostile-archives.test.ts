import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { Project } from "@coder/api/workspace";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ZipFile } from "yazl";
import { paxRecord, tarBlock, tarGzOf, tarOf, zipOf, type TarPart, type ZipPart } from "../__fixtures__/archives.ts";
import { collect, CONFIG, ImportRig, listTree, MIB } from "../__fixtures__/import-rig.ts";

let rig: ImportRig;

beforeAll(async () => {
  const limits = { ...CONFIG.import, maxEntries: 200, maxEntryBytes: 24 * MIB, maxUnpackedBytes: 40 * MIB, maxArchiveBytes: 60 * MIB, maxRatio: 20 };
  rig = await ImportRig.open({ config: { ...CONFIG, quota: { ...CONFIG.quota, projects: 1_000 }, import: limits } });
});
afterAll(() => rig.close());

/** Refused with this code, and nothing of it is anywhere: the archive alone is kept, for another try. */
async function expectRefused(project: Project, code: string): Promise<void> {
  expect([project.status, project.problem?.code, project.problem?.message]).toEqual(["failed", code, expect.any(String)]);
  expect(await readdir(rig.rootOf(project))).toEqual(["staging"]);
  expect([...(await listTree(rig.rootOf(project))).keys()]).toEqual(["staging", "staging/source"]);
  expect(await readdir(rig.directory)).toEqual(["data"]);
}

const file = { name: "top/a.txt", content: "text" };

describe("names that lead out", () => {
  const names: readonly (readonly [name: string | Buffer, tar: string, zip: string])[] = [
    ["../a", "import_unsafe_name", "import_unsafe_name"],
    ["top/../../a", "import_unsafe_name", "import_unsafe_name"],
    ["top/..", "import_unsafe_name", "import_unsafe_name"],
    ["/etc/passwd", "import_unsafe_name", "import_unsafe_name"],
    ["//a", "import_unsafe_name", "import_unsafe_name"],
    ["..\\a", "import_unsafe_name", "import_unsafe_name"],
    ["top\\..\\..\\a", "import_unsafe_name", "import_unsafe_name"],
    ["\\a", "import_unsafe_name", "import_unsafe_name"],
    ["C:\\a", "import_unsafe_name", "import_unsafe_name"],
    ["C:/a", "import_unsafe_name", "import_unsafe_name"],
    ["", "import_unsafe_name", "import_unsafe_name"],
    ["x".repeat(256), "import_unsafe_name", "import_unsafe_name"],
    [`top/${"d/".repeat(40)}a`, "done", "done"],
    [`${"d/".repeat(201)}a`, "import_unsafe_name", "import_unsafe_name"],
    ["a\\b", "done", "import_unsafe_name"],
    ["C:a", "done", "import_unsafe_name"],
    // Encoded dots and slashes are letters, in whatever coding.
    ["%2e%2e%2fa", "done", "done"],
    [Buffer.from([0xc0, 0xae, 0xc0, 0xae, 0x2f, 0x61]), "done", "done"],
    ["\uff0e\uff0e\uff0fa", "done", "done"],
  ];

  it.each(names)("%j", async (name, tar, zip) => {
    const long: TarPart[] = name.length > 100 ? [{ name: "L", type: "L", content: name }] : [];
    for (const [expected, bytes] of [[tar, tarGzOf([file, ...long, { name, content: "x" }])], [zip, zipOf([file, { name, content: "x" }])]] as const) {
      const project = await rig.importBytes("a.zip", bytes);
      if (expected === "done") expect([project.status, project.problem]).toEqual(["ready", null]);
      else await expectRefused(project, expected);
    }
  });

  it("as a long name, in whatever way it is written", async () => {
    for (const parts of [
      [{ name: "L", type: "L", content: "../../a\0" }, file],
      [{ name: "x", type: "x", content: paxRecord("path", "../a") }, file],
      [{ name: "x", type: "x", content: paxRecord("path", "a\0b") }, file],
      [{ name: "x", type: "x", content: paxRecord("path", "x".repeat(4_090)) }, file],
      [{ name: "x", type: "x", content: Buffer.concat([paxRecord("path", "fine"), paxRecord("path", "/a")]) }, file],
    ]) await expectRefused(await rig.importBytes("a.tar.gz", tarGzOf(parts)), "import_unsafe_name");
    await expectRefused(await rig.importBytes("a.tar.gz", tarGzOf([{ name: "g", type: "g", content: paxRecord("path", "../a") }, file])), "archive_feature_unsupported");
  });
});

describe("things that are no files", () => {
  it.each<[string, TarPart[], string]>([
    ["a device", [{ name: "dev", type: "3" }], "import_special_entry"],
    ["a block device", [{ name: "dev", type: "4" }], "import_special_entry"],
    ["a pipe", [{ name: "pipe", type: "6" }], "import_special_entry"],
    ["an unknown type", [{ name: "odd", type: "Z" }], "archive_feature_unsupported"],
    ["a sparse file", [{ name: "x", type: "x", content: paxRecord("GNU.sparse.major", "1") }, file], "archive_feature_unsupported"],
    ["GNU's sparse file", [{ name: "odd", type: "S", content: "x" }], "archive_feature_unsupported"],
    ["a folder with content", [{ name: "top", type: "5", content: "x" }], "archive_corrupt"],
    ["a link with content", [{ name: "link", type: "2", target: "a", content: "x" }], "archive_corrupt"],
    ["a link to nothing", [{ name: "link", type: "2", target: "" }], "import_unsafe_name"],
    ["a hard link out", [file, { name: "top/b", type: "1", target: "../../etc/passwd" }], "import_unsafe_name"],
    ["a hard link to an absolute name", [file, { name: "top/b", type: "1", target: "/etc/passwd" }], "import_unsafe_name"],
    ["a hard link to what is not there", [file, { name: "top/b", type: "1", target: "top/c" }], "import_link_without_file"],
    ["a hard link to what comes later", [{ name: "top/b", type: "1", target: "top/a.txt" }, file], "import_link_without_file"],
    ["a hard link to itself", [{ name: "top/b", type: "1", target: "top/b" }], "import_link_without_file"],
    ["a hard link to a folder", [{ name: "top", type: "5" }, { name: "top/b", type: "1", target: "top" }], "import_link_without_file"],
    ["a hard link to a symlink", [{ name: "top/l", type: "2", target: "b" }, { name: "top/b", type: "1", target: "top/l" }], "import_link_without_file"],
  ])("%s in a tar", async (_what, parts, code) => expectRefused(await rig.importBytes("a.tar.gz", tarGzOf(parts)), code));

  it.each([["a device", 0o020644], ["a block device", 0o060644], ["a pipe", 0o010644], ["a socket", 0o140644]])("%s in a zip", async (_what, mode) => {
    await expectRefused(await rig.importBytes("a.zip", zipOf([file, { name: "odd", mode }])), "import_special_entry");
  });

  it("makes a hard link inside a file of its own", async () => {
    const project = await rig.importBytes("a.tar", tarOf([file, { name: "top/b", type: "1", target: "./top/a.txt" }]));
    const tree = await listTree(rig.treeOf(project));
    expect(tree.get("b")).toBe(tree.get("a.txt"));
    expect(project).toMatchObject({ status: "ready", fileCount: 2, sizeBytes: 8 });
  });
});

describe("links", () => {
  const escaping: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "an absolute one": { l: "/etc" },
    "one that goes up": { l: "../x" },
    "one that goes up further in": { "d/e/l": "../../../x" },
    "one through another": { "d/up": "..", l: "d/up/../x" },
    "one that is inside by its letters only": { "s/a/b/l": "../../..", x: "s/a/b/l/../../etc" },
    "one to one that is absolute": { b: "/", l: "b/etc" },
    "one out of the folder that is taken off": { "only/l": "../only2/x", "only/f": "" },
  };
  it.each(Object.entries(escaping))("%s is refused", async (_what, links) => {
    const entries = Object.entries(links);
    const tar = entries.map(([name, target]): TarPart => (target === "" ? { name } : { name, type: "2", target }));
    const zip = entries.map(([name, target]): ZipPart => (target === "" ? { name } : { name, mode: 0o120777, content: target }));
    for (const bytes of [tarGzOf(tar), tarGzOf(tar.toReversed()), zipOf(zip), zipOf(zip.toReversed())]) await expectRefused(await rig.importBytes("a", bytes), "import_link_escapes");
  });

  it("stay where they lead somewhere inside, in a circle, or to nothing", async () => {
    const links = { "d/to-file": "../a.txt", "d/to-folder": ".", here: "./d/../d", loop: "loop", one: "two", two: "one", nothing: "not/there/yet", odd: "..a" };
    const project = await rig.importBytes("a.zip", zipOf([{ name: "a.txt", content: "text" }, ...Object.entries(links).map(([name, content]) => ({ name, content, mode: 0o120777 }))]));
    expect(project.status).toBe("ready");
    const tree = await listTree(rig.treeOf(project));
    for (const [name, target] of Object.entries(links)) expect(tree.get(name)).toBe(`link ${target}`);
  });

  it("take nothing in: what lies below a link or a file is refused, in whatever order", async () => {
    const link: TarPart = { name: "l", type: "2", target: "d" };
    const folder: TarPart = { name: "d", type: "5" };
    const below: TarPart = { name: "l/a", content: "x" };
    for (const [parts, code] of [[[folder, link, below], "import_entry_conflict"], [[folder, below, link], "import_duplicate_entry"], [[{ name: "l" }, below], "import_entry_conflict"]] as const) {
      await expectRefused(await rig.importBytes("a.tar.gz", tarGzOf(parts)), code);
    }
    await expectRefused(await rig.importBytes("a.zip", zipOf([{ name: "l", mode: 0o120777, content: "d" }, { name: "l/a" }, { name: "d/" }])), "import_entry_conflict");
  });
});

describe("the same name twice", () => {
  it.each<[string, TarPart[]]>([
    ["a file", [file, file]],
    ["a file in another spelling", [file, { ...file, name: "./top//a.txt" }]],
    ["a file and a link", [file, { name: "top/a.txt", type: "2", target: "b" }]],
    ["a folder and a file", [file, { name: "top" }]],
    ["a file and a folder", [{ name: "top" }, { name: "top", type: "5" }]],
  ])("%s", async (_what, parts) => expectRefused(await rig.importBytes("a.tar.gz", tarGzOf(parts)), "import_duplicate_entry"));

  it("is fine for folders, and names that differ to this disk are different", async () => {
    const names = ["A", "a", "\u00e9", "e\u0301"];
    const project = await rig.importBytes("a.zip", zipOf([{ name: "d/" }, { name: "d/" }, ...names.map((name) => ({ name, content: name }))]));
    expect(project).toMatchObject({ status: "ready", fileCount: names.length });
  });
});

describe("bombs and sizes", () => {
  const zeros = Buffer.alloc(20 * MIB);

  it("refuses what unpacks to much more than it is", async () => {
    await expectRefused(await rig.importBytes("a.zip", zipOf([{ name: "zeros", content: zeros }])), "import_suspicious_ratio");
    await expectRefused(await rig.importBytes("a.tar.gz", tarGzOf([{ name: "zeros", content: zeros }])), "import_suspicious_ratio");
    await expectRefused(await rig.importBytes("a.tar.gz", tarGzOf([file], Buffer.alloc(64 * MIB))), "import_suspicious_ratio");
  });

  it("refuses many that do so together, and entries that share their bytes", async () => {
    const some = Buffer.alloc(10 * MIB);
    await expectRefused(await rig.importBytes("a.zip", zipOf([1, 2, 3, 4].map((n) => ({ name: `z${n}`, content: some })))), "import_suspicious_ratio");
    const one = { name: "same", content: "x".repeat(100) };
    await expectRefused(await rig.importBytes("a.zip", zipOf([one, { ...one, offset: 0 }, { ...one, offset: 0 }])), "archive_corrupt");
    await expectRefused(await rig.importBytes("a.zip", zipOf([one, { ...one, offset: 0, name: "other", local: { name: "same" } }])), "archive_corrupt");
  });

  it("refuses too large a file, too much, and too many", async () => {
    const noise = randomBytes(23 * MIB);
    await expectRefused(await rig.importBytes("a.tar", tarOf([{ name: "one", content: Buffer.concat([noise, noise.subarray(0, 2 * MIB)]) }])), "import_entry_too_large");
    await expectRefused(await rig.importBytes("a.zip", zipOf([{ name: "one", content: "x", size: 25 * MIB, local: { size: 25 * MIB } }])), "import_entry_too_large");
    await expectRefused(await rig.importBytes("a.tar", tarOf([{ name: "one", content: noise }, { name: "two", content: noise }])), "import_too_large");
    await expectRefused(await rig.importBytes("a.tar", tarOf([{ name: "one", content: noise }, { name: "two", type: "1", target: "one" }])), "import_too_large");
    await expectRefused(await rig.importBytes("a.zip", zipOf(Array.from({ length: 201 }, (_, n) => ({ name: `${n}` })))), "import_too_many_entries");
    await expectRefused(await rig.importBytes("a.zip", zipOf(Array.from({ length: 101 }, (_, n) => ({ name: `d${n}/f` })))), "import_too_many_entries");
  });

  it("lets no header fill the memory", async () => {
    await expectRefused(await rig.importBytes("a.tar.gz", tarGzOf([{ name: "x", type: "x", content: Buffer.alloc(2 * MIB, "x") }, file])), "archive_corrupt");
    await expectRefused(await rig.importBytes("a.tar.gz", tarGzOf([{ name: "x", type: "L", size: 8 * 1024 ** 3 - 1 }])), "archive_corrupt");
  });
});

describe("damage", () => {
  const tar = tarOf([file, { name: "b", content: randomBytes(3_000) }]);
  const zip = zipOf([file, { name: "b", content: randomBytes(3_000) }]);

  it("refuses archives that were cut off, wherever", async () => {
    const gz = gzipSync(tar);
    for (const length of [10, 600, gz.length - 9, gz.length - 1]) await expectRefused(await rig.importBytes("a.tar.gz", gz.subarray(0, length)), "archive_corrupt");
    for (const length of [512, 1_024, 1_500, tar.length - 1_024]) await expectRefused(await rig.importBytes("a.tar", tar.subarray(0, length)), "archive_corrupt");
    for (const length of [40, 3_000, zip.length - 60, zip.length - 1]) await expectRefused(await rig.importBytes("a.zip", zip.subarray(0, length)), "archive_corrupt");
  });

  it("refuses what does not add up", async () => {
    const flipped = Buffer.from(zip);
    flipped[200] = (flipped[200] ?? 0) ^ 0xff;
    await expectRefused(await rig.importBytes("a.zip", flipped), "archive_corrupt");
    const gz = gzipSync(tar);
    gz[gz.length - 6] = (gz[gz.length - 6] ?? 0) ^ 0xff;
    await expectRefused(await rig.importBytes("a.tar.gz", gz), "archive_corrupt");
    for (const part of [
      { ...file, checksum: "0000000\0" }, { ...file, size: "99999999999\0" }, { ...file, size: "\u0080\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff" },
    ]) await expectRefused(await rig.importBytes("a.tar", tarOf([file, part])), "archive_corrupt");
    for (const pax of ["12 size=-1\n", "9999 path=a\n", "0 path=a\n", "path=a\n", "12 size=xyz\n"]) {
      await expectRefused(await rig.importBytes("a.tar", tarOf([file, { name: "x", type: "x", content: pax }, file])), "archive_corrupt");
    }
    await expectRefused(await rig.importBytes("a.tar", tarOf([file], Buffer.concat([Buffer.alloc(1_024), tarBlock({ name: "hidden" })]))), "archive_corrupt");
  });

  it.each<[string, ZipPart, string]>([
    ["two names", { name: "a", local: { name: "b" } }, "archive_corrupt"],
    ["two methods", { name: "a", content: "x", local: { method: 0 } }, "archive_corrupt"],
    ["two sizes", { name: "a", content: "x", local: { size: 7 } }, "archive_corrupt"],
    ["a size that is not true", { name: "a", content: "xxxx", size: 2, local: { size: 2 } }, "archive_corrupt"],
    ["a size that is larger than it is", { name: "a", content: "xxxx", size: 9, local: { size: 9 } }, "archive_corrupt"],
    ["another checksum", { name: "a", content: "xxxx", crc: 1 }, "archive_corrupt"],
    ["no packed data at all", { name: "a", content: "xxxx", packed: Buffer.alloc(0) }, "archive_corrupt"],
    ["what is no packed data", { name: "a", content: "xxxx", packed: Buffer.from("\u00ff\u00ff\u00ff\u00ff", "latin1") }, "archive_corrupt"],
    ["a place behind the end", { name: "a", content: "xxxx", offset: 5_000_000 }, "archive_corrupt"],
    ["encryption", { name: "a", flags: 0x801 }, "archive_feature_unsupported"],
    ["strong encryption", { name: "a", flags: 0x841 }, "archive_corrupt"],
    ["hidden headers", { name: "a", flags: 0x2801 }, "archive_feature_unsupported"],
    ["another compression", { name: "a", method: 12 }, "archive_feature_unsupported"],
    ["a folder with content", { name: "a/", content: "x", mode: 0o040755 }, "archive_corrupt"],
  ])("refuses a zip with %s", async (_what, part, code) => expectRefused(await rig.importBytes("a.zip", zipOf([file, part])), code));

  it("does not take in what is no archive", async () => {
    for (const bytes of [Buffer.from("hello"), Buffer.alloc(0), Buffer.alloc(2_000), randomBytes(5_000).fill(7, 0, 4)]) {
      await expect(rig.importBytes("a.zip", bytes)).rejects.toMatchObject({ code: "archive_unsupported" });
    }
    await expectRefused(await rig.importBytes("a.tar.gz", gzipSync(Buffer.alloc(2_000, "no archive"))), "archive_unsupported");
    expect(await readdir(`${rig.directory}/data/workspaces/${rig.caller.organizationId}`)).toHaveLength((await rig.parts.service.getUsage(rig.caller)).projects.used);
  });
});

describe("what other programs write", () => {
  it("keeps the right to execute, and nothing else of a mode", async () => {
    const parts: TarPart[] = [{ name: "run", mode: 0o4755 }, { name: "set", mode: 0o6644 }, { name: "d", type: "5", mode: 0o1777 }];
    for (const bytes of [tarOf(parts), zipOf([{ name: "run", mode: 0o104755 }, { name: "set", mode: 0o106644 }, { name: "d/", mode: 0o041777 }])]) {
      const tree = await listTree(rig.treeOf(await rig.importBytes("a", bytes)));
      expect([tree.get("run")?.split(" ")[0], tree.get("set")?.split(" ")[0], tree.get("d")]).toEqual(["program", "file", "folder"]);
    }
  });

  it("reads old tars, GNU's and pax's names, numbers in base 256, comments", async () => {
    const long = `${"folder/".repeat(20)}file`;
    const project = await rig.importBytes("a.tar", tarOf([
      { name: "g", type: "g", content: paxRecord("comment", "a commit") },
      { name: "old", magic: "", content: "old" },
      { name: "folder-by-slash/" },
      { name: "L", type: "L", content: `${long}\0` }, { name: "short", content: "gnu" },
      { name: "x", type: "x", content: Buffer.concat([paxRecord("path", `${long}2`), paxRecord("mtime", "1e999"), paxRecord("SCHILY.xattr.user", "\0\u0001")]) }, { name: "short2", content: "pax" },
      { name: "base256", content: "12345", size: "\u0080\0\0\0\0\0\0\0\0\0\0\u0005" },
      { name: "x", type: "x", content: paxRecord("size", "3") }, Buffer.concat([tarBlock({ name: "sized", size: 0 }), Buffer.from("abc"), Buffer.alloc(509)]),
      { name: "K", type: "K", content: `${long}\0` }, { name: "link", type: "2", target: "short" },
      { name: "./", type: "5" },
    ]));
    expect([project.status, project.problem]).toEqual(["ready", null]);
    const tree = await listTree(rig.treeOf(project));
    expect(tree.get("folder-by-slash")).toBe("folder");
    expect(tree.get(long)).toMatch(/^file /);
    expect(tree.get(`${long}2`)).toMatch(/^file /);
    expect(tree.get("link")).toBe(`link ${long}`);
    expect(project).toMatchObject({ fileCount: 6, sizeBytes: 3 + 3 + 3 + 5 + 3 });
  });

  it("reads zips of 64 bits, and those whose sizes follow the data", async () => {
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from("wide"), "top/wide", { forceZip64Format: true });
    zip.addReadStream(Readable.from([Buffer.from("streamed "), Buffer.alloc(2 * MIB, "x")]), "top/streamed", { compress: false });
    zip.addReadStream(Readable.from([randomBytes(MIB)]), "top/packed", { forceZip64Format: true, mode: 0o100755 });
    zip.end({ forceZip64Format: true, comment: "a comment" });
    const project = await rig.importBytes("a.zip", await collect(Readable.from(zip.outputStream)));
    expect([project.status, project.problem]).toEqual(["ready", null]);
    expect(project).toMatchObject({ fileCount: 3, sizeBytes: 4 + 9 + 3 * MIB });
  });

  it("reads DOS names, and leaves out what macOS adds", async () => {
    const project = await rig.importBytes("a.zip", zipOf([
      { name: Buffer.from([0x74, 0x6f, 0x70, 0x2f, 0x84, 0x2e, 0x74]), host: 0, flags: 0, mode: 0 }, { name: "__MACOSX/top/._a", content: "attributes" }, { name: "top/b" },
    ]));
    expect([...(await listTree(rig.treeOf(project))).keys()].map((name) => Buffer.from(name, "latin1").toString()).sort()).toEqual(["b", "ä.t"]);
  });

  it("takes off one folder that holds everything, and no other", async () => {
    const namesOf = async (...names: string[]) => [...(await listTree(rig.treeOf(await rig.importBytes("a", tarOf(names.map((name) => ({ name }))))))).keys()].sort();
    expect(await namesOf("top/", "top/a", "top/b/c")).toEqual(["a", "b", "b/c"]);
    expect(await namesOf("top/top/a")).toEqual(["top", "top/a"]);
    expect(await namesOf("top/a", "b")).toEqual(["b", "top", "top/a"]);
    expect(await namesOf("a")).toEqual(["a"]);
    expect(await namesOf("empty/")).toEqual([]);
  });

  it("takes an empty archive for an empty project", async () => {
    for (const bytes of [zipOf([]), tarGzOf([])]) expect(await rig.importBytes("a", bytes)).toMatchObject({ status: "ready", fileCount: 0, sizeBytes: 0 });
  });
});
