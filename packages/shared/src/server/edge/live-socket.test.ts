import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket as NodeWebSocket, type ClientOptions } from "ws";
import type { UserCaller } from "../../caller.ts";
import { OrganizationIdSchema } from "../../ids.ts";
import { LIVE_SOCKET_PATH } from "../../live.ts";
import { router } from "../../trpc/procedure.ts";
import { LiveFeed } from "../live/LiveFeed.ts";
import { ada, ADA_TOKEN, BOB_TOKEN, cookieFor, memoryContext, memoryLog, startTestProduct, type TestProduct, type TestProductOptions } from "./__fixtures__/notes-product.ts";
import { radioRouter, type Listening, type Song } from "./__fixtures__/radio-product.ts";

type RadioRouter = ReturnType<typeof wholeRouter>;
function wholeRouter(feed: LiveFeed<Song>, listening: Listening) {
  return router({ radio: radioRouter(feed, listening) });
}

interface Radio {
  readonly product: TestProduct;
  readonly feed: LiveFeed<Song>;
  readonly listening: Listening;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(options: TestProductOptions = {}, feed = new LiveFeed<Song>({ maxEvents: 5 })): Promise<Radio> {
  const listening = { running: 0 };
  const product = await startTestProduct({ router: wholeRouter(feed, listening), apiBases: [], ...options });
  ends.push(() => product.edge.drain(0));
  return { product, feed, listening };
}

interface Page {
  readonly socket: NodeWebSocket;
  ask(id: number, path: string, input?: object, lastEventId?: string): void;
  stop(id: number): void;
  /** The next message for that stream. */
  next(id: number): Promise<unknown>;
  readonly closed: Promise<unknown>;
}

/** A page's websocket, as tRPC's client speaks on it. */
async function open({ product }: Radio, token: string | null = ADA_TOKEN): Promise<Page> {
  const socket = new NodeWebSocket(`ws://127.0.0.1:${product.port}${LIVE_SOCKET_PATH}`, { origin: product.url, headers: token === null ? {} : { cookie: cookieFor(token) } });
  const closed = once(socket, "close");
  ends.push(() => socket.terminate());
  const told: { readonly id: unknown; readonly rest: unknown }[] = [];
  let news = Promise.withResolvers<void>();
  socket.on("message", (data) => {
    const { id, ...rest } = JSON.parse(String(data));
    told.push({ id, rest });
    news.resolve();
    news = Promise.withResolvers();
  });
  await once(socket, "open");
  const next = async (id: number): Promise<unknown> => {
    const at = told.findIndex((each) => each.id === id);
    if (at >= 0) return told.splice(at, 1)[0]?.rest;
    await news.promise;
    return next(id);
  };
  return {
    socket, closed, next,
    ask: (id, path, input = {}, lastEventId) => socket.send(JSON.stringify({ id, method: "subscription", params: { path, input, ...(lastEventId === undefined ? {} : { lastEventId }) } })),
    stop: (id) => socket.send(JSON.stringify({ id, method: "subscription.stop" })),
  };
}

const STARTED = { result: { type: "started" } };
const STOPPED = { result: { type: "stopped" } };
const GAP = { result: { type: "data", id: expect.any(String), data: { data: { gap: true } } } };
const song = (title: string) => ({ result: { type: "data", data: { data: { event: { title } } } } });
const error = (code: string, httpStatus: number) => ({ error: { data: { httpStatus, error: { code, remedy: expect.any(String) } } } });

describe("the websocket of a page", () => {
  let radio: Radio;
  beforeEach(async () => {
    radio = await start();
  });

  it("carries any number of streams, each told in order, with ids, and nothing that its schema does not name", async () => {
    const page = await open(radio);
    page.ask(1, "radio.listen");
    page.ask(2, "radio.listen", { prefix: "B" });
    page.ask(3, "radio.find", { count: 2 });
    for (const id of [1, 2]) expect([await page.next(id), await page.next(id)]).toMatchObject([STARTED, GAP]);
    expect([await page.next(3), await page.next(3), await page.next(3), await page.next(3)]).toEqual([STARTED, { result: { type: "data", data: { n: 1 } } }, { result: { type: "data", data: { n: 2 } } }, STOPPED]);
    radio.feed.publish({ title: "Amber" });
    const id = radio.feed.publish({ title: "Blue", secret: "s" });
    expect([await page.next(1), await page.next(1)]).toMatchObject([song("Amber"), song("Blue")]);
    expect(await page.next(2)).toEqual({ result: { type: "data", id, data: { id, data: { id, event: { title: "Blue" } } } } });
  });

  it("goes on after the id that the page comes back with", async () => {
    const id = radio.feed.publish({ title: "One" });
    radio.feed.publish({ title: "Two" });
    const page = await open(radio);
    page.ask(1, "radio.listen", {}, id);
    expect([await page.next(1), await page.next(1)]).toMatchObject([STARTED, song("Two")]);
  });

  it("ends a stream that is not wanted any more, and the others go on; its id can be taken again", async () => {
    const page = await open(radio);
    page.ask(1, "radio.listen");
    page.ask(2, "radio.listen");
    await vi.waitFor(() => expect(radio.listening.running).toBe(2));
    page.stop(1);
    await vi.waitFor(() => expect(radio.listening.running).toBe(1));
    expect([await page.next(1), await page.next(1), await page.next(1)]).toMatchObject([STARTED, GAP, STOPPED]);
    page.ask(1, "radio.find", { count: 0 });
    expect([await page.next(1), await page.next(1)]).toEqual([STARTED, STOPPED]);
    page.socket.terminate();
    await vi.waitFor(() => expect(radio.listening.running).toBe(0));
  });

  it("holds nothing for a reader who takes nothing", async () => {
    const page = await open(radio);
    page.socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    page.ask(1, "radio.find", { count: 1_000_000 });
    page.ask(2, "radio.jingle");
    await vi.waitFor(() => expect(radio.listening.running).toBe(1));
    // Whatever else is asked meanwhile has its turn, and waits like the first.
    for (let turn = 0; turn < 1_000; turn += 1) await setImmediate();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    page.socket.terminate();
    await vi.waitFor(() => expect(radio.listening.running).toBe(0));
  });

  it.each([
    ["nobody", null, "radio.listen", {}, "not_signed_in", 401],
    ["a session that is over", "made-up", "radio.listen", {}, "not_signed_in", 401],
    ["somebody without the permission", BOB_TOKEN, "radio.listen", {}, "permission_missing", 403],
    ["a broken input", ADA_TOKEN, "radio.find", { count: "many" }, "invalid_input", 400],
    ["a stream that does not exist", ADA_TOKEN, "radio.hum", {}, "no_such_operation", 404],
    ["what belongs to every object", ADA_TOKEN, "constructor", {}, "no_such_operation", 404],
  ])("tells %s why, and stays open", async (_who, token, path, input, code, status) => {
    const page = await open(radio, token);
    page.ask(1, path, input);
    expect(await page.next(1)).toMatchObject(error(code, status));
    page.ask(2, "radio.jingle");
    expect([await page.next(2), await page.next(2)]).toMatchObject([STARTED, { result: { data: { n: 1 } } }]);
  });

  it("tells of a refusal on the way, and of a fault nothing but that there was one", async () => {
    const page = await open(radio);
    page.ask(1, "radio.breakDown", { how: "refusal" });
    expect([await page.next(1), await page.next(1), await page.next(1)]).toMatchObject([STARTED, { result: { data: { n: 1 } } }, error("off_air", 409)]);
    page.ask(2, "radio.breakDown", { how: "fault" });
    const told = [await page.next(2), await page.next(2), await page.next(2)];
    expect(told[2]).toMatchObject(error("internal", 500));
    expect(JSON.stringify(told)).not.toContain("hunter2");
    expect(radio.product.logs).toContainEqual({ level: "error", message: "A live stream failed", fields: expect.objectContaining({ path: "radio.breakDown", err: expect.objectContaining({ message: expect.stringContaining("hunter2") }) }) });
  });

  it.each<[string, string | Buffer]>([
    ["not JSON", "{"],
    ["a question", JSON.stringify({ id: 1, method: "query", params: { path: "radio.listen" } })],
    ["bytes", Buffer.from("{}")],
    ["a field that changes objects", '{"id":1,"method":"subscription","params":{"path":"radio.listen","input":{"__proto__":{}}}}'],
    ["too much", JSON.stringify({ id: 1, method: "subscription", params: { path: "radio.listen", input: { prefix: "x".repeat(70_000) } } })],
    ["an id that is taken", JSON.stringify([1, 1].map((id) => ({ id, method: "subscription", params: { path: "radio.listen", input: {} } })))],
  ])("is closed to whoever sends %s", async (_what, message) => {
    const page = await open(radio);
    page.socket.send(message);
    await page.closed;
    await vi.waitFor(() => expect(radio.listening.running).toBe(0));
  });

  it.each<[string, ClientOptions]>([
    ["another site", { origin: "https://evil.example" }],
    ["whoever does not say where from", {}],
  ])("is not opened to %s", async (_who, options) => {
    const socket = new NodeWebSocket(`ws://127.0.0.1:${radio.product.port}${LIVE_SOCKET_PATH}`, { ...options, headers: { cookie: cookieFor(ADA_TOKEN) } });
    expect((await once(socket, "error"))[0]).toMatchObject({ message: "Unexpected server response: 403" });
  });

  it("ends with the process, which then refuses new ones", async () => {
    const page = await open(radio);
    page.ask(1, "radio.listen");
    await page.next(1);
    await Promise.all([page.closed, radio.product.edge.drain(5)]);
    expect(radio.listening.running).toBe(0);
  });
});

it("lets one person hold so many streams, and gives a place back when one ends", async () => {
  const radio = await start({ liveLimits: { perPerson: 2, recheckMs: 60_000 } });
  const [one, two] = [await open(radio), await open(radio)];
  one.ask(1, "radio.listen");
  two.ask(1, "radio.listen");
  await vi.waitFor(() => expect(radio.listening.running).toBe(2));
  two.ask(2, "radio.listen");
  expect(await two.next(2)).toMatchObject(error("too_many_streams", 429));
  one.socket.terminate();
  await vi.waitFor(() => expect(radio.listening.running).toBe(1));
  two.ask(3, "radio.listen");
  expect(await two.next(3)).toEqual(STARTED);
});

it.each<[string, (state: { caller: UserCaller | null; allowed: boolean; away: boolean }) => void, boolean]>([
  ["the session was revoked", (state) => void (state.caller = null), true],
  ["the person acts in another organization", (state) => void (state.caller = { ...ada, organizationId: OrganizationIdSchema.parse("0190f5fe-7c00-7a00-8a00-0000000000aa") }), true],
  ["the person lost the role", (state) => void (state.allowed = false), true],
  ["it cannot be found out", (state) => void (state.away = true), false],
])("is looked after while it is open: %s", async (_what, change, ends_) => {
  const state = { caller: ada as UserCaller | null, allowed: true, away: false };
  const lookUps = vi.fn(async () => {
    if (state.away) throw new Error("The database is away");
    return state.caller;
  });
  const memory = memoryContext(memoryLog([]), []);
  const radio = await start({
    liveLimits: { perPerson: 5, recheckMs: 50 },
    sessions: { resolve: lookUps },
    createContext: (facts) => ({ ...memory(facts), permissions: { allows: async () => state.allowed } }),
  });
  const page = await open(radio);
  page.ask(1, "radio.listen");
  expect([await page.next(1), await page.next(1)]).toMatchObject([STARTED, GAP]);
  change(state);
  const before = lookUps.mock.calls.length;
  if (ends_) {
    await page.closed;
    await vi.waitFor(() => expect(radio.listening.running).toBe(0));
  } else {
    await vi.waitFor(() => expect(lookUps.mock.calls.length).toBeGreaterThan(before + 3));
    radio.feed.publish({ title: "Still on air" });
    expect(await page.next(1)).toMatchObject(song("Still on air"));
  }
});

describe("tRPC's own client", () => {
  it("goes on without a gap on a new connection, with what happened meanwhile", async () => {
    const radio = await start();
    const { url, port } = radio.product;
    class Socket extends NodeWebSocket {
      constructor(address: string) {
        super(address, { origin: url, headers: { cookie: cookieFor(ADA_TOKEN) } });
      }
    }
    const opened: Socket[] = [];
    const client = createWSClient({
      url: `ws://127.0.0.1:${port}${LIVE_SOCKET_PATH}`, retryDelayMs: () => 10,
      // What it uses of a browser's is the same.
      WebSocket: new Proxy(Socket, { construct: (target, [address]) => (opened[opened.length] = new target(String(address))) }) as unknown as typeof WebSocket,
    });
    ends.push(() => client.close());
    const told: string[] = [];
    createTRPCClient<RadioRouter>({ links: [wsLink({ client })] }).radio.listen.subscribe({}, { onData: ({ data }) => void told.push("gap" in data ? "gap" : data.event.title) });
    await vi.waitFor(() => expect(told).toEqual(["gap"]));
    radio.feed.publish({ title: "One" });
    await vi.waitFor(() => expect(told).toEqual(["gap", "One"]));
    opened[0]?.terminate();
    radio.feed.publish({ title: "Two" });
    await vi.waitFor(() => expect(told).toEqual(["gap", "One", "Two"]));
    expect(opened).toHaveLength(2);
  });
});
