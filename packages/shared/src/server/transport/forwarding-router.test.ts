import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { router } from "../../trpc/procedure.ts";
import { ADA_TOKEN, ada, BOB_TOKEN, memoryContext, memoryLog, newGate, notesRouter, SERVICE_SECRET, startTestProduct, UNKNOWN_NOTE, type TestProduct } from "../edge/__fixtures__/notes-product.ts";
import { createServiceTokens } from "../service-token.ts";
import { forwardingRouter } from "./forwarding-router.ts";
import { remoteStream } from "./remote-stream.ts";
import { RemoteTransport } from "./RemoteTransport.ts";

function forwarding(url: string) {
  const log = memoryLog([]);
  const remote = { module: "notes", url, tokens: createServiceTokens({ secret: SERVICE_SECRET, log }), log };
  return router({ notes: forwardingRouter({ module: "notes", router: notesRouter(newGate()), transport: new RemoteTransport(remote), stream: (call) => remoteStream(remote, call) }) });
}

let home: TestProduct;
let front: TestProduct;

beforeAll(async () => {
  home = await startTestProduct();
  front = await startTestProduct({ router: forwarding(home.url) });
});
afterAll(() => Promise.all([home, front].map(({ edge }) => edge.drain(1))));

async function ask(url: string, method: string, path: string, token: string | null, body?: unknown) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { "content-type": "application/json" }), "user-agent": "Browser/1" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json: unknown = JSON.parse((await response.text()) || "null");
  return { status: response.status, json: json !== null && typeof json === "object" && "traceId" in json ? { ...json, traceId: null } : json, cookies: response.headers.getSetCookie() };
}

describe("a module served from another process", () => {
  it.each([
    ["a change", "POST", "/notes", ADA_TOKEN, { title: "x", more: 1 }],
    ["a question", "GET", "/notes?limit=7&tags=a", ADA_TOKEN, undefined],
    ["nothing to say", "DELETE", `/notes/${UNKNOWN_NOTE}`, ADA_TOKEN, undefined],
    ["its own error", "GET", `/notes/${UNKNOWN_NOTE}`, ADA_TOKEN, undefined],
    ["a wrong input", "POST", "/notes", ADA_TOKEN, { title: "" }],
    ["a missing permission", "POST", "/notes", BOB_TOKEN, { title: "x" }],
    ["nobody", "POST", "/notes", null, { title: "x" }],
    ["an unexpected error", "GET", "/notes/fail", null, undefined],
    ["a cookie", "POST", "/notes/sign-in", null, undefined],
    ["a cookie taken away", "POST", "/notes/sign-out", ADA_TOKEN, undefined],
  ] as const)("answers as if it were here: %s", async (_what, method, path, token, body) => {
    expect(await ask(front.url, method, path, token, body)).toEqual(await ask(home.url, method, path, token, body));
  });

  it("has the same document", async () => {
    const documents = await Promise.all([home, front].map(async ({ url }) => (await fetch(`${url}/api/v1/openapi.json`)).json()));
    expect(documents[1]).toEqual(documents[0]);
  });

  it("is recorded once, by the process the browser talks to", async () => {
    home.audited.length = 0;
    front.audited.length = 0;
    await ask(front.url, "POST", "/notes", ADA_TOKEN, { title: "x" });
    expect([front.audited.map(({ action, caller, outcome }) => ({ action, caller, outcome })), home.audited]).toEqual([[{ action: "notes.create", caller: ada, outcome: "success" }], []]);
    front.audited.length = 0;
    const read = await fetch(`${front.url}/api/trpc/notes.secret`, { headers: { authorization: `Bearer ${ADA_TOKEN}` } });
    expect([read.status, front.audited.map(({ action }) => action), home.audited]).toEqual([200, ["notes.secret"], []]);
  });

  it("is limited once, and knows the browser's address", async () => {
    const answers = [];
    for (let call = 0; call < 3; call += 1) answers.push(await ask(front.url, "GET", "/notes/limited", null));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[0]?.json).toEqual({ address: "127.0.0.1" });
  });

  it("still hides what is for modules only", async () => {
    const response = await fetch(`${front.url}/api/trpc/notes.settle`, { method: "POST", headers: { authorization: `Bearer ${ADA_TOKEN}`, "content-type": "application/json" }, body: '{"amount":1}' });
    expect(response.status).toBe(404);
  });

  it("checks the permission where it runs, whatever the process before it believes", async () => {
    const base = memoryContext(memoryLog([]), []);
    const gullible = await startTestProduct({ router: forwarding(home.url), createContext: (facts) => ({ ...base(facts), permissions: { allows: async () => true } }) });
    expect(await ask(gullible.url, "POST", "/notes", BOB_TOKEN, { title: "x" })).toMatchObject({ status: 403, json: { error: { code: "permission_missing" } } });
    await gullible.edge.drain(1);
  });
});
