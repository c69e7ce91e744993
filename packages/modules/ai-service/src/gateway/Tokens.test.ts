import fc from "fast-check";
import { expect, it } from "vitest";
import { tokensWhenNeeded } from "./Tokens.ts";

const tokens = await tokensWhenNeeded()();
const others = await tokensWhenNeeded()();

it("counts as OpenAI's models do, and special words as text", () => {
  expect(tokens.count("")).toBe(0);
  expect(tokens.count("hello world")).toBe(2);
  expect(tokens.count("<|endoftext|>")).toBeGreaterThan(1);
});

it("counts no text as more tokens than it has bytes, the same again, in no time that grows with its square", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 3_000 }), (text) => {
      expect(tokens.count(text)).toBeLessThanOrEqual(Buffer.byteLength(text));
      expect(tokens.count(text)).toBe(others.count(text));
    }),
    { numRuns: 50 },
  );
  const begun = performance.now();
  tokens.count("a".repeat(400_000));
  expect(performance.now() - begun).toBeLessThan(20_000);
});

it("reserves more where another tokenizer may make more of it", () => {
  expect([tokens.worstCase(100, "https://api.openai.com/v1"), tokens.worstCase(100, "https://api.anthropic.com")]).toEqual([111, 160]);
});
