import { LLMock } from "@copilotkit/aimock";
import { outcome, somebody } from "@coder/testing";
import { APIError } from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeLedger } from "../__fixtures__/FakeLedger.ts";
import { CONFIG, EmbeddingsRig } from "../__fixtures__/EmbeddingsRig.ts";
import { json, meaningOf, startEmbeddingsServer, vectorsOf, type Answer, type EmbeddingsServer } from "../__fixtures__/embeddings-server.ts";
import type { EndpointConfig } from "../config.ts";
import { EndpointClient } from "./EndpointClient.ts";

const never = new AbortController().signal;

let server: EmbeddingsServer;
let ledger: FakeLedger;
beforeEach(async () => {
  ledger = new FakeLedger();
  server = await startEmbeddingsServer(vectorsOf(meaningOf));
});
afterEach(() => server.close());

const configured = (more: Partial<EndpointConfig> = {}): EndpointConfig => ({ ...CONFIG.endpoint, url: server.url, model: "test-model", ...more });
const embed = (texts: readonly string[], more: Partial<EndpointConfig> = {}, options: Partial<Parameters<EndpointClient["embed"]>[1]> = {}) =>
  new EndpointClient(configured(more), ledger.client).embed(texts, { errand: { caller: somebody(), purpose: "probe", projectId: null }, signal: never, timeoutSeconds: 20, retries: 0, ...options });

describe("an OpenAI-compatible server", () => {
  it("gives one vector per text, in the order of the texts", async () => {
    const vectors = await embed(["cart", "session", ""], { apiKey: "key-1", dimensions: 4 });
    expect(vectors.map((vector) => [...vector].map((value) => Math.round(value)))).toEqual([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]);
    expect(server.requests).toEqual([{ url: "/v1/embeddings", key: "Bearer key-1", model: "test-model", input: ["cart", "session", " "], dimensions: 4 }]);
  });

  it("can be aimock", async () => {
    const mock = new LLMock({ port: 0, host: "127.0.0.1" });
    mock.onEmbedding(/special/, { embedding: [1, 2, 3] });
    await mock.start();
    try {
      const [first, again] = [await embed(["one text", "another"], { url: `${mock.url}/v1`, dimensions: 16 }), await embed(["one text"], { url: `${mock.url}/v1`, dimensions: 16 })];
      expect(first.map((vector) => vector.length)).toEqual([16, 16]);
      expect(again[0]).toEqual(first[0]);
      expect(await outcome(embed(["something special"], { url: `${mock.url}/v1`, dimensions: 16 }))).toBe("dimension_mismatch");
      mock.nextRequestError(429, { message: "Slow down" });
      expect(await outcome(embed(["a"], { url: `${mock.url}/v1` }))).toBe("endpoint_busy");
      mock.nextRequestError(500, { message: "Broken" });
      expect((await embed(["one text"], { url: `${mock.url}/v1`, dimensions: 16 }, { retries: 2 }))[0]).toEqual(first[0]);
    } finally {
      await mock.stop();
    }
  }, 30_000);

  it("that refuses for a moment is asked again, after the time it names", async () => {
    const [begun, plain] = [performance.now(), server.answer];
    let refused = 0;
    server.answer = (request, response, raw) => (++refused <= 2 ? json(response, refused === 1 ? 429 : 503, { error: { message: "later" } }, { "retry-after-ms": "60" }) : plain(request, response, raw));
    expect(await embed(["cart"], {}, { retries: 3 })).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
    expect(performance.now() - begun).toBeGreaterThan(115);
  });

  it("is left alone when nobody waits any more", async () => {
    server.answer = () => undefined;
    const gone = new AbortController();
    const asked = embed(["cart"], {}, { signal: gone.signal, timeoutSeconds: 30 });
    setTimeout(() => gone.abort(new Error("gone")), 50);
    await expect(asked).rejects.toThrow("gone");
  });
});

describe("every way to fail", () => {
  const answers: readonly (readonly [code: string, answer: Answer])[] = [
    ["endpoint_unauthorized", (_request, response) => json(response, 401, { error: { message: "Bad key" } })],
    ["endpoint_unauthorized", (_request, response) => json(response, 403, { error: { message: "Not yours" } })],
    ["endpoint_not_found", (_request, response) => json(response, 404, { error: { message: "No such model" } })],
    ["endpoint_busy", (_request, response) => json(response, 429, { error: { message: "Slow down" } }, { "retry-after": "7" })],
    ["endpoint_failed", (_request, response) => json(response, 500, { error: { message: "Broken" } })],
    ["endpoint_failed", (_request, response) => json(response, 503, {})],
    ["endpoint_rejected", (_request, response) => json(response, 400, { error: { message: "This model makes no embeddings" } })],
    ["endpoint_rejected", (_request, response) => json(response, 413, { error: { message: "Too long" } })],
    ["endpoint_failed", (_request, response) => response.writeHead(302, { location: "http://169.254.169.254/" }).end()],
    ["endpoint_malformed", (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>Welcome</html>")],
    ["endpoint_malformed", (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"data": [')],
    ["endpoint_malformed", (_request, response) => json(response, 200, { data: "none" })],
    ["endpoint_malformed", (_request, response) => json(response, 200, { data: [{ index: 0, embedding: [] }] })],
    ["endpoint_malformed", (_request, response) => json(response, 200, { data: [{ index: 0, embedding: [1, "2"] }] })],
    ["endpoint_malformed", (_request, response) => json(response, 200, { data: [{ index: 5, embedding: [1, 2] }] })],
    ["endpoint_malformed", (_request, response) => json(response, 200, { data: [{ index: 0, embedding: [1, 2] }, { index: 1, embedding: [1, 2] }] })],
    ["endpoint_malformed", (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"data":[{"index":0,"embedding":[1e999,1]}]}')],
    ["endpoint_unreachable", (_request, response) => response.destroy()],
    ["endpoint_silent", () => undefined],
  ];

  it.each(answers)("is told: %s %#", async (code, answer) => {
    server.answer = answer;
    const asked = embed(["cart"], {}, { timeoutSeconds: code === "endpoint_silent" ? 1 : 20 });
    await expect(asked).rejects.toMatchObject({ code, remedy: expect.stringMatching(/\w/), message: expect.stringContaining("embeddings endpoint") });
  });

  it("is told where nothing listens, and where the name is unknown", async () => {
    const { url } = server;
    await server.close();
    await expect(embed(["cart"], { url })).rejects.toMatchObject({ code: "endpoint_unreachable", message: expect.stringContaining("nothing listens") });
    await expect(embed(["cart"], { url: "http://no-such-name.invalid/v1" })).rejects.toMatchObject({ code: "endpoint_unreachable" });
  });

  it("says when to try again, and keeps what the library knows", async () => {
    server.answer = (_request, response) => json(response, 429, { error: { message: "Slow down" } }, { "retry-after": "7" });
    const error: unknown = await embed(["cart"]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "endpoint_busy", details: { retryAfterSeconds: 7 }, remedy: expect.stringContaining("7 s") });
    expect(error instanceof Error && error.cause).toBeInstanceOf(APIError);
  });

  it("never tells the key", async () => {
    server.answer = (_request, response) => json(response, 401, { error: { message: "Incorrect API key provided" } });
    const error: unknown = await embed(["cart"], { apiKey: "sk-very-secret" }).catch((reason: unknown) => reason);
    expect(JSON.stringify(error)).not.toContain("sk-very-secret");
  });

  it("is one of dimensions: what is there decides", async () => {
    expect(await outcome(embed(["cart"], {}, { dimensions: 8 }))).toBe("dimension_mismatch");
    expect(await outcome(embed(["cart"], { dimensions: 8 }))).toBe("dimension_mismatch");
    server.answer = vectorsOf((text) => (text === "cart" ? [1, 2] : [1, 2, 3]));
    expect(await outcome(embed(["cart", "other"]))).toBe("dimension_mismatch");
  });

  it("is one of length: an endless answer is not taken in", async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const more = () => {
        while (!response.destroyed && response.write("[".repeat(1_000_000)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    };
    expect(await outcome(embed(["cart"], {}, { timeoutSeconds: 20 }))).toBe("endpoint_malformed");
  }, 30_000);
});

describe("the ledger of what was sent", () => {
  const FOUND = `${"ghp"}_${"a1B2c3D4".repeat(5)}`;

  it("holds every request, before it leaves, each attempt of its own, and how it ended", async () => {
    const plain = server.answer;
    const noted: number[] = [];
    let attempt = 0;
    server.answer = (request, response, raw) => {
      noted.push(ledger.entries.length);
      if (++attempt === 1) json(response, 503, { error: { message: "later" } }, { "retry-after-ms": "1" });
      else plain(request, response, raw);
    };
    await embed(["cart"], {}, { retries: 1 });
    expect(noted).toEqual([1, 2]);
    const { host } = new URL(server.url);
    const entry = { endpoint: "embeddings", host, path: "/v1/embeddings", model: "test-model", purpose: "probe", projectId: null, secrets: 0 };
    expect(ledger.entries).toMatchObject([{ ...entry, end: { status: 503 } }, { ...entry, end: { status: 200, outcome: "done" } }]);
    for (const { requestBytes, end } of ledger.entries) expect([requestBytes > 20, (end?.responseBytes ?? 0) > 20]).toEqual([true, true]);
  });

  it("tells which ones failed, were given up, or were cut off", async () => {
    server.answer = (_request, response) => response.destroy();
    expect(await outcome(embed(["cart"]))).toBe("endpoint_unreachable");
    server.answer = () => undefined;
    expect(await outcome(embed(["cart"], {}, { timeoutSeconds: 1 }))).toBe("endpoint_silent");
    const gone = new AbortController();
    const asked = embed(["cart"], {}, { signal: gone.signal });
    await expect.poll(() => server.requests.length).toBe(3);
    gone.abort(new Error("gone"));
    await expect(asked).rejects.toThrow("gone");
    expect(ledger.entries.map(({ end }) => end)).toMatchObject([{ outcome: "failed", status: null }, { outcome: "failed", status: null }, { outcome: "cancelled", status: null }]);
  });

  it("stops what it cannot take", async () => {
    ledger.broken = true;
    expect(await outcome(embed(["cart"]))).not.toBe("done");
    expect(server.requests).toEqual([]);
  });

  it("names project, purpose and secrets that were kept back, and none of them is sent", async () => {
    const rig = new EmbeddingsRig({ config: { ...CONFIG, endpoint: configured() } });
    const project = rig.workspace.create(rig.caller, { "src/a.ts": `export function sign() { return fetch(url, "${FOUND}"); }\n`, ".env": "PLAIN=very-internal-word\n" });
    await rig.index(project);
    expect(rig.ledger.entries.length).toBeGreaterThan(0);
    expect(rig.ledger.entries).toMatchObject(rig.ledger.entries.map(() => ({ purpose: "index", projectId: project, end: { outcome: "done" } })));
    expect(rig.ledger.entries.reduce((sum, { secrets }) => sum + secrets, 0)).toBe(2);
    const before = rig.ledger.entries.length;
    await rig.service.search(rig.caller, { projectId: project, query: `who uses ${FOUND}`, limit: 5 }, never);
    expect(rig.ledger.entries.slice(before)).toMatchObject([{ purpose: "search", projectId: project, secrets: 1 }]);
    const sent = JSON.stringify(server.requests);
    expect(sent).toContain("__SECRET__");
    expect([sent.includes(FOUND), sent.includes("very-internal-word")]).toEqual([false, false]);
    await rig.service.probeEndpoint(rig.caller, never);
    expect(rig.ledger.entries.at(-1)).toMatchObject({ purpose: "probe", projectId: null });
    await rig.search.stop();
  });

  it("stays empty without an endpoint", async () => {
    const rig = new EmbeddingsRig();
    const project = rig.workspace.create(rig.caller, { "src/a.ts": "export function sign() { return 1; }\n" });
    await rig.index(project);
    await rig.service.search(rig.caller, { projectId: project, query: "sign", limit: 5 }, never);
    await rig.service.probeEndpoint(rig.caller, never);
    expect(rig.ledger.entries).toEqual([]);
    await rig.search.stop();
  });
});

describe("private addresses", () => {
  it("are refused unless the operator allows them, however they are written", async () => {
    const { port } = new URL(server.url);
    for (const host of ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433", "169.254.169.254", "10.0.0.8"]) {
      expect([host, await outcome(embed(["cart"], { url: `http://${host}:${port}/v1`, allowPrivateAddress: false }))]).toEqual([host, "endpoint_private_address"]);
    }
    expect(server.requests).toEqual([]);
    expect(await embed(["cart"], { url: `http://localhost:${port}/v1`, allowPrivateAddress: true })).toHaveLength(1);
  });
});

describe("an index with an endpoint", () => {
  const FILES = {
    "src/session.ts": "export function revokeSession(id: string) { store.delete(id); }\n", "src/total.ts": "export function totalPrice(items: Item[]) { return items.length; }\n",
    "src/text.py": "def edit_distance(left, right):\n    return left - right\n", "src/plain.ts": Array.from({ length: 20 }, (_unused, index) => `export function helper${index}() { return ${index}; }\n`).join("\n"),
  };
  let rig: EmbeddingsRig;
  beforeEach(() => {
    rig = new EmbeddingsRig({ config: { ...CONFIG, endpoint: configured() } });
  });
  afterEach(() => rig.search.stop());

  const ask = (projectId: Parameters<EmbeddingsRig["run"]>[0], query: string) => rig.service.search(rig.caller, { projectId, query, limit: 10 }, never);

  it("finds what shares no word with the question, and says that it was the endpoint", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const result = await ask(project, "basket cost");
    expect(result).toMatchObject({ ranking: "builtin+endpoint", problem: null });
    expect(result.hits[0]).toMatchObject({ symbol: "totalPrice", reason: { parts: [{ signal: "endpoint", weight: 1 }] } });
    expect(result.hits[0]?.score).toBeGreaterThan(0.9);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ endpoint: { model: "test-model", dimensions: 4, chunks: 23 } });
    expect(Math.max(...server.requests.map(({ input }) => input.length))).toBe(4);
  });

  it("embeds what is new alone, and a question once", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    server.requests.length = 0;
    await rig.index(project);
    expect(server.requests).toEqual([]);
    rig.workspace.write(project, "src/text.py", `${FILES["src/text.py"]}\ndef letters(word):\n    return len(word)\n`);
    await rig.index(project);
    expect(server.requests.flatMap(({ input }) => input)).toEqual([expect.stringContaining("def letters")]);
    server.requests.length = 0;
    await ask(project, "basket cost");
    await ask(project, "basket cost");
    expect(server.requests).toHaveLength(1);
  });

  it("is complete without the endpoint when that fails, says so, and is completed when it is back", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    const works = server.answer;
    server.answer = (_request, response) => json(response, 401, { error: { message: "Bad key" } });
    await rig.index(project);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready", files: 4, chunks: 23, endpoint: null, problem: { code: "endpoint_unauthorized" } });
    expect(await ask(project, "revoke session")).toMatchObject({ ranking: "builtin", hits: [{ symbol: "revokeSession" }] });
    server.answer = works;
    await rig.index(project);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ problem: null, endpoint: { chunks: 23 } });
    const result = await ask(project, "basket cost");
    expect([result.ranking, result.hits[0]?.symbol]).toEqual(["builtin+endpoint", "totalPrice"]);
  });

  it("answers without the endpoint when that fails during a search, and says why", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    server.answer = (_request, response) => json(response, 500, { error: { message: "Broken" } }, { "retry-after-ms": "1" });
    expect(await ask(project, "revoke session")).toMatchObject({ ranking: "builtin", problem: { code: "endpoint_failed" }, hits: [{ symbol: "revokeSession" }] });
  });

  it("waits for the endpoint once, and leaves it alone for a while when that was in vain", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const works = server.answer;
    rig.config = { ...rig.config, endpoint: configured({ timeoutSeconds: 1 }) };
    server.requests.length = 0;
    server.answer = () => undefined;
    const silent = { ranking: "builtin", problem: { code: "endpoint_silent" }, hits: [{ symbol: "revokeSession" }] };
    expect(await ask(project, "revoke session")).toMatchObject(silent);
    server.answer = works;
    expect(await ask(project, "revoke session")).toMatchObject(silent);
    expect(server.requests).toHaveLength(1);
    // Another server is none that kept anybody waiting.
    rig.config = { ...rig.config, endpoint: configured({ url: `${server.url}/` }) };
    expect(await ask(project, "revoke session")).toMatchObject({ ranking: "builtin+endpoint", problem: null });
  });

  it("says so when the endpoint gives other vectors than those of the index", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    server.answer = vectorsOf(() => [1, 0]);
    expect(await ask(project, "revoke session")).toMatchObject({ ranking: "builtin", problem: { code: "dimension_mismatch" }, hits: [{ symbol: "revokeSession" }] });
  });

  it("starts afresh with another model, and forgets the vectors of the one before", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    rig.config = { ...rig.config, endpoint: configured({ model: "other-model" }) };
    expect(await ask(project, "basket cost")).toMatchObject({ ranking: "builtin", problem: { code: "vectors_missing", message: expect.stringContaining("other-model"), remedy: "Update the index." } });
    server.requests.length = 0;
    await rig.index(project);
    expect(server.requests.flatMap(({ input }) => input)).toHaveLength(23);
    expect(await ask(project, "basket cost")).toMatchObject({ ranking: "builtin+endpoint" });
    expect(await rig.vectors.collection(rig.caller, JSON.stringify([project, "test-model", null])).count()).toBe(0);
    rig.config = { ...rig.config, endpoint: CONFIG.endpoint };
    await rig.index(project);
    expect(await rig.vectors.collection(rig.caller, JSON.stringify([project, "other-model", null])).count()).toBe(0);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ endpoint: null });
  });

  it("loses the vectors of what is gone, and all with the index", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    rig.workspace.remove(project, "src/plain.ts");
    await rig.index(project);
    const vectors = rig.vectors.collection(rig.caller, JSON.stringify([project, "test-model", null]));
    expect(await vectors.count()).toBe(3);
    await rig.service.deleteIndex(rig.caller, { projectId: project });
    expect(await vectors.count()).toBe(0);
  });

  it("can be tested before it is used", async () => {
    expect(await rig.service.probeEndpoint(rig.caller, never)).toMatchObject({ configured: true, works: true, url: server.url, model: "test-model", dimensions: 4, problem: null });
    server.answer = (_request, response) => json(response, 404, { error: { message: "No such model" } });
    expect(await rig.service.probeEndpoint(rig.caller, never)).toMatchObject({ configured: true, works: false, dimensions: null, problem: { code: "endpoint_not_found", message: expect.stringContaining("test-model") } });
    rig.config = { ...rig.config, endpoint: CONFIG.endpoint };
    expect(await rig.service.probeEndpoint(rig.caller, never)).toMatchObject({ configured: false, works: false, problem: null });
  });
});

it("needs an address and a model", () => {
  expect(() => new EndpointClient(CONFIG.endpoint, ledger.client)).toThrow("No embeddings endpoint");
});
