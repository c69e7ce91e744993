import type { Part } from "@coder/api/ai-service";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelMessage } from "../gateway/model-provider.ts";
import { SecretFirewall } from "../secrets/SecretFirewall.ts";
import type { StoredMessage } from "./ConversationStore.ts";
import { fitted, modelMessages } from "./history.ts";
import { joinPieces } from "./parts.ts";

const tool = (callId: string, output: string | null): Part => ({ kind: "tool", callId, name: "read_file", title: "Read", input: "{}", output, state: output === null ? "running" : "done", results: [] });
const said = (role: "user" | "assistant", ...parts: Part[]) => ({ row: { role }, parts }) as unknown as StoredMessage;

it("joins pieces to parts: text to text, a tool to where it began", () => {
  const pieces: Part[] = [{ kind: "text", text: "a" }, { kind: "text", text: "b" }, tool("1", null), tool("1", "done"), { kind: "text", text: "c" }];
  expect(joinPieces(pieces)).toEqual([{ kind: "text", text: "ab" }, tool("1", "done"), { kind: "text", text: "c" }]);
  fc.assert(fc.property(fc.nat(5), (at) => void expect(joinPieces([...joinPieces(pieces.slice(0, at)), ...pieces.slice(at)])).toEqual(joinPieces(pieces))));
});

it("tells an answer in turns, each call with its result, cut ones too", () => {
  const messages = modelMessages([said("user", { kind: "text", text: "go" }), said("assistant", { kind: "text", text: "looking" }, tool("1", "one"), tool("2", null), { kind: "notice", text: "x" }, { kind: "text", text: "found" })], new SecretFirewall("s"));
  expect(messages).toEqual([
    { role: "user", text: "go" },
    { role: "assistant", text: "looking", toolCalls: [{ id: "1", name: "read_file", input: "{}" }, { id: "2", name: "read_file", input: "{}" }] },
    { role: "tool", callId: "1", text: "one" },
    { role: "tool", callId: "2", text: "It was cut off." },
    { role: "assistant", text: "found", toolCalls: [] },
  ]);
});

describe("what fits", () => {
  it("keeps the last message, and each result with its call", () => {
    const turn = fc.record({ question: fc.nat(200), answers: fc.array(fc.nat(2_000), { maxLength: 6 }) });
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 8 }), fc.integer({ min: 10, max: 5_000 }), (turns, limit) => {
        const messages = turns.flatMap(({ question, answers }, index): ModelMessage[] => [
          { role: "user", text: "q".repeat(question) },
          ...answers.flatMap((size, at): ModelMessage[] => [
            { role: "assistant", text: "", toolCalls: [{ id: `${index}-${at}`, name: "t", input: "{}" }] },
            { role: "tool", callId: `${index}-${at}`, text: "r".repeat(size) },
          ]),
        ]);
        const kept = fitted(messages, limit, (text) => text.length);
        expect(kept[0]?.role).toBe("user");
        expect(kept.findLast(({ role }) => role === "user")).toEqual(messages.findLast(({ role }) => role === "user"));
        const calls = kept.flatMap((message) => (message.role === "assistant" ? message.toolCalls.map(({ id }) => id) : []));
        expect(kept.flatMap((message) => (message.role === "tool" ? [message.callId] : []))).toEqual(calls);
        if (messages.reduce((sum, { text }) => sum + text.length + 10, 0) <= limit) expect(kept).toEqual(messages);
      }),
    );
  });
});
