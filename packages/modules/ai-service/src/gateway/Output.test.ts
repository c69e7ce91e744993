import { readFileSync } from "node:fs";
import * as gpt4 from "gpt-tokenizer/encoding/cl100k_base";
import * as gpt2 from "gpt-tokenizer/encoding/r50k_base";
import { expect, it } from "vitest";
import { Output } from "./Output.ts";
import { tokensWhenNeeded } from "./Tokens.ts";

const tokens = await tokensWhenNeeded()();

/** How many pieces are written before it is beyond that limit. */
function piecesOf(piece: string, limit: number, most: number): number {
  const output = new Output(tokens, limit);
  for (let pieces = 1; pieces <= most; pieces += 1) {
    output.note({ kind: "text", text: piece });
    if (output.isBeyond()) return pieces;
  }
  return most;
}

it.each([
  ["words of a script that is many tokens here", "ኢትዮጵያ "], ["syllables of Tibetan", "བཀྲ་ཤིས་"], ["words of Thai", "ประเทศไทย"],
  ["hundreds of blanks", " ".repeat(128)], ["lines of a table", "-".repeat(64)], ["long words of English", " international"],
])("never ends an honest answer: each token of its server are %s", (_what, token) => {
  for (const limit of [1, 16, 256, 4_096]) expect(piecesOf(token, limit, limit)).toBe(limit);
});

it.each([["GPT-4", gpt4], ["GPT-2", gpt2]] as const)("never ends an answer that is within its limit by the tokenizer of %s", (_whose, { countTokens }) => {
  for (const file of ["./Output.ts", "./failure-of.ts", "./Output.test.ts", "../prices/prices.json", "../../README.md", "../../docs/openapi.yaml"]) {
    const text = readFileSync(new URL(file, import.meta.url), "utf8");
    const output = new Output(tokens, countTokens(text));
    output.note({ kind: "text", text });
    expect(output.isBeyond()).toBe(false);
  }
});

it.each([
  ["English", " The server goes on and says another word,", 8, 3], ["code", "  const value = values[index] ?? 0;\n", 9, 3], ["Chinese", "服务器没有停下来。", 6, 8],
])("ends a runaway answer in %s", (_what, piece, inPiece, times) => {
  const written = piecesOf(piece, 1_000, 100_000) * inPiece;
  expect(written).toBeGreaterThan(2_000);
  expect(written).toBeLessThan(times * 1_100);
});

it("counts reasoning, and a call of a tool once, whole or not", () => {
  const output = new Output(tokens, 100);
  output.note({ kind: "reasoning", text: "hello world" });
  output.note({ kind: "tool_delta", id: "a", name: "read", input: "{" });
  output.note({ kind: "tool_delta", id: "a", name: "read", input: '{"path":"x"}' });
  const growing = output.count();
  expect(growing).toBe(tokens.count('hello worldread{"path":"x"}'));
  output.note({ kind: "tool_call", call: { id: "a", name: "read", input: '{"path":"x"}' } });
  expect(output.count()).toBe(growing);
  expect([output.isEmpty, new Output(tokens, 100).isEmpty]).toEqual([false, true]);
});
