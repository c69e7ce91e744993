import { LLMock } from "@copilotkit/aimock";

/** Looked for afterwards in all that the product keeps. */
const KEY = ["canary", "of", "the", "chat", "9f31c7"].join("-");
export const LONG_TEXT = Array.from({ length: 400 }, (_unused, index) => `word${index}`).join(" ");

/** What a model says of a project: its tools are really called, and what they find is sent to it. */
export interface Knowledge {
  /** Asked with a sentence that holds `where`. */
  readonly where: { readonly query: string; readonly read: { readonly path: string; readonly startLine: number; readonly endLine: number }; readonly answer: string };
  /** Asked with a sentence that holds `words`. */
  readonly change: {
    readonly words: RegExp;
    readonly title: string;
    readonly edits: readonly { readonly path: string; readonly search: string; readonly replace: string; readonly reason: string }[];
    readonly answer: string;
  };
}

const SECOND = "var s = 1000;";
/** Of the package `ms`. */
const MS: Knowledge = {
  where: {
    query: "function parse",
    read: { path: "index.js", startLine: 40, endLine: 70 },
    answer: "A text is read as a time by `parse` in `index.js:48`.\n\n```js\nparse('2 days')\n```\n\n<img src=x onerror=alert(1)>",
  },
  change: {
    words: /comment/i,
    title: "Say what a second is",
    edits: [{ path: "index.js", search: SECOND, replace: `${SECOND} // milliseconds`, reason: "as asked" }],
    answer: "I propose the comment in `index.js:5`.",
  },
};

/** A model on this machine that looks, cites and proposes. `CODER_E2E_MODEL_PORT` names the port at which a running product asks for it. */
export async function startModel({ where, change }: Knowledge = MS): Promise<{ readonly mock: LLMock; readonly key: string; readonly variables: Readonly<Record<string, string>> }> {
  const mock = new LLMock({ port: Number(process.env["CODER_E2E_MODEL_PORT"] ?? 0), host: "127.0.0.1" });
  const call = (id: string, name: string, input: object) => ({ toolCalls: [{ id, name, arguments: JSON.stringify(input) }] });
  mock.on({ userMessage: /where/i, hasToolResult: false }, call("find", "search_text", { query: where.query }));
  mock.on({ toolCallId: "find" }, call("read", "read_file", where.read));
  mock.on({ toolCallId: "read" }, { content: where.answer }, { chunkSize: 12, streamingProfile: { ttft: 10, tps: 200 } });
  mock.on({ userMessage: change.words, hasToolResult: false }, call("edit", "propose_edits", { title: change.title, edits: change.edits }));
  mock.on({ toolCallId: "edit" }, { content: change.answer });
  mock.on({ userMessage: /slowly/i }, { content: LONG_TEXT }, { chunkSize: 12, streamingProfile: { ttft: 10, tps: 12 } });
  mock.on({ userMessage: /^Cut this short/, sequenceIndex: 0 }, { content: "This answer is cut off in the middle of what it was about to say." }, { truncateAfterChunks: 6, chunkSize: 10, streamingProfile: { ttft: 10, tps: 50 } });
  mock.on({ userMessage: /^Cut this short/ }, { content: "All of it is here." });
  // Silent for longer than anybody waits, too busy for an hour and for a second, and failing as often as it is asked by itself: each until it is asked again.
  mock.on({ userMessage: /^Be silent/, sequenceIndex: 0 }, { content: "Too late." }, { streamingProfile: { ttft: 60_000, tps: 50 } });
  mock.on({ userMessage: /^Be busy/, sequenceIndex: 0 }, { error: { message: "Too many requests", type: "rate_limit_error" }, status: 429, retryAfter: 3_600 });
  mock.on({ userMessage: /^Be back in a second/, sequenceIndex: 0 }, { error: { message: "Too many requests", type: "rate_limit_error" }, status: 429, retryAfter: 1 });
  for (const sequenceIndex of [0, 1, 2]) mock.on({ userMessage: /^Break down/, sequenceIndex }, { error: { message: "Out of order", type: "server_error" }, status: 500 });
  mock.on({ userMessage: /go wrong/, hasToolResult: false }, call("hooks", "propose_edits", { title: "Hooks", edits: [{ path: ".git/hooks/pre-commit", content: "#!/bin/sh\nid\n" }, { path: "../../outside.txt", content: "x" }] }));
  mock.on({ toolCallId: "hooks" }, call("hook", "propose_edits", { title: "Hooks", edits: [{ path: ".git/hooks/pre-commit", content: "#!/bin/sh\nid\n" }] }));
  mock.on({ toolCallId: "hook" }, call("deploy", "run_script", { name: "deploy" }));
  mock.on({ toolCallId: "deploy" }, { content: "It did not work." });
  // What a check of the endpoint asks; naming the model has it in the list of those on offer.
  mock.on({ userMessage: /^Count/ }, { content: "1 2 3 4 5 6 7 8 9 10" }, { chunkSize: 5 });
  mock.on({ userMessage: /^Note the number/ }, call("note", "note_number", { number: 7 }));
  mock.on({ userMessage: /JSON object/ }, { content: '{"ok": true}' });
  mock.on({ model: "mock-model", userMessage: /.*/ }, { content: "I am a mock." });
  await mock.start();
  const url = `${mock.url}/v1`;
  return {
    mock,
    key: KEY,
    variables: {
      CODER_AI_SERVICE__API_KEYS__LOCAL: KEY,
      CODER_AI_SERVICE__ENDPOINTS__LOCAL__KIND: "openai",
      CODER_AI_SERVICE__ENDPOINTS__LOCAL__URL: url,
      CODER_AI_SERVICE__ENDPOINTS__LOCAL__MODELS: JSON.stringify({ "mock-model": { inputPrice: 1, outputPrice: 2 } }),
      CODER_AI_SERVICE__ALLOWED_PRIVATE_HOSTS: "127.0.0.1",
    },
  };
}
