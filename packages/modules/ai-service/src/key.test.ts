import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { inspect } from "node:util";
import type { ILogger } from "@coder/shared/trpc";
import { afterAll, describe, expect, it } from "vitest";
import { ChatRig } from "./__fixtures__/ChatRig.ts";
import { CONFIG, endpointAt } from "./__fixtures__/config.ts";
import { TestServers, wire } from "./__fixtures__/serve.ts";
import { budgetEntity, conversationEntity, egressEntity, messageEntity, messagePieceEntity } from "./entities.ts";

const KEY = "canary-4f1c-key-of-nobody-77";
const servers = new TestServers();
afterAll(() => servers.close());

/** What was sent as the key, as servers see it. */
const keyOf = ({ headers }: IncomingMessage): string => String(headers["x-api-key"] ?? headers.authorization ?? "").replace(/^Bearer /, "");
/** All there is of what is logged: causes and fields that a real log leaves out too. */
function noting(lines: string[]): ILogger {
  const note = (fields: unknown, message?: string): void => void lines.push(inspect([fields, message], { depth: 20, showHidden: true }));
  const log: ILogger = { debug: note, info: note, warn: note, error: note, child: () => log };
  return log;
}

type Tell = (key: string, response: ServerResponse, kind: "openai" | "anthropic") => void;
const WAYS: readonly (readonly [string, Tell])[] = [
  ["an error for the key", (key, response) => void response.writeHead(401, { "content-type": "application/json", "x-your-key": key }).end(JSON.stringify({ error: { message: `Incorrect API key provided: ${key}` } }))],
  ["an error for the request", (key, response) => void response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: `${key} may not do this` } }))],
  ["its own fault", (key, response) => void response.writeHead(500, { "content-type": "text/plain" }).end(`Trace: authorization=${key}`)],
  ["an error in the stream", (key, response, kind) => void response.writeHead(200, wire.headers).end(`${wire.begin(kind)}event: error\ndata: ${JSON.stringify({ type: "error", error: { type: "overloaded_error", message: `busy for ${key}` } })}\n\n`)],
  ["what it says, letter by letter", (key, response, kind) => void response.writeHead(200, wire.headers).end(wire.begin(kind) + [..."Your key is ", ...key, "."].map((letter) => wire.text(kind, letter)).join("") + wire.end(kind))],
  ["no JSON", (key, response, kind) => void response.writeHead(200, wire.headers).end(`${wire.begin(kind)}data: {${key}\n\n`)],
];

describe.each(["openai", "anthropic"] as const)("the key of an endpoint of %s", (kind) => {
  it.each(WAYS)("is in no table and no log when the server repeats it in %s", async (_what, tell) => {
    const got: string[] = [];
    const listener: RequestListener = (request, response) => {
      got.push(keyOf(request));
      tell(keyOf(request), response, kind);
    };
    const lines: string[] = [];
    const log = noting(lines);
    const rig = new ChatRig({
      log,
      config: { ...CONFIG, attempts: 1, endpoints: { main: endpointAt(kind, await servers.open(listener)) }, apiKeys: { main: KEY } },
    });
    const { messages } = await rig.say("hello");
    expect(got).toEqual([KEY]);
    expect(messages.at(-1)?.state).not.toBe("running");
    await rig.service.probeEndpoint(rig.caller, { endpoint: "main" }, AbortSignal.timeout(5_000)).then((probe) => expect(JSON.stringify(probe)).not.toContain(KEY));
    const models = await rig.service.getModels(rig.caller);
    expect(models.endpoints[0]).toMatchObject({ hasKey: true });
    const scope = rig.database.for(rig.caller);
    const tables = await Promise.all([conversationEntity, messageEntity, messagePieceEntity, budgetEntity, egressEntity].map((entity) => scope.repository(entity as typeof messageEntity).query({})));
    const kept = JSON.stringify([messages, models, tables, lines]);
    expect(kept).toContain("hello");
    expect(kept).not.toContain(KEY);
  });
});

it("says of a key that is missing that it is missing, and of one that is wrong that it is refused", async () => {
  const url = await servers.open((_request, response) => void response.writeHead(401, { "content-type": "application/json" }).end('{"error":{"message":"no"}}'));
  const problem = async (apiKeys: Record<string, string>) => (await new ChatRig({ config: { endpoints: { main: endpointAt("openai", url) }, apiKeys } }).say("hello")).messages.at(-1)?.problem?.message;
  expect(await problem({})).toBe("The endpoint wants a key, and none is set (401).");
  expect(await problem({ main: KEY })).toBe("The endpoint refuses the key (401).");
});
