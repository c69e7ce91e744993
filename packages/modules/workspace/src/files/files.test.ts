import { chmod, lstat, mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import type { EntryPage } from "@coder/api/workspace";
import { outcome, silentLogger, somebody } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectEntity, trashEntryEntity } from "../entities.ts";
import { removeTrashJob } from "../jobs/definitions.ts";
import { removeTrashHandler } from "../jobs/remove-trash.handler.ts";
import { longestBlock } from "./__fixtures__/longest-block.ts";
import { bodyOf, openTestWorkspace, type TestWorkspace } from "./__fixtures__/test-workspace.ts";

let workspace: TestWorkspace;
let projectId: TestWorkspace["project"]["id"];
const on = (at: string) => path.join(workspace.directory.tree, at);
const member = () => workspace.as("member");
const write = (at: string, text: string) => workspace.service.writeFile(workspace.caller, { projectId, path: at, base: "none" }, bodyOf(text));

beforeAll(async () => {
  workspace = await openTestWorkspace();
  projectId = workspace.project.id;
});
afterAll(() => workspace.close());

describe("listFolder", () => {
  it("shows what is there as it is: folders first, numbers by value, links as links", async () => {
    await mkdir(on("list/zebra"), { recursive: true });
    await mkdir(on("list/Apple"));
    await mkdir(on("list/build"));
    for (const name of ["file10.ts", "file9.ts", "File1.ts", "éclair", "b\u0301", ".hidden", "run.sh"]) await writeFile(on(`list/${name}`), name);
    await writeFile(Buffer.concat([Buffer.from(on("list/")), Buffer.from([0x6e, 0xff])]), "odd");
    await writeFile(on("list/.gitignore"), "build/\n*.log\n");
    await writeFile(on("list/x.log"), "");
    await chmod(on("list/run.sh"), 0o755);
    await symlink("../list/file9.ts", on("list/link"));
    await symlink("/etc", on("list/away"));
    const { items, nextCursor } = await member().listFolder({ projectId, path: "list" });
    expect(nextCursor).toBeNull();
    expect(items.map(({ name }) => name)).toEqual(["Apple", "build", "zebra", ".gitignore", ".hidden", "away", "b\u0301", "éclair", "File1.ts", "file9.ts", "file10.ts", "link", "n\udcff", "run.sh", "x.log"]);
    const of = (name: string) => items.find((entry) => entry.name === name);
    expect(of("file9.ts")).toMatchObject({ path: "list/file9.ts", kind: "file", sizeBytes: 8, executable: false, target: null, ignored: false });
    expect(of("run.sh")).toMatchObject({ executable: true });
    expect(of("link")).toMatchObject({ kind: "symlink", target: "../list/file9.ts" });
    expect(of("away")).toMatchObject({ kind: "symlink", target: "/etc" });
    expect([of("build")?.ignored, of("x.log")?.ignored, of("n\udcff")?.path]).toEqual([true, true, "list/n\udcff"]);
    expect(await member().getEntry({ projectId, path: "list/link" })).toMatchObject({ kind: "symlink", resolved: { path: "list/file9.ts", kind: "file" } });
    expect(await member().getEntry({ projectId, path: "list/away" })).toMatchObject({ kind: "symlink", resolved: null });
    expect(await member().getEntry({ projectId, path: "list/Apple" })).toMatchObject({ kind: "folder", resolved: null });
    expect(await outcome(member().listFolder({ projectId, path: "list/run.sh" }))).toBe("not_a_folder");
    expect(await outcome(member().listFolder({ projectId, path: "list/away" }))).toBe("outside_project");
  });

  it("goes through 50,000 entries page by page, each once, and holds nobody up", async () => {
    await mkdir(on("many"));
    for (let at = 0; at < 50_000; at += 1_000) await Promise.all(Array.from({ length: 1_000 }, (_unused, index) => writeFile(on(`many/f${at + index}`), "")));
    const names: string[] = [];
    const worst = await longestBlock(async () => {
      let cursor: EntryPage["nextCursor"] = null;
      do {
        const page: EntryPage = await workspace.service.listFolder(workspace.caller, { projectId, path: "many", limit: 5_000, ...(cursor === null ? {} : { cursor }) });
        names.push(...page.items.map(({ name }) => name));
        cursor = page.nextCursor;
      } while (cursor !== null);
    });
    expect(names).toEqual(Array.from({ length: 50_000 }, (_unused, index) => `f${index}`));
    // Most of it is the page itself; to look at everything at once, or to sort it, takes several times as long.
    expect(worst).toBeLessThan(60);
    expect(await outcome(member().listFolder({ projectId, path: "many", cursor: "nonsense" }))).toBe("invalid_cursor");
  }, 60_000);

  it("goes as deep as paths go, and around no loop", async () => {
    const deep = Array.from({ length: 1_500 }, () => "d").join("/");
    await mkdir(on("deep"));
    await mkdir(on(`deep/${deep}`), { recursive: true });
    await symlink(".", on("deep/self"));
    expect((await member().listFolder({ projectId, path: `deep/${deep}` })).items).toEqual([]);
    expect((await member().listFolder({ projectId, path: `deep/${Array.from({ length: 30 }, () => "self").join("/")}` })).items.map(({ name }) => name)).toEqual(["d", "self"]);
    expect(await outcome(member().listFolder({ projectId, path: `deep/${Array.from({ length: 60 }, () => "self").join("/")}` }))).toBe("link_loop");
    const { trashId } = await member().deleteEntries({ projectId, paths: ["deep"] });
    await member().restoreEntries({ projectId, trashId });
    expect((await member().listFolder({ projectId, path: `deep/${deep}` })).items).toEqual([]);
  });
});

describe("create, move and copy", () => {
  it("makes folders, and never over something", async () => {
    expect(await member().createFolder({ projectId, path: "made" })).toMatchObject({ path: "made", kind: "folder" });
    expect(await outcome(member().createFolder({ projectId, path: "made" }))).toBe("already_exists");
    expect(await outcome(member().createFolder({ projectId, path: "missing/made" }))).toBe("entry_not_found");
  });

  it("moves files, folders and links, all or none, and never over something", async () => {
    await mkdir(on("move/folder/sub"), { recursive: true });
    await mkdir(on("move/empty"));
    await writeFile(on("move/folder/sub/a"), "a");
    await writeFile(on("move/b"), "b");
    await writeFile(on("move/c"), "c");
    await symlink("b", on("move/link"));
    const { items } = await member().moveEntries({ projectId, moves: [{ from: "move/folder", to: "move/renamed" }, { from: "move/b", to: "move/renamed/B" }, { from: "move/link", to: "move/link2" }] });
    expect(items.map((entry) => [entry.path, entry.kind])).toEqual([["move/renamed", "folder"], ["move/renamed/B", "file"], ["move/link2", "symlink"]]);
    expect(await readFile(on("move/renamed/sub/a"), "utf8")).toBe("a");
    for (const [from, to, code] of [
      ["move/c", "move/renamed/B", "already_exists"],
      ["move/c", "move/empty", "already_exists"],
      ["move/renamed", "move/empty", "already_exists"],
      ["move/renamed", "move/c", "already_exists"],
      ["move/c", "move/link2", "already_exists"],
      ["move/renamed", "move/renamed/sub/inside", "into_itself"],
      ["move/none", "move/x", "entry_not_found"],
      ["move/c", "move/none/x", "entry_not_found"],
      ["move/c", "move/c", "already_exists"],
    ] as const) {
      expect([from, to, await outcome(member().moveEntries({ projectId, moves: [{ from: "move/renamed/sub/a", to: "move/first" }, { from, to }] }))]).toEqual([from, to, code]);
      expect((await readdir(on("move"))).toSorted()).toEqual(["c", "empty", "link2", "renamed"]);
      expect(await readFile(on("move/renamed/sub/a"), "utf8")).toBe("a");
    }
    expect([await readFile(on("move/c"), "utf8"), await readFile(on("move/renamed/B"), "utf8")]).toEqual(["c", "b"]);
  });

  it("copies as a whole, modes and links kept, and counts it", async () => {
    await mkdir(on("copy/from/sub"), { recursive: true });
    await writeFile(on("copy/from/sub/run"), "x".repeat(1_000));
    await chmod(on("copy/from/sub/run"), 0o755);
    await symlink("/etc/passwd", on("copy/from/link"));
    const before = await member().getUsage({});
    const { items } = await member().copyEntries({ projectId, copies: [{ from: "copy/from", to: "copy/to" }, { from: "copy/from/link", to: "copy/link" }] });
    expect(items.map((entry) => [entry.path, entry.kind])).toEqual([["copy/to", "folder"], ["copy/link", "symlink"]]);
    expect((await lstat(on("copy/to/sub/run"))).mode & 0o777).toBe(0o755);
    expect((await lstat(on("copy/to/link"))).isSymbolicLink()).toBe(true);
    const after = await member().getUsage({});
    expect([after.files.used - before.files.used, after.bytes.used - before.bytes.used]).toEqual([3, 1_000]);
    expect(await outcome(member().copyEntries({ projectId, copies: [{ from: "copy/from", to: "copy/to" }] }))).toBe("already_exists");
    expect(await outcome(member().copyEntries({ projectId, copies: [{ from: "copy/from", to: "copy/from/sub/again" }] }))).toBe("into_itself");
    expect(await member().getUsage({})).toEqual(after);
    expect(await readdir(workspace.directory.staging)).toEqual([]);
  });
});

describe("the trash", () => {
  it("takes several at once, keeps them over a restart, and puts them back", async () => {
    await mkdir(on("trash/folder"), { recursive: true });
    await writeFile(on("trash/folder/a"), "aa");
    await writeFile(on("trash/b"), "b");
    const { trashId } = await member().deleteEntries({ projectId, paths: ["trash/folder/a", "trash/folder", "trash/b"] });
    expect(await readdir(on("trash"))).toEqual([]);
    expect((await member().listTrash({ projectId })).items).toMatchObject([{ id: trashId, paths: ["trash/folder", "trash/b"], fileCount: 2, sizeBytes: 3, deletedBy: workspace.caller.userId }]);
    const { items } = await workspace.restarted().service.restoreEntries(workspace.caller, { projectId, trashId });
    expect(items.map((entry) => entry.path)).toEqual(["trash/folder", "trash/b"]);
    expect(await readFile(on("trash/folder/a"), "utf8")).toBe("aa");
    expect(await outcome(member().restoreEntries({ projectId, trashId }))).toBe("trash_entry_not_found");
    expect(await readdir(workspace.directory.trash)).toEqual([]);
  });

  it("says what is in the way of a restoration, and moves nothing then", async () => {
    await mkdir(on("collide"));
    await writeFile(on("collide/a"), "old a");
    await writeFile(on("collide/b"), "old b");
    const { trashId } = await member().deleteEntries({ projectId, paths: ["collide/a", "collide/b"] });
    await writeFile(on("collide/b"), "new b");
    const refused = await workspace.service.restoreEntries(workspace.caller, { projectId, trashId }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "restore_collision", details: { paths: ["collide/b"] } });
    expect(await readdir(on("collide"))).toEqual(["b"]);
    await member().moveEntries({ projectId, moves: [{ from: "collide/b", to: "collide/c" }] });
    await member().restoreEntries({ projectId, trashId });
    expect([await readFile(on("collide/a"), "utf8"), await readFile(on("collide/b"), "utf8"), await readFile(on("collide/c"), "utf8")]).toEqual(["old a", "old b", "new b"]);
  });

  it("makes the folders again that went after it, but not over a file", async () => {
    await mkdir(on("parent/sub"), { recursive: true });
    await writeFile(on("parent/sub/a"), "a");
    const first = await member().deleteEntries({ projectId, paths: ["parent/sub/a"] });
    const second = await member().deleteEntries({ projectId, paths: ["parent"] });
    await writeFile(on("parent"), "in the way");
    expect(await outcome(member().restoreEntries({ projectId, ...first }))).toBe("restore_collision");
    await member().deleteEntries({ projectId, paths: ["parent"] });
    await member().restoreEntries({ projectId, ...first });
    expect(await readFile(on("parent/sub/a"), "utf8")).toBe("a");
    expect(await outcome(member().restoreEntries({ projectId, ...second }))).toBe("restore_collision");
  });

  it("deletes all or none", async () => {
    await writeFile(on("stays"), "x");
    expect(await outcome(member().deleteEntries({ projectId, paths: ["stays", "missing"] }))).toBe("entry_not_found");
    expect(await readFile(on("stays"), "utf8")).toBe("x");
  });

  it("is emptied when somebody asks for it, or when its time has come; then its room is free and its files go", async () => {
    const own = await openTestWorkspace();
    const { id } = own.project;
    const { service, caller, parts, directory, database } = own;
    const save = (at: string, text: string) => service.writeFile(caller, { projectId: id, path: at, base: "none" }, bodyOf(text));
    const remove = (at: string) => service.deleteEntries(caller, { projectId: id, paths: [at] });
    const used = async () => (await service.getUsage(caller)).bytes.used;
    for (const at of ["a", "b", "c"]) await save(at, "12345");
    const [old, recent] = [await remove("a"), await remove("b")];
    expect(await used()).toBe(15);
    const rows = database.for(caller).repository(trashEntryEntity);
    await rows.update(old.trashId, { deletedAt: "2020-01-01T00:00:00.000Z" });
    const { signal } = new AbortController();
    expect(await parts.trash.purgeExpired(signal)).toBe(1);
    expect([await used(), (await service.listTrash(caller, { projectId: id, limit: 10 })).items.map((entry) => entry.id)]).toEqual([10, [recent.trashId]]);
    await own.as("member").emptyTrash({ projectId: id });
    expect([await used(), await rows.count({})]).toEqual([5, 0]);
    expect(await outcome(service.restoreEntries(caller, { projectId: id, ...recent }))).toBe("trash_entry_not_found");
    const jobs = database.outbox.items.filter(({ message }) => message.name === removeTrashJob.name);
    expect(jobs).toHaveLength(2);
    expect(await readdir(directory.trash)).toHaveLength(2);
    const handler = removeTrashHandler({ database, directories: own.directories });
    for (const { trashId } of [old, recent]) {
      await handler({ id: trashId, payload: { projectId: id, trashId }, caller, attempt: 1, signal, log: silentLogger, progress: async () => undefined });
    }
    expect(await readdir(directory.trash)).toEqual([]);
    const row = await database.for(caller).repository(projectEntity).get(id);
    expect([row?.chargedFiles, row?.chargedBytes]).toEqual([1, 5]);
    await mkdir(directory.staging, { recursive: true });
    for (const name of ["file-old", "file-new", "other"]) await writeFile(path.join(directory.staging, name), "x");
    for (const name of ["file-old", "other"]) await utimes(path.join(directory.staging, name), 0, 0);
    await parts.trash.removeLeftovers(signal);
    expect((await readdir(directory.staging)).toSorted()).toEqual(["file-new", "other"]);
    await own.close();
  });

  it("keeps names that are not text", async () => {
    const bytes = Buffer.concat([Buffer.from(`${on("")}/`), Buffer.from("%dc\xff", "latin1")]);
    await writeFile(bytes, "odd");
    const { trashId } = await member().deleteEntries({ projectId, paths: ["%dc\udcff"] });
    expect((await member().listTrash({ projectId })).items[0]).toMatchObject({ paths: ["%dc\udcff"] });
    await member().restoreEntries({ projectId, trashId });
    expect(await readFile(bytes, "utf8")).toBe("odd");
  });

  it("keeps every byte that a name may have, of files and folders", async () => {
    const name = Buffer.from(Array.from({ length: 255 }, (_unused, byte) => byte + 1).filter((byte) => byte !== 0x2f));
    const folder = Buffer.from("of \xfe\x80", "latin1");
    await mkdir(Buffer.concat([Buffer.from(`${on("")}/`), folder]));
    const file = Buffer.concat([Buffer.from(`${on("")}/`), folder, Buffer.from("/"), name]);
    await writeFile(file, "all of them");
    const [{ path: inFolder } = { path: "" }] = (await member().listFolder({ projectId, path: "of \udcfe\udc80" })).items;
    for (const path of [inFolder, "of \udcfe\udc80"]) {
      const { trashId } = await member().deleteEntries({ projectId, paths: [path] });
      await expect(readFile(file)).rejects.toThrow("ENOENT");
      expect((await member().listTrash({ projectId })).items[0]).toMatchObject({ paths: [path] });
      expect((await member().restoreEntries({ projectId, trashId })).items.map((entry) => entry.path)).toEqual([path]);
      expect(await readFile(file, "utf8")).toBe("all of them");
    }
  });
});

describe("who may", () => {
  it("shows another organization nothing, by no operation", async () => {
    await write("mine", "mine");
    const { trashId } = await member().deleteEntries({ projectId, paths: ["mine"] });
    const other = workspace.as("owner", somebody());
    const calls = [
      other.listFolder({ projectId, path: "" }), other.getEntry({ projectId, path: "mine" }), other.createFolder({ projectId, path: "theirs" }),
      other.moveEntries({ projectId, moves: [{ from: "a", to: "b" }] }), other.copyEntries({ projectId, copies: [{ from: "a", to: "b" }] }),
      other.deleteEntries({ projectId, paths: ["mine"] }), other.emptyTrash({ projectId }), other.listTrash({ projectId }), other.restoreEntries({ projectId, trashId }),
      workspace.service.readFile(somebody(), { projectId, path: "mine" }, AbortSignal.timeout(1_000)),
      workspace.service.writeFile(somebody(), { projectId, path: "mine", base: "any" }, bodyOf("theirs")),
    ];
    expect(await Promise.all(calls.map(outcome))).toEqual(calls.map(() => "project_not_found"));
  });

  it("lets each role do what the permissions say", async () => {
    for (const [role, mayRead, mayWrite] of [["owner", true, true], ["admin", true, true], ["member", true, true], ["auditor", false, false]] as const) {
      expect([role, await outcome(workspace.as(role).listFolder({ projectId }))]).toEqual([role, mayRead ? "done" : "permission_missing"]);
      expect([role, await outcome(workspace.as(role).createFolder({ projectId, path: `by-${role}` }))]).toEqual([role, mayWrite ? "done" : "permission_missing"]);
    }
  });

  it("does nothing in a project that is not ready", async () => {
    const project = await workspace.addProject("deleted");
    expect(await outcome(member().listFolder({ projectId: project.id }))).toBe("project_not_ready");
    expect(await outcome(member().createFolder({ projectId: project.id, path: "x" }))).toBe("project_not_ready");
  });

  it("tells the audit log what was done to what", async () => {
    workspace.audited.length = 0;
    await member().createFolder({ projectId, path: "told" });
    await member().moveEntries({ projectId, moves: [{ from: "told", to: "told-2" }] });
    await outcome(member().deleteEntries({ projectId, paths: ["told"] }));
    const target = { type: "project", id: projectId };
    expect(workspace.audited).toEqual([
      { action: "createFolder", outcome: "success", target, details: { count: 1, paths: ["told"] } },
      { action: "moveEntries", outcome: "success", target, details: { count: 1, paths: ["told → told-2"] } },
      { action: "deleteEntries", outcome: "failure", errorCode: "entry_not_found", target, details: { count: 1, paths: ["told"] } },
    ]);
  });
});
