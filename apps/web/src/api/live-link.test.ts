import type { AppRouter } from "@coder/api/root";
import { createTRPCClient } from "@trpc/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { liveLink } from "./live-link.ts";

const EVENTS = 'event: connected\ndata: {}\n\nid: 7\ndata: {"id":"7","gap":true}\n\n';
const asked = vi.fn<(url: string) => void>();
let ready = true;
let letThrough: (socket: FakeSocket) => void = () => undefined;

/** A browser's websocket, as far as tRPC's client uses it. */
class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static opened: string[] = [];
  readonly OPEN = 1;
  readyState = 0;
  readonly sent: string[] = [];
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.opened.push(url);
    setTimeout(() => letThrough(this));
  }

  send(message: string): void {
    this.sent.push(message);
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
}

function refuse(socket: FakeSocket): void {
  socket.readyState = 3;
  socket.dispatchEvent(new Event("error"));
  socket.dispatchEvent(new Event("close"));
}

beforeEach(() => {
  FakeSocket.opened = [];
  ready = true;
  asked.mockClear();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("window", { location: { href: "https://ide.example:8443/projects/1?file=a" } });
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("fetch", async (url: string) => {
    asked(url);
    if (url === "/health") return new Response("healthy");
    if (url === "/ready") return new Response("", { status: ready ? 200 : 503 });
    return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(EVENTS)) }), { headers: { "content-type": "text/event-stream" } });
  });
});
afterEach(() => vi.unstubAllGlobals());

function follow() {
  const told = vi.fn();
  const { unsubscribe } = createTRPCClient<AppRouter>({ links: [liveLink()] }).dashboard.watchOwnJobs.subscribe({}, { onData: ({ data }) => void told(data) });
  return { told, unsubscribe };
}

const streams = () => asked.mock.calls.filter(([url]) => url.startsWith("/api/trpc/"));

it("opens one websocket to where the page came from, for all streams", async () => {
  const sockets: FakeSocket[] = [];
  letThrough = (socket) => {
    sockets.push(socket);
    socket.readyState = 1;
    socket.dispatchEvent(new Event("open"));
  };
  const client = createTRPCClient<AppRouter>({ links: [liveLink()] });
  const told = vi.fn();
  const following = [1, 2, 3].map(() => client.dashboard.watchOwnJobs.subscribe({}, { onData: ({ data }) => void told(data) }));
  await vi.waitFor(() => expect(sockets[0]?.sent.join("").match(/"method":"subscription"/g)).toHaveLength(3));
  expect(FakeSocket.opened).toEqual(["wss://ide.example:8443/api/live"]);
  sockets[0]?.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ id: 2, result: { type: "data", id: "7", data: { id: "7", data: { id: "7", gap: true } } } }) }));
  expect(told.mock.calls).toEqual([[{ id: "7", gap: true }]]);
  for (const { unsubscribe } of following) unsubscribe();
});

it("asks by requests where no websocket is let through, and stays with that", async () => {
  letThrough = refuse;
  const { told, unsubscribe } = follow();
  await vi.waitFor(() => expect(told).toHaveBeenCalledWith({ id: "7", gap: true }), { timeout: 10_000 });
  expect(FakeSocket.opened.length).toBeGreaterThanOrEqual(3);
  expect(streams()).toHaveLength(1);
  unsubscribe();
});

it("does not take a server that is stopping for one that is out of reach of websockets", async () => {
  ready = false;
  letThrough = refuse;
  const { unsubscribe } = follow();
  await vi.waitFor(() => expect(asked).toHaveBeenCalledWith("/ready"), { timeout: 10_000 });
  letThrough = (socket) => {
    socket.readyState = 1;
    socket.dispatchEvent(new Event("open"));
    setTimeout(() => socket.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ id: 1, result: { type: "started" } }) })));
  };
  const before = FakeSocket.opened.length;
  await vi.waitFor(() => expect(FakeSocket.opened.length).toBeGreaterThan(before), { timeout: 10_000 });
  expect(streams()).toHaveLength(0);
  unsubscribe();
});
