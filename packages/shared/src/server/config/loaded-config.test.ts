import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { garden, KERNEL_ENV, moduleOf, SettingsDouble, writeFile } from "./__fixtures__/garden.ts";
import { loadConfig } from "./load-config.ts";
import { MASK, shown } from "./values.ts";

const POLL = 2_000;

function load(file = "{}", env = {}) {
  return loadConfig({ modules: [garden()], env: { ...KERNEL_ENV, ...env }, operatorFile: writeFile("coder.yaml", file) });
}

let settings: SettingsDouble;
beforeEach(() => {
  vi.useFakeTimers();
  settings = new SettingsDouble();
});
afterEach(() => vi.useRealTimers());

describe("settings in the database", () => {
  it("are taken in at once, and again after each change", async () => {
    settings.set({ "garden.size": 20, "limits.requestsPerMinute": 5 });
    const config = await load();
    const before = config.forModule("garden").value;
    await config.attachSettings(settings);
    expect(config.forModule("garden").value).toMatchObject({ size: 20, open: false });
    expect(config.kernel.limits.requestsPerMinute).toBe(5);
    expect(before).toMatchObject({ size: 4 });

    settings.set({ "garden.open": true });
    await vi.advanceTimersByTimeAsync(POLL);
    expect(config.forModule("garden").value).toMatchObject({ size: 4, open: true });
    expect(config.kernel.limits.requestsPerMinute).toBe(2000);
    config.close();
  });

  it("swap whole frozen objects, tell listeners once, and only when something changed", async () => {
    const config = await load();
    await config.attachSettings(settings);
    const live = config.forModule("garden");
    const heard: unknown[] = [];
    const stop = live.onChange((value) => heard.push(value));
    const first = live.value;

    settings.set({ "garden.size": 4 });
    await vi.advanceTimersByTimeAsync(POLL);
    expect(live.value).toBe(first);

    settings.set({ "garden.size": 5, "garden.season": "autumn" });
    await vi.advanceTimersByTimeAsync(POLL * 3);
    expect(heard).toEqual([live.value]);
    expect(Object.isFrozen(live.value)).toBe(true);

    stop();
    settings.set({});
    await vi.advanceTimersByTimeAsync(POLL);
    expect(heard).toHaveLength(1);
    expect(live.value).toMatchObject({ size: 4 });
    config.close();
  });

  it("reach the other listeners when one fails", async () => {
    const config = await load();
    const errors: unknown[] = [];
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (fields: object) => errors.push(fields), child: () => log };
    await config.attachSettings(settings, { log });
    const heard: unknown[] = [];
    config.onKernelChange(() => { throw new Error("broken listener"); });
    config.onKernelChange(({ limits }) => heard.push(limits.requestsPerMinute));
    settings.set({ "limits.requestsPerMinute": 7 });
    await config.catalogue().refresh();
    expect(heard).toEqual([7]);
    expect(errors).toMatchObject([{ err: { message: "broken listener" } }]);
    config.close();
  });

  it("stay as they were last known while the store is away, and health says so until it is back", async () => {
    settings.set({ "garden.size": 20 });
    const config = await load();
    await config.attachSettings(settings);
    expect(await config.health()).toEqual({ status: "up", message: expect.stringMatching(/^\d+ settings, \d+ of them not at their default$/) });

    settings.failure = new Error("connection refused");
    await vi.advanceTimersByTimeAsync(POLL);
    expect(config.forModule("garden").value).toMatchObject({ size: 20 });
    expect(await config.health()).toMatchObject({ status: "degraded", message: expect.stringContaining("connection refused"), remedy: expect.any(String) });

    settings.failure = null;
    await vi.advanceTimersByTimeAsync(POLL);
    expect(await config.health()).toEqual({ status: "up", message: expect.stringMatching(/^\d+ settings, \d+ of them not at their default$/) });
    config.close();
  });

  it("do not stop a start without the store", async () => {
    settings.failure = new Error("connection refused");
    const config = await load();
    await config.attachSettings(settings);
    expect(config.forModule("garden").value).toMatchObject({ size: 4 });
    expect(await config.health()).toMatchObject({ status: "degraded" });
    config.close();
  });

  it("count as away when the answer does not come, and a late answer undoes nothing newer", async () => {
    const config = await load();
    const { promise: stuck, resolve: answerLate } = Promise.withResolvers<Awaited<ReturnType<SettingsDouble["snapshot"]>>>();
    const answer = vi.spyOn(settings, "snapshot").mockReturnValueOnce(stuck);
    const attached = config.attachSettings(settings);
    await vi.advanceTimersByTimeAsync(10_000);
    await attached;
    expect(await config.health()).toMatchObject({ status: "degraded", message: expect.stringContaining("no answer in time") });

    settings.set({ "garden.size": 30 });
    await vi.advanceTimersByTimeAsync(POLL);
    answerLate({ version: "old", values: { "garden.size": 1 } });
    await vi.advanceTimersByTimeAsync(0);
    expect(config.forModule("garden").value).toMatchObject({ size: 30 });
    expect(answer).toHaveBeenCalledTimes(2);
    config.close();
  });

  it("are not asked for any more after close", async () => {
    const config = await load();
    await config.attachSettings(settings);
    config.close();
    await vi.advanceTimersByTimeAsync(POLL * 5);
    expect(settings.asked).toBe(1);
  });

  it("are ignored and named when they are bad, and never stop the process", async () => {
    settings.set({ "garden.size": "huge", "garden.open": true, "garden.colour": "red", "secrets.session": "x".repeat(40), "server.port": 1, "orchard.apples": 3 });
    const config = await load();
    await config.attachSettings(settings);
    expect(config.forModule("garden").value).toMatchObject({ size: 4, open: true });
    expect(config.kernel.server.port).toBe(3000);
    const { status, message = "" } = await config.health();
    expect(status).toBe("degraded");
    for (const named of ["garden.size: expected a whole number", "garden.colour: there is no such key", "secrets.session: this key cannot be set", "server.port: this key cannot be set"]) expect(message).toContain(named);
    expect(message).not.toContain("orchard");
    expect(message).not.toContain("xxxx");
    config.close();
  });

  it("are ignored together when they do not fit together", async () => {
    const schema = z.strictObject({ low: z.number().meta({ description: "a" }), high: z.number().meta({ description: "b" }) }).refine(({ low, high }) => low <= high, { message: "low must not be above high", path: ["low"] });
    const config = await loadConfig({ modules: [moduleOf("span", schema, "low: 1\nhigh: 2\n")], env: KERNEL_ENV, operatorFile: null });
    settings.set({ "span.low": 5 });
    await config.attachSettings(settings);
    expect(config.forModule("span").value).toEqual({ low: 1, high: 2 });
    expect(await config.health()).toMatchObject({ status: "degraded", message: expect.stringContaining("low must not be above high") });
    expect(config.catalogue().check("span.low", 3)).toEqual([{ path: "", message: "span.low: low must not be above high" }]);
    expect(config.catalogue().check("span.low", 2)).toEqual([]);
    config.close();
  });

  it("of keys that need a restart hold at the start, and later changes wait for the next one", async () => {
    settings.set({ "garden.water.valve": "north" });
    const config = await load();
    await config.attachSettings(settings);
    expect(config.forModule("garden").value).toMatchObject({ water: { valve: "north" } });

    settings.set({ "garden.water.valve": "south", "garden.size": 9 });
    await vi.advanceTimersByTimeAsync(POLL);
    expect(config.forModule("garden").value).toMatchObject({ size: 9, water: { valve: "north" } });
    expect(config.catalogue().get("garden.water.valve")).toMatchObject({ value: "north", restart: true, pending: { value: "south", source: "database" } });
    expect(await config.health()).toEqual({ status: "up", message: "Waiting for a restart: garden.water.valve" });
    config.close();
  });
});

describe("the catalogue", () => {
  it("tells each key's value, where it comes from and what that hides", async () => {
    settings.set({ "garden.size": 20 });
    const config = await load("garden:\n\n  size: 7\n", { CODER_GARDEN__SIZE: "9" });
    await config.attachSettings(settings);
    config.close();
    expect(config.catalogue().get("garden.size")).toMatchObject({
      key: "garden.size", module: "garden", description: "Beds", environment: "CODER_GARDEN__SIZE", secret: false, restart: false, settable: true,
      schema: { type: "integer", minimum: 1, maximum: 100 },
      value: 9, source: "environment", where: "CODER_GARDEN__SIZE",
      hides: [
        { source: "file", where: expect.stringMatching(/coder\.yaml:3$/), value: 7 },
        { source: "database", value: 20 },
        { source: "default", where: expect.stringMatching(/default\.yaml:1$/), value: 4 },
      ],
      pending: null,
    });
  });

  it("lists every key in order, and answers for a database tier that it is handed", async () => {
    const config = await load();
    const keys = config.catalogue().list().map(({ key }) => key);
    expect(keys).toEqual(keys.toSorted());
    expect(keys).toEqual(expect.arrayContaining(["garden.water.hours", "server.port", "services"]));
    expect(config.catalogue().get("garden.size", new Map([["garden.size", { value: 8, where: "row 1" }]]))).toMatchObject({ value: 8, source: "database", where: "row 1" });
    expect(config.catalogue().get("garden.nothing")).toBeNull();
  });

  it("masks secrets in every field, hides included", async () => {
    const config = await load("garden: { gateToken: gate-canary-in-file }", { CODER_GARDEN__GATE_TOKEN: "gate-canary-in-env", DATABASE_URL: "postgres://u:db-canary@h/d" });
    const listed = JSON.stringify(config.catalogue().list());
    expect(listed).not.toContain("canary");
    expect(config.catalogue().get("garden.gateToken")).toMatchObject({ value: MASK, hides: [{ source: "file", value: MASK }, { source: "default", value: null }] });
    expect(config.secrets()).toEqual(expect.arrayContaining(["gate-canary-in-file", "gate-canary-in-env", "postgres://u:db-canary@h/d", KERNEL_ENV["SESSION_SECRET"]]));
  });

  it.each([["a key", MASK], [{ main: "a key" }, MASK], [null, null], ["", null], [{}, null], [[], null]])("%j is shown as %j", (value, text) => {
    expect(shown({ secret: true }, value)).toBe(text);
    expect(shown({ secret: false }, value)).toBe(value);
  });

  it("checks values before they are stored", async () => {
    const catalogue = (await load()).catalogue();
    expect(catalogue.check("garden.size", 7)).toEqual([]);
    expect(catalogue.check("garden.size", 700)).toEqual([{ path: "", message: "expected a whole number from 1 to 100" }]);
    expect(catalogue.check("garden.plants", { ivy: { count: "x" } })).toMatchObject([{ path: "ivy.count" }]);
    expect(catalogue.check("garden.gateToken", "0123456789abcdef")).toEqual([{ path: "", message: "this key cannot be set in the database" }]);
    expect(catalogue.check("garden.nothing", 1)).toEqual([{ path: "", message: "there is no such key" }]);
    expect(catalogue.nearest("garden.sise")).toBe("garden.size");
    expect(catalogue.nearest("entirely.different")).toBeNull();
  });
});

it("forgets no module and invents none", async () => {
  const config = await load();
  expect(() => config.forModule("orchard")).toThrow("loaded without the module orchard");
});
