import { AppError, systemCaller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import fc from "fast-check";
import { somebody } from "@coder/testing";
import { describe, expect, it, vi } from "vitest";
import { harness } from "./__fixtures__/harness.ts";

const KERNEL = systemCaller("kernel.settings");
const everything = { limit: 200 };

describe("reading settings", () => {
  it("tells value, source and what is hidden, with a stored value as its row", async () => {
    const { service } = await harness({ env: { CODER_GARDEN__MOTTO: "From outside" }, file: "garden:\n  motto: From the file\n" });
    const { setting } = await service.setSetting(somebody(), { key: "garden.size", value: 7, version: null });
    expect(setting).toMatchObject({ key: "garden.size", module: "garden", value: 7, source: "database", hides: [{ source: "default", value: 4 }], version: expect.any(String), restart: false, settable: true });
    expect(await service.getSetting(somebody(), { key: "garden.motto" })).toMatchObject({
      value: "From outside", source: "environment", where: "CODER_GARDEN__MOTTO", version: null,
      hides: [{ source: "file", where: expect.stringMatching(/coder\.yaml:2$/), value: "From the file" }, { source: "default", value: null }],
    });
  });

  it("pages through all keys in order, and by prefix", async () => {
    const { service, config } = await harness();
    const keys: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await service.listSettings(somebody(), { limit: 5, ...(cursor === undefined ? {} : { cursor }) });
      keys.push(...page.items.map(({ key }) => key));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(keys).toEqual(config.catalogue().list().map(({ key }) => key));
    const { items } = await service.listSettings(somebody(), { ...everything, prefix: "garden." });
    expect(items.map(({ key }) => key)).toEqual(["garden.gateToken", "garden.motto", "garden.plants", "garden.size", "garden.valve"]);
  });

  it("masks secrets everywhere", async () => {
    const { service } = await harness({ env: { CODER_GARDEN__GATE_TOKEN: "canary-in-env" }, file: "garden: { gateToken: canary-in-file }" });
    const page = await service.listSettings(somebody(), everything);
    expect(page.items.find(({ key }) => key === "garden.gateToken")).toMatchObject({ secret: true, settable: false, source: "environment", where: "CODER_GARDEN__GATE_TOKEN" });
    expect(JSON.stringify(page)).not.toContain("canary");
    expect(JSON.stringify(page)).not.toContain("ssssssss");
  });

  it("names the nearest key for one that does not exist", async () => {
    const { service } = await harness();
    await expect(service.getSetting(somebody(), { key: "garden.sise" })).rejects.toMatchObject({ kind: "not_found", code: "setting_not_found", remedy: "Did you mean garden.size?" });
  });
});

describe("changing a setting", () => {
  it("is in force when the answer comes, and leaves its event behind", async () => {
    const { service, live, events, clock } = await harness();
    const owner = somebody();
    const { change } = await service.setSetting(owner, { key: "garden.size", value: 7, version: null });
    expect(live()).toMatchObject({ size: 7 });
    expect(change).toEqual({ id: expect.any(String), key: "garden.size", action: "set", from: null, to: { value: 7 }, changedBy: owner.userId, changedAt: clock.now.toISOString(), rollsBack: null });
    expect(events()).toEqual([{ kind: "event", name: "configuration.setting.changed", payload: change }]);
  });

  it("is refused over a version that is not the present one", async () => {
    const { service } = await harness();
    const { setting } = await service.setSetting(somebody(), { key: "garden.size", value: 7, version: null });
    const stale = { kind: "conflict", code: "version_conflict" };
    await expect(service.setSetting(somebody(), { key: "garden.size", value: 8, version: null })).rejects.toMatchObject(stale);
    await service.setSetting(somebody(), { key: "garden.size", value: 9, version: setting?.version ?? null });
    await expect(service.setSetting(somebody(), { key: "garden.size", value: 8, version: setting?.version ?? null })).rejects.toMatchObject(stale);
    await expect(service.resetSetting(somebody(), { key: "garden.size", version: setting?.version ?? "" })).rejects.toMatchObject(stale);
    expect(await service.getSetting(somebody(), { key: "garden.size" })).toMatchObject({ value: 9 });
  });

  it.each([
    ["a secret", "garden.gateToken", "x", "setting_not_settable"],
    ["what is needed before the database is open", "server.port", 1, "setting_not_settable"],
    ["an unknown key", "garden.colour", "red", "setting_not_found"],
    ["a wrong type", "garden.size", "7", "schema_violation"],
    ["a value out of range", "garden.size", 700, "schema_violation"],
    ["text that no store can keep", "garden.motto", "a\u0000b", "schema_violation"],
    ["half a character", "garden.motto", "\ud800", "schema_violation"],
    ["too much", "garden.motto", "x".repeat(20_000), "schema_violation"],
  ])("refuses %s", async (_what, key, value, code) => {
    const { service, events } = await harness();
    await expect(service.setSetting(somebody(), { key, value, version: null })).rejects.toMatchObject({ code });
    expect(events()).toEqual([]);
  });

  it("says where inside the value it is wrong", async () => {
    const { service } = await harness();
    await expect(service.setSetting(somebody(), { key: "garden.plants", value: { rose: { count: "many" } }, version: null })).rejects.toMatchObject({
      code: "schema_violation", message: expect.stringMatching(/^garden\.plants\.rose\.count: /), details: { issues: [{ path: "rose.count" }] },
    });
  });

  it("refuses what a higher source would hide, and names the place", async () => {
    const { service } = await harness({ env: { CODER_GARDEN__SIZE: "9" }, file: "garden:\n  motto: Mine\n" });
    await expect(service.setSetting(somebody(), { key: "garden.size", value: 7, version: null })).rejects.toMatchObject({ code: "locked_by_environment", details: { where: "CODER_GARDEN__SIZE" } });
    await expect(service.setSetting(somebody(), { key: "garden.motto", value: "x", version: null })).rejects.toMatchObject({ code: "locked_by_file", details: { where: expect.stringMatching(/coder\.yaml:2$/) } });
  });

  it("waits for the next start where the key says so", async () => {
    const { service, live } = await harness();
    const { setting } = await service.setSetting(somebody(), { key: "garden.valve", value: "north", version: null });
    expect(setting).toMatchObject({ restart: true, value: "main", pending: { value: "north", source: "database" } });
    expect(live()).toMatchObject({ valve: "main" });
  });

  it("lets one of several parallel writers through per version", async () => {
    const { service } = await harness();
    let version: string | null = null;
    for (let round = 0; round < 20; round += 1) {
      const attempts = Array.from({ length: 8 }, (_, writer) => service.setSetting(somebody(), { key: "garden.size", value: writer + 1, version }));
      const results = await Promise.allSettled(attempts);
      const won = results.filter((result) => result.status === "fulfilled");
      expect(won).toHaveLength(1);
      for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "version_conflict" });
      version = (await service.getSetting(somebody(), { key: "garden.size" })).version;
    }
    const { items } = await service.listChanges(somebody(), everything);
    expect(items).toHaveLength(20);
    // Each change starts from what the one before left: nothing was overwritten unseen.
    for (const [index, change] of items.entries()) expect(change.from).toEqual(items[index + 1]?.to ?? null);
  });

  it("brings back any JSON as it was written", async () => {
    const { service } = await harness();
    await fc.assert(
      fc.asyncProperty(fc.option(fc.string().filter((text) => !text.includes("\u0000"))), async (value) => {
        const { version } = await service.getSetting(somebody(), { key: "garden.motto" });
        const { setting } = await service.setSetting(somebody(), { key: "garden.motto", value, version });
        expect(setting?.value).toEqual(value);
        expect((await service.snapshot()).values["garden.motto"]).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });
});

describe("resetting", () => {
  it("lets the next source show through", async () => {
    const { service, live } = await harness();
    const { setting } = await service.setSetting(somebody(), { key: "garden.size", value: 7, version: null });
    const reset = await service.resetSetting(somebody(), { key: "garden.size", version: setting?.version ?? "" });
    expect(reset).toMatchObject({ setting: { value: 4, source: "default", version: null, hides: [] }, change: { action: "reset", from: { value: 7 }, to: null } });
    expect(live()).toMatchObject({ size: 4 });
    await expect(service.resetSetting(somebody(), { key: "garden.size", version: setting?.version ?? "" })).rejects.toMatchObject({ kind: "not_found", code: "setting_not_stored" });
  });

  it("takes away what is stored for a key that is no more, and what is bad", async () => {
    const { service, store, config } = await harness();
    for (const [key, value] of [["garden.gone", 1], ["garden.size", "huge"]] as const) {
      await store.write(null, { id: newId(), key, action: "set", from: null, to: { value }, changedBy: null, changedAt: "2026-01-01T00:00:00.000Z", rollsBack: null });
    }
    await config.catalogue().refresh();
    expect(await config.health()).toMatchObject({ status: "degraded", message: expect.stringContaining("garden.gone") });
    expect(await service.getSetting(somebody(), { key: "garden.size" })).toMatchObject({ value: 4, source: "default", version: expect.any(String) });
    for (const key of ["garden.gone", "garden.size"]) {
      const version = (await store.find(key))?.etag ?? "";
      expect((await service.resetSetting(somebody(), { key, version })).change).toMatchObject({ key, action: "reset" });
    }
    expect(await config.health()).toMatchObject({ status: "up" });
    await expect(service.resetSetting(somebody(), { key: "garden.gone", version: "x" })).rejects.toMatchObject({ code: "setting_not_found" });
  });
});

describe("the history", () => {
  it("tells who changed what, newest first, by key too", async () => {
    const { service } = await harness();
    const [one, other] = [somebody(), somebody()];
    const { setting } = await service.setSetting(one, { key: "garden.size", value: 7, version: null });
    await service.setSetting(other, { key: "garden.motto", value: null, version: null });
    await service.setSetting(KERNEL, { key: "garden.size", value: 8, version: setting?.version ?? null });
    const { items } = await service.listChanges(one, everything);
    expect(items).toMatchObject([
      { key: "garden.size", from: { value: 7 }, to: { value: 8 }, changedBy: null },
      { key: "garden.motto", from: null, to: { value: null }, changedBy: other.userId },
      { key: "garden.size", from: null, to: { value: 7 }, changedBy: one.userId },
    ]);
    const first = await service.listChanges(one, { limit: 1, key: "garden.size" });
    expect(first.items).toEqual([items[0]]);
    const second = await service.listChanges(one, { limit: 1, key: "garden.size", cursor: first.nextCursor ?? "" });
    expect(second).toEqual({ items: [items[2]], nextCursor: null });
  });

  it("is completed by the event when the process died after the write, and repeats nothing", async () => {
    const { service, store, deliver } = await harness();
    vi.spyOn(store, "record").mockRejectedValueOnce(new AppError("unavailable", "gone", "The database is away", { remedy: "Wait" }));
    const { change } = await service.setSetting(somebody(), { key: "garden.size", value: 7, version: null });
    expect((await service.listChanges(somebody(), everything)).items).toEqual([]);
    await deliver();
    await deliver();
    expect((await service.listChanges(somebody(), everything)).items).toEqual([change]);
  });

  it("takes one change back, and that is a change too", async () => {
    const { service, live } = await harness();
    const one = await service.setSetting(somebody(), { key: "garden.size", value: 7, version: null });
    const two = await service.setSetting(somebody(), { key: "garden.size", value: 8, version: one.setting?.version ?? null });
    const three = await service.setSetting(somebody(), { key: "garden.size", value: 9, version: two.setting?.version ?? null });
    const back = await service.rollBackChange(somebody(), { id: two.change.id, version: three.setting?.version ?? null });
    expect(back).toMatchObject({ setting: { value: 7 }, change: { action: "roll_back", rollsBack: two.change.id, from: { value: 9 }, to: { value: 7 } } });
    const toNothing = await service.rollBackChange(somebody(), { id: one.change.id, version: back.setting?.version ?? null });
    expect(toNothing).toMatchObject({ setting: { value: 4, source: "default", version: null }, change: { to: null } });
    expect(live()).toMatchObject({ size: 4 });
    expect((await service.listChanges(somebody(), everything)).items).toHaveLength(5);
  });

  it("takes nothing back over a newer version, nor what is not there", async () => {
    const { service } = await harness();
    const { change } = await service.setSetting(somebody(), { key: "garden.size", value: 7, version: null });
    await expect(service.rollBackChange(somebody(), { id: change.id, version: "stale" })).rejects.toMatchObject({ code: "version_conflict" });
    await expect(service.rollBackChange(somebody(), { id: newId(), version: null })).rejects.toMatchObject({ kind: "not_found", code: "change_not_found" });
  });
});

describe("the snapshot", () => {
  it("has a new version after each change and the same one otherwise", async () => {
    const { service } = await harness();
    const versions = [(await service.snapshot()).version];
    const { setting } = await service.setSetting(somebody(), { key: "garden.size", value: 7, version: null });
    versions.push((await service.snapshot()).version, (await service.snapshot()).version);
    await service.resetSetting(somebody(), { key: "garden.size", version: setting?.version ?? "" });
    versions.push((await service.snapshot()).version);
    expect(versions[1]).toBe(versions[2]);
    expect(versions[0]).toBe(versions[3]);
    expect(versions[0]).not.toBe(versions[1]);
  });

  it("holds more settings than one page", async () => {
    const { service, store } = await harness();
    for (let index = 0; index < 1_050; index += 1) {
      await store.write(null, { id: newId(), key: `elsewhere.key${index}`, action: "set", from: null, to: { value: index }, changedBy: null, changedAt: "2026-01-01T00:00:00.000Z", rollsBack: null });
    }
    expect(Object.keys((await service.snapshot()).values)).toHaveLength(1_050);
  });
});
