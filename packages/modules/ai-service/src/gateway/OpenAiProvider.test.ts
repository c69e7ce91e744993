import { afterAll, expect, it } from "vitest";
import { endpointAt } from "../__fixtures__/config.ts";
import { codeOf, GatewayRig } from "../__fixtures__/GatewayRig.ts";
import { TestServers, wire } from "../__fixtures__/serve.ts";

const servers = new TestServers();
afterAll(() => servers.close());

const TOOL = { name: "read_file", description: "Reads.", inputSchema: { type: "object" } };
const chunk = (delta: object, finish: string | null = null) => `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`;
const piece = (more: object) => chunk({ tool_calls: [more] });

async function callsOf(...chunks: string[]) {
  const url = await servers.open((_request, response) => void response.writeHead(200, wire.headers).end(`${chunks.join("")}${chunk({}, "tool_calls")}data: [DONE]\n\n`));
  const { events, error } = await new GatewayRig({ endpoints: { main: endpointAt("openai", url) } }).outcome("go", { tools: [TOOL] });
  expect(error).toBeNull();
  return events.flatMap((event) => (event.kind === "tool_call" ? [event.call] : []));
}

it.each([
  ["as OpenAI sends them", [piece({ index: 0, id: "a", function: { name: "read_file", arguments: "" } }), piece({ index: 0, function: { arguments: '{"path":' } }), piece({ index: 0, function: { arguments: '"x"}' } }), piece({ index: 1, id: "b", function: { name: "read_file", arguments: "{}" } })]],
  ["all counted as the first", [piece({ index: 0, id: "a", function: { name: "read_file", arguments: '{"path":"x"}' } }), piece({ index: 0, id: "b", function: { name: "read_file", arguments: "{}" } })]],
  ["without a count, in one piece", [chunk({ tool_calls: [{ id: "a", function: { name: "read_file", arguments: '{"path":"x"}' } }, { id: "b", function: { name: "read_file", arguments: "{}" } }] })]],
  ["with the name again in each piece", [piece({ index: 0, id: "a", function: { name: "read_file", arguments: '{"path":' } }), piece({ index: 0, id: "a", function: { name: "read_file", arguments: '"x"}' } }), piece({ index: 1, id: "b", function: { name: "read_file" } })]],
])("tells calls of tools apart, %s", async (_how, chunks) => {
  expect(await callsOf(...chunks)).toEqual([{ id: "a", name: "read_file", input: '{"path":"x"}' }, { id: "b", name: "read_file", input: "{}" }]);
});

it("gives calls without an id one each", async () => {
  const calls = await callsOf(piece({ index: 0, function: { name: "read_file", arguments: "{}" } }), piece({ index: 1, id: "", function: { name: "read_file", arguments: "{}" } }));
  expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
});

it("tells the server nothing it would choke on: what was no JSON goes back as an empty object", async () => {
  const bodies: string[] = [];
  const url = await servers.open((request, response) => {
    request.setEncoding("utf8").on("data", (text: string) => bodies.push(text)).on("end", () => response.writeHead(200, wire.headers).end(wire.text("openai", "Fine.") + wire.end("openai")));
  });
  const rig = new GatewayRig({ endpoints: { main: endpointAt("openai", url) } });
  const messages = [
    { role: "user" as const, text: "go" },
    { role: "assistant" as const, text: "", toolCalls: [{ id: "a", name: "read_file", input: '{"path": broken' }, { id: "b", name: "read_file", input: '{"path":"x"}' }] },
    { role: "tool" as const, callId: "a", text: "no JSON" },
    { role: "tool" as const, callId: "b", text: "x" },
  ];
  const { error } = await rig.outcome("", { request: { system: "", messages, tools: [], maxOutputTokens: 10 } });
  expect(codeOf(error)).toBeNull();
  const sent = JSON.parse(bodies.join("")) as { messages: { tool_calls?: { function: { arguments: string } }[] }[] };
  expect(sent.messages[1]?.tool_calls?.map((call) => call.function.arguments)).toEqual(["{}", '{"path":"x"}']);
});
