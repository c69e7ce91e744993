import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LLMock } from "@copilotkit/aimock";
import { freePort } from "@coder/testing";
import { afterAll, describe, expect, it } from "vitest";
import { ChatRig } from "./__fixtures__/ChatRig.ts";
import { CONFIG, endpointAt } from "./__fixtures__/config.ts";
import { wire } from "./__fixtures__/serve.ts";
import { textOf } from "./conversations/parts.ts";

const open: Server[] = [];
afterAll(() => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server whose answer can be another one later. */
async function serverWith(listener: RequestListener, port = 0): Promise<{ readonly url: string; asked: number; listener: RequestListener }> {
  const state = { url: "", asked: 0, listener };
  const server = createServer((request, response) => {
    state.asked += 1;
    state.listener(request, response);
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

type Kind = "openai" | "anthropic";
interface Fault {
  readonly name: string;
  readonly answer: (kind: Kind) => RequestListener;
  /** What came before it. */
  readonly text?: string;
  readonly state: "failed" | "incomplete";
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** How often the server is asked. */
  readonly asked: number;
  /** What is not waited for long; anything else has time enough on a busy machine. */
  readonly impatience?: Partial<typeof CONFIG.timeouts>;
}

const status = (code: number, headers: Record<string, string> = {}) => (): RequestListener => (_request, response) =>
  void response.writeHead(code, { "content-type": "application/json", ...headers }).end('{"error":{"type":"some_error","message":"what the server says"}}');
const begun = (kind: Kind): string => wire.begin(kind) + wire.text(kind, "Half an ans");

const FAULTS: readonly Fault[] = [
  { name: "401", answer: status(401), state: "failed", code: "endpoint_unauthorized", message: "wants a key, and none is set (401)", remedy: "ai-service.apiKeys", asked: 1 },
  { name: "404", answer: status(404), state: "failed", code: "endpoint_not_found_upstream", message: "neither this address nor the model test-model (404)", remedy: "most end in /v1", asked: 1 },
  { name: "400", answer: status(400), state: "failed", code: "endpoint_rejected", message: "what the server says", remedy: "models page", asked: 1 },
  { name: "429 with Retry-After", answer: status(429, { "retry-after": "3600" }), state: "failed", code: "endpoint_busy", message: "no more requests for now (429)", remedy: "Try again in 1 hour", asked: 1 },
  { name: "500", answer: status(500), state: "failed", code: "endpoint_failed", message: "failed (500)", remedy: "Try again later", asked: 2 },
  { name: "malformed", answer: (kind) => (_request, response) => void response.writeHead(200, wire.headers).end(`${wire.begin(kind)}data: {no json\n\n`), state: "failed", code: "answer_malformed", message: "cannot be read", remedy: "url and kind", asked: 1 },
  { name: "a page", answer: () => (_request, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>Welcome</html>"), state: "failed", code: "answer_malformed", message: "cannot be read", remedy: "url and kind", asked: 1 },
  { name: "cut in the middle", answer: (kind) => (_request, response) => void response.writeHead(200, wire.headers).write(begun(kind), () => response.destroy()), text: "Half an ans", state: "incomplete", code: "answer_cut", message: "cut off in the middle", remedy: "Retry", asked: 1 },
  { name: "an end without an end", answer: (kind) => (_request, response) => void response.writeHead(200, wire.headers).end(begun(kind)), text: "Half an ans", state: "incomplete", code: "answer_cut", message: "cut off in the middle", remedy: "Retry", asked: 1 },
  { name: "malformed in the middle", answer: (kind) => (_request, response) => void response.writeHead(200, wire.headers).end(`${begun(kind)}event: content_block_delta\ndata: {no\n\n`), text: "Half an ans", state: "incomplete", code: "answer_malformed", message: "cannot be read", remedy: "url and kind", asked: 1 },
  { name: "silent", answer: () => () => undefined, state: "failed", code: "endpoint_silent", message: "did not begin to answer within 0.4 s", remedy: "patienceSeconds", asked: 1, impatience: { firstByteSeconds: 0.4 } },
  { name: "silent in the middle", answer: (kind) => (_request, response) => void response.writeHead(200, wire.headers).write(begun(kind)), text: "Half an ans", state: "incomplete", code: "endpoint_silent", message: "stopped in the middle", remedy: "patienceSeconds", asked: 1, impatience: { idleSeconds: 0.4 } },
  { name: "never at an end", answer: (kind) => (_request, response) => endless(kind, response), state: "incomplete", code: "endpoint_silent", message: "did not end its answer within 3 s", remedy: "ai-service.timeouts", asked: 1, impatience: { totalSeconds: 3 } },
];

function endless(kind: Kind, response: Parameters<RequestListener>[1]): void {
  response.writeHead(200, wire.headers).write(wire.begin(kind));
  const timer = setInterval(() => response.write(wire.text(kind, "more ")), 100);
  response.on("close", () => clearInterval(timer));
}

/** What was told of each fault. */
const said = new Map<string, string>();
const well = (kind: Kind): RequestListener => (_request, response) => void response.writeHead(200, wire.headers).end(wire.begin(kind) + wire.text(kind, "A whole answer.") + wire.end(kind));
const rigAt = (kind: Kind, url: string, timeouts = CONFIG.timeouts, like?: ChatRig) =>
  new ChatRig({ ...(like ? { database: like.database, caller: like.caller, projectId: like.projectId } : {}), config: { ...CONFIG, attempts: 2, timeouts, endpoints: { main: endpointAt(kind, url) } } });

describe.each(["openai", "anthropic"] as const)("a server of %s that fails", (kind) => {
  it.each(FAULTS.map((fault) => [fault.name, fault] as const))("%s: the answer says what happened and what to do, nothing is there twice, and Retry makes it whole", async (_name, fault) => {
    const server = await serverWith(fault.answer(kind));
    const hasty = rigAt(kind, server.url, { ...CONFIG.timeouts, ...fault.impatience });
    const { messages, conversation, answerId } = await hasty.say("hello");
    // Whatever answers is given its time.
    const rig = rigAt(kind, server.url, CONFIG.timeouts, hasty);
    const answer = messages.at(-1);
    expect(answer).toMatchObject({ state: fault.state, problem: { code: fault.code, message: expect.stringContaining(fault.message), remedy: expect.stringContaining(fault.remedy) } });
    if (fault.name !== "never at an end") expect(textOf(answer?.parts ?? [])).toBe(fault.text ?? "");
    expect(server.asked).toBe(fault.asked);
    said.set(`${kind} ${fault.name}`, answer?.problem?.message ?? "");
    // Another process sees what was spent once it is booked, for which no answer waits.
    await expect.poll(async () => (await rig.service.getModels(rig.caller)).budget.reservedMicroUsd).toBe(0);

    server.listener = well(kind);
    const retried = await rig.service.retryMessage(rig.caller, { conversationId: conversation.id, messageId: answerId });
    const after = await rig.ended(conversation.id);
    expect(after.messages).toHaveLength(2);
    expect(after.messages.at(-1)).toMatchObject({ id: retried.answerId, state: "complete", problem: null });
    expect(textOf(after.messages.at(-1)?.parts ?? [])).toBe("A whole answer.");
    expect((await rig.service.listEgress(rig.caller, { limit: 50 })).items.filter(({ outcome }) => outcome === "open")).toEqual([]);
  });

  it("refused: says that nothing listens, and answers as soon as something does", async () => {
    const port = await freePort();
    const rig = rigAt(kind, `http://127.0.0.1:${port}`);
    const { messages, conversation, answerId } = await rig.say("hello");
    expect(messages.at(-1)).toMatchObject({ state: "failed", problem: { code: "endpoint_unreachable", message: expect.stringContaining("nothing listens there"), remedy: expect.stringContaining("whether the server runs") } });
    await serverWith(well(kind), port);
    await rig.service.retryMessage(rig.caller, { conversationId: conversation.id, messageId: answerId });
    expect((await rig.ended(conversation.id)).messages.at(-1)?.state).toBe("complete");
  });

  it("says of no two different faults the same, where nothing had come yet", () => {
    const early = FAULTS.filter(({ text, name }) => text === undefined && name !== "a page").map(({ name }) => said.get(`${kind} ${name}`));
    expect(early.every((message) => message !== undefined)).toBe(true);
    expect(new Set(early).size).toBe(early.length);
  });

  it("a journey under chaos ends in success or a named error at each step, and proposes nothing twice", async () => {
    const mock = new LLMock({ port: 0, host: "127.0.0.1", chaos: { dropRate: 0.1, malformedRate: 0.1, rateLimitRate: 0.1, disconnectRate: 0.1 } });
    const call = (id: string, name: string, input: object) => ({ toolCalls: [{ id, name, arguments: JSON.stringify(input) }] });
    mock.on({ userMessage: /change/, hasToolResult: false }, call("read", "read_file", { path: "src/add.ts" }));
    mock.on({ toolCallId: "read" }, call("edit", "propose_edits", { title: "Edit", edits: [{ path: "src/add.ts", search: "a + b", replace: "a - b" }] }));
    mock.on({ toolCallId: "edit" }, { content: "I propose it in `src/add.ts:1`." });
    await mock.start();
    try {
      let whole = 0;
      for (let journey = 0; journey < 6; journey += 1) {
        const rig = new ChatRig({ config: { ...CONFIG, endpoints: { main: endpointAt(kind, mock.url) } } });
        rig.files.set("src/add.ts", "const c = a + b;\n");
        let answer = (await rig.say("change it")).messages.at(-1);
        let proposed = 0;
        for (let attempt = 0; attempt < 12 && answer?.state !== "complete"; attempt += 1) {
          expect(answer?.problem?.code).toMatch(/^(endpoint_(busy|failed|unreachable)|answer_(cut|malformed))$/);
          expect(answer?.problem?.remedy.length).toBeGreaterThan(5);
          proposed += answer?.parts.filter((part) => part.kind === "tool" && part.name === "propose_edits" && part.state === "done").length ?? 0;
          if (!answer) break;
          await rig.service.retryMessage(rig.caller, { conversationId: answer.conversationId, messageId: answer.id });
          answer = (await rig.ended(answer.conversationId)).messages.at(-1);
        }
        if (answer?.state !== "complete") continue;
        whole += 1;
        expect(textOf(answer.parts)).toBe("I propose it in `src/add.ts:1`.");
        expect(answer.parts.filter((part) => part.kind === "tool").map((part) => `${part.name} ${part.state}`)).toEqual(["read_file done", "propose_edits done"]);
        // One change set for each answer that got so far, none of them twice.
        expect(rig.changeSets).toHaveLength(proposed + 1);
        expect(new Set(rig.changeSets.map(({ key }) => key)).size).toBe(rig.changeSets.length);
      }
      expect(whole).toBeGreaterThan(3);
    } finally {
      await mock.stop();
    }
  }, 60_000);
});
