import { once } from "node:events";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { AppErrorDataSchema } from "../../app-error.ts";
import { ADA_TOKEN, startTestProduct, type TestProduct } from "./__fixtures__/notes-product.ts";

const LIMIT = 64 * 1024;
const AnyErrorSchema = z.union([
  z.strictObject({ error: AppErrorDataSchema, traceId: z.string() }).transform(({ error }) => error),
  z.strictObject({ error: z.strictObject({ message: z.string(), code: z.number(), data: z.object({ error: AppErrorDataSchema }) }) }).transform(({ error }) => error.data.error),
]);

let product: TestProduct;
/** The same with little patience; apart, so that a busy machine is not taken for a slow client. */
let impatient: TestProduct;

beforeAll(async () => {
  product = await startTestProduct();
  impatient = await startTestProduct({ timeouts: { headersMs: 300, requestMs: 600 } });
});
afterAll(() => Promise.all([product, impatient].map(({ edge }) => edge.drain(1))));

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes as they are and reads until the other side closes or an answer is complete. */
function raw(...pieces: readonly (string | Buffer)[]): Promise<Answer> {
  return rawTo(product, ...pieces);
}

async function rawTo({ port }: TestProduct, ...pieces: readonly (string | Buffer)[]): Promise<Answer> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  for (const piece of pieces) socket.write(piece);
  return readAnswer(socket);
}

async function readAnswer(socket: Socket): Promise<Answer> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk]);
    if (parseAnswer(bytes).complete) break;
  }
  socket.destroy();
  return parseAnswer(bytes);
}

function parseAnswer(bytes: Buffer): Answer & { complete: boolean } {
  const split = bytes.indexOf("\r\n\r\n");
  const top = bytes.subarray(0, Math.max(split, 0)).toString();
  const rest = split < 0 ? Buffer.alloc(0) : bytes.subarray(split + 4);
  const chunked = /transfer-encoding: chunked/i.test(top);
  const length = Number(/content-length: (\d+)/i.exec(top)?.[1] ?? Number.NaN);
  const complete = split >= 0 && (chunked ? rest.includes("0\r\n\r\n") : rest.length >= length);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(top)?.[1] ?? 0), head: top, body: chunked ? joinChunks(rest) : rest.toString(), complete };
}

function joinChunks(bytes: Buffer): string {
  const line = bytes.indexOf("\r\n");
  const size = Number.parseInt(bytes.subarray(0, Math.max(line, 0)).toString(), 16);
  return size > 0 ? bytes.subarray(line + 2, line + 2 + size).toString() + joinChunks(bytes.subarray(line + 4 + size)) : "";
}

function head(line: string, headers: Record<string, string | number> = {}): string {
  const all = { host: "localhost", connection: "close", authorization: `Bearer ${ADA_TOKEN}`, ...headers };
  return `${line} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

function post(path: string, body: string | Buffer, headers: Record<string, string | number> = {}) {
  return raw(head(`POST ${path}`, { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers }), body);
}

function errorIn({ body }: Answer) {
  return AnyErrorSchema.parse(JSON.parse(body));
}

const ECHO = "/api/v1/notes/echo";

describe("bodies that are too large", () => {
  it("are refused before they are sent", async () => {
    const answer = await raw(head(`POST ${ECHO}`, { "content-type": "application/json", "content-length": 5_000_000_000 }), "{");
    expect([answer.status, errorIn(answer)]).toMatchObject([413, { kind: "too_large", code: "body_too_large", details: { limitBytes: LIMIT } }]);
  });

  it("are refused when their length was not told", async () => {
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const answer = await raw(head(`POST ${ECHO}`, { "content-type": "application/json", "transfer-encoding": "chunked" }), ...Array.from({ length: 6 }, () => chunk));
    expect([answer.status, errorIn(answer).code]).toEqual([413, "body_too_large"]);
  });

  it("do not keep an ordinary client from reading why", async () => {
    const response = await fetch(`${product.url}${ECHO}`, { method: "POST", headers: { "content-type": "application/json" }, body: "x".repeat(10_000_000) });
    expect([response.status, await response.json()]).toMatchObject([413, { error: { code: "body_too_large" } }]);
  });

  it("are not even asked for", async () => {
    const refused = await raw(head(`POST ${ECHO}`, { "content-type": "application/json", "content-length": LIMIT + 1, expect: "100-continue" }));
    expect(refused.status).toBe(413);
  });

  it("may be as large as the limit", async () => {
    const value = "x".repeat(LIMIT - '{"value":""}'.length);
    expect((await post(ECHO, JSON.stringify({ value }))).status).toBe(200);
    expect((await post(ECHO, JSON.stringify({ value: `${value}x` }))).status).toBe(413);
  });
});

describe("bodies that are not what we take", () => {
  it.each([
    ["JSON that breaks off", '{"value":', {}, 400, "malformed_json"],
    ["two values", '{"value":1}{"value":2}', {}, 400, "malformed_json"],
    ["a raw control character", '{"value":"\u0001"}', {}, 400, "malformed_json"],
    ["bytes that are no UTF-8", Buffer.from([0x22, 0xc3, 0x28, 0x22]), {}, 400, "malformed_json"],
    ["a compressed body", "x", { "content-encoding": "gzip" }, 415, "unsupported_media_type"],
    ["a form", "value=1", { "content-type": "application/x-www-form-urlencoded" }, 415, "unsupported_media_type"],
    ["an upload", "--x--", { "content-type": "multipart/form-data; boundary=x" }, 415, "unsupported_media_type"],
    ["a body without a type", '{"value":1}', { "content-type": "" }, 415, "unsupported_media_type"],
    ["a NUL", '{"value":"a\\u0000b"}', {}, 400, "hostile_input"],
    ["a NUL in a name", '{"value":{"a\\u0000b":1}}', {}, 400, "hostile_input"],
    ["__proto__", '{"value":{"__proto__":{"admin":true}}}', {}, 400, "hostile_input"],
    ["__proto__ in disguise", '{"value":{"\\u005f_proto__":{"admin":true}}}', {}, 400, "hostile_input"],
  ])("are refused: %s", async (_what, body, headers, status, code) => {
    const overRest = await post(ECHO, body, headers);
    expect([overRest.status, errorIn(overRest).code]).toEqual([status, code]);
    const overTrpc = await post("/api/trpc/notes.echo", body, headers);
    expect([overTrpc.status, errorIn(overTrpc).code]).toEqual([status, code]);
  });

  it("may have a character set in their type, and text that only looks hostile", async () => {
    const body = JSON.stringify({ value: ["__proto__", "constructor", { prototype: "\\u0000", constructor: 1 }] });
    const answer = await post(ECHO, body, { "content-type": "Application/JSON; charset=utf-8" });
    expect([answer.status, answer.body]).toEqual([200, body]);
  });

  it("are refused when they are nested too deep, wherever they come from", async () => {
    const nested = (levels: number) => `{"value":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    expect((await post(ECHO, nested(63))).status).toBe(200);
    for (const levels of [64, 10_000]) {
      const answer = await post(ECHO, nested(levels));
      expect([answer.status, errorIn(answer).code]).toEqual([400, "too_deep"]);
    }
    const byQuery = await raw(head(`GET /api/trpc/notes.list?input=${encodeURIComponent(nested(2_000))}`));
    expect([byQuery.status, errorIn(byQuery).code]).toEqual([400, "too_deep"]);
    const brackets = JSON.stringify({ value: `"\\${"[".repeat(1_000)}` });
    expect((await post(ECHO, brackets)).status).toBe(200);
  });
});

describe("queries", () => {
  it("do not change objects, whatever their fields are called", async () => {
    const answer = await raw(head("GET /api/v1/notes?__proto__=x&constructor=y&toString=z&__proto__.admin=1"));
    expect(answer.status).toBe(200);
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  it("may not have a NUL, in path or query", async () => {
    for (const path of ["/api/v1/notes?cursor=%00", "/api/v1/notes/%00", "/api/trpc/notes.list?input=%7B%22cursor%22%3A%22%5Cu0000%22%7D"]) {
      const answer = await raw(head(`GET ${path}`));
      expect([path, answer.status, errorIn(answer).code]).toEqual([path, 400, "hostile_input"]);
    }
  });
});

describe("connections that take their time", () => {
  it("are ended when the headers do not come", async () => {
    const answer = await rawTo(impatient, "GET /health HTTP/1.1\r\nhost: localhost\r\nx-slow: ");
    expect([answer.status, errorIn(answer).code]).toEqual([408, "request_timeout"]);
  });

  it("are ended when the headers drip", async () => {
    const socket = connect(impatient.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write("GET /health HTTP/1.1\r\nhost: localhost\r\n");
    const drip = setInterval(() => socket.write("x-drip: 1\r\n"), 20);
    const answer = await readAnswer(socket);
    clearInterval(drip);
    expect(answer.status).toBe(408);
  });

  it("are ended when the body does not come", async () => {
    const answer = await rawTo(impatient, head(`POST ${ECHO}`, { "content-type": "application/json", "content-length": 100 }), '{"value":');
    expect([answer.status, errorIn(answer).code]).toEqual([408, "request_timeout"]);
  });

  it("do not leave a request behind when they break off", async () => {
    const socket = connect(impatient.port, "127.0.0.1");
    socket.write(head(`POST ${ECHO}`, { "content-type": "application/json", "content-length": 100 }));
    socket.destroy();
    await once(socket, "close");
    expect((await rawTo(impatient, head("GET /health"))).status).toBe(200);
  });
});

describe("what is not HTTP, or not quite", () => {
  it.each([
    ["rubbish", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400],
    ["no host", "GET /api/v1/notes HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
    ["two lengths", head(`POST ${ECHO}`, { "content-length": "5, 6" }), 400],
    ["length and chunks", head(`POST ${ECHO}`, { "content-length": 5, "transfer-encoding": "chunked" }), 400],
    ["a broken chunk", `${head(`POST ${ECHO}`, { "content-type": "application/json", "transfer-encoding": "chunked" })}zz\r\n`, 400],
    ["a folded header", "GET /health HTTP/1.1\r\nhost: localhost\r\nx: a\r\n b\r\n\r\n", 400],
    ["a bare CR", "GET /health HTTP/1.1\rhost: localhost\r\n\r\n", 400],
    ["a method of no language", "BREW /api/v1/notes HTTP/1.1\r\nhost: localhost\r\n\r\n", 400],
    ["an address of another server", head("GET http://evil.example/api/v1/notes"), 400],
    ["no path", head("OPTIONS *"), 400],
    ["an unknown expectation", head("GET /health", { expect: "miracles" }), 200],
  ])("is answered and not passed on: %s", async (_what, bytes, status) => {
    const answer = await raw(bytes);
    // A refusal in the middle of a request may end the connection instead.
    expect([status, 0]).toContain(answer.status);
    if (answer.status >= 400) expect(errorIn(answer).remedy).not.toBe("");
  });

  it("has headers that are too large or too many", async () => {
    const large = await raw(head("GET /health", { "x-large": "x".repeat(40_000) }));
    expect([large.status, errorIn(large).code]).toEqual([431, "headers_too_large"]);
    const many = await raw(head("GET /health", Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x-${index}`, "1"]))));
    expect(many.status).toBe(431);
    const longPath = await raw(head(`GET /api/v1/${"a".repeat(40_000)}`));
    expect(longPath.status).toBe(431);
  });
});

// Hundreds of requests on a machine that may be busy with other suites.
const PROPERTY_MS = 120_000;

/** Whatever comes, one of our own answers goes back, and never one that says we failed. */
describe("anything at all", () => {
  const answered = async (answer: Promise<Response>) => {
    const response = await answer;
    const text = await response.text();
    expect(response.status).toBeLessThan(500);
    if (response.status >= 400) z.union([AnyErrorSchema, z.array(z.unknown())]).parse(JSON.parse(text));
  };

  it("as a body", async () => {
    const body = fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.json().map((text) => `{"value":${text}}`), fc.uint8Array().map((bytes) => Buffer.from(bytes)));
    await fc.assert(fc.asyncProperty(body, fc.constantFrom(ECHO, "/api/v1/notes", "/api/trpc/notes.create", "/api/trpc/notes.echo,notes.create?batch=1"), (value, path) =>
      answered(fetch(`${product.url}${path}`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${ADA_TOKEN}` }, body: value })),
    ), { numRuns: 100 });
  }, PROPERTY_MS);

  it("as a path below the API", async () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom("..", ".", "%2e%2e", "%2f", "%5c", "%00", "%", "notes", "__proto__", "constructor", "{id}", "\u202e", "openapi.json"));
    await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 4 }), fc.constantFrom("/api/v1/", "/api/trpc/", "/api/", "/internal/trpc/"), async (pieces, base) => {
      const path = base + pieces.map((each) => encodeURI(each).replaceAll("#", "%23")).join("/");
      const answer = await raw(head(`GET ${path}`));
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect(answer.status).toBeLessThan(500);
      if (answer.status >= 400) errorIn(answer);
    }), { numRuns: 100 });
  }, PROPERTY_MS);

  it("as a header", async () => {
    const value = fc.string({ maxLength: 200 }).filter((text) => !/[\r\n\0]/.test(text) && /^[\x20-\x7e]*$/.test(text));
    const name = fc.constantFrom("authorization", "cookie", "origin", "content-type", "traceparent", "x-forwarded-for", "user-agent", "accept", "trpc-accept", "content-encoding", "sec-fetch-site", "x-http-method-override");
    await fc.assert(fc.asyncProperty(name, value, async (header, text) => {
      const answer = await post(ECHO, '{"value":1}', { [header]: text });
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect(answer.status).toBeLessThan(500);
      if (answer.status >= 400) errorIn(answer);
    }), { numRuns: 100 });
  }, PROPERTY_MS);

  it("as a query", async () => {
    await fc.assert(fc.asyncProperty(fc.webQueryParameters(), fc.constantFrom("/api/v1/notes", "/api/trpc/notes.list", "/api/v1/notes/0190f5fe-7c00-7a00-8a00-000000000001"), (query, path) =>
      answered(fetch(`${product.url}${path}?${query}`, { headers: { authorization: `Bearer ${ADA_TOKEN}` } })),
    ), { numRuns: 100 });
  }, PROPERTY_MS);

  it("leaves the process as it was", async () => {
    expect((await raw(head("GET /health"))).status).toBe(200);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
