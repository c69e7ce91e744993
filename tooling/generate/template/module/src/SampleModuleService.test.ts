import { createMemoryDatabase, type MemoryDatabase } from "@coder/db";
import { fixedConfig, outcome, somebody } from "@coder/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { SampleModuleService } from "./SampleModuleService.ts";

describe("SampleModuleService", () => {
  let database: MemoryDatabase;
  let service: SampleModuleService;

  beforeEach(() => {
    database = createMemoryDatabase();
    service = new SampleModuleService({ database, config: fixedConfig({ maxNameLength: 10 }), now: () => new Date("2026-01-01T00:00:00.000Z") });
  });

  it("keeps items by organization", async () => {
    const [one, other] = [somebody(), somebody()];
    const item = await service.createItem(one, { name: "First" });
    expect(await service.getItem(one, item)).toEqual(item);
    expect(await outcome(service.getItem(other, item))).toBe("item_not_found");
    expect(await outcome(service.deleteItem(other, item))).toBe("item_not_found");
    expect((await service.listItems(other, { limit: 10 })).items).toEqual([]);
    await service.deleteItem(one, item);
    expect((await service.listItems(one, { limit: 10 })).items).toEqual([]);
  });

  it("lists page by page", async () => {
    const caller = somebody();
    const items = [await service.createItem(caller, { name: "1" }), await service.createItem(caller, { name: "2" })];
    const first = await service.listItems(caller, { limit: 1 });
    const second = await service.listItems(caller, { limit: 1, cursor: first.nextCursor ?? "" });
    expect([...first.items, ...second.items]).toEqual(items.toReversed());
    expect(second.nextCursor).toBeNull();
  });

  it("leaves the event behind with the item", async () => {
    const item = await service.createItem(somebody(), { name: "First" });
    expect(database.outbox.items).toMatchObject([{ message: { name: "sample-module.item.created", payload: { id: item.id } } }]);
  });

  it("refuses a name beyond the limit and says so", async () => {
    expect(await outcome(service.createItem(somebody(), { name: "ten units." }))).toBe("done");
    expect(await outcome(service.createItem(somebody(), { name: "eleven unit" }))).toBe("name_too_long");
  });

  it("refuses callers without an organization", async () => {
    expect(await outcome(service.createItem({ ...somebody(), organizationId: null }, { name: "1" }))).toBe("no_organization");
  });
});
