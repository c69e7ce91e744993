import fc from "fast-check";
import { expect, it } from "vitest";
import { CONFIG } from "../__fixtures__/config.ts";
import { costOf, PriceTable } from "./PriceTable.ts";

const table = new PriceTable();
const priced = (url: string, model: string, more: object = {}, endpoint: object = {}) => table.models({ ...CONFIG, endpoints: { main: { kind: "openai", url, models: { [model]: more }, ...endpoint } } })[0]?.price;

it("knows prices at the host that charges them, also of a dated name, and at no other", () => {
  expect(priced("https://api.openai.com/v1", "gpt-4o-mini")).toEqual({ source: "table", input: 150_000, output: 600_000, date: table.date });
  expect(priced("https://api.openai.com/v1", "gpt-4o-2024-08-06")).toMatchObject({ source: "table", input: 2_500_000 });
  expect(priced("https://api.anthropic.com", "claude-sonnet-4-5-20250929")).toMatchObject({ source: "table", output: 15_000_000 });
  expect(priced("https://elsewhere.example/v1", "gpt-4o-mini")).toMatchObject({ source: "unknown", input: null, output: null });
  expect(priced("https://api.openai.com/v1", "gpt-4o-mini-of-somebody")).toMatchObject({ source: "unknown" });
});

it("takes the operator's price before all others, and free only where it is declared", () => {
  expect(priced("https://api.openai.com/v1", "gpt-4o", { inputPrice: 1, outputPrice: 2 })).toMatchObject({ source: "operator", input: 1_000_000, output: 2_000_000 });
  expect(priced("http://127.0.0.1:1/v1", "any", {}, { free: true })).toMatchObject({ source: "free", input: 0, output: 0 });
});

it("rounds costs up: never less than they are, never a whole unit more", () => {
  fc.assert(
    fc.property(fc.nat(100_000_000), fc.nat(100_000_000), fc.nat(2_000_000), fc.nat(200_000), (input, output, inputTokens, outputTokens) => {
      const exact = (inputTokens * input + outputTokens * output) / 1_000_000;
      const cost = costOf({ source: "operator", input, output, date: null }, { inputTokens, outputTokens });
      expect(Number.isSafeInteger(cost)).toBe(true);
      expect(cost).toBeGreaterThanOrEqual(exact - 1e-3);
      expect(cost).toBeLessThan(exact + 1.001);
    }),
  );
});
