import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { freePort } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONFIG, endpointAt, IMPATIENT } from "../__fixtures__/config.ts";
import { ChatRig } from "../__fixtures__/ChatRig.ts";

let mock: LLMock;
const servers: Server[] = [];
beforeAll(async () => {
  mock = new LLMock({ port: 0, host: "127.0.0.1" });
  mock.on({ userMessage: "Count" }, { content: "1 2 3 4 5 6 7 8 9 10 11 12" }, { chunkSize: 4 });
  mock.on({ toolName: "note_number" }, { toolCalls: [{ id: "c", name: "note_number", arguments: '{"number":7}' }] });
  mock.onMessage("JSON object", { content: '{"ok": true}' });
  await mock.start();
});
afterAll(async () => {
  await mock.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return urlOf(server);
}

function urlOf(server: Pick<Server, "address">, scheme = "http"): string {
  const address = server.address();
  return `${scheme}://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

async function probe(url: string, kind: "openai" | "anthropic" = "openai", model = "test-model", timeouts = CONFIG.timeouts) {
  const rig = new ChatRig({ config: { ...CONFIG, timeouts, endpoints: { main: endpointAt(kind, url, model) }, apiKeys: { main: "key-of-nobody" } } });
  const result = await rig.service.probeEndpoint(rig.caller, { endpoint: "main" }, AbortSignal.timeout(20_000));
  const egress = await rig.service.listEgress(rig.caller, { limit: 50 });
  return { result, egress: egress.items, failure: result.checks.find(({ state }) => state === "fails") };
}

describe("checking an endpoint", () => {
  it.each(["openai", "anthropic"] as const)("tells what works at %s, and notes what it sent", async (kind) => {
    const { result, egress } = await probe(mock.url, kind, kind === "openai" ? "gpt-4o" : "claude-3-5-sonnet-20241022");
    expect(result.checks.filter(({ state }) => state === "fails")).toEqual([]);
    expect(result.works).toBe(true);
    expect(egress.length).toBeGreaterThanOrEqual(4);
    expect(egress.every(({ purpose }) => purpose === "probe")).toBe(true);
  });

  it("has one clear message for each way it fails", async () => {
    const answer = (status: number, body: string, type = "application/json"): RequestListener => (_request, response) => void response.writeHead(status, { "content-type": type }).end(body);
    const error = '{"error":{"message":"no"}}';
    const refused = `127.0.0.1:${await freePort()}`;
    const cases: readonly (readonly [string, string, string])[] = [
      [`http://${refused}`, "endpoint_unreachable", "nothing listens there"],
      ["http://no-such-host.invalid", "endpoint_unreachable", "its name"],
      [await serve(answer(401, error)), "endpoint_unauthorized", "refuses the key (401)"],
      [await serve((request, response) => (request.method === "GET" ? answer(200, '{"object":"list","data":[{"id":"other"}]}') : answer(404, error))(request, response)), "model_not_offered", "does not offer a model called test-model"],
      [await serve(answer(404, error)), "endpoint_not_found_upstream", "(404)"],
      [await serve(answer(200, "<html>Welcome</html>", "text/html")), "answer_malformed", "cannot be read"],
      [await serve(() => undefined), "endpoint_silent", "did not begin to answer within 0.4 s"],
      [await serve(answer(302, "")), "answer_malformed", "it leads elsewhere (302)"],
    ];
    for (const [url, code, message] of cases) {
      const { failure, result } = await probe(url, "openai", "test-model", code === "endpoint_silent" ? IMPATIENT : CONFIG.timeouts);
      expect([url, failure?.problem?.code, result.works]).toEqual([url, code, false]);
      expect(failure?.problem?.message).toContain(message);
      expect(failure?.problem?.remedy.length).toBeGreaterThan(10);
      // Without a list of models nothing is known of the model.
      if (code === "answer_malformed") expect(result.checks.find(({ name }) => name === "model")?.state).not.toBe("works");
    }
  }, 30_000);

  it("names the trap of localhost", async () => {
    const { failure } = await probe(`http://localhost:${await freePort()}`);
    expect(failure?.problem?.remedy).toContain("127.0.0.1 instead of localhost");
  });

  it("tells a certificate that is signed by itself", async () => {
    const folder = mkdtempSync(join(tmpdir(), "coder-ai-tls-"));
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")], { stdio: "ignore" });
    const server = createSecureServer({ key: readFileSync(join(folder, "key.pem")), cert: readFileSync(join(folder, "cert.pem")) }, (_request, response) => void response.end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { failure } = await probe(urlOf(server, "https"));
      expect(failure?.problem).toMatchObject({ code: "endpoint_unreachable", message: expect.stringContaining("signed by itself"), remedy: expect.stringContaining("NODE_EXTRA_CA_CERTS") });
      const plain = await probe(urlOf(server));
      expect(plain.result.works).toBe(false);
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
