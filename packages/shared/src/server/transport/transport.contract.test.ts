import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../../app-error.ts";
import { ANONYMOUS, systemCaller, type Caller } from "../../caller.ts";
import { router } from "../../trpc/procedure.ts";
import { createServiceClient, type IServiceTransport } from "../../trpc/service-client.ts";
import { clientRef } from "../../trpc/service-ref.ts";
import { ADA_TOKEN, ada, bob, memoryLog, newGate, notesRouter, SERVICE_SECRET, startTestProduct, UNKNOWN_NOTE, type LogLine, type TestProduct } from "../edge/__fixtures__/notes-product.ts";
import { createServiceTokens } from "../service-token.ts";
import { runWithTrace } from "../trace-context.ts";
import { LocalTransport } from "./LocalTransport.ts";
import { RemoteTransport } from "./RemoteTransport.ts";

const KNOWN_NOTE = "0190f5fe-7c00-7a00-8a00-000000000001";
const notesRef = clientRef<ReturnType<typeof notesRouter>>("notes");

interface Bench {
  readonly transport: IServiceTransport;
  readonly product: TestProduct;
  stop(): Promise<void>;
}

async function near(): Promise<Bench> {
  const product = await startTestProduct();
  const transport = new LocalTransport({ router: router({ notes: notesRouter(product.gate) }), createContext: product.createContext, strictJson: true });
  return { transport, product, stop: () => product.edge.drain(1) };
}

async function far(): Promise<Bench> {
  const product = await startTestProduct();
  const log = memoryLog(product.logs);
  const transport = new RemoteTransport({ module: "notes", url: product.url, tokens: createServiceTokens({ secret: SERVICE_SECRET, log }), log });
  return { transport, product, stop: async () => {
    transport.close();
    await product.edge.drain(1);
  } };
}

/** What a call comes to: its value or its error as data, so that near and far can be compared as a whole. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => ({ value }),
    (error: unknown) => ({ isAppError: error instanceof AppError, error: error instanceof AppError ? error.toJSON() : String(error) }),
  );
}

describe.each([["near", near], ["far", far]] as const)("a module that is %s", (where, start) => {
  let bench: Bench;
  const as = (caller: Caller, signal?: AbortSignal) => createServiceClient(notesRef, bench.transport)(caller, signal === undefined ? {} : { signal });

  beforeAll(async () => {
    bench = await start();
  });
  afterAll(() => bench.stop());

  it("fills in defaults and strips what its output does not name", async () => {
    expect(await as(ada).create({ title: "x" })).toEqual({ id: UNKNOWN_NOTE, title: "x", priority: 3 });
  });

  it("answers nothing where there is nothing to say", async () => {
    expect(await outcome(as(ada).remove({ id: KNOWN_NOTE }))).toEqual({ value: undefined });
  });

  it("checks the permission of whoever asks", async () => {
    expect(await outcome(as(bob).create({ title: "x" }))).toEqual({
      isAppError: true,
      error: { kind: "forbidden", code: "permission_missing", message: "You may not do this.", remedy: expect.any(String), details: { permission: "notes.note.write" } },
    });
    expect(await outcome(as(ANONYMOUS).create({ title: "x" }))).toMatchObject({ isAppError: true, error: { kind: "unauthenticated", code: "not_signed_in" } });
    expect(await outcome(as(systemCaller("test")).create({ title: "x" }))).toMatchObject({ value: { priority: 3 } });
  });

  it("serves what is for modules only, and knows who asks", async () => {
    expect(await as(systemCaller("test")).settle({ amount: 5 })).toEqual({ amount: 5, by: "system" });
    expect(await as(ada).settle({ amount: 5 })).toEqual({ amount: 5, by: "user" });
  });

  it("keeps code and details of its errors", async () => {
    expect(await outcome(as(ada).get({ id: UNKNOWN_NOTE }))).toEqual({
      isAppError: true,
      error: { kind: "not_found", code: "note_not_found", message: "There is no such note.", remedy: "Look at the list.", details: { id: UNKNOWN_NOTE } },
    });
    expect(await outcome(as(ada).create({ title: "" }))).toMatchObject({ isAppError: true, error: { kind: "invalid", code: "invalid_input", details: { issues: [{ path: "title" }] } } });
  });

  it("hides what an unexpected error says", async () => {
    expect(await outcome(as(ada).fail())).toEqual({ isAppError: true, error: { kind: "internal", code: "internal", message: expect.not.stringContaining("hunter2"), remedy: expect.any(String) } });
  });

  it("does not know what it does not have", async () => {
    expect(await outcome(bench.transport.call({ module: "notes", procedure: "nothing", input: {}, caller: ada }))).toMatchObject({ isAppError: true, error: { kind: "unavailable", code: "no_such_operation", remedy: expect.stringContaining("same version") } });
    expect(await outcome(bench.transport.call({ module: "notes", procedure: "constructor", input: {}, caller: ada }))).toMatchObject({ isAppError: true, error: { code: "no_such_operation" } });
  });

  it("ends a call its caller gives up, and lets the other side know", async () => {
    const giveUp = new AbortController();
    const call = outcome(as(ada, giveUp.signal).slow());
    await bench.product.gate.entered.promise;
    giveUp.abort();
    expect(await call).toMatchObject({ isAppError: true, error: { kind: "cancelled", code: "cancelled" } });
    await bench.product.gate.aborted.promise;
    expect(await outcome(as(ada, AbortSignal.abort()).list({}))).toMatchObject({ isAppError: true, error: { code: "cancelled" } });
  });

  it("records nothing and limits nothing: that happened at the edge", async () => {
    bench.product.audited.length = 0;
    await as(ada).create({ title: "x" });
    for (let call = 0; call < 4; call += 1) expect(await outcome(as(ada).limited())).toMatchObject({ value: {} });
    expect(bench.product.audited).toEqual([]);
  });

  it("records what always is, but not when the edge did before it was handed on", async () => {
    bench.product.audited.length = 0;
    const call = { module: "notes", procedure: "secret", input: {}, caller: ada };
    await bench.transport.call({ ...call, forwarded: { connection: { address: "192.0.2.1", userAgent: "Browser/1" }, sessionCookie: null } });
    expect(bench.product.audited).toEqual([]);
    await bench.transport.call(call);
    expect(bench.product.audited).toMatchObject([{ action: "notes.secret", caller: ada, outcome: "success" }]);
  });

  it("keeps callers apart when they call in the same moment", async () => {
    const calls = Array.from({ length: 40 }, (_, index) => outcome(as(index % 2 === 0 ? ada : bob).create({ title: String(index) })));
    const results = await Promise.all(calls);
    results.forEach((result, index) => expect(result).toMatchObject(index % 2 === 0 ? { value: { title: String(index) } } : { error: { code: "permission_missing" } }));
  });

  it("costs", async () => {
    const calls = 500;
    const client = as(ada);
    for (let call = 0; call < 100; call += 1) await client.get({ id: KNOWN_NOTE });
    const start = performance.now();
    for (let call = 0; call < calls; call += 1) await client.get({ id: KNOWN_NOTE });
    const each = ((performance.now() - start) * 1000) / calls;
    process.stdout.write(`one call to a module that is ${where}: ${each.toFixed(0)} µs\n`);
    expect(each).toBeLessThan(50_000);
  });
});

describe("in process", () => {
  it("refuses in tests what would change on the wire", async () => {
    const bench = await near();
    const call = bench.transport.call({ module: "notes", procedure: "echo", input: { value: new Date(0) }, caller: ada });
    await expect(call).rejects.toThrow("The input of notes.echo is not plain JSON: $.value is a Date");
    await bench.stop();
  });
});

describe("a module in another process", () => {
  const servers: Server[] = [];

  afterAll(() => servers.forEach((server) => server.closeAllConnections()));

  async function serverThat(answer: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(answer).listen(0, "127.0.0.1");
    servers.push(server.unref());
    await once(server, "listening");
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  function transportTo(url: string, { secret = SERVICE_SECRET, timeoutMs = 5_000, logs = [] as LogLine[] } = {}) {
    const log = memoryLog(logs);
    return new RemoteTransport({ module: "notes", url, tokens: createServiceTokens({ secret, log }), log, timeoutMs });
  }

  const call = { module: "notes", procedure: "list", input: {}, caller: ada } as const;

  it("is named when it does not answer", async () => {
    const logs: LogLine[] = [];
    const result = await outcome(transportTo("http://127.0.0.1:1", { logs }).call(call));
    expect(result).toMatchObject({ isAppError: true, error: { kind: "unavailable", code: "service_unreachable", message: expect.stringContaining('"notes"'), details: { module: "notes" } } });
    expect(logs.map(({ level }) => level)).toEqual(["warn"]);
  });

  it("is named when something else answers in its place", async () => {
    const url = await serverThat((_request, response) => response.end("<html>It works!</html>"));
    expect(await outcome(transportTo(url).call(call))).toMatchObject({ isAppError: true, error: { code: "service_unreachable" } });
  });

  it("is named when it dies in the middle of an answer", async () => {
    const url = await serverThat((_request, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("{", () => response.destroy());
    });
    expect(await outcome(transportTo(url).call(call))).toMatchObject({ isAppError: true, error: { code: "service_unreachable" } });
  });

  it("is waited for no longer than the timeout", async () => {
    const url = await serverThat(() => {});
    expect(await outcome(transportTo(url, { timeoutMs: 50 }).call(call))).toMatchObject({ isAppError: true, error: { kind: "timeout", code: "service_timeout", details: { module: "notes", timeoutMs: 50 } } });
  });

  it("refuses a stranger's token, which is no fault of the person who asked", async () => {
    const product = await startTestProduct();
    const logs: LogLine[] = [];
    const result = await outcome(transportTo(product.url, { secret: "another-secret-another-secret-anot", logs }).call(call));
    expect(result).toMatchObject({ isAppError: true, error: { kind: "unavailable", code: "service_token_refused" } });
    expect(logs.map(({ level }) => level)).toEqual(["error"]);
    await product.edge.drain(1);
  });

  it("does not take a session for a service token, nor the other way round", async () => {
    const product = await startTestProduct();
    const bySession = await fetch(`${product.url}/internal/trpc/notes.settle`, { method: "POST", headers: { authorization: `Bearer ${ADA_TOKEN}`, "content-type": "application/json" }, body: '{"amount":1}' });
    expect([bySession.status, await bySession.json()]).toMatchObject([401, { error: { data: { error: { code: "service_token_invalid" } } } }]);
    const token = await createServiceTokens({ secret: SERVICE_SECRET, log: memoryLog([]) }).sign({ audience: "notes", caller: ada, traceId: "t", deadline: new Date(Date.now() + 10_000) });
    const atEdge = await fetch(`${product.url}/api/v1/notes`, { headers: { authorization: `Bearer ${token}` } });
    expect(atEdge.status).toBe(401);
    await product.edge.drain(1);
  });

  it("is told when its caller stops waiting, even if the connection stays", async () => {
    const product = await startTestProduct();
    const token = await createServiceTokens({ secret: SERVICE_SECRET, log: memoryLog([]) }).sign({ audience: "notes", caller: ada, traceId: "t", deadline: new Date(Date.now() + 100) });
    const answer = fetch(`${product.url}/internal/trpc/notes.slow`, { method: "POST", headers: { authorization: `Bearer ${token}` } });
    await product.gate.aborted.promise;
    expect((await answer).status).toBe(499);
    await product.edge.drain(1);
  });

  it("works under its caller's trace", async () => {
    const bench = await far();
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const attempts: string[] = [];
    const product = await startTestProduct();
    const watching = new LocalTransport({
      router: router({ notes: notesRouter(newGate()) }),
      createContext: (facts) => {
        attempts.push(facts.traceId);
        return product.createContext(facts);
      },
    });
    await runWithTrace(traceId, () => watching.call(call));
    await runWithTrace(traceId, () => outcome(bench.transport.call({ ...call, procedure: "fail" })));
    expect(attempts).toEqual([traceId]);
    await Promise.all([bench.stop(), product.edge.drain(1)]);
  });
});
