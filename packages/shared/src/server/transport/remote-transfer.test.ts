import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { AppErrorDataSchema } from "../../app-error.ts";
import { transferPath } from "../../define-transfer.ts";
import { ADA_TOKEN, BOB_TOKEN, memoryLog, SERVICE_SECRET, startTestProduct, type LogLine, type TestProduct } from "../edge/__fixtures__/notes-product.ts";
import { CONTENT, MAX_UPLOAD, vaultProduct, vaultTransfers } from "../edge/__fixtures__/vault-product.ts";
import { createServiceTokens, type IServiceTokens } from "../service-token.ts";
import { remoteTransfer } from "./remote-transfer.ts";

const STALL_MS = 2_000;
const apiBases = ["/api/v1/vault"];

let vault: ReturnType<typeof vaultProduct>;
let far: TestProduct;
/** What people reach: it has no vault of its own. */
let near: TestProduct;
const logs: LogLine[] = [];

function passingOn(url: string, tokens: IServiceTokens): Promise<TestProduct> {
  const transfers = Object.entries(vaultTransfers).map(([key, definition]) => {
    const transfer = { name: `vault.${key}`, definition };
    return { ...transfer, binding: remoteTransfer({ module: "vault", url, tokens, log: memoryLog(logs) }, transfer) };
  });
  return startTestProduct({ router: vault.router, transfers, apiBases, stallMs: STALL_MS });
}

const tokensOf = (secret: string) => createServiceTokens({ secret, log: memoryLog(logs) });

beforeAll(async () => {
  vault = vaultProduct();
  far = await startTestProduct({ router: vault.router, transfers: vault.transfers, apiBases, stallMs: STALL_MS });
  near = await passingOn(far.url, tokensOf(SERVICE_SECRET));
});
afterAll(() => Promise.all([near, far].map(({ edge }) => edge.drain(0))));

const ask = (path: string, init: RequestInit = {}, to = near) => fetch(`${to.url}${path}`, { ...init, headers: { authorization: `Bearer ${ADA_TOKEN}`, ...Object.fromEntries(new Headers(init.headers)) } });
const put = (path: string, body: Buffer<ArrayBuffer>, headers: Record<string, string> = {}) => ask(path, { method: "PUT", body, headers: { "content-type": "application/octet-stream", ...headers } });
const box = transferPath(vaultTransfers.store, { box: "b/1", note: "ü", days: 2 });

describe("transfers of a module in another process", () => {
  it("arrive there as they came, under the caller's own name, and are recorded once", async () => {
    const bytes = randomBytes(180_000);
    const answer = await put(box, bytes);
    expect([answer.status, await answer.json()]).toEqual([200, { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), length: bytes.length, note: "ü", days: 2 }]);
    expect([near.audited.length, far.audited.length]).toEqual([1, 0]);
    expect(near.audited[0]).toMatchObject({ action: "vault.store", outcome: "success", details: { ok: true } });
  });

  it("come back with their head, whole, in part and not at all", async () => {
    const path = transferPath(vaultTransfers.fetch, { box: "b1" });
    const whole = await ask(path);
    expect(Buffer.from(await whole.arrayBuffer()).equals(CONTENT)).toBe(true);
    expect(Object.fromEntries(whole.headers)).toMatchObject({ "content-type": "text/plain; charset=utf-8", "content-length": "1000", "accept-ranges": "bytes", "content-disposition": expect.stringContaining("plan.txt"), "x-content-type-options": "nosniff" });
    const part = await ask(path, { headers: { range: "bytes=10-19" } });
    expect([part.status, part.headers.get("content-range"), Buffer.from(await part.arrayBuffer()).equals(CONTENT.subarray(10, 20))]).toEqual([206, "bytes 10-19/1000", true]);
    const head = await ask(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "1000"]);
    const streamed = await ask(transferPath(vaultTransfers.fetch, { box: "b1", as: "stream" }));
    expect((await streamed.arrayBuffer()).byteLength).toBe(1_000);
  });

  it.each([
    ["what the module refuses", () => ask(transferPath(vaultTransfers.fetch, { box: "none" })), 404, "box_not_found"],
    ["a range past the end", () => ask(transferPath(vaultTransfers.fetch, { box: "b1" }), { headers: { range: "bytes=1000-" } }), 416, "range_not_satisfiable"],
    ["an upload that says it is too large", () => put(box, Buffer.alloc(MAX_UPLOAD + 1)), 413, "upload_too_large"],
    ["an upload that nobody reads", () => put(transferPath(vaultTransfers.store, { box: "b1", do: "leave" }), Buffer.alloc(150_000)), 409, "box_full"],
    ["an input that is wrong", () => put("/api/v1/vault/b1?days=0", Buffer.from("x")), 400, "invalid_input"],
    ["somebody who may not", () => ask(box, { headers: { authorization: `Bearer ${BOB_TOKEN}` } }), 403, "permission_missing"],
    ["a made-up token", () => ask(box, { headers: { authorization: "Bearer made-up" } }), 401, "session_invalid"],
  ])("tell %s as one process would", async (_what, send, status, code) => {
    const answer = await send();
    const { error } = z.object({ error: AppErrorDataSchema }).parse(await answer.json());
    expect([answer.status, error.code]).toEqual([status, code]);
  });

  it("abort there when their client leaves here", async () => {
    const request = httpRequest(`${near.url}${box}`, { method: "PUT", agent: false, headers: { authorization: `Bearer ${ADA_TOKEN}`, "content-type": "application/octet-stream", "content-length": "100000" } });
    request.on("error", () => undefined);
    const before = vault.ended.length;
    request.write(Buffer.alloc(50_000));
    await vi.waitFor(() => expect(vault.ended.length).toBe(before + 1));
    request.destroy();
    expect(await vault.ended.at(-1)).toBe("cancelled aborted");
    const endless = httpRequest(`${near.url}${transferPath(vaultTransfers.fetch, { box: "b1", as: "endless" })}`, { agent: false, headers: { authorization: `Bearer ${ADA_TOKEN}` } });
    endless.on("error", () => undefined).end();
    await once(endless, "response");
    endless.destroy();
    await vi.waitFor(() => expect(vault.opened.at(-1)?.destroyed).toBe(true));
  });

  it("say that the module is away, or does not trust us, and not that the person's session has ended", async () => {
    const away = await passingOn("http://127.0.0.1:1", tokensOf(SERVICE_SECRET));
    const distrusted = await passingOn(far.url, tokensOf("x".repeat(32)));
    for (const [to, code] of [[away, "service_unreachable"], [distrusted, "service_token_refused"]] as const) {
      const answer = await ask(transferPath(vaultTransfers.fetch, { box: "b1" }), {}, to);
      expect([answer.status, z.object({ error: AppErrorDataSchema }).parse(await answer.json()).error.code]).toEqual([503, code]);
      await to.edge.drain(0);
    }
  });

  it("are open to processes with a token only", async () => {
    for (const path of ["/internal/transfers/vault.fetch?input=%7B%22box%22%3A%22b1%22%7D", "/internal/transfers/vault.none", "/internal/transfers/"]) {
      const answer = await ask(path, {}, far);
      expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining("service_token_invalid")]);
    }
  });
});
