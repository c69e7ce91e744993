import { chmod, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { outcome } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordTree } from "../../checkpoints/__fixtures__/recorded-tree.ts";
import { ChangeRig } from "../__fixtures__/ChangeRig.ts";

const TEXT = "one\ntwo\nthree\n";

describe("applying to what is not as it usually is", () => {
  let rig: ChangeRig;
  beforeEach(async () => {
    rig = await ChangeRig.open();
    await rig.write({ "src/a.ts": TEXT, "b.txt": TEXT });
  });
  afterEach(() => rig.close());

  const at = (name: string) => path.join(rig.tree, name);
  const record = () => recordTree(rig.tree);
  const proposed = async (files: Parameters<ChangeRig["create"]>[0]) => {
    const { id } = await rig.create(files);
    await rig.decideAll(id);
    return id;
  };

  it.each([
    ["a link to another file", async () => symlink("b.txt", at("src/a.ts"))],
    ["a link to itself", async () => symlink("a.ts", at("src/a.ts"))],
    ["a link out of the project", async () => symlink("/etc/hostname", at("src/a.ts"))],
    ["a folder", async () => void (await mkdir(at("src/a.ts")))],
    ["nothing", async () => undefined],
    ["a file in the place of its folder", async () => {
      await rm(at("src"), { recursive: true });
      await writeFile(at("src"), "file");
    }],
    ["a link out in the place of its folder", async () => {
      await rm(at("src"), { recursive: true });
      await symlink("/etc", at("src"));
    }],
  ])("is refused where there is %s by now, and changes nothing", async (_what, swap) => {
    const id = await proposed({ "b.txt": "B\n", "src/a.ts": TEXT.replace("two", "2") });
    await rm(at("src/a.ts"));
    await swap();
    const before = record();
    for (const stale of ["refuse", "merge"] as const) {
      const refused = await rig.apply(id, { stale });
      expect([refused.state, refused.problem?.code]).toEqual(["failed", expect.stringMatching(/^(stale_base|not_a_file|link_loop)$/)]);
      expect(record()).toEqual(before);
    }
  });

  it.each([["a link", async () => symlink("b.txt", at("new.txt"))], ["a dangling link", async () => symlink("nowhere", at("new.txt"))], ["a folder", async () => void (await mkdir(at("new.txt")))]])(
    "does not create a file where there is %s by now",
    async (_what, make) => {
      const id = await proposed({ "b.txt": "B\n", "new.txt": "n\n" });
      await make();
      const before = record();
      const refused = await rig.apply(id);
      expect([refused.state, refused.problem?.code]).toEqual(["failed", expect.stringMatching(/^(stale_base|not_a_file)$/)]);
      expect(record()).toEqual(before);
    },
  );

  it.each([
    ["CRLF", "one\r\ntwo\r\nthree\r\n", "one\r\nzwei\r\nthree\r\n"],
    ["a byte order mark", "\ufeffone\ntwo\n", "\ufeffone\nzwei\n"],
    ["no end of the last line", "one\ntwo", "one\nzwei"],
    ["an end of the last line that goes", "one\ntwo\n", "one\ntwo"],
    ["line ends of both kinds", "one\r\ntwo\nthree\rfour\n", "one\r\nzwei\nthree\rfour\n"],
    ["nothing in it", "", "one\n"],
  ])("keeps a file with %s byte for byte, there and back", async (_what, before, after) => {
    await rig.write({ "file.txt": before });
    const id = await proposed({ "file.txt": after });
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    expect((await readFile(at("file.txt"))).equals(Buffer.from(after))).toBe(true);
    expect(await rig.undo(id)).toMatchObject({ state: "undone" });
    expect((await readFile(at("file.txt"))).equals(Buffer.from(before))).toBe(true);
  });

  it("keeps the mode of a file that nobody may write to", async () => {
    await chmod(at("b.txt"), 0o444);
    const id = await proposed({ "b.txt": "B\n" });
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    expect([(await lstat(at("b.txt"))).mode & 0o777, await rig.read("b.txt")]).toEqual([0o444, "B\n"]);
  });

  it("brings a deleted file back with the mode it had, and gives it nothing that changes whose rights a program has", async () => {
    const modes = { ".env": [0o600, 0o600], "tool": [0o700, 0o700], "shared": [0o664, 0o664], "setuid": [0o6711, 0o711] } as const;
    await rig.write(Object.fromEntries(Object.keys(modes).map((name) => [name, TEXT])));
    for (const [name, [mode]] of Object.entries(modes)) await chmod(at(name), mode);
    const id = await proposed({ ".env": null, "tool": null, "shared": null, "setuid": null });
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    expect(await rig.undo(id)).toMatchObject({ state: "undone" });
    for (const [name, [, mode]] of Object.entries(modes)) expect([name, (await lstat(at(name))).mode & 0o7777]).toEqual([name, mode]);
  });

  it("deletes no file that somebody closed meanwhile: undoing it would open the file again", async () => {
    const id = await proposed({ "b.txt": "B\n", "src/a.ts": null });
    await rig.askToApply(id);
    expect(await rig.work(id, undefined, async (done) => {
      if (done === 1) await chmod(at("src/a.ts"), 0o600);
    })).toMatchObject({ state: "failed", problem: { code: "stale_base" } });
    expect([(await lstat(at("src/a.ts"))).mode & 0o777, await rig.read("src/a.ts"), await rig.read("b.txt")]).toEqual([0o600, TEXT, TEXT]);
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    expect(await rig.undo(id)).toMatchObject({ state: "undone" });
    expect((await lstat(at("src/a.ts"))).mode & 0o777).toBe(0o600);
  });

  it("undoes what was applied before the modes were kept", async () => {
    await chmod(at("b.txt"), 0o755);
    const id = await proposed({ "b.txt": null });
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    const record = path.join(rig.parts.texts.folder(await rig.parts.rows.require(rig.caller, id)), "record.json");
    const written = await readFile(record, "utf8");
    expect(written).toContain(',"mode":493');
    await writeFile(record, written.replace(',"mode":493', ""));
    expect(await rig.undo(id)).toMatchObject({ state: "undone" });
    expect((await lstat(at("b.txt"))).mode & 0o777).toBe(0o755);
  });

  it("moves a file, deletes others, and takes all of that back with the folders it made", async () => {
    const before = record();
    const id = await proposed({ "src/a.ts": null, "lib/deep/a.ts": TEXT, "b.txt": null });
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    expect([await rig.read("lib/deep/a.ts"), await rig.read("src/a.ts"), await rig.read("b.txt")]).toEqual([TEXT, null, null]);
    expect(await rig.undo(id)).toMatchObject({ state: "undone" });
    expect(record()).toEqual(before);
    // A folder that somebody uses by then stays.
    expect(await rig.apply(id)).toMatchObject({ state: "applied" });
    await rig.write({ "lib/mine.ts": "mine\n" });
    expect(await rig.undo(id)).toMatchObject({ state: "undone" });
    expect(await readdir(at("lib"))).toEqual(["mine.ts"]);
  });

  it("refuses a file where a folder has to go first, and content that is no text", async () => {
    const id = await proposed({ "src/a.ts": null, "src": "a file now\n" }).catch((error: unknown) => error);
    expect(id).toMatchObject({ code: expect.stringMatching(/^(not_a_file|stale_base)$/) });
    expect(await outcome(rig.create({ "image.png": "\u0089PNG\u0000" }))).toBe("binary_file");
    await rig.write({ "old.bin": Buffer.from([0, 1, 2, 255]) });
    expect(await outcome(rig.create({ "old.bin": "text now\n" }))).toBe("binary_file");
  });

  it.each([["deleted", "project_not_ready"], ["purged", "project_not_found"]] as const)("ends as failed for a project that is %s between review and apply", async (status, code) => {
    const id = await proposed({ "b.txt": "B\n" });
    await rig.askToApply(id);
    rig.workspace.status = status;
    await rig.parts.run.run(id, { jobId: (await rig.parts.rows.require(rig.caller, id)).task?.jobId ?? "", caller: rig.caller, signal: new AbortController().signal, log: rig.log, progress: async () => undefined }).catch(() => undefined);
    rig.workspace.status = "ready";
    expect(await rig.get(id)).toMatchObject({ state: "failed", problem: { code } });
    expect(await rig.read("b.txt")).toBe(TEXT);
  });
});

describe("the organization's room", () => {
  let rig: ChangeRig;
  beforeEach(async () => (rig = await ChangeRig.open()));
  afterEach(() => rig.close());

  it("is taken before it is filled: two changes of one moment do not exceed it together", async () => {
    const [one, two] = [await rig.create({ "one.txt": "1".repeat(1_000) }), await rig.create({ "two.txt": "2".repeat(1_000) })];
    for (const { id } of [one, two]) await rig.decideAll(id);
    rig.workspace.usage.bytes.limit = 1_500;
    const ended = await Promise.all([rig.apply(one.id), rig.apply(two.id)]);
    expect(ended.map(({ state, problem }) => problem?.code ?? state).toSorted()).toEqual(["applied", "quota_exceeded"]);
    expect(rig.workspace.usage).toMatchObject({ bytes: { used: 1_000 }, files: { used: 1 } });
    const applied = ended.find(({ state }) => state === "applied");
    await rig.undo(applied?.id ?? one.id);
    expect(rig.workspace.usage).toMatchObject({ bytes: { used: 0 }, files: { used: 0 } });
  });

  it("is given back by a change that cannot be made", async () => {
    await rig.write({ "a.txt": TEXT });
    const { id } = await rig.create({ "new.txt": "n".repeat(500), "a.txt": "A\n" });
    await rig.decideAll(id);
    await rig.askToApply(id);
    await rig.work(id, undefined, async (done) => {
      if (done === 1) await rig.write({ "a.txt": "typed meanwhile\n" });
    });
    expect(await rig.get(id)).toMatchObject({ state: "failed", problem: { code: "stale_base" } });
    expect(rig.workspace.usage).toMatchObject({ bytes: { used: 0 }, files: { used: 0 } });
  });
});
