import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { UserCaller } from "../../caller.ts";
import { OrganizationIdSchema } from "../../ids.ts";
import { router } from "../../trpc/procedure.ts";
import { LiveFeed } from "../live/LiveFeed.ts";
import { ada, ADA_TOKEN, BOB_TOKEN, memoryContext, memoryLog, startTestProduct, type TestProduct, type TestProductOptions } from "./__fixtures__/notes-product.ts";
import { radioRouter, type Listening, type Song } from "./__fixtures__/radio-product.ts";
import { readEvents, type WireEvent } from "./__fixtures__/read-events.ts";

interface Radio {
  readonly product: TestProduct;
  readonly feed: LiveFeed<Song>;
  readonly listening: Listening;
}

function start(options: TestProductOptions = {}): Promise<Radio> {
  const feed = new LiveFeed<Song>({ maxEvents: 5 });
  const listening = { running: 0 };
  return startTestProduct({ router: router({ radio: radioRouter(feed, listening) }), apiBases: [], ...options }).then((product) => ({ product, feed, listening }));
}

let radio: Radio;
beforeAll(async () => {
  radio = await start();
});
const leaving: AbortController[] = [];
afterEach(async () => {
  for (const leave of leaving.splice(0)) leave.abort();
  await vi.waitFor(() => expect(radio.listening.running).toBe(0));
});
afterAll(() => radio.product.edge.drain(0));

async function listen(name: string, input: object = {}, { token = ADA_TOKEN, headers = {}, to = radio }: { token?: string | null; headers?: Record<string, string>; to?: Radio } = {}) {
  const leave = new AbortController();
  leaving.push(leave);
  const response = await fetch(`${to.product.url}/api/trpc/radio.${name}?input=${encodeURIComponent(JSON.stringify(input))}`, { headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers }, signal: leave.signal });
  const events = readEvents(response);
  const next = async (): Promise<WireEvent | "ended"> => {
    const { done, value } = await events.next();
    if (done) return "ended";
    return value.event === "connected" || value.event === "ping" ? next() : value;
  };
  return { response, events, next, leave: () => leave.abort() };
}

const title = (event: WireEvent | "ended") => (event === "ended" ? event : event.data);

describe("a live stream", () => {
  it("tells what happens, item by item, with ids, and nothing that its schema does not name", async () => {
    const one = await listen("listen");
    expect(one.response.headers.get("content-type")).toBe("text/event-stream");
    expect(one.response.headers.get("x-accel-buffering")).toBe("no");
    expect(title(await one.next())).toMatchObject({ gap: true });
    const id = radio.feed.publish({ title: "Blue", secret: "s" });
    expect(await one.next()).toEqual({ event: "message", id, data: { id, event: { title: "Blue" } } });
  });

  it("goes on after the id that the browser comes back with, and says so where it cannot", async () => {
    const id = radio.feed.publish({ title: "One" });
    radio.feed.publish({ title: "Two" });
    const byHeader = await listen("listen", {}, { headers: { "last-event-id": id } });
    expect(title(await byHeader.next())).toMatchObject({ event: { title: "Two" } });
    const byInput = await listen("listen", { lastEventId: id, prefix: "T" });
    expect(title(await byInput.next())).toMatchObject({ event: { title: "Two" } });
    for (let n = 0; n < 10; n += 1) radio.feed.publish({ title: `Next ${n}` });
    const late = await listen("listen", { lastEventId: id });
    expect(title(await late.next())).toMatchObject({ gap: true });
    const unknown = await listen("listen", {}, { headers: { "last-event-id": "'; drop table songs; --" } });
    expect(title(await unknown.next())).toMatchObject({ gap: true });
  });

  it("keeps its connection alive while nothing happens", async () => {
    const { events } = await listen("listen");
    const seen: string[] = [];
    for await (const { event, data } of events) {
      if (event === "connected") expect(data).toEqual({ reconnectAfterInactivityMs: 10_000 });
      seen.push(event);
      if (event === "ping") break;
    }
    expect(seen).toEqual(["connected", "message", "ping"]);
  });

  it("ends for its generator when its reader leaves, before a ping would find nobody", async () => {
    const one = await listen("listen");
    await one.next();
    expect(radio.listening.running).toBe(1);
    const left = performance.now();
    one.leave();
    await vi.waitFor(() => expect(radio.listening.running).toBe(0), { interval: 10 });
    // The first ping comes after 3 s. A second would be quick enough for people, and is less than a busy machine may stand still for.
    expect(performance.now() - left).toBeLessThan(2_500);
  });

  it("holds nothing for a reader who takes nothing", async () => {
    const one = await listen("find", { count: 1_000_000 });
    await one.events.next();
    expect(radio.listening.running).toBe(1);
    one.leave();
    await vi.waitFor(() => expect(radio.listening.running).toBe(0));
  });

  it("ends by itself when all is told", async () => {
    const { events } = await listen("find", { count: 2 });
    const all: unknown[] = [];
    for await (const { event, data } of events) all.push([event, data]);
    expect(all.slice(1)).toEqual([["message", { n: 1 }], ["message", { n: 2 }], ["return", null]]);
  });
});

describe("the document", () => {
  it("tells of live streams where they are, what they take, what each item is, and who may", async () => {
    const response = await fetch(`${radio.product.url}/api/v1/openapi.json`);
    const { paths } = z.object({ paths: z.record(z.string(), z.object({ get: z.looseObject({}) })) }).parse(await response.json());
    expect(Object.keys(paths).sort()).toEqual(["/radio.breakDown", "/radio.find", "/radio.jingle", "/radio.listen"]);
    expect(paths["/radio.listen"]?.get).toMatchObject({
      operationId: "radio.listen", "x-permission": "radio.song.read", servers: [{ url: "/api/trpc" }], summary: "What is on air", tags: ["radio"],
      parameters: [{ name: "input", in: "query", required: true, content: { "application/json": { schema: { type: "object", properties: { lastEventId: { type: "string", maxLength: 100 }, prefix: { default: "" } } } } } }],
      responses: { 200: { content: { "text/event-stream": { schema: { anyOf: [{ properties: { event: { properties: { title: { type: "string" } } } } }, { properties: { gap: { const: true } } }] } } } } },
    });
    const page = await (await fetch(`${radio.product.url}/api/v1/docs`)).text();
    expect(page).toContain("<code>/api/trpc/radio.listen</code>");
  });
});

describe("what ends or refuses a stream", () => {
  const refusal = async (one: Awaited<ReturnType<typeof listen>>) => {
    const event = await one.next();
    return event === "ended" ? event : [event.event, event.data];
  };
  const error = (code: string, httpStatus: number) => expect.objectContaining({ data: expect.objectContaining({ httpStatus, error: expect.objectContaining({ code, remedy: expect.any(String) }) }) });

  it.each([
    ["nobody", null, "not_signed_in", 401],
    ["somebody without the permission", BOB_TOKEN, "permission_missing", 403],
  ])("tells %s why", async (_who, token, code, status) => {
    expect(await refusal(await listen("listen", {}, { token }))).toEqual(["serialized-error", error(code, status)]);
  });

  it("tells what is wrong with the input, and lets strangers hear what is public", async () => {
    expect(await refusal(await listen("find", { count: "many" }))).toEqual(["serialized-error", error("invalid_input", 400)]);
    expect(title(await (await listen("jingle", {}, { token: null })).next())).toEqual({ n: 1 });
  });

  it("refuses a made-up token before anything begins", async () => {
    const { response } = await listen("listen", {}, { token: "made-up" });
    expect([response.status, response.headers.get("content-type")]).toEqual([401, "application/json; charset=utf-8"]);
  });

  it("tells of a refusal on the way, and of a fault nothing but that there was one", async () => {
    const refused = await listen("breakDown", { how: "refusal" });
    await refused.next();
    expect(await refusal(refused)).toEqual(["serialized-error", error("off_air", 409)]);
    const failed = await listen("breakDown", { how: "fault" });
    await failed.next();
    const told = await refusal(failed);
    expect(told).toEqual(["serialized-error", error("internal", 500)]);
    expect(JSON.stringify(told)).not.toContain("hunter2");
    expect(radio.product.logs).toContainEqual({ level: "error", message: "A live stream failed", fields: expect.objectContaining({ path: "radio.breakDown", err: expect.objectContaining({ message: expect.stringContaining("hunter2") }) }) });
  });

  it("lets one person hold so many and no more, and gives a place back when one is left", async () => {
    const own = await start({ liveLimits: { perPerson: 2, recheckMs: 60_000 } });
    const [first] = await Promise.all([listen("listen", {}, { to: own }), listen("listen", {}, { to: own })]);
    const third = await listen("listen", {}, { to: own });
    expect([third.response.status, await third.response.json()]).toEqual([429, { error: expect.objectContaining({ data: expect.objectContaining({ error: expect.objectContaining({ code: "too_many_streams" }) }) }) }]);
    // Somebody else is not concerned, nor are strangers.
    expect((await listen("listen", {}, { to: own, token: BOB_TOKEN })).response.status).toBe(200);
    expect((await listen("jingle", {}, { to: own, token: null })).response.status).toBe(200);
    first.leave();
    await vi.waitFor(async () => expect((await listen("listen", {}, { to: own })).response.status).toBe(200));
    await own.product.edge.drain(0);
  });

  it.each<[string, (state: { caller: UserCaller | null; allowed: boolean; away: boolean }) => void, boolean]>([
    ["the session was revoked", (state) => void (state.caller = null), true],
    ["the person acts in another organization", (state) => void (state.caller = { ...ada, organizationId: OrganizationIdSchema.parse("0190f5fe-7c00-7a00-8a00-0000000000aa") }), true],
    ["the person lost the role", (state) => void (state.allowed = false), true],
    ["it cannot be found out", (state) => void (state.away = true), false],
  ])("looks again while it runs: %s", async (_what, change, ends) => {
    const state = { caller: ada as UserCaller | null, allowed: true, away: false };
    const lookUps = vi.fn(async () => {
      if (state.away) throw new Error("The database is away");
      return state.caller;
    });
    const memory = memoryContext(memoryLog([]), []);
    const own = await start({
      liveLimits: { perPerson: 5, recheckMs: 50 },
      sessions: { resolve: lookUps },
      createContext: (facts) => ({ ...memory(facts), permissions: { allows: async () => state.allowed } }),
    });
    const one = await listen("listen", {}, { to: own });
    await one.next();
    change(state);
    const before = lookUps.mock.calls.length;
    if (ends) {
      await expect(one.next()).rejects.toThrow();
      await vi.waitFor(() => expect(own.listening.running).toBe(0));
    } else {
      await vi.waitFor(() => expect(lookUps.mock.calls.length).toBeGreaterThan(before + 3));
      own.feed.publish({ title: "Still on air" });
      expect(title(await one.next())).toMatchObject({ event: { title: "Still on air" } });
    }
    await own.product.edge.drain(0);
  });

  it("ends with the process, so that its reader finds another", async () => {
    const own = await start();
    const one = await listen("listen", {}, { to: own });
    await one.next();
    const drained = own.product.edge.drain(5);
    await expect(one.next()).rejects.toThrow();
    await drained;
    expect(own.listening.running).toBe(0);
  });
});
