import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError, AppErrorDataSchema } from "../../app-error.ts";
import { ADA_TOKEN, ada, BOB_TOKEN, startTestProduct, UNKNOWN_NOTE, type TestProduct } from "./__fixtures__/notes-product.ts";

const KNOWN_NOTE = "0190f5fe-7c00-7a00-8a00-000000000001";
const ErrorBodySchema = z.strictObject({ error: AppErrorDataSchema, traceId: z.string() });

let product: TestProduct;

beforeAll(async () => {
  product = await startTestProduct();
});
afterAll(() => product.edge.drain(1));

function as(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

async function rest(method: string, path: string, { token = ADA_TOKEN, body, headers = {} }: { token?: string | null; body?: unknown; headers?: Record<string, string> } = {}) {
  const response = await fetch(`${product.url}/api/v1${path}`, {
    method,
    headers: { ...as(token), ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text === "" ? undefined : JSON.parse(text);
  return { response, status: response.status, json };
}

function errorOf(json: unknown) {
  return ErrorBodySchema.parse(json).error;
}

describe("REST", () => {
  it("fills in defaults and strips what the output does not name", async () => {
    const { status, json } = await rest("POST", "/notes", { body: { title: "x", unknown: 1 } });
    expect({ status, json }).toEqual({ status: 200, json: { id: UNKNOWN_NOTE, title: "x", priority: 3 } });
  });

  it("reads path and query by their types", async () => {
    const { json } = await rest("GET", `/notes/${KNOWN_NOTE}?loud=true&factor=1.5`);
    expect(json).toEqual({ id: KNOWN_NOTE, title: "A note", priority: 1, loud: true, factor: 1.5 });
    // The usual adapter turns any text into true; "false" must stay false.
    expect((await rest("GET", `/notes/${KNOWN_NOTE}?loud=false`)).json).toMatchObject({ loud: false });
  });

  it("reads lists given once or often", async () => {
    expect((await rest("GET", "/notes?limit=5&tags=a&tags=b&order=old")).json).toMatchObject({ asked: { limit: 5, tags: ["a", "b"], order: "old" } });
    expect((await rest("GET", "/notes?tags=a")).json).toMatchObject({ asked: { limit: 50, tags: ["a"], order: "new" } });
  });

  it.each([
    ["a number that is none", "GET", `/notes/${KNOWN_NOTE}?factor=one`, undefined],
    ["a boolean that is none", "GET", `/notes/${KNOWN_NOTE}?loud=yes`, undefined],
    ["a single field given twice", "GET", `/notes/${KNOWN_NOTE}?factor=1&factor=2`, undefined],
    ["an id that is none", "GET", "/notes/42", undefined],
    ["a missing field", "POST", "/notes", {}],
    ["a wrong type", "POST", "/notes", { title: 5 }],
    ["a number as text in a body", "POST", "/notes", { title: "x", priority: "3" }],
    ["an unknown field of a strict input", "PATCH", `/notes/${KNOWN_NOTE}`, { title: "x", version: 1, extra: true }],
    ["a body that is a list", "PATCH", `/notes/${KNOWN_NOTE}`, [1]],
    ["no body", "POST", "/notes", undefined],
  ])("refuses %s with 400", async (_what, method, path, body) => {
    const { status, json } = await rest(method, path, { body });
    expect(status).toBe(400);
    expect(errorOf(json)).toMatchObject({ kind: "invalid", code: "invalid_input" });
  });

  it("takes the id from the path, not from the body", async () => {
    const { json } = await rest("PATCH", `/notes/${KNOWN_NOTE}`, { body: { id: UNKNOWN_NOTE, title: "x", version: 1 } });
    expect(json).toMatchObject({ id: KNOWN_NOTE });
  });

  it("answers 204 where there is nothing to say", async () => {
    const { status, json } = await rest("DELETE", `/notes/${KNOWN_NOTE}`);
    expect({ status, json }).toEqual({ status: 204, json: undefined });
  });

  it("keeps code, details and remedy of a domain error, and names the trace", async () => {
    const { status, json, response } = await rest("GET", `/notes/${UNKNOWN_NOTE}`);
    expect(status).toBe(404);
    expect(errorOf(json)).toEqual({ kind: "not_found", code: "note_not_found", message: "There is no such note.", remedy: "Look at the list.", details: { id: UNKNOWN_NOTE } });
    expect(response.headers.get("x-trace-id")).toBe(ErrorBodySchema.parse(json).traceId);
    expect((await rest("PATCH", `/notes/${KNOWN_NOTE}`, { body: { title: "x", version: 2 } })).status).toBe(412);
  });

  it("answers 405 with what is allowed, also to OPTIONS", async () => {
    const wrong = await rest("PUT", `/notes/${KNOWN_NOTE}`);
    expect(wrong.status).toBe(405);
    expect(errorOf(wrong.json).code).toBe("method_not_supported");
    expect(wrong.response.headers.get("allow")).toBe("HEAD, DELETE, GET, PATCH, OPTIONS");
    const options = await rest("OPTIONS", "/notes");
    expect([options.status, options.response.headers.get("allow")]).toEqual([204, "HEAD, GET, POST, OPTIONS"]);
  });

  it("answers HEAD like GET without a body", async () => {
    const response = await fetch(`${product.url}/api/v1/notes`, { method: "HEAD", headers: as(ADA_TOKEN) });
    expect([response.status, Number(response.headers.get("content-length")) > 0, await response.text()]).toEqual([200, true, ""]);
  });

  it("does not know what is not there", async () => {
    for (const path of ["/nothing", "/notes/a/b", "//notes", "/"]) {
      const { status, json } = await rest("GET", path);
      expect([path, status, errorOf(json).code]).toEqual([path, 404, "no_such_operation"]);
    }
  });

  it("does not look anybody up for a path that does not exist", async () => {
    const before = product.resolved.length;
    await rest("GET", "/nothing");
    expect(product.resolved.length).toBe(before);
  });

  it("decodes the path once", async () => {
    expect((await rest("GET", `/%6Eotes/${KNOWN_NOTE}`)).status).toBe(200);
    expect((await rest("GET", "/notes%2Fecho")).status).toBe(404);
    const broken = await rest("GET", "/notes/%E0%A4%A");
    expect([broken.status, errorOf(broken.json).code]).toEqual([400, "malformed_path"]);
  });

  it("hides what an unexpected error says", async () => {
    const { status, json } = await rest("GET", "/notes/fail");
    expect(status).toBe(500);
    expect(JSON.stringify(json)).not.toContain("hunter2");
    expect(errorOf(json)).toMatchObject({ kind: "internal", code: "internal" });
    expect(product.logs.some((line) => line.level === "error" && line.message === "Procedure failed")).toBe(true);
  });

  it("says who to wait for", async () => {
    await rest("GET", "/notes/limited", { token: null });
    await rest("GET", "/notes/limited", { token: null });
    const { status, json, response } = await rest("GET", "/notes/limited", { token: null });
    expect(status).toBe(429);
    const { details } = errorOf(json);
    expect(details).toMatchObject({ limit: 2, windowSeconds: 60 });
    expect(response.headers.get("retry-after")).toBe(String(details?.["retryAfterSeconds"]));
    expect(response.headers.get("ratelimit-policy")).toBe('"default";q=2;w=60');
    expect(response.headers.get("ratelimit")).toMatch(/^"default";r=0;t=\d+$/);
  });
});

describe("who asks", () => {
  it("is nobody without a session, and hears so before its input is looked at", async () => {
    const { status, json } = await rest("POST", "/notes", { token: null, body: "{not json" });
    expect([status, errorOf(json).code]).toEqual([401, "not_signed_in"]);
  });

  it("is refused without the permission", async () => {
    const { status, json } = await rest("POST", "/notes", { token: BOB_TOKEN, body: {} });
    expect([status, errorOf(json).code]).toEqual([403, "permission_missing"]);
  });

  it("is refused with a token that is not good, even where nobody has to sign in", async () => {
    const { status, json } = await rest("POST", "/notes/echo", { token: "made-up", body: { value: 1 } });
    expect([status, errorOf(json).code]).toEqual([401, "session_invalid"]);
  });

  it("is not found out while nobody can tell, and that is no fault of the session", async () => {
    const broken = await startTestProduct({ sessions: { resolve: async () => {
      throw new Error("connect ECONNREFUSED 10.0.0.7:5432");
    } } });
    const away = await startTestProduct({ sessions: { resolve: async () => {
      throw new AppError("unavailable", "database_unavailable", "The database does not answer.", { remedy: "Try again in a moment." });
    } } });
    const ask = async ({ url }: TestProduct, path: string) => {
      const response = await fetch(`${url}/api/${path}`, { headers: as(ADA_TOKEN) });
      return { status: response.status, text: await response.text() };
    };
    for (const path of ["v1/notes", "trpc/notes.list"]) {
      const hidden = await ask(broken, path);
      expect([hidden.status, hidden.text.includes("10.0.0.7")]).toEqual([500, false]);
      expect(await ask(away, path)).toMatchObject({ status: 503, text: expect.stringContaining("database_unavailable") });
    }
    expect(broken.logs.filter(({ message }) => message === "Request failed")).toHaveLength(2);
    await Promise.all([broken, away].map(({ edge }) => edge.drain(1)));
  });

  it("is in the audit log, with what came of it", async () => {
    product.audited.length = 0;
    await rest("POST", "/notes", { body: { title: "x" } });
    await rest("POST", "/notes", { token: BOB_TOKEN, body: { title: "x" } });
    await rest("GET", "/notes");
    expect(product.audited.map(({ action, outcome, errorCode }) => ({ action, outcome, errorCode }))).toEqual([
      { action: "notes.create", outcome: "success", errorCode: undefined },
      { action: "notes.create", outcome: "denied", errorCode: "permission_missing" },
    ]);
    expect(product.audited[0]).toMatchObject({ caller: ada, connection: { address: "127.0.0.1" } });
  });

  it("never reaches what is for modules only", async () => {
    const { status, json } = await trpc("notes.settle", { amount: 1 });
    expect([status, trpcErrorOf(json).code]).toEqual([404, "no_such_operation"]);
  });
});

const TrpcErrorSchema = z.object({ error: z.object({ message: z.string(), code: z.number(), data: z.object({ code: z.string(), httpStatus: z.number(), traceId: z.string().nullable(), error: AppErrorDataSchema }) }) });

function trpcErrorOf(json: unknown) {
  return TrpcErrorSchema.parse(json).error.data.error;
}

async function trpc(path: string, input: unknown, init: RequestInit & { token?: string | null } = {}) {
  const { token = ADA_TOKEN, ...rest } = init;
  const response = await fetch(`${product.url}/api/trpc/${path}`, {
    method: "POST",
    headers: { ...as(token), "content-type": "application/json" },
    body: JSON.stringify(input),
    ...rest,
  });
  const json: unknown = JSON.parse((await response.text()) || "null");
  return { response, status: response.status, json };
}

describe("tRPC", () => {
  it("answers queries over GET and POST, mutations over POST", async () => {
    const input = { id: KNOWN_NOTE };
    const byGet = await trpc(`notes.get?input=${encodeURIComponent(JSON.stringify(input))}`, undefined, { method: "GET", body: null });
    const byPost = await trpc("notes.get", input);
    expect(byGet.json).toEqual(byPost.json);
    expect(byPost.json).toMatchObject({ result: { data: { id: KNOWN_NOTE, loud: false } } });
    const wrong = await trpc("notes.create", undefined, { method: "GET", body: null });
    expect([wrong.status, trpcErrorOf(wrong.json).code]).toEqual([405, "method_not_supported"]);
  });

  it("answers a batch with each call's own result", async () => {
    const { status, json } = await trpc("notes.get,notes.get?batch=1", { 0: { id: KNOWN_NOTE }, 1: { id: UNKNOWN_NOTE } });
    expect(status).toBe(207);
    const [good, bad] = z.array(z.unknown()).parse(json);
    expect(good).toMatchObject({ result: { data: { id: KNOWN_NOTE } } });
    expect(trpcErrorOf(bad).code).toBe("note_not_found");
  });

  it("does not let one request stand for a flood", async () => {
    const { status } = await trpc(`${Array.from({ length: 31 }, () => "notes.list").join(",")}?batch=1`, {});
    expect(status).toBe(400);
  });

  it("streams a batch as its answers come, when asked to", async () => {
    const { status, text } = await fetch(`${product.url}/api/trpc/notes.get,notes.get?batch=1`, {
      method: "POST",
      headers: { ...as(ADA_TOKEN), "content-type": "application/json", "trpc-accept": "application/jsonl" },
      body: JSON.stringify({ 0: { id: KNOWN_NOTE }, 1: { id: UNKNOWN_NOTE } }),
    }).then(async (response) => ({ status: response.status, text: await response.text() }));
    const lines = text.trim().split("\n").map((line): unknown => JSON.parse(line));
    expect([status, lines.length > 2]).toEqual([200, true]);
    expect(text).toContain('"title":"A note"');
    expect(text).toContain('"code":"note_not_found"');
  });

  it("streams live, and lets go when the client leaves", async () => {
    const leave = new AbortController();
    const response = await fetch(`${product.url}/api/trpc/notes.ticks`, { headers: as(ADA_TOKEN), signal: leave.signal });
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes('{"tick":3}')) text += (await reader?.read())?.value ?? "";
    leave.abort();
    await product.gate.aborted.promise;
  });

  it("tells errors before a procedure in its own shape", async () => {
    const malformed = await trpc("notes.echo", undefined, { body: "{broken" });
    expect([malformed.status, trpcErrorOf(malformed.json).code]).toEqual([400, "malformed_json"]);
    const form = await trpc("notes.echo", undefined, { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } });
    expect([form.status, trpcErrorOf(form.json).code]).toEqual([415, "unsupported_media_type"]);
    const nowhere = await trpc("notes.nothing", {});
    expect(nowhere.status).toBe(404);
    const limited = await trpc("notes.limited", undefined, { method: "GET", body: null, token: null });
    expect([limited.status, limited.response.headers.get("retry-after") !== null]).toEqual([429, true]);
  });
});

describe("traces", () => {
  it("goes on with the caller's, and starts one otherwise", async () => {
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const known = await fetch(`${product.url}/health`, { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    expect(known.headers.get("x-trace-id")).toBe(traceId);
    const broken = await fetch(`${product.url}/health`, { headers: { traceparent: `00-${"0".repeat(32)}-00f067aa0ba902b7-01` } });
    expect(broken.headers.get("x-trace-id")).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  });
});

describe("probes", () => {
  it("tells life and readiness without reasons", async () => {
    const health = await fetch(`${product.url}/health`);
    expect(await health.json()).toEqual({ status: "healthy", timestamp: expect.any(String) });
    const ready = await fetch(`${product.url}/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready", checks: { store: "ok" }, timestamp: expect.any(String) }]);
  });

  it("is not ready when a part is not", async () => {
    const other = await startTestProduct({ readiness: async () => ({ ready: false, checks: { store: "down" } }) });
    const ready = await fetch(`${other.url}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { status: "not_ready", checks: { store: "down" } }]);
    await other.edge.drain(1);
  });
});
