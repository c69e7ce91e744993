import { openPostgres, type PostgresDatabase } from "@coder/db";
import { createTestDatabase, outcome, silentLogger, type TestDatabase } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChangeRig } from "./__fixtures__/ChangeRig.ts";

const TEXT = "one\ntwo\nthree\nfour\nfive\n";

/** What memory cannot show: writes of several processes at once, and that rows hold what a change is made of. */
describe("change sets on PostgreSQL", { timeout: 120_000 }, () => {
  let addresses: TestDatabase;
  let database: PostgresDatabase;
  let rig: ChangeRig<PostgresDatabase>;

  beforeAll(async () => {
    addresses = await createTestDatabase("product");
    database = await openPostgres({ url: addresses.url, systemUrl: addresses.systemUrl, poolSize: 8, cursorKey: "test", log: silentLogger });
    rig = await ChangeRig.on({ database });
  });
  afterAll(async () => {
    await rig?.close();
    await database?.close();
    await addresses?.drop();
  });

  it("goes from the proposal to the files and back", async () => {
    await rig.write({ "ünï/🎉.txt": TEXT });
    const { id } = await rig.create({ "ünï/🎉.txt": TEXT.replace("two", "zwei"), "new.txt": "n\n" });
    await rig.decideAll(id);
    expect(await rig.apply(id)).toMatchObject({ state: "applied", counts: { files: 2, hunks: 2, accepted: 2 } });
    expect(await rig.read("ünï/🎉.txt")).toBe(TEXT.replace("two", "zwei"));
    expect(await rig.undo(id)).toMatchObject({ state: "undone" });
    expect([await rig.read("ünï/🎉.txt"), await rig.read("new.txt")]).toEqual([TEXT, null]);
  });

  it("makes one change set of many requests with one key", async () => {
    const proposal = await rig.proposal({ "once.txt": "1\n" });
    const made = await Promise.all(Array.from({ length: 6 }, () => rig.parts.service.createChangeSet(rig.caller, proposal)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made.every(({ files }) => files.length === 1)).toBe(true);
  });

  it("loses no decision of many reviewers, and counts them all", async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`many/${index}.txt`, `${index}\n`]));
    const made = await rig.create(files);
    const decide = (fileId: string, version: string, decision: "accepted" | "rejected") => outcome(rig.parts.service.decideChanges(rig.caller, { id: made.id, decision, targets: [{ fileId, version }] }));
    const results = await Promise.all(made.files.flatMap(({ id, version }) => [decide(id, version, "accepted"), decide(id, version, "rejected")]));
    expect(results.filter((result) => result === "done")).toHaveLength(12);
    expect(results.filter((result) => result === "version_conflict")).toHaveLength(12);
    const { counts, files: after } = await rig.get(made.id);
    const accepted = after.filter(({ hunks }) => hunks[0]?.decision === "accepted").length;
    expect(counts).toMatchObject({ hunks: 12, accepted, rejected: 12 - accepted });
  });

  it("lets one change into a project's files at a time", async () => {
    await rig.write({ "shared.txt": TEXT });
    const sets = await Promise.all(["2", "zwei", "due"].map((word) => rig.create({ "shared.txt": TEXT.replace("two", word) })));
    for (const { id } of sets) await rig.decideAll(id);
    const ended = await Promise.all(sets.map(({ id }) => rig.apply(id)));
    expect(ended.map(({ state, problem }) => problem?.code ?? state).toSorted()).toEqual(["applied", "stale_base", "stale_base"]);
  });
});
