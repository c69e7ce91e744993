import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { appendFile, chmod, chown, link, lstat, mkdir, mkdtemp, open, readdir, readFile, rename, rm, statfs, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { workspaceTransfers, type FileDownload } from "@coder/api/workspace";
import { outcome } from "@coder/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { projectEntity } from "../entities.ts";
import { bodyOf, openTestWorkspace, type TestWorkspace } from "./__fixtures__/test-workspace.ts";
import { bindFileTransfers } from "./transfers.ts";

let workspace: TestWorkspace;
let projectId: TestWorkspace["project"]["id"];
const on = (at: string) => path.join(workspace.directory.tree, at);
const hashOf = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex");

beforeAll(async () => {
  workspace = await openTestWorkspace();
  projectId = workspace.project.id;
});
afterAll(() => workspace.close());

const read = (at: string, service = workspace.service): Promise<FileDownload> => service.readFile(workspace.caller, { projectId, path: at }, new AbortController().signal);
const write = (at: string, base: string, body: string | Uint8Array, service = workspace.service) =>
  service.writeFile(workspace.caller, { projectId, path: at, base }, bodyOf(body));
const bytesOf = async (file: FileDownload, range?: { start: number; end: number }): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const chunk of file.body(range)) parts.push(chunk);
  return Buffer.concat(parts);
};
const used = async () => {
  const { bytes, files } = await workspace.service.getUsage(workspace.caller);
  return { bytes: bytes.used, files: files.used };
};

describe("writeFile", () => {
  it("creates, replaces what it is based on, and counts it", async () => {
    const before = await used();
    const made = await write("a.txt", "none", "one");
    expect(made).toMatchObject({ path: "a.txt", hash: hashOf("one"), sizeBytes: 3 });
    expect(await write("a.txt", made.hash, "second")).toMatchObject({ hash: hashOf("second"), sizeBytes: 6 });
    expect(await write("a.txt", "any", "3")).toMatchObject({ sizeBytes: 1 });
    expect(await readFile(on("a.txt"), "utf8")).toBe("3");
    expect(await used()).toEqual({ bytes: before.bytes + 1, files: before.files + 1 });
    expect(await readdir(workspace.directory.staging)).toEqual([]);
  });

  it("refuses to write over a change, and says what is there now", async () => {
    const { hash } = await write("stale.txt", "none", "first");
    await write("stale.txt", hash, "by somebody else");
    expect(await write("stale.txt", hash, "mine").catch((error: unknown) => error)).toMatchObject({
      code: "stale_write", httpStatus: 409, details: { path: "stale.txt", hash: hashOf("by somebody else"), sizeBytes: 16, modifiedAt: expect.any(String) },
    });
    await rm(on("stale.txt"));
    expect(await write("stale.txt", hash, "mine").catch((error: unknown) => error)).toMatchObject({ code: "stale_write", details: { hash: null, modifiedAt: null } });
    expect(await outcome(write("a.txt", "none", "x"))).toBe("already_exists");
    expect(await outcome(write("missing/a.txt", "none", "x"))).toBe("entry_not_found");
  });

  it("lets exactly one of many writes on the same base through", async () => {
    const { hash } = await write("race.txt", "none", "base");
    const texts = Array.from({ length: 20 }, (_unused, index) => `writer ${index}`);
    const results = await Promise.all(texts.map((text) => outcome(write("race.txt", hash, text))));
    expect(results.filter((result) => result === "done")).toHaveLength(1);
    expect(results.filter((result) => result === "stale_write")).toHaveLength(19);
    expect(await readFile(on("race.txt"), "utf8")).toBe(texts[results.indexOf("done")]);
    const made = await Promise.all(texts.map((text) => outcome(write("race-new.txt", "none", text))));
    expect(made.filter((result) => result === "done")).toHaveLength(1);
    expect(await readFile(on("race-new.txt"), "utf8")).toBe(texts[made.indexOf("done")]);
  });

  it("takes the same file for the same, whatever way leads to it", async () => {
    await mkdir(on("real"));
    await symlink("real", on("alias"));
    const { hash, path: at } = await write("alias/f", "none", "base");
    expect(at).toBe("real/f");
    const results = await Promise.all([outcome(write("real/f", hash, "1")), outcome(write("alias/f", hash, "2"))]);
    expect(results.toSorted()).toEqual(["done", "stale_write"]);
  });

  it("notices a write of another process at the last moment", async () => {
    const { hash } = await write("other.txt", "none", "base");
    async function* slow() {
      yield Buffer.from("mine");
      // While the body arrives somebody saves from a terminal.
      await writeFile(on("other.txt"), "theirs");
    }
    expect(await outcome(workspace.service.writeFile(workspace.caller, { projectId, path: "other.txt", base: hash }, slow()))).toBe("stale_write");
    expect(await readFile(on("other.txt"), "utf8")).toBe("theirs");
  });

  it("keeps the mode, gives a new file the usual one, and never writes through a link or into a pipe", async () => {
    await write("run.sh", "none", "#!/bin/sh");
    expect((await lstat(on("run.sh"))).mode & 0o7777).toBe(0o644);
    await chmod(on("run.sh"), 0o4755);
    await write("run.sh", "any", "#!/bin/bash");
    expect((await lstat(on("run.sh"))).mode & 0o7777).toBe(0o755);
    await workspace.service.writeFile(workspace.caller, { projectId, path: "new.sh", base: "none", executable: true }, bodyOf("x"));
    expect((await lstat(on("new.sh"))).mode & 0o777).toBe(0o755);
    await symlink("run.sh", on("to-run"));
    spawnSync("mkfifo", [on("pipe")]);
    await mkdir(on("a-folder"));
    for (const at of ["to-run", "pipe", "a-folder"]) expect([at, await outcome(write(at, "any", "x")), await outcome(read(at))]).toEqual([at, "not_a_file", "not_a_file"]);
    expect(await readFile(on("run.sh"), "utf8")).toBe("#!/bin/bash");
  });

  it.skipIf(process.getuid?.() !== 0)("belongs to whom the file or folder belonged before (needs root)", async () => {
    await mkdir(on("owned"));
    await chown(on("owned"), 4_242, 4_243);
    await write("owned/f", "none", "x");
    expect(await lstat(on("owned/f"))).toMatchObject({ uid: 4_242, gid: 4_243 });
    await workspace.service.createFolder(workspace.caller, { projectId, path: "owned/sub" });
    expect(await lstat(on("owned/sub"))).toMatchObject({ uid: 4_242, gid: 4_243 });
  });

  it("writes to the file alone, not to others that share its content", async () => {
    await write("one", "none", "shared");
    await link(on("one"), on("two"));
    await write("one", "any", "changed");
    expect([await readFile(on("one"), "utf8"), await readFile(on("two"), "utf8")]).toEqual(["changed", "shared"]);
  });

  it("leaves everything as it was when the body breaks off or is too large", async () => {
    await write("kept.txt", "any", "kept");
    const before = await used();
    async function* broken() {
      yield Buffer.from("half");
      throw new Error("The connection broke");
    }
    await expect(workspace.service.writeFile(workspace.caller, { projectId, path: "kept.txt", base: "any" }, broken())).rejects.toThrow("The connection broke");
    const small = await openTestWorkspace({ config: { import: { maxArchiveBytes: 1, maxUnpackedBytes: 1, maxEntries: 1, maxEntryBytes: 10, maxRatio: 1, folderRoots: [], allowedPrivateHosts: [] } } });
    expect(await outcome(small.service.writeFile(small.caller, { projectId: small.project.id, path: "large", base: "none" }, bodyOf("123456", "78901")))).toBe("file_too_large");
    expect(await readdir(small.directory.tree)).toEqual([]);
    await small.close();
    const editor = await openTestWorkspace({ config: { files: { maxOpenBytes: 4 } } });
    const id = editor.project.id;
    const { hash } = await editor.service.writeFile(editor.caller, { projectId: id, path: "f", base: "none" }, bodyOf("123"));
    expect(await editor.service.getEntry(editor.caller, { projectId: id, path: "f" })).toMatchObject({ editable: true });
    expect(await outcome(editor.service.writeFile(editor.caller, { projectId: id, path: "f", base: hash }, bodyOf("12345")))).toBe("file_too_large");
    await editor.service.writeFile(editor.caller, { projectId: id, path: "f", base: "any" }, bodyOf("12345"));
    expect(await editor.service.getEntry(editor.caller, { projectId: id, path: "f" })).toMatchObject({ editable: false });
    await editor.close();
    expect(await readFile(on("kept.txt"), "utf8")).toBe("kept");
    expect(await readdir(workspace.directory.staging)).toEqual([]);
    expect(await used()).toEqual(before);
  });

  it("lets other modules take room before they fill it, those of one moment too, and give it back", async () => {
    const small = await openTestWorkspace({ config: { quota: { projects: 1, bytes: 1_000, files: 10 } } });
    const reserve = (bytes: number, files = 0) => outcome(small.service.reserveRoom(small.caller, { projectId: small.project.id, bytes, files }));
    expect((await Promise.all([reserve(600), reserve(600), reserve(600)])).toSorted()).toEqual(["done", "quota_exceeded", "quota_exceeded"]);
    expect(await reserve(0, 11)).toBe("quota_exceeded");
    expect(await reserve(-200)).toBe("done");
    expect(await reserve(600)).toBe("done");
    expect(await small.service.getUsage(small.caller)).toMatchObject({ bytes: { used: 1_000 }, files: { used: 0 } });
    await small.close();
  });

  it("does not take back what a count since then took back already", async () => {
    const small = await openTestWorkspace();
    const projectId = small.project.id;
    const takenAt = new Date().toISOString();
    const usage = async () => (await small.service.getUsage(small.caller)).bytes.used;
    const giveBack = (bytes: number) => small.service.reserveRoom(small.caller, { projectId, files: 0, bytes: -bytes, takenAt });
    await small.database.for(small.caller).repository(projectEntity).update(projectId, { countedAt: new Date(Date.parse(takenAt) - 1_000).toISOString() });
    await small.service.reserveRoom(small.caller, { projectId, files: 0, bytes: 600 });
    await giveBack(200);
    expect(await usage()).toBe(400);
    await small.database.for(small.caller).repository(projectEntity).update(projectId, { filesChangedAt: takenAt });
    await small.usage.count(new AbortController().signal, async () => undefined);
    expect(await usage()).toBe(0);
    await giveBack(400);
    const { chargedBytes } = (await small.database.for(small.caller).repository(projectEntity).get(projectId)) ?? small.project;
    expect([await usage(), chargedBytes]).toEqual([0, 0]);
    await small.close();
  });

  it("stops at the quota, with the old file whole", async () => {
    const small = await openTestWorkspace({ config: { quota: { projects: 1, bytes: 100, files: 2 } } });
    const save = (at: string, base: string, length: number) => outcome(small.service.writeFile(small.caller, { projectId: small.project.id, path: at, base }, bodyOf("x".repeat(length))));
    expect(await save("a", "none", 60)).toBe("done");
    expect(await save("b", "none", 60)).toBe("quota_exceeded");
    expect(await save("a", "any", 101)).toBe("quota_exceeded");
    expect(await save("a", "any", 100)).toBe("done");
    expect(await save("a", "any", 10)).toBe("done");
    expect(await save("b", "none", 90)).toBe("done");
    expect(await save("c", "none", 0)).toBe("quota_exceeded");
    expect((await readdir(small.directory.tree)).toSorted()).toEqual(["a", "b"]);
    await small.close();
  });

  it("writes whatever bytes there are under whatever name", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 1, maxLength: 20 }).filter((bytes) => !bytes.includes(0) && !bytes.includes(0x2f)), async (content, name) => {
        fc.pre(!/^\.{1,2}$/.test(Buffer.from(name).toString("latin1")));
        const pathBytes = Buffer.from(name).toString("base64url");
        const written = await workspace.service.writeFile(workspace.caller, { projectId, pathBytes, base: "any" }, bodyOf(content));
        const file = await workspace.service.readFile(workspace.caller, { projectId, pathBytes }, new AbortController().signal);
        expect([written.hash, file.hash, Buffer.from(await bytesOf(file))]).toEqual([hashOf(content), hashOf(content), Buffer.from(content)]);
        await rm(Buffer.concat([Buffer.from(`${workspace.directory.tree}/`), Buffer.from(name)]));
      }),
      { numRuns: 60 },
    );
    expect(await outcome(workspace.service.readFile(workspace.caller, { projectId, path: "a", pathBytes: "YQ" }, new AbortController().signal))).toBe("path_invalid");
    expect(await outcome(workspace.service.readFile(workspace.caller, { projectId, pathBytes: Buffer.from("../a").toString("base64url") }, new AbortController().signal))).toBe("path_invalid");
  });
});

describe("readFile", () => {
  it("sends 100 MB with their hash, whole and in parts, in little memory", async () => {
    const block = randomBytes(1024 * 1024);
    async function* large() {
      for (let at = 0; at < 100; at += 1) yield block;
    }
    const written = await workspace.service.writeFile(workspace.caller, { projectId, path: "large.bin", base: "none" }, large());
    expect(written.sizeBytes).toBe(100 * block.length);
    const file = await read("large.bin");
    expect(file.hash).toBe(written.hash);
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const sent = createHash("sha256");
    for await (const chunk of file.body()) {
      sent.update(chunk);
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }
    expect(sent.digest("hex")).toBe(written.hash);
    expect(peak).toBeLessThan(64 * 1024 * 1024);
    expect((await bytesOf(file, { start: 1024 * 1024 - 5, end: 1024 * 1024 + 5 })).equals(Buffer.concat([block.subarray(-5), block.subarray(0, 5)]))).toBe(true);
    await rm(on("large.bin"));
  }, 60_000);

  it("never sends other bytes under a hash: small ones agree, large ones break off", async () => {
    await writeFile(on("log.txt"), "line\n");
    const end = new AbortController();
    const writer = (async () => {
      while (!end.signal.aborted) await appendFile(on("log.txt"), "line\n");
    })();
    for (let round = 0; round < 50; round += 1) {
      const file = await read("log.txt");
      expect(hashOf(await bytesOf(file))).toBe(file.hash);
    }
    end.abort();
    await writer;
    await writeFile(on("big.log"), Buffer.alloc(6 * 1024 * 1024, "a"));
    const changed = await read("big.log");
    await appendFile(on("big.log"), "b");
    expect(await outcome(bytesOf(changed))).toBe("file_changing");
    const during = await read("big.log");
    const body = during.body();
    await body[Symbol.asyncIterator]().next();
    const file = await open(on("big.log"), "r+");
    await file.write("zzz", 5 * 1024 * 1024);
    await file.close();
    expect(await outcome((async () => { for await (const _chunk of body); })())).toBe("file_changing");
    const replaced = await read("big.log");
    await writeFile(on("other.log"), Buffer.alloc(6 * 1024 * 1024, "a"));
    await rename(on("other.log"), on("big.log"));
    expect(await outcome(bytesOf(replaced, { start: 0, end: 10 }))).toBe("file_changing");
  });

  it("ends when nobody wants it any more", async () => {
    await writeFile(on("wanted.bin"), Buffer.alloc(10 * 1024 * 1024));
    const controller = new AbortController();
    const file = await workspace.service.readFile(workspace.caller, { projectId, path: "wanted.bin" }, controller.signal);
    controller.abort(new Error("gone"));
    await expect(bytesOf(file)).rejects.toThrow("gone");
  });
});

describe("as transfers", () => {
  const { signal } = new AbortController();
  const call = async (name: "readFile" | "writeFile", input: object, body: Readable = Readable.from([])) => {
    const binding = bindFileTransfers(workspace.parts.files).find(({ definition }) => definition === workspaceTransfers[name]);
    const wire = { receive: (maxBytes: number) => ({ body, length: maxBytes }), range: undefined };
    return binding?.run({ caller: workspace.caller, input, signal, connection: { address: "127.0.0.1", userAgent: "test" }, wire });
  };
  const DownloadSchema = z.object({ fileName: z.string(), contentType: z.string(), etag: z.string(), content: z.object({ size: z.int(), read: z.custom<(from: number, to: number) => Readable>() }) });

  it("takes a file in and gives it out, whole or in part, under the name of its content", async () => {
    const text = "0123456789".repeat(1_000_000);
    const written = await call("writeFile", { projectId, path: "ü/../t" , base: "none" }).catch((error: unknown) => error);
    expect(written).toMatchObject({ code: "BAD_REQUEST" });
    expect(await call("writeFile", { projectId, path: "täxt.md", base: "none" }, Readable.from([Buffer.from(text.slice(0, 5)), Buffer.from(text.slice(5))]))).toMatchObject({ path: "täxt.md", sizeBytes: text.length, hash: hashOf(text) });
    const { fileName, contentType, etag, content } = DownloadSchema.parse(await call("readFile", { projectId, path: "täxt.md" }));
    expect([fileName, contentType, etag, content.size]).toEqual(["täxt.md", "application/octet-stream", `sha256:${hashOf(text)}`, text.length]);
    const all = async (stream: Readable) => Buffer.concat(await stream.toArray()).toString();
    expect(await all(content.read(0, text.length - 1))).toBe(text);
    expect(await all(content.read(9, 10))).toBe("90");
  });
});

const disk = await mkdtemp(path.join(tmpdir(), "coder-full-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]).status === 0;
afterAll(async () => {
  if (mounted) spawnSync("umount", ["-l", disk]);
  await rm(disk, { recursive: true, force: true });
});

describe.skipIf(!mounted)("a full disk (needs root, to mount a small one)", () => {
  it("is named, leaves the old file whole, and is over when there is space again", async () => {
    const small = await openTestWorkspace({ dataDirectory: disk });
    const save = (base: string, body: Uint8Array) => small.service.writeFile(small.caller, { projectId: small.project.id, path: "f", base }, bodyOf(body));
    const old = randomBytes(1024 * 1024);
    const { hash } = await save("none", old);
    const { bavail, bsize } = await statfs(disk);
    await writeFile(path.join(disk, "ballast"), Buffer.alloc((bavail - 64) * bsize));
    await expect(save(hash, randomBytes(1024 * 1024))).rejects.toMatchObject({ code: "disk_full", httpStatus: 503, remedy: expect.stringContaining("Free space") });
    expect(await outcome(small.service.copyEntries(small.caller, { projectId: small.project.id, copies: [{ from: "f", to: "g" }] }))).toBe("disk_full");
    expect((await readFile(path.join(small.directory.tree, "f"))).equals(old)).toBe(true);
    expect(await readdir(small.directory.staging)).toEqual([]);
    expect((await small.service.getUsage(small.caller)).bytes.used).toBe(old.length);
    await rm(path.join(disk, "ballast"));
    expect(await save(hash, Buffer.from("new"))).toMatchObject({ sizeBytes: 3 });
  });
});
