import { MAX_BUFFER_CHARS, MAX_BUFFERS, type BufferChange } from "@coder/api/workspace";
import { outcome, somebody } from "@coder/testing";
import { UserIdSchema } from "@coder/shared";
import { newId } from "@coder/shared/server";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bufferStepEntity } from "../../entities.ts";
import { openTestWorkspace, type TestWorkspace } from "../__fixtures__/test-workspace.ts";
import { changedText } from "./text-changes.ts";

let workspace: TestWorkspace;
let projectId: TestWorkspace["project"]["id"];
const HASH = "a".repeat(64);

beforeEach(async () => {
  workspace = await openTestWorkspace();
  projectId = workspace.project.id;
});
afterEach(() => workspace.close());

const save = (revision: number, change: BufferChange, path = "f", service = workspace.service) =>
  service.saveBuffer(workspace.caller, { projectId, path, baseHash: HASH, revision, change });
const typed = (offset: number, insert: string, deleteCount = 0): BufferChange => ({ edits: [{ offset, deleteCount, insert }] });
const texts = async (service = workspace.service) => (await service.listBuffers(workspace.caller, { projectId })).items;
const steps = () => workspace.database.for(workspace.caller).repository(bufferStepEntity);

describe("unsaved text", () => {
  it("is there after a restart, as it was typed", async () => {
    expect(await save(0, { text: "Hello" })).toEqual({ revision: 1 });
    expect(await save(1, typed(5, " world"))).toEqual({ revision: 2 });
    expect(await save(2, { edits: [{ offset: 0, deleteCount: 5, insert: "Bye" }, { offset: 3, deleteCount: 0, insert: "," }] })).toEqual({ revision: 3 });
    expect(await texts(workspace.restarted().service)).toEqual([{ path: "f", text: "Bye, world", baseHash: HASH, revision: 3 }]);
  });

  it("takes edits to the last revision alone, and a whole text at any time", async () => {
    expect(await outcome(save(0, typed(0, "x")))).toBe("buffer_out_of_step");
    await save(0, { text: "one" });
    await save(1, typed(3, "!"));
    const stale = await save(1, typed(0, "two ")).catch((error: unknown) => error);
    expect(stale).toMatchObject({ code: "buffer_out_of_step", httpStatus: 409, details: { revision: 2 } });
    expect(await save(0, { text: "all of it" })).toEqual({ revision: 3 });
    expect(await texts()).toMatchObject([{ text: "all of it", revision: 3 }]);
  });

  it("never mixes what two pages type at the same moment", async () => {
    await save(0, { text: "" });
    let revision = 1;
    let expected = "";
    for (let round = 0; round < 30; round += 1) {
      const inserts = ["a", "b", "c"].map((letter) => `${letter}${round};`);
      const results = await Promise.all(inserts.map((insert) => outcome(save(revision, typed(expected.length, insert), "f", workspace.restarted().service))));
      expect(results.filter((result) => result === "done")).toHaveLength(1);
      expected += inserts[results.indexOf("done")];
      revision += 1;
    }
    expect(await texts()).toMatchObject([{ text: expected, revision }]);
  });

  it("keeps every text, whatever it holds, however long somebody types", async () => {
    const piece = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom("\0", "\ud83c", "\udf89", "🎉", "\r\n", '"\\', "\u2028"));
    const edit = fc.record({ offset: fc.nat(40), deleteCount: fc.nat(6), insert: piece });
    const change = fc.oneof({ weight: 8, arbitrary: fc.record({ edits: fc.array(edit, { minLength: 1, maxLength: 3 }) }) }, { weight: 1, arbitrary: fc.record({ text: piece }) });
    let file = 0;
    await fc.assert(
      fc.asyncProperty(piece, fc.array(change, { maxLength: 30 }), async (first, changes) => {
        const path = `file-${(file += 1)}`;
        let { revision } = await save(0, { text: first }, path);
        let text = first;
        for (const next of changes) {
          ({ revision } = await save(revision, next, path));
          text = changedText(text, next);
        }
        expect((await texts()).find((item) => item.path === path)).toEqual({ path, text, baseHash: HASH, revision });
        await workspace.service.discardBuffer(workspace.caller, { projectId, path });
      }),
      { numRuns: 60 },
    );
  });

  it("gathers its steps from time to time, so that they do not pile up", async () => {
    await save(0, { text: "" });
    for (let at = 0; at < 450; at += 1) await save(at + 1, typed(at, String(at % 10)));
    expect(await steps().count({})).toBeLessThan(200);
    expect((await texts())[0]?.text).toBe(Array.from({ length: 450 }, (_unused, at) => at % 10).join(""));
    await save(451, typed(450, "x".repeat(100_000)));
    expect(await steps().count({})).toBe(1);
    expect(await outcome(save(452, typed(0, "y".repeat(MAX_BUFFER_CHARS))))).toBe("buffer_too_large");
  });

  it("has what came before a step that a crash kept from being written", async () => {
    await save(0, { text: "kept" });
    await save(1, typed(4, "!"));
    const { items } = await steps().query({ revision: 2 });
    await steps().delete(items[0]?.id ?? "");
    expect(await texts()).toMatchObject([{ text: "kept", revision: 1 }]);
    expect(await outcome(save(1, typed(4, "?")))).toBe("buffer_out_of_step");
    await save(1, { text: "kept?" });
    expect(await texts()).toMatchObject([{ text: "kept?" }]);
  });

  it("goes when it is let go, and can begin again", async () => {
    await save(0, { text: "one" });
    await workspace.service.discardBuffer(workspace.caller, { projectId, path: "f" });
    await workspace.service.discardBuffer(workspace.caller, { projectId, path: "f" });
    expect([await texts(), await steps().count({})]).toEqual([[], 0]);
    expect(await save(0, { text: "two" })).toEqual({ revision: 1 });
    expect(await texts()).toMatchObject([{ text: "two", revision: 1 }]);
  });

  it("is bounded in number, and names every file", async () => {
    for (let at = 0; at < MAX_BUFFERS; at += 1) await save(0, { text: "x" }, at === 0 ? "odd\udcff%dc" : `f${at}`);
    expect(await outcome(save(0, { text: "x" }, "one-more"))).toBe("too_many_buffers");
    expect(await save(1, typed(0, "y"), "f1")).toEqual({ revision: 2 });
    expect((await texts()).map(({ path }) => path)).toContain("odd\udcff%dc");
  });

  it("is its person's alone", async () => {
    await save(0, { text: "mine" });
    const colleague = { ...workspace.caller, userId: newId(UserIdSchema) };
    expect((await workspace.service.listBuffers(colleague, { projectId })).items).toEqual([]);
    await workspace.service.saveBuffer(colleague, { projectId, path: "f", baseHash: null, revision: 0, change: { text: "theirs" } });
    await workspace.service.discardBuffer(colleague, { projectId, path: "f" });
    expect(await texts()).toMatchObject([{ text: "mine" }]);
    const stranger = workspace.as("owner", somebody());
    const calls = [
      stranger.listBuffers({ projectId }), stranger.saveBuffer({ projectId, path: "f", baseHash: null, revision: 1, change: { text: "x" } }), stranger.discardBuffer({ projectId, path: "f" }),
      stranger.getLayout({ projectId }), stranger.putLayout({ projectId, layout: {} }),
    ];
    expect(await Promise.all(calls.map(outcome))).toEqual(calls.map(() => "project_not_found"));
  });

  it("leaves the audit log to what is saved", async () => {
    const member = workspace.as("member");
    await member.saveBuffer({ projectId, path: "f", baseHash: null, revision: 0, change: { text: "x" } });
    await member.discardBuffer({ projectId, path: "f" });
    await member.putLayout({ projectId, layout: { a: 1 } });
    expect(workspace.audited).toEqual([]);
    expect(await outcome(workspace.as("auditor").saveBuffer({ projectId, path: "f", baseHash: null, revision: 0, change: { text: "x" } }))).toBe("permission_missing");
  });
});

describe("a layout", () => {
  it("is kept per person and project", async () => {
    const member = workspace.as("member");
    expect(await member.getLayout({ projectId })).toEqual({ layout: null });
    const layout = { groups: [{ tabs: ["a", "odd\udcff\0"] }], sizes: { left: 0.2 } };
    await member.putLayout({ projectId, layout: {} });
    await member.putLayout({ projectId, layout });
    expect(await member.getLayout({ projectId })).toEqual({ layout });
    const colleague = workspace.as("member", { ...workspace.caller, userId: newId(UserIdSchema) });
    expect(await colleague.getLayout({ projectId })).toEqual({ layout: null });
    await Promise.all([1, 2, 3].map((n) => colleague.putLayout({ projectId, layout: { n } })));
    expect((await colleague.getLayout({ projectId })).layout).toHaveProperty("n");
    await expect(member.putLayout({ projectId, layout: { large: "x".repeat(70_000) } })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
