import { globalAgent, type RequestListener } from "node:http";
import { LLMock } from "@copilotkit/aimock";
import { createMemoryDatabase } from "@coder/db";
import { AppError } from "@coder/shared";
import { freePort } from "@coder/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { endpointAt, IMPATIENT } from "../__fixtures__/config.ts";
import { codeOf, GatewayRig } from "../__fixtures__/GatewayRig.ts";
import { TestServers, wire } from "../__fixtures__/serve.ts";

const TOOL = { name: "read_file", description: "Reads.", inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] } };

let mock: LLMock;
beforeAll(async () => {
  mock = new LLMock({ port: 0, host: "127.0.0.1" });
  mock.onMessage("hello", { content: "Hello, this is a longer answer that comes in several pieces." });
  mock.onMessage("use the tool", { toolCalls: [{ id: "call_1", name: "read_file", arguments: '{"path":"src/a.ts"}' }] });
  mock.onMessage("cut me", { content: "This answer is cut off in the middle of what it was about to say to whoever asked." }, { truncateAfterChunks: 6, chunkSize: 10, streamingProfile: { ttft: 5, tps: 100 } });
  mock.onMessage("stay silent", { content: "Never." }, { latency: 20_000 });
  await mock.start();
});
afterAll(() => mock.stop());
beforeEach(() => mock.clearRequests());

const servers = new TestServers();
afterAll(() => servers.close());
const serve = (listener: RequestListener): Promise<string> => servers.open(listener);

describe.each(["openai", "anthropic"] as const)("the gateway to %s", (kind) => {
  const rig = (more: ConstructorParameters<typeof GatewayRig>[0] = {}, url = mock.url, database = createMemoryDatabase()) => new GatewayRig({ endpoints: { main: endpointAt(kind, url) }, ...more }, database);

  it("streams an answer piece by piece, and settles what it cost", async () => {
    const gateway = rig();
    const { events, text, error } = await gateway.outcome("hello");
    expect(error).toBeNull();
    expect(text).toBe("Hello, this is a longer answer that comes in several pieces.");
    expect(events.filter(({ kind: each }) => each === "text").length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ kind: "spent", model: "main/test-model" });
    const budget = await gateway.budget.get(gateway.caller);
    expect(budget).toMatchObject({ reservedMicroUsd: 0, calls: 1 });
    expect(budget.spentMicroUsd).toBe(Math.ceil(budget.inputTokens + budget.outputTokens * 2));
    expect(budget.spentMicroUsd).toBeGreaterThan(0);
    expect(await gateway.egress()).toMatchObject([{ endpoint: "main", model: "test-model", status: 200, outcome: "done", purpose: "chat" }]);
    expect((await gateway.egress())[0]?.responseBytes).toBeGreaterThan(100);
  });

  it("asks through the connection of the call before, although its library leaves an answer at its last word", async () => {
    const connections = new Set<object>();
    const url = await serve((request, response) => {
      connections.add(request.socket);
      response.writeHead(200, wire.headers).write(`${wire.begin(kind)}${wire.text(kind, "Fine.")}${wire.end(kind)}`, () => response.end());
    });
    const gateway = rig({}, url);
    for (let call = 0; call < 3; call += 1) {
      expect((await gateway.outcome("hello")).text).toBe("Fine.");
      await vi.waitFor(() => expect(Object.keys(globalAgent.freeSockets).filter((place) => place.includes(new URL(url).port))).toHaveLength(1));
    }
    expect(connections.size).toBe(1);
  });

  it("streams calls of tools, whole at the end", async () => {
    const { events, error } = await rig().outcome("use the tool", { tools: [TOOL] });
    expect(error).toBeNull();
    expect(events.filter((event) => event.kind === "tool_call")).toMatchObject([{ call: { name: "read_file", input: '{"path":"src/a.ts"}' } }]);
    expect(events.some(({ kind: each }) => each === "tool_delta")).toBe(true);
  });

  it("asks again after a 500 and after the time that a 429 names", async () => {
    const gateway = rig();
    mock.nextRequestError(500, { message: "Broken" });
    expect((await gateway.outcome("hello")).text).toContain("Hello");
    expect(gateway.waits).toHaveLength(1);
    let refused = 0;
    const url = await serve((_request, response) => {
      refused += 1;
      response.writeHead(429, { "retry-after": "3", "content-type": "application/json" }).end('{"error":{"message":"later","type":"rate_limit_error"}}');
    });
    const busy = rig({}, url);
    expect(codeOf((await busy.outcome("hello")).error)).toBe("endpoint_busy");
    expect([refused, busy.waits.length]).toEqual([3, 2]);
    // Nobody sooner, and not all at once.
    for (const wait of busy.waits) expect(wait).toSatisfy((ms: number) => ms >= 3_000 && ms <= 3_300);
    expect(new Set(busy.waits).size).toBe(2);
    expect(await busy.budget.get(busy.caller)).toMatchObject({ spentMicroUsd: 0, reservedMicroUsd: 0 });
  });

  it.each([
    [400, "endpoint_rejected"], [401, "endpoint_unauthorized"], [403, "endpoint_unauthorized"], [404, "endpoint_not_found_upstream"],
  ])("does not ask again after a %i", async (status, code) => {
    const gateway = rig();
    mock.nextRequestError(status, { message: "No" });
    expect(codeOf((await gateway.outcome("hello")).error)).toBe(code);
    expect(gateway.waits).toEqual([]);
    expect(await gateway.budget.get(gateway.caller)).toMatchObject({ spentMicroUsd: 0, reservedMicroUsd: 0 });
  });

  it("says of an answer that was cut in the middle that it was, and begins no other", async () => {
    const gateway = rig();
    const { text, error } = await gateway.outcome("cut me");
    expect(codeOf(error)).toBe("answer_cut");
    expect("This answer is cut off in the middle").toContain(text.slice(0, 10));
    expect(text.length).toBeGreaterThan(0);
    expect(mock.getRequests()).toHaveLength(1);
    const budget = await gateway.budget.get(gateway.caller);
    expect(budget.reservedMicroUsd).toBe(0);
    expect(budget.spentMicroUsd).toBeGreaterThan(0);
  });

  it("gives up a silent server in time, without asking it again", async () => {
    const begun = performance.now();
    const gateway = rig({ timeouts: IMPATIENT }, await serve(() => undefined));
    const { error } = await gateway.outcome("hello");
    expect(codeOf(error)).toBe("endpoint_silent");
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(gateway.waits).toEqual([]);
  });

  it("gives up a server that stops in the middle without ending", async () => {
    const first = kind === "openai" ? 'data: {"choices":[{"delta":{"content":"Half"}}]}\n\n' : 'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":3}}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Half"}}\n\n';
    const gateway = rig({ timeouts: { ...IMPATIENT, firstByteSeconds: 20 } }, await serve((_request, response) => void response.writeHead(200, { "content-type": "text/event-stream" }).write(first)));
    const { text, error } = await gateway.outcome("hello");
    expect([text, codeOf(error)]).toEqual(["Half", "endpoint_silent"]);
  });

  it.each([
    ["no JSON", "data: {broken\n\n"], ["another form", 'data: {"choices":"none"}\n\n'], ["a page", "<html></html>"],
  ])("says of an answer that is %s that it cannot be read", async (_what, body) => {
    const events = kind === "anthropic" && body.startsWith("data") ? `event: message_start\n${body.replace('{"choices"', '{"type":"message_start","choices"')}` : body;
    const url = await serve((_request, response) => void response.writeHead(200, { "content-type": "text/event-stream" }).end(events));
    expect(["answer_malformed", "answer_cut"]).toContain(codeOf((await rig({}, url).outcome("hello")).error));
  });

  it("falls back to the next model, in no more than one time-out", async () => {
    const silent = await serve(() => undefined);
    const gateway = rig({ endpoints: { first: endpointAt(kind, silent), second: { ...endpointAt(kind, mock.url), patienceSeconds: 20 } }, timeouts: IMPATIENT });
    const { events, text } = await gateway.outcome("hello");
    expect(text).toContain("Hello");
    expect(events.find((event) => event.kind === "instead")).toMatchObject({ model: "first/test-model", next: "second/test-model", error: { code: "endpoint_silent" } });
    expect(events.filter(({ kind: each }) => each === "asked")).toMatchObject([{ model: "first/test-model" }, { model: "second/test-model" }]);
  });

  it("tells that nothing listens", async () => {
    const gateway = rig({}, `http://127.0.0.1:${await freePort()}`);
    expect(codeOf((await gateway.outcome("hello")).error)).toBe("endpoint_unreachable");
    expect(await gateway.egress()).toMatchObject([{ outcome: "failed", status: null }, { outcome: "failed" }, { outcome: "failed" }]);
  });

  it("hands each piece on before the next one is there", async () => {
    const go = Promise.withResolvers<void>();
    const url = await serve(async (_request, response) => {
      response.writeHead(200, wire.headers).write(wire.begin(kind) + wire.text(kind, "One"));
      await go.promise;
      response.end(wire.text(kind, "two") + wire.end(kind));
    });
    const seen: string[] = [];
    for await (const event of rig({ apiKeys: { main: "a-key-that-masks-what-comes" } }, url).ask("hello")) {
      if (event.kind !== "text") continue;
      seen.push(event.text);
      // Nothing more is sent before this one has come through.
      go.resolve();
    }
    expect(seen).toEqual(["One", "two"]);
  });

  it("closes the connection when whoever asked leaves in the middle of an answer, and books what came", async () => {
    const closed = Promise.withResolvers<number>();
    const url = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve(performance.now()));
      response.writeHead(200, wire.headers).write(wire.begin(kind) + wire.text(kind, "One"));
    });
    const stop = new AbortController();
    const gateway = rig({ apiKeys: { main: "a-key-that-masks-what-comes" } }, url);
    let left = 0;
    const asking = (async () => {
      for await (const event of gateway.ask("hello", { signal: stop.signal })) {
        if (event.kind !== "text") continue;
        left = performance.now();
        stop.abort(new Error("gone"));
      }
    })();
    await expect(asking).rejects.toThrow("gone");
    expect((await closed.promise) - left).toBeLessThan(20_000);
    expect(await gateway.egress()).toMatchObject([{ outcome: "cancelled", status: 200 }]);
    const budget = await gateway.budget.get(gateway.caller);
    expect(budget).toMatchObject({ reservedMicroUsd: 0, calls: 1 });
    expect(budget.spentMicroUsd).toBeGreaterThan(0);
  });

  it("ends the request upstream when whoever asked leaves", async () => {
    const closed = Promise.withResolvers<void>();
    const stop = new AbortController();
    const url = await serve((request) => {
      request.socket.once("close", () => closed.resolve());
      stop.abort(new Error("gone"));
    });
    const gateway = rig({ timeouts: { firstByteSeconds: 30, idleSeconds: 30, totalSeconds: 60 } }, url);
    await expect(gateway.outcome("hello", { signal: stop.signal }).then(({ error }) => Promise.reject(error))).rejects.toThrow("gone");
    await closed.promise;
    expect(await gateway.egress()).toMatchObject([{ outcome: "cancelled" }]);
    expect(await gateway.budget.get(gateway.caller)).toMatchObject({ reservedMicroUsd: 0 });
  });

  it("asks no model whose price nobody knows, and none beyond the budget", async () => {
    const unknown = rig({ endpoints: { main: endpointAt(kind, mock.url, "test-model", {}) } });
    expect(codeOf((await unknown.outcome("hello")).error)).toBe("price_unknown");
    const poor = rig({ budget: { monthlyUsd: 0.0001 } });
    const { error } = await poor.outcome("hello");
    expect(codeOf(error)).toBe("budget_exhausted");
    expect(error).toMatchObject({ details: { limit: "ai-service.budget.monthlyUsd" } });
    expect(mock.getRequests()).toEqual([]);
    expect([await unknown.egress(), await poor.egress()]).toEqual([[], []]);
  });

  it("sends nothing where the reservation and its line cannot be written, tells why, and leaves nothing reserved", async () => {
    const database = createMemoryDatabase();
    const scopeFor = database.for.bind(database);
    database.for = (caller) => ({
      repository: (entity) => {
        const repository = scopeFor(caller).repository(entity);
        const put = repository.putMany.bind(repository);
        // As a store that writes the two apart, and fails in between; in words that a library takes for a time-out of the endpoint.
        repository.putMany = async (rows, { beside, newer }) => {
          const written = await put(rows, { newer });
          if (beside && beside.rows.length > 0) throw new AppError("timeout", "database_timeout", "It took too long.", { remedy: "Try again.", cause: new Error("canceling statement due to statement timeout") });
          return written;
        };
        return repository;
      },
    });
    const gateway = rig({}, mock.url, database);
    expect(codeOf((await gateway.outcome("hello")).error)).toBe("database_timeout");
    expect(mock.getRequests()).toEqual([]);
    expect(await gateway.budget.get(gateway.caller)).toMatchObject({ reservedMicroUsd: 0, spentMicroUsd: 0, calls: 0 });
    expect(await gateway.egress()).toEqual([]);
  });

  it("asks no private address that the operator has not allowed", async () => {
    const gateway = rig({ allowedPrivateHosts: [] });
    expect(codeOf((await gateway.outcome("hello")).error)).toBe("endpoint_private_address");
    expect(mock.getRequests()).toEqual([]);
  });
});

it("ends each of many questions under chaos in an answer or a named error, and nothing is reserved for ever", async () => {
  const chaotic = new LLMock({ port: 0, host: "127.0.0.1", chaos: { dropRate: 0.1, malformedRate: 0.1, rateLimitRate: 0.1, disconnectRate: 0.1 } });
  chaotic.onMessage("hello", { content: "Hello there, friend." });
  await chaotic.start();
  try {
    for (const kind of ["openai", "anthropic"] as const) {
      const gateway = new GatewayRig({ endpoints: { main: endpointAt(kind, chaotic.url) } });
      const outcomes = await Promise.all(Array.from({ length: 40 }, () => gateway.outcome("hello")));
      for (const { text, error } of outcomes) {
        if (error === null) expect(text).toBe("Hello there, friend.");
        else expect(codeOf(error)).toMatch(/^(endpoint_(busy|failed|unreachable|silent)|answer_(cut|malformed))$/);
        expect("Hello there, friend.".startsWith(text)).toBe(true);
      }
      expect(outcomes.filter(({ error }) => error === null).length).toBeGreaterThan(10);
      expect(await gateway.budget.get(gateway.caller)).toMatchObject({ reservedMicroUsd: 0 });
      expect((await gateway.egress()).every(({ outcome }) => outcome !== "open")).toBe(true);
    }
  } finally {
    await chaotic.stop();
  }
}, 30_000);
