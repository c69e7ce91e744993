import { resumeInput } from "@coder/shared";
import { LiveFeed } from "@coder/shared/server";
import { liveOf, procedure, router } from "@coder/shared/trpc";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { startGardenEdge } from "./__fixtures__/garden-edge.ts";
import { createCoderClient } from "./client.ts";
import { liveSource, type ILiveDemand, type LiveFetch } from "./live-source.ts";

interface Grown {
  readonly name: string;
}

const feed = new LiveFeed<Grown>();
const appRouter = router({
  garden: router({
    watch: procedure
      .meta({ permission: "garden.watch" })
      .input(z.object({ ...resumeInput }))
      .output(liveOf(z.object({ name: z.string() })))
      .subscription(({ ctx, input }) => feed.subscribe(input.lastEventId, ctx.signal)),
  }),
});

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startEdge(port = 0) {
  const started = await startGardenEdge({ router: appRouter, port });
  ends.push(() => started.edge.drain(0));
  return started;
}

function watch(url: string, token?: string) {
  const told: (string | "gap")[] = [];
  const states: string[] = [];
  const failed = vi.fn<(error: unknown) => void>();
  const subscription = createCoderClient<typeof appRouter>({ url, ...(token === undefined ? {} : { token }) }).garden.watch.subscribe({}, {
    onData: ({ data }) => void told.push("gap" in data ? "gap" : data.event.name),
    onConnectionStateChange: ({ state }) => void states.push(state),
    onError: failed,
  });
  ends.push(() => subscription.unsubscribe());
  return { told, states, failed, stop: () => subscription.unsubscribe() };
}

describe("a live stream of the client", () => {
  it("goes on without a gap after the server was restarted, with what happened meanwhile", async () => {
    const first = await startEdge();
    const { told, states } = watch(first.url, "good");
    await vi.waitFor(() => expect(told).toEqual(["gap"]));
    feed.publish({ name: "fern" });
    await vi.waitFor(() => expect(told).toEqual(["gap", "fern"]));
    await first.edge.drain(0);
    feed.publish({ name: "moss" });
    await startEdge(first.port);
    await vi.waitFor(() => expect(told).toEqual(["gap", "fern", "moss"]), { timeout: 15_000 });
    feed.publish({ name: "ivy" });
    await vi.waitFor(() => expect(told).toEqual(["gap", "fern", "moss", "ivy"]));
    expect(states).toEqual(expect.arrayContaining(["pending", "connecting"]));
    expect(states.at(-1)).toBe("pending");
  });

  it("ends with the error the server threw when it is not for this person", async () => {
    const { url } = await startEdge();
    for (const [token, code] of [[undefined, "not_signed_in"], ["bad", "session_invalid"]] as const) {
      const { failed } = watch(url, token);
      await vi.waitFor(() => expect(failed).toHaveBeenCalledWith(expect.objectContaining({ name: "AppError", code })));
    }
  });

  it("leaves nothing behind when it is not wanted any more", async () => {
    const { url, edge } = await startEdge();
    const { told, stop } = watch(url, "good");
    await vi.waitFor(() => expect(told).toEqual(["gap"]));
    stop();
    const before = performance.now();
    await edge.drain(10);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

/** A server that answers with these, one after the other, and the last for ever. */
function answering(...answers: readonly (() => Response | Promise<never>)[]) {
  let asked = 0;
  return vi.fn<LiveFetch>(async () => {
    asked += 1;
    const answer = answers[Math.min(asked, answers.length) - 1];
    if (!answer) throw new Error("It is asked for what it does not have");
    return answer();
  });
}
const events = (...texts: readonly string[]) => new Response(new ReadableStream<Uint8Array<ArrayBuffer>>({
  start(controller) {
    for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
  },
}), { headers: { "content-type": "text/event-stream" } });
const error = (status: number, kind: string) => new Response(JSON.stringify({ error: { message: kind, code: -1, data: { httpStatus: status } } }), { status, headers: { "content-type": "application/json" } });

function open(asked: LiveFetch, demand?: ILiveDemand) {
  const source = new (liveSource({ fetch: asked, headers: () => ({ authorization: "Bearer x" }), ...(demand ? { demand } : {}) }))("http://garden.example/api/trpc/garden.watch");
  const seen: unknown[] = [];
  const note = (type: string) => source.addEventListener(type, (event) => seen.push(event instanceof MessageEvent ? [type, event.data, event.lastEventId] : [type, source.readyState]));
  for (const type of ["message", "ping", "serialized-error", "error"]) note(type);
  ends.push(() => source.close());
  return { source, seen };
}

describe("liveSource", () => {
  it("comes back after a server that is away, busy or no server of ours, and says where it was", async () => {
    const asked = answering(() => Promise.reject(new TypeError("away")), () => error(503, "draining"), () => new Response("<html>", { headers: { "content-type": "text/html" } }), () => events("id: 7\ndata: one\n\n"));
    const { seen, source } = open(asked);
    await vi.waitFor(() => expect(seen).toEqual([["error", 0], ["serialized-error", JSON.stringify({ message: "draining", code: -1, data: { httpStatus: 503 } }), ""], ["error", 0], ["error", 0], ["message", "one", "7"]]), { timeout: 15_000 });
    expect(source.readyState).toBe(1);
    expect(asked.mock.calls[0]?.[1]).toMatchObject({ headers: { accept: "text/event-stream", authorization: "Bearer x" }, cache: "no-store" });
  });

  it("asks for what follows when a stream broke off", async () => {
    const broken = new Response(new TextEncoder().encode("id: 7\ndata: one\n\ndata: half"), { headers: { "content-type": "text/event-stream" } });
    const asked = answering(() => broken, () => events("data: two\n\n"));
    const { seen } = open(asked);
    await vi.waitFor(() => expect(seen).toEqual([["message", "one", "7"], ["error", 0], ["message", "two", "7"]]), { timeout: 5_000 });
    expect(asked.mock.calls[1]?.[1].headers).toMatchObject({ "last-event-id": "7" });
  });

  it("does not come back where it was refused", async () => {
    const asked = answering(() => error(429, "too_many_streams"));
    const { seen, source } = open(asked);
    await vi.waitFor(() => expect(seen).toEqual([["serialized-error", JSON.stringify({ message: "too_many_streams", code: -1, data: { httpStatus: 429 } }), ""], ["error", 2]]));
    expect([source.readyState, asked.mock.calls.length]).toEqual([2, 1]);
  });

  it("lets go while nobody wants it, and goes on when somebody does", async () => {
    let wanted = Promise.withResolvers<void>();
    let letGo = () => {};
    const demand: ILiveDemand = {
      untilWanted: () => wanted.promise,
      onUnwanted: (listener) => {
        letGo = listener;
        return () => undefined;
      },
    };
    let given: AbortSignal | undefined;
    const asked = vi.fn<LiveFetch>(async (_url, { signal }) => {
      given = signal;
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(`id: ${asked.mock.calls.length}\ndata: x\n\n`));
          signal.addEventListener("abort", () => controller.error(signal.reason));
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    });
    const { seen } = open(asked, demand);
    expect(asked).not.toHaveBeenCalled();
    wanted.resolve();
    await vi.waitFor(() => expect(seen).toEqual([["message", "x", "1"]]));
    wanted = Promise.withResolvers();
    letGo();
    expect(given?.aborted).toBe(true);
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(["error", 0]));
    wanted.resolve();
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(["message", "x", "2"]), { timeout: 5_000 });
    expect(asked.mock.calls[1]?.[1].headers).toMatchObject({ "last-event-id": "1" });
  });

  it("reads events however they are cut, with either kind of line end", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", " ", ":", "{"), maxLength: 8 });
    const message = fc.record({ event: fc.constantFrom("message", "ping"), lines: fc.array(text, { minLength: 1, maxLength: 3 }), comment: fc.boolean(), end: fc.constantFrom("\n", "\r\n") });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 6 }), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), async (messages, sizes) => {
        const wire = messages.map(({ event, lines, comment, end }) => [...(comment ? [": hello"] : []), `event: ${event}`, ...lines.map((line) => `data: ${line}`), "", ""].join(end)).join("");
        const bytes = new TextEncoder().encode(wire);
        const cuts: Uint8Array<ArrayBuffer>[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value ?? 1;
          cuts.push(bytes.slice(at, at + size));
          at += size;
        }
        const seen: unknown[] = [];
        const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (controller) => {
          for (const cut of cuts) controller.enqueue(cut);
          controller.close();
        } });
        const source = new (liveSource({ fetch: async () => new Response(body, { headers: { "content-type": "text/event-stream" } }) }))("http://garden.example/");
        const { promise: ended, resolve } = Promise.withResolvers<void>();
        for (const type of ["message", "ping"]) source.addEventListener(type, (event) => event instanceof MessageEvent && seen.push([type, event.data]));
        source.addEventListener("error", () => resolve());
        await ended;
        source.close();
        expect(seen).toEqual(messages.map(({ event, lines }) => [event, lines.join("\n")]));
      }),
      { numRuns: 60 },
    );
  });
});
