import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { filesChangedEvent, type ProjectEvent } from "@coder/api/workspace";
import type { LiveItem } from "@coder/shared";
import { outcome, silentLogger, somebody } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { projectEntity } from "../entities.ts";
import { openTestWorkspace, type TestWorkspace } from "../files/__fixtures__/test-workspace.ts";
import { ChangeNotes } from "./ChangeNotes.ts";

let workspace: TestWorkspace;
let projectId: TestWorkspace["project"]["id"];
const on = (at: string) => path.join(workspace.directory.tree, at);

beforeEach(async () => {
  workspace = await openTestWorkspace();
  projectId = workspace.project.id;
});
afterEach(() => workspace.close());

/** A page that follows the project. */
function follow(lastEventId?: string, service = workspace.service) {
  const stop = new AbortController();
  const items: LiveItem<ProjectEvent>[] = [];
  const ended = (async () => {
    for await (const item of service.watchProject(workspace.caller, { projectId, ...(lastEventId === undefined ? {} : { lastEventId }) }, stop.signal)) items.push(item);
  })();
  const told = () => items.flatMap((item) => ("gap" in item ? ["gap"] : item.event.kind === "changed" ? item.event.changes.map(({ kind, path: at }) => `${kind} ${at}`) : [item.event.kind]));
  return { items, told, ended, stop: () => stop.abort(), hears: (what: string) => expect.poll(told, { timeout: 8_000, interval: 5 }).toContain(what) };
}

describe("watchProject", () => {
  it("begins with a gap, says when everything is watched, and tells what happens by whatever hand", async () => {
    const page = follow();
    await page.hears("rescan");
    expect(page.told()).toEqual(["gap", "rescan"]);
    await workspace.service.createFolder(workspace.caller, { projectId, path: "made" });
    await page.hears("created made");
    await writeFile(on("made/by-a-program"), "x");
    await page.hears("created made/by-a-program");
    page.stop();
    await page.ended;
  });

  it("goes on without a gap for somebody who was away for a while", async () => {
    const before = follow();
    await before.hears("rescan");
    before.stop();
    await before.ended;
    for (let at = 0; at < 50; at += 1) await writeFile(on(`while-away-${at}`), "x");
    const after = follow(before.items.at(-1)?.id);
    await after.hears("created while-away-49");
    const told = after.told();
    expect(told).not.toContain("gap");
    expect(told.filter((one) => one.startsWith("created")).toSorted()).toEqual(Array.from({ length: 50 }, (_unused, at) => `created while-away-${at}`).toSorted());
    after.stop();
  });

  it("has a gap for an id of another process", async () => {
    const other = workspace.restarted();
    const elsewhere = follow(undefined, other.service);
    await elsewhere.hears("rescan");
    const page = follow(elsewhere.items.at(-1)?.id);
    await page.hears("gap");
    elsewhere.stop();
    page.stop();
    await other.parts.stop();
  });

  it("tells of the project itself, and ends when it cannot be opened any more", async () => {
    const page = follow();
    await page.hears("rescan");
    await workspace.service.renameProject(workspace.caller, { id: projectId, version: "1", name: "Another" });
    await page.hears("project");
    await workspace.database.for(workspace.caller).repository(projectEntity).update(projectId, { status: "deleted" });
    await page.ended;
    expect(page.told().filter((one) => one === "project").length).toBeGreaterThan(1);
    expect(await outcome(follow().ended)).toBe("project_not_ready");
  }, 20_000);

  it("gives another organization nothing, and auditors nothing", async () => {
    const { as } = workspace;
    expect(await outcome(as("owner", somebody()).findFiles({ projectId, query: "x" }))).toBe("project_not_found");
    expect(await outcome(as("auditor").findFiles({ projectId, query: "x" }))).toBe("permission_missing");
    expect(await outcome(as("auditor").watchProject({ projectId }))).toBe("permission_missing");
    const stream = await as("owner", somebody()).watchProject({ projectId });
    expect(await outcome((async () => { for await (const _item of stream); })())).toBe("project_not_found");
  });
});

describe("findFiles", () => {
  it("finds files without anybody watching, and what is new a moment later", async () => {
    await mkdir(on("src"));
    await writeFile(on("src/FolderTree.ts"), "");
    const member = workspace.as("member");
    expect(await member.findFiles({ projectId, query: "ftree" })).toEqual({ items: [{ path: "src/FolderTree.ts", score: expect.any(Number), positions: [4, 10, 11, 12, 13] }] });
    await rm(on("src/FolderTree.ts"));
    await writeFile(on("src/FileTree.ts"), "");
    await expect.poll(async () => (await member.findFiles({ projectId, query: "ftree" })).items.map((item) => item.path)).toEqual(["src/FileTree.ts"]);
  });
});

describe("the event that files changed", () => {
  const events = () => workspace.database.outbox.items.filter(({ message }) => message.name === filesChangedEvent.name);

  it("comes once for many changes, whoever made them", async () => {
    const page = follow();
    await page.hears("rescan");
    for (let at = 0; at < 20; at += 1) await writeFile(on(`f${at}`), "x");
    await page.hears("created f19");
    await workspace.service.createFolder(workspace.caller, { projectId, path: "made" });
    expect(events()).toEqual([]);
    await workspace.parts.stop();
    expect(events()).toMatchObject([{ message: { payload: { projectId, organizationId: workspace.project.organizationId } } }]);
    const row = await workspace.database.for(workspace.caller).repository(projectEntity).get(projectId);
    expect(row && row.filesChangedAt > workspace.project.filesChangedAt).toBe(true);
  });

  it("comes again for what changes after it, at most once in its time, and again after a fault", async () => {
    vi.useFakeTimers();
    try {
      const notes = new ChangeNotes({ access: workspace.access, log: silentLogger, now: () => new Date() });
      for (let second = 0; second < 9; second += 1) {
        notes.note(workspace.project);
        await vi.advanceTimersByTimeAsync(1_000);
      }
      await notes.stop();
      expect(events()).toHaveLength(3);
      let failing = true;
      const rows = workspace.access.rows.bind(workspace.access);
      vi.spyOn(workspace.access, "rows").mockImplementation((caller) => {
        if (failing) throw new Error("The database is away");
        return rows(caller);
      });
      notes.note(workspace.project);
      await vi.advanceTimersByTimeAsync(3_000);
      failing = false;
      await vi.advanceTimersByTimeAsync(3_000);
      expect(events()).toHaveLength(4);
    } finally {
      vi.useRealTimers();
    }
  });
});
