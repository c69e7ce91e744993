import { LLMock } from "@copilotkit/aimock";

const SECOND = "var s = 1000;";
export const LONG_TEXT = Array.from({ length: 400 }, (_unused, index) => `word${index}`).join(" ");

/** A model on this machine that knows the package `ms`: it looks, cites and proposes. `CODER_E2E_MODEL_PORT` names the port at which a running product asks for it. */
export async function startModel(): Promise<{ readonly mock: LLMock; readonly variables: Readonly<Record<string, string>> }> {
  const mock = new LLMock({ port: Number(process.env["CODER_E2E_MODEL_PORT"] ?? 0), host: "127.0.0.1" });
  const call = (id: string, name: string, input: object) => ({ toolCalls: [{ id, name, arguments: JSON.stringify(input) }] });
  mock.on({ userMessage: /where/i, hasToolResult: false }, call("find", "search_text", { query: "function parse" }));
  mock.on({ toolCallId: "find" }, call("read", "read_file", { path: "index.js", startLine: 40, endLine: 70 }));
  mock.on({ toolCallId: "read" }, { content: "A text is read as a time by `parse` in `index.js:48`.\n\n```js\nparse('2 days')\n```\n\n<img src=x onerror=alert(1)>" });
  mock.on({ userMessage: /comment/i, hasToolResult: false }, call("edit", "propose_edits", { title: "Say what a second is", edits: [{ path: "index.js", search: SECOND, replace: `${SECOND} // milliseconds`, reason: "as asked" }] }));
  mock.on({ toolCallId: "edit" }, { content: "I propose the comment in `index.js:5`." });
  mock.on({ userMessage: /slowly/i }, { content: LONG_TEXT }, { chunkSize: 12, streamingProfile: { ttft: 10, tps: 12 } });
  // What a check of the endpoint asks; naming the model has it in the list of those on offer.
  mock.on({ userMessage: /^Count/ }, { content: "1 2 3 4 5 6 7 8 9 10" }, { chunkSize: 5 });
  mock.on({ userMessage: /^Note the number/ }, call("note", "note_number", { number: 7 }));
  mock.on({ userMessage: /JSON object/ }, { content: '{"ok": true}' });
  mock.on({ model: "mock-model", userMessage: /.*/ }, { content: "I am a mock." });
  await mock.start();
  const url = `${mock.url}/v1`;
  return {
    mock,
    variables: {
      CODER_AI_SERVICE__ENDPOINTS__LOCAL__KIND: "openai",
      CODER_AI_SERVICE__ENDPOINTS__LOCAL__URL: url,
      CODER_AI_SERVICE__ENDPOINTS__LOCAL__MODELS: JSON.stringify({ "mock-model": { inputPrice: 1, outputPrice: 2 } }),
      CODER_AI_SERVICE__ALLOWED_PRIVATE_HOSTS: "127.0.0.1",
    },
  };
}
