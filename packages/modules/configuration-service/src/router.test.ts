import { ANONYMOUS, systemCaller } from "@coder/shared";
import { somebody } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { harness, routerFor } from "./__fixtures__/harness.ts";

const owner = somebody();

describe("who may", () => {
  it("read and change settings: whoever runs the installation, and nobody else", async () => {
    const { service } = await harness();
    const { as } = routerFor(service);
    const calls = (who: ReturnType<typeof as>) => [
      () => who.listSettings({}), () => who.getSetting({ key: "garden.size" }), () => who.listChanges({}),
      () => who.setSetting({ key: "garden.size", value: 7, version: null }), () => who.resetSetting({ key: "garden.size", version: "x" }),
      () => who.rollBackChange({ id: "0197a7c2-5d2e-7000-8000-000000000000", version: null }),
    ];
    for (const call of calls(as(owner))) await expect(call()).rejects.toMatchObject({ code: "FORBIDDEN", cause: { code: "permission_missing" } });
    for (const call of calls(as(ANONYMOUS))) await expect(call()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    const runner = as(owner, { installation: true });
    expect((await runner.listSettings({})).items.length).toBeGreaterThan(10);
    expect(await runner.setSetting({ key: "garden.size", value: 7, version: null })).toMatchObject({ setting: { value: 7 } });
  });

  it("take the snapshot: other parts of the product alone", async () => {
    const { service } = await harness();
    const { as } = routerFor(service);
    await expect(as(owner, { installation: true }).snapshot({})).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await as(systemCaller("kernel.settings"), { via: "service" }).snapshot({})).toMatchObject({ values: {} });
  });
});

describe("the audit log", () => {
  it("tells which setting was changed, from what to what, refusals too", async () => {
    const { service } = await harness();
    const { as, audited } = routerFor(service);
    const runner = as(owner, { installation: true });
    const { setting, change } = await runner.setSetting({ key: "garden.size", value: 7, version: null });
    const back = await runner.rollBackChange({ id: change.id, version: setting?.version ?? null });
    await expect(runner.setSetting({ key: "garden.size", value: 700, version: null })).rejects.toThrow();
    await expect(as(owner).resetSetting({ key: "garden.size", version: "x" })).rejects.toThrow();
    await expect(runner.rollBackChange({ id: change.id, version: "stale" })).rejects.toThrow();
    await runner.listSettings({});
    expect(audited).toEqual([
      { action: "setSetting", outcome: "success", target: { type: "setting", id: "garden.size" }, details: { changeId: change.id, action: "set", from: null, to: { value: 7 } } },
      { action: "rollBackChange", outcome: "success", target: { type: "setting", id: "garden.size" }, details: { changeId: back.change.id, action: "roll_back", from: { value: 7 }, to: null, rollsBack: change.id } },
      { action: "setSetting", outcome: "failure", errorCode: "schema_violation", target: { type: "setting", id: "garden.size" } },
      { action: "resetSetting", outcome: "denied", errorCode: "permission_missing", target: { type: "setting", id: "garden.size" } },
      { action: "rollBackChange", outcome: "failure", errorCode: expect.any(String), target: { type: "setting-change", id: change.id } },
    ]);
  });
});

describe("input", () => {
  it.each([
    ["no value", { key: "garden.size", version: null }],
    ["no version", { key: "garden.size", value: 7 }],
    ["an empty key", { key: "", value: 7, version: null }],
    ["an endless key", { key: "k".repeat(201), value: 7, version: null }],
  ])("with %s is refused", async (_what, input) => {
    const { service, events } = await harness();
    const runner = routerFor(service).as(owner, { installation: true });
    const unchecked: { setSetting(input: unknown): Promise<unknown> } = runner;
    await expect(unchecked.setSetting(input)).rejects.toMatchObject({ code: "BAD_REQUEST", cause: { code: "invalid_input" } });
    expect(events()).toEqual([]);
  });
});
