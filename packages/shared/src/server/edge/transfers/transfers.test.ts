import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { z } from "zod";
import { transferPath } from "../../../define-transfer.ts";
import { ADA_TOKEN, BOB_TOKEN, cookieFor, startTestProduct, type TestProduct } from "../__fixtures__/notes-product.ts";
import { CONTENT, MAX_UPLOAD, vaultProduct, vaultTransfers } from "../__fixtures__/vault-product.ts";

const STALL_MS = 400;
type Vault = ReturnType<typeof vaultProduct>;

let product: TestProduct;
let vault: Vault;
const more: TestProduct[] = [];

async function start(stallMs = STALL_MS): Promise<{ product: TestProduct; vault: Vault }> {
  const made = vaultProduct();
  const { router, transfers } = made;
  // A body of JSON would have to arrive sooner than these uploads do.
  const started = await startTestProduct({ router, transfers, stallMs, apiBases: ["/api/v1/vault"], timeouts: { requestMs: 200 } });
  return { product: started, vault: made };
}

beforeAll(async () => ({ product, vault } = await start()));
afterEach(async () => {
  for (const { edge } of more.splice(0)) await edge.drain(0);
});
afterAll(() => product.edge.drain(0));

interface Sent {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

function open(path: string, { token = ADA_TOKEN, headers = {}, method = "GET" }: Sent = {}, to = product): ClientRequest {
  return httpRequest(`${to.url}${path}`, { method, headers: { ...(token === "" ? {} : { authorization: `Bearer ${token}` }), ...headers }, agent: false });
}

async function answerTo(request: ClientRequest) {
  const [response]: IncomingMessage[] = await once(request, "response");
  if (!response) throw new Error("A response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  return { status: response.statusCode, headers: response.headers, bytes, json: () => JSON.parse(bytes.toString()) };
}

const get = (path: string, sent: Sent = {}) => {
  const request = open(path, sent);
  request.end();
  return answerTo(request);
};
const put = (path: string, bytes: Buffer, sent: Sent = {}) => {
  const request = open(path, { method: "PUT", ...sent, headers: { "content-type": "application/octet-stream", "content-length": String(bytes.length), ...sent.headers } });
  request.end(bytes);
  return answerTo(request);
};
const box = (input: Partial<z.input<typeof vaultTransfers.store.input>> = {}) => transferPath(vaultTransfers.store, { box: "b1", ...input });

describe("uploads", () => {
  it("reach their handler whole, with the input of the URL in its types and defaults", async () => {
    const bytes = randomBytes(150_000);
    const answer = await put(box({ box: "my box/1", note: "a&b" }), bytes);
    expect([answer.status, answer.json()]).toEqual([200, { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), length: bytes.length, note: "a&b", days: 7 }]);
    expect(await put(box({ days: 3 }), Buffer.alloc(0)).then(({ json }) => json())).toMatchObject({ bytes: 0, days: 3 });
    expect(product.audited.at(-1)).toMatchObject({ action: "vault.store", outcome: "success", target: { type: "box", id: "b1" }, details: { ok: true } });
  });

  it("take their time as long as they move, which a body of JSON may not", async () => {
    // A stall of this process, which is both sides, is none of the upload.
    const stallMs = 2_000;
    const { product: own } = await start(stallMs);
    more.push(own);
    const request = open(box(), { method: "PUT", headers: { "content-type": "application/octet-stream" } }, own);
    const answer = answerTo(request);
    for (let piece = 0; piece < 8; piece += 1) {
      request.write(Buffer.alloc(1_000));
      await delay(stallMs / 6);
    }
    request.end();
    expect((await answer).json()).toMatchObject({ bytes: 8_000, length: null });
  });

  it("end with 408 when nothing more comes, and their handler hears why", async () => {
    const { product: own, vault: events } = await start();
    more.push(own);
    const request = open(box(), { method: "PUT", headers: { "content-type": "application/octet-stream", "content-length": "5000" } }, own);
    request.on("error", () => undefined);
    request.write(Buffer.alloc(10));
    const answer = await answerTo(request);
    expect([answer.status, answer.json().error.code]).toEqual([408, "request_timeout"]);
    expect(await events.ended[0]).toBe("request_timeout");
    request.destroy();
  });

  it("wait for a handler that is slow, however long it takes", async () => {
    const { product: own, vault: events } = await start();
    more.push(own);
    const request = open(box({ do: "wait" }), { method: "PUT", headers: { "content-type": "application/octet-stream" } }, own);
    request.end(Buffer.alloc(190_000));
    const answer = answerTo(request);
    await delay(2 * STALL_MS);
    events.release.resolve();
    expect((await answer).json()).toMatchObject({ bytes: 190_000 });
  });

  it("are refused when they are too large: by what they say before a byte is read, and by what they are", async () => {
    const said = await put(box(), Buffer.alloc(MAX_UPLOAD + 1));
    expect([said.status, said.json().error]).toMatchObject([413, { code: "upload_too_large", details: { maxBytes: MAX_UPLOAD } }]);
    for (const how of ["read", "wrap"] as const) {
      const request = open(box({ do: how }), { method: "PUT", headers: { "content-type": "application/octet-stream" } });
      request.write(Buffer.alloc(MAX_UPLOAD));
      request.end("x");
      const been = await answerTo(request);
      expect([how, been.status, been.json().error.code]).toEqual([how, 413, "upload_too_large"]);
    }
    expect(await vault.ended.at(-1)).toBe("upload_too_large");
  });

  it("that break off abort their handler within a second", async () => {
    const { product: own, vault: events } = await start();
    more.push(own);
    const request = open(box(), { method: "PUT", headers: { "content-type": "application/octet-stream", "content-length": "100000" } }, own);
    request.on("error", () => undefined);
    request.write(Buffer.alloc(50_000));
    await events.reading.promise;
    const left = performance.now();
    request.destroy();
    expect(await events.ended[0]).toBe("cancelled aborted");
    expect(performance.now() - left).toBeLessThan(10_000);
    await vi.waitFor(() => expect(own.audited.at(-1)).toMatchObject({ action: "vault.store", outcome: "failure", errorCode: "cancelled" }));
  });

  it("are told no before they are sent, and go on when they are asked for", async () => {
    const expecting = (token: string) => {
      const request = open(box(), { method: "PUT", token, headers: { "content-type": "application/octet-stream", "content-length": "150000", expect: "100-continue" } });
      request.on("error", () => undefined);
      const continued = vi.fn(() => void request.end(Buffer.alloc(150_000)));
      request.once("continue", continued);
      request.flushHeaders();
      return { request, continued };
    };
    const stranger = expecting(BOB_TOKEN);
    expect((await answerTo(stranger.request)).status).toBe(403);
    expect(stranger.continued).not.toHaveBeenCalled();
    stranger.request.destroy();
    const { request } = expecting(ADA_TOKEN);
    expect((await answerTo(request)).json()).toMatchObject({ bytes: 150_000 });
  });

  it("are answered although nobody read them, and leave the connection in order", async () => {
    const refused = await put(box({ do: "leave" }), Buffer.alloc(180_000));
    expect([refused.status, refused.json().error.code]).toEqual([409, "box_full"]);
    // On one connection: what was not read of the first must not be taken for the second.
    const socket = connect(product.port, "127.0.0.1");
    const head = (path: string, length: number) => `PUT ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${ADA_TOKEN}\r\ncontent-type: application/octet-stream\r\ncontent-length: ${length}\r\n\r\n`;
    socket.write(head(box({ do: "leave" }), 150_000));
    socket.write(Buffer.alloc(150_000));
    socket.write(head(box(), 3));
    socket.end("abc");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 409", "HTTP/1.1 200"]);
    expect(text).toContain('"bytes":3');
  });

  it("are bytes and nothing else, from our own pages and nowhere else", async () => {
    const cookie = cookieFor(ADA_TOKEN);
    const codes = async (headers: Record<string, string>, token = "") => {
      const answer = await put(box(), Buffer.from("x"), { token, headers });
      return [answer.status, answer.status === 200 ? "" : answer.json().error.code];
    };
    expect(await codes({ "content-type": "text/plain" }, ADA_TOKEN)).toEqual([415, "unsupported_media_type"]);
    expect(await codes({ "content-encoding": "gzip" }, ADA_TOKEN)).toEqual([415, "unsupported_media_type"]);
    const own = { cookie, origin: product.url };
    expect(await codes(own)).toEqual([200, ""]);
    expect(await codes({ ...own, "content-type": "multipart/form-data" })).toEqual([403, "cross_site_request"]);
    expect(await codes({ ...own, origin: "https://evil.example" })).toEqual([403, "cross_site_request"]);
    expect(await codes({ cookie })).toEqual([403, "cross_site_request"]);
  });

  it("ask who is there, and whether they may, before anything else", async () => {
    const audited = product.audited.length;
    const answers = await Promise.all([put(box(), Buffer.from("x"), { token: "" }), put(box(), Buffer.from("x"), { token: "made-up" }), put(box(), Buffer.alloc(MAX_UPLOAD + 1), { token: BOB_TOKEN })]);
    expect(answers.map(({ status, json }) => [status, json().error.code])).toEqual([[401, "not_signed_in"], [401, "session_invalid"], [403, "permission_missing"]]);
    expect(product.audited.slice(audited)).toMatchObject([{ action: "vault.store", outcome: "denied", errorCode: "permission_missing" }]);
  });

  it("name the field that is wrong", async () => {
    const answer = await put(`/api/v1/vault/b1?days=0`, Buffer.from("x"));
    expect([answer.status, answer.json().error]).toMatchObject([400, { code: "invalid_input", details: { issues: [{ path: "days" }] } }]);
    expect((await put("/api/v1/vault/b%00", Buffer.from("x"))).json().error.code).toBe("hostile_input");
    const wrong = await get("/api/v1/vault/b1", { method: "POST" });
    expect([wrong.status, wrong.headers["allow"]]).toEqual([405, "HEAD, GET, PUT, OPTIONS"]);
  });
});

describe("downloads", () => {
  const path = (input: Partial<z.input<typeof vaultTransfers.fetch.input>> = {}) => transferPath(vaultTransfers.fetch, { box: "b1", ...input });

  it("carry the content, its type, length and name, and nothing runs in them", async () => {
    const answer = await get(path());
    expect(answer.bytes.equals(CONTENT)).toBe(true);
    expect(answer.headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8", "content-length": "1000", "accept-ranges": "bytes", "x-content-type-options": "nosniff", "cache-control": "no-store",
      "content-disposition": "attachment; filename=\"plan.txt\"; filename*=UTF-8''plan.txt", "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
    const streamed = await get(path({ as: "stream" }));
    expect([streamed.bytes.equals(CONTENT), streamed.headers["content-length"], streamed.headers["accept-ranges"]]).toEqual([true, undefined, undefined]);
    expect((await get(path({ as: "empty" }))).headers).toMatchObject({ "content-length": "0" });
  });

  it.each([
    ["bytes=0-0", 206, "bytes 0-0/1000", CONTENT.subarray(0, 1)],
    ["bytes=990-", 206, "bytes 990-999/1000", CONTENT.subarray(990)],
    ["bytes=-10", 206, "bytes 990-999/1000", CONTENT.subarray(990)],
    ["bytes=5-2000", 206, "bytes 5-999/1000", CONTENT.subarray(5)],
    ["bytes=1-0", 200, undefined, CONTENT],
    ["bytes=0-1,5-6", 200, undefined, CONTENT],
    ["lines=1-2", 200, undefined, CONTENT],
  ])("go on at %s", async (range, status, contentRange, bytes) => {
    const answer = await get(path(), { headers: { range } });
    expect([answer.status, answer.headers["content-range"], answer.bytes.equals(bytes), answer.headers["content-length"]]).toEqual([status, contentRange, true, String(bytes.length)]);
  });

  it("have nothing past their end", async () => {
    for (const range of ["bytes=1000-", "bytes=-0"]) {
      const answer = await get(path(), { headers: { range } });
      expect([answer.status, answer.headers["content-range"], answer.json().error.code]).toEqual([416, "bytes */1000", "range_not_satisfiable"]);
    }
    expect((await get(path(), { headers: { range: "bytes=5-9", "if-range": '"old"' } })).status).toBe(200);
    const same = await get(path(), { headers: { range: "bytes=5-9", "if-range": '"v1"' } });
    expect([same.status, same.headers.etag, same.bytes.length]).toEqual([206, '"v1"', 5]);
  });

  it("say with HEAD what there is, and open nothing for it", async () => {
    const before = vault.opened.length;
    const answer = await get(path(), { method: "HEAD" });
    expect([answer.status, answer.headers["content-length"], answer.bytes.length, vault.opened.length]).toEqual([200, "1000", 0, before]);
    await get(path({ as: "stream" }), { method: "HEAD" });
    expect(vault.opened.at(-1)?.destroyed).toBe(true);
  });

  it("make a harmless header of any name and type", async () => {
    const answer = await get(path({ name: '../../etc/pa"ss\r\nset-cookie: x=1\u202e%41 ünï 😀.txt', type: "text/html\r\nx: y" }));
    expect(answer.headers["content-type"]).toBe("application/octet-stream");
    expect(answer.headers["set-cookie"]).toBeUndefined();
    const disposition = String(answer.headers["content-disposition"]);
    expect(disposition).toMatch(/^attachment; filename="[ -!#-~]+"; filename\*=UTF-8''[\w.%~!-]+$/);
    expect(decodeURIComponent(disposition.split("''")[1] ?? "")).toBe('.._.._etc_pa"ssset-cookie: x=1%41 ünï 😀.txt');
  });

  it("that break off are seen to have broken off", async () => {
    await expect(get(path({ as: "broken" }))).rejects.toThrow();
    await vi.waitFor(() => expect(product.logs.filter(({ level }) => level === "error")).toMatchObject([{ message: "A download broke off", fields: { path: "vault.fetch" } }]));
  });

  it("end with their client, and with one that takes nothing", async () => {
    const leaver = open(path({ as: "endless" }));
    leaver.on("error", () => undefined).end();
    await once(leaver, "response");
    leaver.destroy();
    await vi.waitFor(() => expect(vault.opened.at(-1)?.destroyed).toBe(true));
    const before = vault.opened.length;
    const socket = connect(product.port, "127.0.0.1").on("error", () => undefined);
    socket.write(`GET ${path({ as: "endless" })} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${ADA_TOKEN}\r\n\r\n`);
    await vi.waitFor(() => expect(vault.opened.length).toBe(before + 1));
    await vi.waitFor(() => expect(vault.opened.at(-1)?.destroyed).toBe(true), { timeout: 10_000 });
    socket.destroy();
  });

  it("are refused in JSON", async () => {
    const answer = await get(path({ box: "none" }));
    expect([answer.status, answer.json().error.code, answer.headers["content-disposition"]]).toEqual([404, "box_not_found", undefined]);
    expect((await get(path(), { token: BOB_TOKEN })).status).toBe(403);
  });
});

describe("the document", () => {
  it("tells of transfers what they take, answer and need", async () => {
    const document = (await get("/api/v1/openapi.json")).json();
    const { put: upload, get: download } = document.paths["/vault/{box}"];
    expect(upload).toMatchObject({
      operationId: "vault.store", "x-permission": "vault.box.write", summary: "Store bytes",
      requestBody: { required: true, content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } } },
    });
    expect(upload.parameters.map(({ name }: { name: string }) => name)).toEqual(["box", "note", "days", "do"]);
    expect(Object.keys(upload.responses)).toEqual(["200", "400", "401", "403", "404", "408", "409", "412", "413", "415", "429", "500", "503", "504"]);
    expect(download.responses["206"].content).toEqual({ "application/octet-stream": { schema: { type: "string", format: "binary" } } });
    expect(Object.keys(download.responses)).toContain("416");
    expect((await get("/api/v1/docs")).bytes.toString()).toContain("vault.store");
  });
});

describe("a process that stops", () => {
  it("lets transfers end that move, and cuts off what is left", async () => {
    const { product: own, vault: events } = await start();
    const waiting = open(box({ do: "wait" }), { method: "PUT", headers: { "content-type": "application/octet-stream" } }, own);
    waiting.end("abc");
    const endless = open(transferPath(vaultTransfers.fetch, { box: "b1", as: "endless" }), {}, own);
    endless.on("error", () => undefined).end();
    await once(endless, "response").then(([response]: IncomingMessage[]) => response?.on("error", () => undefined).resume());
    const drained = own.edge.drain(1);
    events.release.resolve();
    expect((await answerTo(waiting)).json()).toMatchObject({ bytes: 3 });
    await drained;
    await vi.waitFor(() => expect(events.opened.at(-1)?.destroyed).toBe(true));
  });
});
