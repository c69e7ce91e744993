import fc from "fast-check";
import { expect, it } from "vitest";
import { CONFIG } from "../__fixtures__/config.ts";
import { priceUnknown } from "../errors.ts";
import { costOf, PriceTable } from "./PriceTable.ts";

const table = new PriceTable();
const priced = (url: string, model: string, more: object = {}, endpoint: object = {}) => table.models({ ...CONFIG, endpoints: { main: { kind: "openai", url, models: { [model]: more }, ...endpoint } } })[0]?.price;

it("knows a price by the whole name or a documented alias, at the host that charges it, with its day", () => {
  expect(priced("https://api.openai.com/v1", "gpt-4o-mini")).toEqual({ source: "table", input: 150_000, output: 600_000, date: "2025-11-30" });
  expect(priced("https://api.openai.com/v1", "gpt-4o-2024-08-06")).toMatchObject({ source: "table", input: 2_500_000 });
  expect(priced("https://api.openai.com/v1", "gpt-4o-2024-05-13")).toMatchObject({ source: "table", input: 5_000_000, output: 15_000_000 });
  expect(priced("https://api.anthropic.com", "claude-sonnet-4-5-20250929")).toMatchObject({ source: "table", output: 15_000_000 });
  expect(priced("https://api.anthropic.com", "claude-opus-5-5")).toMatchObject({ source: "table", input: 4_000_000, output: 20_000_000 });
});

it.each([
  ["https://elsewhere.example/v1", "gpt-4o-mini"], ["https://api.openai.com/v1", "gpt-4o-mini-of-somebody"], ["https://api.openai.com/v1", "gpt-4o-2099-01-01"], ["https://api.openai.com/v1", "gpt-4o-latest"],
  ["https://api.openai.com/v1", "GPT-4o"], ["https://api.openai.com/v1", "constructor"], ["https://api.openai.com.evil.example/v1", "gpt-4o"], ["https://api.anthropic.com", "claude-haiku-5-5"], ["https://api.anthropic.com", "claude"],
])("knows no price at %s of %s, and says what to do", (url, model) => {
  expect(priced(url, model)).toEqual({ source: "unknown", input: null, output: null, date: null });
  expect(priceUnknown(`main/${model}`)).toMatchObject({ code: "price_unknown", remedy: expect.stringContaining("inputPrice and outputPrice") });
});

it("names a source and a day for each of its prices, and no name twice", () => {
  const one = { input: 1, output: 1, context: 1, maxOutput: 1, source: "a" };
  const sources = { a: { url: "https://a.example", date: "2026-01-01" } };
  expect(() => new PriceTable({ unit: "", sources, hosts: { h: { m: { ...one, source: "b" } } } })).toThrow("Nobody is named");
  expect(() => new PriceTable({ unit: "", sources, hosts: { h: { m: one, n: { ...one, aliases: ["m"] } } } })).toThrow("twice");
  expect(() => new PriceTable({ unit: "", sources, hosts: { h: { m: one }, i: { m: one } } })).not.toThrow();
  expect(table.date).toMatch(/^2026-/);
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
