import { openPostgres, type PostgresDatabase } from "@coder/db";
import { createTestDatabase, silentLogger, somebody, type TestDatabase } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harness } from "./__fixtures__/harness.ts";
import { settingChangeEntity } from "./entities.ts";

describe("on PostgreSQL", () => {
  let server: TestDatabase;
  let database: PostgresDatabase;
  beforeAll(async () => {
    server = await createTestDatabase();
    database = await openPostgres({ url: server.url, systemUrl: server.systemUrl, poolSize: 8, cursorKey: "k".repeat(32), log: silentLogger, traceId: () => null });
  });
  afterAll(async () => {
    await database?.close();
    await server?.drop();
  });

  it("lets one of several parallel writers through per version, each with its event and its place in the history", async () => {
    const { service, live } = await harness({ database });
    let version: string | null = null;
    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.allSettled(Array.from({ length: 6 }, (_, writer) => service.setSetting(somebody(), { key: "garden.size", value: writer + 1, version })));
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "version_conflict" });
      version = (await service.getSetting(somebody(), { key: "garden.size" })).version;
    }
    const { items } = await service.listChanges(somebody(), { limit: 100 });
    expect(items).toHaveLength(5);
    const [last] = items;
    expect(live()).toMatchObject({ size: last?.to?.value });
    await service.rollBackChange(somebody(), { id: last?.id ?? "", version });
    expect(live()).toMatchObject({ size: last?.from?.value });

    const history = await service.listChanges(somebody(), { limit: 100 });
    const events = await database.outbox.claim(100);
    expect(events.map(({ message }) => message.payload)).toEqual(history.items.toReversed());
  });

  it("keeps the history from being changed", async () => {
    const { service } = await harness({ database });
    const { change } = await service.setSetting(somebody(), { key: "garden.motto", value: null, version: null });
    const changes = database.system("settings").repository(settingChangeEntity);
    for (const attempt of [() => changes.update(change.id, { to: "1" }), () => changes.delete(change.id), () => changes.deleteMany({})]) {
      await expect(attempt()).rejects.toThrow(/append-only|only ever added/);
    }
    // Not even code that goes around the repository: the roles have no right to it.
    const withoutGuard = database.system("settings").repository({ ...settingChangeEntity, appendOnly: undefined });
    await expect(withoutGuard.deleteMany({})).rejects.toThrow();
    expect((await service.listChanges(somebody(), { limit: 1 })).items).toEqual([change]);
  });
});
