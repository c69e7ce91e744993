import { expect, it } from "vitest";
import type { ModelEvent } from "./model-provider.ts";
import { ProviderWithoutKey } from "./without-key.ts";

const KEY = "sk-a-key-of-nobody";

it("takes the key out of words and of reasoning, each in pieces, although the two alternate", async () => {
  const pieces: ModelEvent[] = [...`It is ${KEY}.`].flatMap((letter) => [{ kind: "text" as const, text: letter }, { kind: "reasoning" as const, text: letter }]);
  const inner = {
    kind: "openai" as const,
    listModels: async () => [],
    async *stream() {
      yield* [...pieces, { kind: "end" as const, reason: "stop" as const }];
    },
  };
  const said = { text: "", reasoning: "" };
  const request = { model: "model", system: "", messages: [], tools: [], maxOutputTokens: 10 };
  let last: ModelEvent | null = null;
  for await (const event of new ProviderWithoutKey(inner, KEY).stream(request, AbortSignal.timeout(1_000))) {
    last = event;
    if (event.kind === "text" || event.kind === "reasoning") said[event.kind] += event.text;
  }
  expect(said).toEqual({ text: "It is [key].", reasoning: "It is [key]." });
  expect(last).toEqual({ kind: "end", reason: "stop" });
});
