import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADA_TOKEN, startTestProduct, type TestProduct } from "./__fixtures__/notes-product.ts";

/** Plays the web server: remembers what reached it. */
class FakeWeb {
  readonly seen: IncomingMessage[] = [];
  readonly upgraded: string[] = [];
  readonly server: Server;
  readonly #used = new WeakSet<object>();
  hold: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor() {
    this.server = createServer((request, response) => void this.#answer(request, response));
    this.server.on("upgrade", (request: IncomingMessage, socket) => {
      this.upgraded.push(request.url ?? "");
      const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`);
      socket.on("data", (chunk: Buffer) => socket.write(chunk)).on("end", () => socket.end()).on("error", () => socket.destroy());
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return webUrlOf(this.server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.seen.push(request);
    response.once("finish", () => this.#used.add(request.socket));
    if (request.url === "/stream") {
      response.writeHead(200, { "content-type": "text/plain" });
      response.write("first");
      await Promise.race([this.hold.promise, once(response, "close")]);
      response.end("last");
      return;
    }
    if (request.url?.startsWith("/_next/static/kept")) {
      const encoding = request.headers["accept-encoding"];
      response.writeHead(200, { "content-type": "text/javascript", "cache-control": "public, max-age=31536000, immutable", etag: '"one"', ...(encoding === "gzip" ? { "content-encoding": "gzip" } : {}) });
      if (request.url.endsWith("cut.js")) return void response.write("kept ", () => response.destroy());
      response.write("kept ");
      response.end(encoding === "gzip" ? gzipSync("code") : "code");
      return;
    }
    if (request.url === "/closing") {
      // Nobody used this connection for a while.
      if (this.#used.has(request.socket)) return void request.socket.destroy();
      return void response.end("fresh");
    }
    if (request.url === "/generated/missing.js") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "public, max-age=31536000, immutable" });
      return void response.end("There is no such page");
    }
    response.writeHead(200, {
      "content-type": request.url?.startsWith("/_next/") ? "text/javascript" : "text/html; charset=utf-8",
      "x-powered-by": "Somebody", "content-security-policy": "default-src *", "set-cookie": ["a=1", "b=2"], connection: "keep-alive, x-hop", "x-hop": "1",
    });
    request.pipe(response);
  }
}

let web: FakeWeb;
let product: TestProduct;

beforeAll(async () => {
  web = new FakeWeb();
  product = await startTestProduct({ server: { webUrl: await web.listen() } });
});
afterAll(async () => {
  await product.edge.drain(1);
  web.server.closeAllConnections();
  web.server.close();
});

describe("files of pages that never change", () => {
  const asked = (file: string) => web.seen.filter(({ url }) => url === file).length;
  const get = (file: string, headers: Readonly<Record<string, string>> = {}) => fetch(`${product.url}${file}`, { headers: { "accept-encoding": "identity", ...headers } });

  it("are asked of the web server once, and carry our headers every time", async () => {
    for (let times = 0; times < 3; times += 1) {
      const response = await get("/_next/static/kept/a.js");
      expect(await response.text()).toBe("kept code");
      expect(Object.fromEntries(response.headers)).toMatchObject({ "content-type": "text/javascript", "cache-control": "public, max-age=31536000, immutable", etag: '"one"', "x-content-type-options": "nosniff" });
    }
    expect(asked("/_next/static/kept/a.js")).toBe(1);
  });

  it("are kept apart compressed and not, however a browser spells what it takes", async () => {
    const file = "/_next/static/kept/b.js";
    const encodings = ["gzip, deflate, br", "br;q=1.0, gzip;q=0.5", "identity", "gzip;q=0, br", ""];
    const answers: (string | undefined)[] = [];
    for (const accepted of encodings) answers.push((await headersOf(file, accepted))["content-encoding"]);
    expect(answers).toEqual(["gzip", "gzip", undefined, undefined, undefined]);
    expect(asked(file)).toBe(2);
  });

  it("are not kept when they were cut off, nor where another answer may be due", async () => {
    await expect(get("/_next/static/kept/cut.js").then((response) => response.text())).rejects.toThrow();
    await expect(get("/_next/static/kept/cut.js").then((response) => response.text())).rejects.toThrow();
    expect(asked("/_next/static/kept/cut.js")).toBe(2);
    for (const headers of [{ range: "bytes=0-1" }, { "if-none-match": '"one"' }]) await (await get("/_next/static/kept/a.js", headers)).text();
    await (await get("/_next/static/kept/a.js?other")).text();
    expect([asked("/_next/static/kept/a.js"), asked("/_next/static/kept/a.js?other")]).toEqual([3, 1]);
    for (let times = 0; times < 2; times += 1) await (await get("/_next/static/changing.js")).text();
    expect(asked("/_next/static/changing.js")).toBe(2);
  });

  it("are no pages: one that says that a file is missing is kept by nobody, and has its policy every time", async () => {
    const policies = new Set<string | null>();
    for (let times = 0; times < 2; times += 1) {
      const response = await get("/generated/missing.js");
      expect([await response.text(), response.headers.get("cache-control")]).toEqual(["There is no such page", "no-store"]);
      policies.add(response.headers.get("content-security-policy"));
    }
    expect([policies.size, policies.has(null), asked("/generated/missing.js")]).toEqual([2, false, 2]);
  });

  /** By a client that undoes no compression. */
  async function headersOf(path: string, accepted: string) {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    httpRequest({ port: product.port, path, headers: { "accept-encoding": accepted } }, resolve).on("error", reject).end();
    const response = await promise;
    response.resume();
    await once(response, "end");
    return response.headers;
  }
});

describe("pages", () => {
  it("come from the web server, with our headers on them", async () => {
    const response = await fetch(`${product.url}/projects?tab=1`, { headers: { accept: "text/html", "x-forwarded-for": "6.6.6.6", cookie: "a=b" } });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY", "cross-origin-opener-policy": "same-origin" });
    expect(response.headers.get("x-powered-by")).toBeNull();
    expect(response.headers.get("x-hop")).toBeNull();
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    const upstream = web.seen.at(-1);
    expect([upstream?.url, upstream?.headers]).toMatchObject(["/projects?tab=1", { host: `127.0.0.1:${product.port}`, "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http", cookie: "a=b", "x-trace-id": response.headers.get("x-trace-id") }]);
  });

  it("may run scripts with a nonce of their own, which the web server is told", async () => {
    const policies = await Promise.all([1, 2].map(async () => (await fetch(`${product.url}/`)).headers.get("content-security-policy") ?? ""));
    const nonces = policies.map((policy) => /script-src 'self' 'nonce-([A-Za-z0-9+/=]{24})';/.exec(policy)?.[1]);
    expect(new Set(nonces).size).toBe(2);
    expect(nonces).not.toContain(undefined);
    expect(web.seen.slice(-2).map(({ headers }) => headers["content-security-policy"]).sort()).toEqual([...policies].sort());
    expect(policies[0]).toContain("worker-src 'self' blob:");
    expect(policies[0]).toContain("frame-ancestors 'none'");
    expect(policies[0]).not.toContain("unsafe-eval");
  });

  it("stream in both directions", async () => {
    const response = await fetch(`${product.url}/stream`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("first");
    web.hold.resolve();
    expect((await reader?.read())?.value).toBe("last");
    const body = "x".repeat(5_000_000);
    expect(await (await fetch(`${product.url}/upload`, { method: "POST", body })).text()).toBe(body);
  });

  it("are asked for again where the web server closed the connection meanwhile, but for what may have been done", async () => {
    const ask = async (method: string) => {
      await (await fetch(`${product.url}/`)).text();
      const response = await fetch(`${product.url}/closing`, { method });
      return [response.status, await response.text()];
    };
    expect(await ask("GET")).toEqual([200, "fresh"]);
    expect(await ask("HEAD")).toEqual([200, ""]);
    expect((await ask("POST"))[0]).toBe(503);
  });

  it("are given up upstream when the reader leaves", async () => {
    web.hold = Promise.withResolvers();
    const leave = new AbortController();
    await fetch(`${product.url}/stream`, { signal: leave.signal });
    const upstream = web.seen.at(-1);
    leave.abort();
    if (upstream && !upstream.socket.destroyed) await once(upstream.socket, "close");
    expect(upstream?.socket.destroyed).toBe(true);
  });

  it("do not take other methods, and the API is not among them", async () => {
    const count = web.seen.length;
    const wrong = await fetch(`${product.url}/projects`, { method: "DELETE" });
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD, POST, OPTIONS"]);
    for (const path of ["/api", "/api/", "/api/v2/x", "/internal/x"]) expect([path, (await fetch(`${product.url}${path}`)).status]).toEqual([path, 404]);
    expect(web.seen.length).toBe(count);
  });
});

describe("without a web server", () => {
  it.each([["none is configured", null], ["it is down", "http://127.0.0.1:1"]])("people read that, programs get it as data: %s", async (_what, webUrl) => {
    const lonely = await startTestProduct({ server: { webUrl } });
    const page = await fetch(`${lonely.url}/`, { headers: { accept: "text/html,*/*" } });
    expect([page.status, page.headers.get("retry-after"), page.headers.get("content-type")]).toEqual([503, "3", "text/html; charset=utf-8"]);
    expect(await page.text()).toContain("The pages are not available at the moment");
    const data = await fetch(`${lonely.url}/`, { headers: { accept: "application/json" } });
    expect([data.status, await data.json()]).toMatchObject([503, { error: { code: "web_unavailable" } }]);
    expect((await fetch(`${lonely.url}/api/v1/notes`, { headers: { authorization: `Bearer ${ADA_TOKEN}` } })).status).toBe(200);
    await lonely.edge.drain(1);
  });
});

describe("the development server's websocket", () => {
  const upgrade = (path: string, headers: Record<string, string>) => {
    const request = httpRequest({ host: "127.0.0.1", port: product.port, path, headers: { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", ...headers } });
    request.end();
    return request;
  };

  it("is open to our own pages", async () => {
    const request = upgrade("/_next/hmr", { origin: `http://127.0.0.1:${product.port}` });
    const [response, socket] = await once(request, "upgrade");
    expect([response.statusCode, response.headers["sec-websocket-accept"]]).toEqual([101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
    socket.write("ping");
    expect(String((await once(socket, "data"))[0])).toBe("ping");
    socket.destroy();
    expect(web.upgraded).toEqual(["/_next/hmr"]);
  });

  it.each([
    ["another site", "/_next/hmr", { origin: "https://evil.example" }, 403],
    ["nobody who says where from", "/_next/hmr", {}, 403],
    ["another name", "/_next/hmr", { host: "evil.example", origin: "http://evil.example" }, 403],
  ])("is closed to %s", async (_who, path, headers, status) => {
    const [response] = await once(upgrade(path, headers), "response");
    expect(response.statusCode).toBe(status);
    expect(web.upgraded).toEqual(["/_next/hmr"]);
  });

  it("is the only one", async () => {
    const [response] = await once(upgrade("/api/trpc", { origin: `http://127.0.0.1:${product.port}` }), "response");
    expect(response.statusCode).toBe(404);
  });

  it("ends when the process drains", async () => {
    const other = await startTestProduct({ server: { webUrl: webUrlOf(web.server) } });
    const socket = connect(other.port, "127.0.0.1");
    socket.write(`GET /_next/hmr HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    await once(socket, "data");
    await Promise.all([once(socket, "close"), other.edge.drain(30)]);
  });

  it("is refused while the process drains, and keeps it from nothing even when its other side does not let go", async () => {
    const other = await startTestProduct({ server: { webUrl: webUrlOf(web.server) } });
    const running = fetch(`${other.url}/api/v1/notes/slow`, { method: "POST", headers: { authorization: `Bearer ${ADA_TOKEN}` } });
    await other.gate.entered.promise;
    const drained = other.edge.drain(30);
    const before = web.upgraded.length;
    const socket = connect({ port: other.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.write(`GET /_next/hmr HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1\.1 503 [\s\S]*"code":"draining"/);
    expect(web.upgraded.length).toBe(before);
    other.gate.release.resolve();
    expect((await running).status).toBe(200);
    await drained;
    socket.destroy();
  });

  it("ends when its page goes", async () => {
    const socket = connect(product.port, "127.0.0.1");
    socket.write(`GET /_next/hmr HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    await once(socket, "data");
    const before = await connections(web.server);
    socket.destroy();
    await expect.poll(() => connections(web.server)).toBeLessThan(before);
  });
});

function webUrlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
}
