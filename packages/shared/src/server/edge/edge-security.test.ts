import { request as httpRequest } from "node:http";
import { text as readText } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADA_TOKEN, cookieFor, startTestProduct, type TestProduct, type TestProductOptions } from "./__fixtures__/notes-product.ts";

const started: TestProduct[] = [];

async function product(options?: TestProductOptions): Promise<TestProduct> {
  const each = await startTestProduct(options);
  started.push(each);
  return each;
}
afterAll(() => Promise.all(started.map(({ edge }) => edge.drain(1))));

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Without what fetch adds or forbids: Host, Origin and Sec-Fetch-Site are the point here. */
async function ask({ port }: TestProduct, path: string, { method = "GET", headers = {}, body }: Asked = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; headers: NodeJS.Dict<string | string[]>; json: unknown }>();
  const request = httpRequest({ host: "127.0.0.1", port, path, method, agent: false, headers: { host: `127.0.0.1:${port}`, ...headers } }, (response) => {
    readText(response).then((text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, json: text.startsWith("{") ? JSON.parse(text) : text }), reject);
  });
  request.on("error", reject);
  request.end(body);
  return promise;
}

describe("requests of other sites", () => {
  let home: TestProduct;
  let cookie: string;

  beforeAll(async () => {
    home = await product();
    cookie = cookieFor(ADA_TOKEN);
  });

  const post = (headers: Record<string, string>) =>
    ask(home, "/api/v1/notes", { method: "POST", body: '{"title":"x"}', headers: { "content-type": "application/json", ...headers } });

  it("are refused by their origin, with the cookie and without", async () => {
    const evil = { origin: "https://evil.example" };
    for (const headers of [{ cookie, ...evil }, evil, { cookie, origin: "null" }, { cookie, origin: `http://127.0.0.1:${home.port + 1}` }, { cookie, "sec-fetch-site": "cross-site" }, { cookie, "sec-fetch-site": "same-site" }]) {
      const { status, json } = await post(headers);
      expect([headers, status, json]).toMatchObject([headers, 403, { error: { code: "cross_site_request" } }]);
    }
    expect(home.audited).toEqual([]);
  });

  it("are not taken for those of our own pages", async () => {
    for (const headers of [{ cookie, origin: `http://127.0.0.1:${home.port}` }, { cookie, "sec-fetch-site": "same-origin" }]) {
      expect([headers, (await post(headers)).status]).toEqual([headers, 200]);
    }
  });

  it("cannot hide behind a cookie without any word of the browser, or behind a form", async () => {
    expect((await post({ cookie })).status).toBe(403);
    const form = await post({ cookie, origin: `http://127.0.0.1:${home.port}`, "content-type": "text/plain" });
    expect(form.status).not.toBe(200);
    const remove = await ask(home, "/api/v1/notes/0190f5fe-7c00-7a00-8a00-000000000001", { method: "DELETE", headers: { cookie, origin: "https://evil.example" } });
    expect(remove.status).toBe(403);
  });

  it("do not concern programs, which show a token", async () => {
    expect((await post({ authorization: `Bearer ${ADA_TOKEN}` })).status).toBe(200);
    expect((await post({ authorization: `Bearer ${ADA_TOKEN}`, cookie, origin: "https://evil.example" })).status).toBe(200);
  });

  it("may read nothing: no answer invites them", async () => {
    const { headers, status } = await ask(home, "/api/v1/notes", { headers: { cookie, origin: "https://evil.example" } });
    expect([status, headers["access-control-allow-origin"], headers["cross-origin-resource-policy"]]).toEqual([200, undefined, "same-origin"]);
    const preflight = await ask(home, "/api/trpc/notes.create", { method: "OPTIONS", headers: { origin: "https://evil.example", "access-control-request-method": "POST" } });
    expect([preflight.status, preflight.headers["access-control-allow-origin"], preflight.headers["allow"]]).toEqual([204, undefined, "GET, POST"]);
  });

  it("hold over tRPC as well", async () => {
    const { status, json } = await ask(home, "/api/trpc/notes.create", { method: "POST", body: '{"title":"x"}', headers: { "content-type": "application/json", cookie, origin: "https://evil.example" } });
    expect([status, json]).toMatchObject([403, { error: { data: { error: { code: "cross_site_request" } } } }]);
  });
});

describe("the session cookie", () => {
  it("is for this origin alone and out of reach of scripts", async () => {
    const plain = await product();
    const signedIn = await ask(plain, "/api/v1/notes/sign-in", { method: "POST" });
    const [set] = signedIn.headers["set-cookie"] ?? [];
    expect(set).toMatch(/^coder_session=ada-session-token\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Expires=Tue, 01 Jan 2030 00:00:00 GMT$/);
  });

  it("is secure and bound to the host where people come by https", async () => {
    const secure = await product({ server: { publicUrl: "https://coder.example" } });
    const host = { host: "coder.example", origin: "https://coder.example" };
    const { headers } = await ask(secure, "/api/v1/notes/sign-in", { method: "POST", headers: host });
    expect(headers["set-cookie"]?.[0]).toMatch(/^__Host-coder_session=.*; Path=\/; HttpOnly; SameSite=Lax; Secure; Expires=/);
    const cookie = (headers["set-cookie"]?.[0] ?? "").split(";", 1)[0] ?? "";
    expect((await ask(secure, "/api/v1/notes", { headers: { ...host, cookie } })).status).toBe(200);
    expect((await ask(secure, "/api/v1/notes", { headers: { ...host, cookie: cookie.replace("__Host-", "") } })).status).toBe(401);
    const signedOut = await ask(secure, "/api/v1/notes/sign-out", { method: "POST", headers: { ...host, cookie } });
    expect(signedOut.headers["set-cookie"]?.[0]).toMatch(/^__Host-coder_session=; .*Expires=Thu, 01 Jan 1970/);
  });

  it("costs no look-up when it is made up, and leaves its owner anonymous when it is old", async () => {
    const home = await product();
    const good = cookieFor(ADA_TOKEN);
    for (const cookie of ["coder_session=ada-session-token", "coder_session=ada-session-token.", `${good}x`, good.replace("ada", "bob"), "coder_session=", "coder_session=a=b; ;;=;x", "coder_session=\u00e4.\u00e4"]) {
      expect([cookie, (await ask(home, "/api/v1/notes", { headers: { cookie } })).status]).toEqual([cookie, 401]);
    }
    expect(home.resolved).toEqual([]);
    const old = cookieFor("ended-session");
    expect((await ask(home, "/api/v1/notes/limited", { headers: { cookie: old } })).status).toBe(200);
    expect(home.resolved).toEqual(["ended-session"]);
  });

  it("is found among others, and behind a planted one", async () => {
    const home = await product();
    const cookie = `theme=dark; coder_session=planted.by-a-neighbour; ${cookieFor(ADA_TOKEN)}`;
    expect((await ask(home, "/api/v1/notes", { headers: { cookie } })).status).toBe(200);
  });
});

describe("tokens that are nobody's", () => {
  it("are looked up a hundred times a minute for one network, and not again, whatever comes next", async () => {
    const home = await product({ server: { trustedProxies: ["127.0.0.1"] } });
    const show = (token: string, from = "203.0.113.9") => ask(home, "/api/v1/notes", { headers: { authorization: `Bearer ${token}`, "x-forwarded-for": from } });
    for (let guess = 0; guess < 100; guess += 1) expect((await show(`made-up-${guess}`)).status).toBe(401);
    expect(home.resolved).toHaveLength(100);
    const refused = await show("made-up-100");
    expect(refused).toMatchObject({ status: 429, json: { error: { code: "rate_limited" } } });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await show(ADA_TOKEN)).status).toBe(429);
    expect(home.resolved).toHaveLength(100);
    // Others, and whoever has a cookie, which cannot be made up, are served.
    expect((await show(ADA_TOKEN, "198.51.100.1")).status).toBe(200);
    expect((await ask(home, "/api/v1/notes", { headers: { cookie: cookieFor(ADA_TOKEN), "x-forwarded-for": "203.0.113.9" } })).status).toBe(200);
  });

  it("count for nothing when they are somebody's", async () => {
    const home = await product();
    for (let call = 0; call < 120; call += 1) expect((await ask(home, "/api/v1/notes", { headers: { authorization: `Bearer ${ADA_TOKEN}` } })).status).toBe(200);
  });
});

describe("names nobody gave this installation", () => {
  it("are refused on loopback, so that a stranger's name cannot be pointed at it", async () => {
    const home = await product();
    for (const host of ["evil.example", `evil.example:${home.port}`, "127.0.0.1.evil.example", "localhost.evil.example"]) {
      expect([host, await ask(home, "/api/v1/notes/limited", { headers: { host } })]).toMatchObject([host, { status: 403, json: { error: { code: "host_not_allowed" } } }]);
    }
    for (const host of ["localhost", `localhost:${home.port}`, "127.0.0.1", `[::1]:${home.port}`, "project.localhost"]) {
      expect([host, (await ask(home, "/api/v1/notes", { headers: { host } })).status]).toEqual([host, 401]);
    }
  });

  it("are those beside the public one where that is set", async () => {
    const home = await product({ server: { publicUrl: "https://coder.example" } });
    const status = async (host: string) => (await ask(home, "/api/v1/notes", { headers: { host } })).status;
    expect([await status("coder.example"), await status("localhost"), await status("other.example"), await status("10.0.0.5")]).toEqual([401, 401, 403, 403]);
  });

  it("do not matter to probes, which come by address", async () => {
    const home = await product({ server: { publicUrl: "https://coder.example" } });
    expect((await ask(home, "/ready", { headers: { host: "10.0.0.5:8080" } })).status).toBe(200);
  });

  it.each(["a b", "user@host", "host:port", "[::1", "ho\u00e4st", "a/b"])("are not even names: %j", async (host) => {
    const home = await product();
    expect(await ask(home, "/api/v1/notes", { headers: { host } })).toMatchObject({ status: 400, json: { error: { kind: "invalid" } } });
  });
});

describe("behind proxies", () => {
  it("believes those it trusts, about address and scheme", async () => {
    const home = await product({ server: { trustedProxies: ["127.0.0.1"] } });
    const forwarded = { "x-forwarded-for": "6.6.6.6, 203.0.113.9", "x-forwarded-proto": "https" };
    expect((await ask(home, "/api/v1/notes/limited", { headers: forwarded })).json).toEqual({ address: "203.0.113.9" });
    const cookie = cookieFor(ADA_TOKEN);
    const write = (origin: string) => ask(home, "/api/v1/notes", { method: "POST", body: '{"title":"x"}', headers: { ...forwarded, cookie, origin, "content-type": "application/json" } });
    expect([(await write(`https://127.0.0.1:${home.port}`)).status, (await write(`http://127.0.0.1:${home.port}`)).status]).toEqual([200, 403]);
  });

  it("believes nobody else", async () => {
    const home = await product();
    const { json } = await ask(home, "/api/v1/notes/limited", { headers: { "x-forwarded-for": "203.0.113.9" } });
    expect(json).toEqual({ address: "127.0.0.1" });
  });
});

describe("answers", () => {
  it("can neither run, be framed, guessed at nor kept", async () => {
    const home = await product();
    for (const path of ["/api/v1/notes", "/api/trpc/notes.list", "/health", "/ready", "/api/nothing", "/internal/nothing"]) {
      const { headers } = await ask(home, path);
      expect([path, headers]).toMatchObject([path, { "x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; frame-ancestors 'none'", "cache-control": "no-store", "content-type": expect.stringMatching(/^application\/json/) }]);
      expect(headers["x-powered-by"]).toBeUndefined();
    }
  });
});
