import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BufferChange } from "@coder/api/workspace";
import { openPostgres, type PostgresDatabase } from "@coder/db";
import { createTestDatabase, outcome, silentLogger, type TestDatabase } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bufferStepEntity, projectEntity } from "../entities.ts";
import { bodyOf, openWorkspaceOn, type TestWorkspace } from "./__fixtures__/test-workspace.ts";

/** What memory cannot show: conditional writes of several processes, and that rows hold whatever a name or a text is made of. */
describe("files on PostgreSQL", { timeout: 120_000 }, () => {
  let addresses: TestDatabase;
  let database: PostgresDatabase;
  let workspace: TestWorkspace<PostgresDatabase>;
  let projectId: TestWorkspace["project"]["id"];

  beforeAll(async () => {
    addresses = await createTestDatabase("product");
    database = await openPostgres({ url: addresses.url, systemUrl: addresses.systemUrl, poolSize: 8, cursorKey: "test", log: silentLogger });
    workspace = await openWorkspaceOn(database);
    projectId = workspace.project.id;
  });
  afterAll(async () => {
    await workspace?.close();
    await database?.close();
    await addresses?.drop();
  });

  it("keeps unsaved text step by step, whatever it holds, and never mixes two pages", async () => {
    const save = (revision: number, change: BufferChange) => workspace.restarted().service.saveBuffer(workspace.caller, { projectId, path: "odd\udcff%", baseHash: null, revision, change });
    await save(0, { text: "\0\ud83c\n" });
    let text = "\0\ud83c\n";
    for (let revision = 1; revision <= 20; revision += 1) {
      const inserts = ["\udf89", "🎉", "\0"].map((insert) => ({ edits: [{ offset: text.length, deleteCount: 0, insert }] }));
      const results = await Promise.all(inserts.map((change) => outcome(save(revision, change))));
      expect(results.filter((result) => result === "done")).toHaveLength(1);
      expect(results.filter((result) => result === "buffer_out_of_step")).toHaveLength(2);
      text += inserts[results.indexOf("done")]?.edits[0]?.insert;
    }
    expect(await workspace.service.listBuffers(workspace.caller, { projectId })).toEqual({ items: [{ path: "odd\udcff%", text, baseHash: null, revision: 21 }], limited: false });
    await Promise.all(Array.from({ length: 5 }, (_unused, n) => save(0, { text: `whole ${n}` })));
    const { items } = await workspace.service.listBuffers(workspace.caller, { projectId });
    expect(items[0]?.text).toMatch(/^whole \d$/);
    await workspace.service.discardBuffer(workspace.caller, { projectId, path: "odd\udcff%" });
    expect(await database.for(workspace.caller).repository(bufferStepEntity).count({})).toBe(0);
  });

  it("begins a buffer once when several pages begin it at the same moment", async () => {
    const results = await Promise.all(
      Array.from({ length: 6 }, (_unused, n) => workspace.restarted().service.saveBuffer(workspace.caller, { projectId, path: "new", baseHash: null, revision: 0, change: { text: `${n}` } })),
    );
    expect(results.map(({ revision }) => revision).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await workspace.service.listBuffers(workspace.caller, { projectId })).items).toMatchObject([{ path: "new", revision: 6 }]);
  });

  it("restores what was deleted, names that are no text too", async () => {
    const odd = Buffer.concat([Buffer.from(`${workspace.directory.tree}/`), Buffer.from("a\xff%", "latin1")]);
    await writeFile(odd, "odd");
    await mkdir(path.join(workspace.directory.tree, "folder"));
    const { trashId } = await workspace.service.deleteEntries(workspace.caller, { projectId, paths: ["a\udcff%", "folder"] });
    const restored = await workspace.restarted().service.restoreEntries(workspace.caller, { projectId, trashId });
    expect(restored.items.map((entry) => entry.path)).toEqual(["a\udcff%", "folder"]);
    expect(await readFile(odd, "utf8")).toBe("odd");
  });

  it("counts what is written once, from however many processes", async () => {
    const before = (await workspace.service.getUsage(workspace.caller)).bytes.used;
    await Promise.all(Array.from({ length: 20 }, (_unused, n) => workspace.restarted().service.writeFile(workspace.caller, { projectId, path: `f${n}`, base: "none" }, bodyOf("12345"))));
    expect((await workspace.service.getUsage(workspace.caller)).bytes.used).toBe(before + 100);
    const row = await database.for(workspace.caller).repository(projectEntity).get(projectId);
    expect([row?.chargedFiles, row?.chargedBytes]).toEqual([20, 100]);
  });

  it("keeps one layout per person, whoever writes first", async () => {
    await Promise.all(Array.from({ length: 6 }, (_unused, n) => workspace.restarted().service.putLayout(workspace.caller, { projectId, layout: { n, odd: "\udcff\0" } })));
    expect((await workspace.service.getLayout(workspace.caller, { projectId })).layout).toMatchObject({ odd: "\udcff\0" });
  });
});
