import { openPostgres, type PostgresDatabase } from "@coder/db";
import { createTestDatabase, fixedConfig, outcome, silentLogger, somebody, type TestDatabase } from "@coder/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tarGzOf } from "./__fixtures__/archives.ts";
import { chunked, CONFIG, ImportRig } from "./__fixtures__/import-rig.ts";
import { Quota } from "./Quota.ts";

/** What memory cannot show: real conditional writes from several pools, columns of 64 bits, patterns that are no patterns, row-level security. */
describe("projects on PostgreSQL", { timeout: 120_000 }, () => {
  let addresses: TestDatabase;
  let pools: PostgresDatabase[];
  let rig: ImportRig;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    addresses = await createTestDatabase("product");
    pools = await Promise.all(Array.from({ length: 3 }, () => openPostgres({ url: addresses.url, systemUrl: addresses.systemUrl, poolSize: 4, cursorKey: "test", log: silentLogger })));
  });
  afterAll(async () => {
    for (const database of pools ?? []) await database.close();
    await addresses?.drop();
  });
  beforeEach(async () => {
    rig = await ImportRig.open({ database: pool(0) });
  });
  afterEach(() => rig.close());

  const pool = (index: number): PostgresDatabase => {
    const database = pools[index % pools.length];
    if (!database) throw new Error("The databases are not open");
    return database;
  };

  it("no quota is exceeded by writes of the same moment, whatever process they come from", async () => {
    const caller = somebody();
    const limits = { projects: 5, files: 100, bytes: 2 ** 40 };
    const quotas = pools.map((database) => new Quota({ database, config: fixedConfig({ ...CONFIG, quota: limits }), now: () => new Date() }));
    const each = { projects: 1, files: 15, bytes: 2 ** 37 };
    const ends = await Promise.all(Array.from({ length: 30 }, (_, n) => outcome(quotas[n % quotas.length]?.reserve(caller, each) ?? Promise.reject(new Error("No quota")))));
    expect(ends.filter((end) => end === "done")).toHaveLength(5);
    expect(await quotas[0]?.usage(caller)).toMatchObject({ projects: { used: 5, limit: 5 }, files: { used: 75, limit: 100 }, bytes: { used: 5 * 2 ** 37, limit: 2 ** 40 } });
    await Promise.all(Array.from({ length: 8 }, (_, n) => quotas[n % quotas.length]?.release(caller, each)));
    expect(await quotas[0]?.usage(caller)).toMatchObject({ projects: { used: 0 }, files: { used: 0 }, bytes: { used: 0 } });
  });

  it("an import, its archive's life and its end are the same as in memory", async () => {
    const { service, retention, usage } = rig.parts;
    const archive = tarGzOf([{ name: "a/b", content: "12345" }, { name: "c", content: "6" }]);
    const asked = await service.importArchive(rig.caller, { fileName: "demo.tar.gz" }, chunked(archive));
    expect((await service.getUsage(rig.caller)).bytes.used).toBe(archive.length);
    await rig.runImport(asked);
    const ready = await service.getProject(rig.caller, asked);
    expect(ready).toMatchObject({ status: "ready", fileCount: 2, sizeBytes: 6, job: null, problem: null, source: { kind: "archive", fileName: "demo.tar.gz" } });
    expect(await usage.count(signal, async () => undefined)).toBe(0);
    expect(await service.getUsage(rig.caller)).toMatchObject({ projects: { used: 1 }, files: { used: 2 }, bytes: { used: 6 } });
    const failed = await service.importArchive(rig.caller, { fileName: "bad.tar.gz" }, chunked(tarGzOf([{ name: "../x" }])));
    expect(await outcome(rig.runImport(failed))).toBe("import_unsafe_name");
    expect(await service.getProject(rig.caller, failed)).toMatchObject({ status: "failed", problem: { code: "import_unsafe_name" } });
    await service.deleteProject(rig.caller, ready);
    rig.pass(40 * 24 * 60 * 60 * 1_000);
    expect(await retention.purgeExpired(signal)).toBe(1);
    expect(await outcome(service.getProject(rig.caller, ready))).toBe("project_not_found");
    const left = await pool(0).outbox.claim(1_000);
    expect(left.map(({ message }) => message.name)).toEqual(expect.arrayContaining(["workspace.project.import", "workspace.project.clean", "workspace.project.purged", "workspace.project.remove"]));
    await pool(0).outbox.markDone(left.map(({ id }) => id));
  });

  it("a search takes every letter for itself, and sees the own organization only", async () => {
    const { service } = rig.parts;
    const other = somebody();
    for (const name of ["100% done", "a_b", "back\\slash", "Caf\u00e9"]) await service.createProject(rig.caller, { name });
    await service.createProject(other, { name: "100% theirs" });
    const found = async (search: string) => (await service.listProjects(rig.caller, { limit: 10, search })).items.map(({ name }) => name);
    expect(await found("%")).toEqual(["100% done"]);
    expect(await found("_")).toEqual(["a_b"]);
    expect(await found("\\")).toEqual(["back\\slash"]);
    expect(await found("CAFE\u0301")).toEqual(["Caf\u00e9"]);
    const [theirs] = (await service.listProjects(other, { limit: 10 })).items;
    if (!theirs) throw new Error("There is no project");
    expect(await outcome(service.deleteProject(rig.caller, theirs))).toBe("project_not_found");
  });

  it("two people who rename, delete and purge at once leave one state and one count", async () => {
    const { service } = rig.parts;
    const project = await service.createProject(rig.caller, { name: "One" });
    const renames = await Promise.all(["A", "B", "C"].map((name) => outcome(service.renameProject(rig.caller, { id: project.id, version: project.version, name }))));
    expect(renames.toSorted()).toEqual(["done", "version_conflict", "version_conflict"]);
    await Promise.all([service.deleteProject(rig.caller, project), service.deleteProject(rig.caller, project)]);
    const purges = await Promise.all([outcome(service.purgeProject(rig.caller, project)), outcome(service.purgeProject(rig.caller, project)), outcome(service.restoreProject(rig.caller, project))]);
    expect(purges.filter((end) => end === "done")).toHaveLength(1);
    expect((await service.getUsage(rig.caller)).projects.used).toBe((await service.listProjects(rig.caller, { limit: 10 })).items.length);
  });
});
