import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { router } from "../../trpc/procedure.ts";
import { ADA_TOKEN, BOB_TOKEN, memoryContext, memoryLog, SERVICE_SECRET, startTestProduct, type LogLine, type TestProduct } from "../edge/__fixtures__/notes-product.ts";
import { radioRouter, type Song } from "../edge/__fixtures__/radio-product.ts";
import { readEvents, type WireEvent } from "../edge/__fixtures__/read-events.ts";
import { LiveFeed } from "../live/LiveFeed.ts";
import { createServiceTokens } from "../service-token.ts";
import { forwardingRouter } from "./forwarding-router.ts";
import { remoteStream } from "./remote-stream.ts";
import { RemoteTransport } from "./RemoteTransport.ts";

const feed = new LiveFeed<Song>({ maxEvents: 5 });
const listening = { running: 0 };
const logs: LogLine[] = [];

let far: TestProduct;
/** What people reach: the radio plays elsewhere. */
let near: TestProduct;

function passingOn(url: string, secret = SERVICE_SECRET) {
  const remote = { module: "radio", url, tokens: createServiceTokens({ secret, log: memoryLog(logs) }), log: memoryLog(logs) };
  return router({ radio: forwardingRouter({ module: "radio", router: radioRouter(feed, listening), transport: new RemoteTransport(remote), stream: (call) => remoteStream(remote, call) }) });
}

beforeAll(async () => {
  far = await startTestProduct({ router: router({ radio: radioRouter(feed, listening) }), apiBases: [] });
  near = await startTestProduct({ router: passingOn(far.url), apiBases: [] });
});
afterAll(() => Promise.all([near, far].map(({ edge }) => edge.drain(0))));

async function listen(name: string, input: object = {}, { token = ADA_TOKEN, headers = {}, to = near }: { token?: string; headers?: Record<string, string>; to?: TestProduct } = {}) {
  const leave = new AbortController();
  const response = await fetch(`${to.url}/api/trpc/radio.${name}?input=${encodeURIComponent(JSON.stringify(input))}`, { headers: { authorization: `Bearer ${token}`, ...headers }, signal: leave.signal });
  const events = readEvents(response);
  const next = async (): Promise<WireEvent | "ended"> => {
    const { done, value } = await events.next();
    if (done) return "ended";
    return value.event === "connected" || value.event === "ping" ? next() : value;
  };
  return { next, leave: () => leave.abort() };
}

const told = (event: WireEvent | "ended") => (event === "ended" ? event : event.data);
const refusal = (code: string) => ({ event: "serialized-error", id: undefined, data: expect.objectContaining({ data: expect.objectContaining({ error: expect.objectContaining({ code }) }) }) });

describe("a live stream of a module in another process", () => {
  it("tells the same as here, with the same ids, and can be resumed", async () => {
    const one = await listen("listen");
    expect(told(await one.next())).toMatchObject({ gap: true });
    const id = feed.publish({ title: "Blue", secret: "s" });
    expect(await one.next()).toEqual({ event: "message", id, data: { id, event: { title: "Blue" } } });
    feed.publish({ title: "Green" });
    const again = await listen("listen", { prefix: "G" }, { headers: { "last-event-id": id } });
    expect(told(await again.next())).toMatchObject({ event: { title: "Green" } });
    one.leave();
    again.leave();
    await vi.waitFor(() => expect(listening.running).toBe(0));
  });

  it("ends when all is told", async () => {
    const { next } = await listen("find", { count: 2 });
    expect([told(await next()), told(await next()), await next(), await next()]).toEqual([{ n: 1 }, { n: 2 }, { event: "return", id: undefined, data: null }, "ended"]);
  });

  it("is taken no faster than its reader takes it, and left with it", async () => {
    const one = await listen("find", { count: 1_000_000 });
    await one.next();
    expect(listening.running).toBe(1);
    one.leave();
    await vi.waitFor(() => expect(listening.running).toBe(0));
  });

  it("is refused as here, and tells of a fault nothing but that there was one", async () => {
    expect(await (await listen("listen", {}, { token: BOB_TOKEN })).next()).toEqual(refusal("permission_missing"));
    expect(await (await listen("find", { count: "many" })).next()).toEqual(refusal("invalid_input"));
    for (const [how, code] of [["refusal", "off_air"], ["fault", "internal"]] as const) {
      const one = await listen("breakDown", { how });
      await one.next();
      const end = await one.next();
      expect(end).toEqual(refusal(code));
      expect(JSON.stringify(end)).not.toContain("hunter2");
    }
    expect(far.logs).toContainEqual(expect.objectContaining({ level: "error", message: "A live stream failed" }));
  });

  it("asks there for the permission, whatever the process before it believes", async () => {
    const base = memoryContext(memoryLog([]), []);
    const gullible = await startTestProduct({ router: passingOn(far.url), apiBases: [], createContext: (facts) => ({ ...base(facts), permissions: { allows: async () => true } }) });
    expect(await (await listen("listen", {}, { token: BOB_TOKEN, to: gullible })).next()).toEqual(refusal("permission_missing"));
    await gullible.edge.drain(0);
  });

  it("says that the module is away, or does not trust us, so that the reader comes back", async () => {
    for (const [routes, code] of [[passingOn("http://127.0.0.1:1"), "service_unreachable"], [passingOn(far.url, "x".repeat(32)), "service_token_refused"]] as const) {
      const away = await startTestProduct({ router: routes, apiBases: [] });
      expect(await (await listen("listen", {}, { to: away })).next()).toEqual(refusal(code));
      await away.edge.drain(0);
    }
  });

  it("says so too when the module's process ends in the middle", async () => {
    const other = await startTestProduct({ router: router({ radio: radioRouter(feed, listening) }), apiBases: [] });
    const before = await startTestProduct({ router: passingOn(other.url), apiBases: [] });
    const one = await listen("listen", {}, { to: before });
    await one.next();
    await other.edge.drain(5);
    expect(await one.next()).toEqual(refusal("service_unreachable"));
    await before.edge.drain(0);
    expect(listening.running).toBe(0);
  });
});
