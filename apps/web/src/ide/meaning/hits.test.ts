import type { Hit } from "@coder/api/embeddings";
import { describe, expect, it } from "vitest";
import { hitRows, lastRunText, percentOf, skippedText } from "./hits.ts";

const HIT: Hit = {
  path: "src/cart.ts", symbol: "Cart.total", kind: "method", language: "typescript", startLine: 12, endLine: 20, preview: "total() {", score: 0.871,
  reason: { summary: "Its name says total", parts: [{ signal: "name", weight: 1, terms: ["total"] }] },
};

describe("hits", () => {
  it("are called by what they are, or by their file where they have no name", () => {
    expect(hitRows([HIT, { ...HIT, symbol: null }]).map(({ title, place, label }) => [title, place, label])).toEqual([
      ["Cart.total", "src/cart.ts:12", "1: Cart.total, src/cart.ts:12, Its name says total, 87 %"],
      ["cart.ts", "src/cart.ts:12", "2: cart.ts, src/cart.ts:12, Its name says total, 87 %"],
    ]);
  });
});

describe("percentOf", () => {
  it("says of little that it is more than nothing", () => {
    expect([0.871, 0.01, 0.0004].map(percentOf)).toEqual(["87 %", "1 %", "< 1 %"]);
  });
});

describe("skippedText", () => {
  it("says how many files of which kind are missing", () => {
    expect(skippedText([{ reason: "binary", count: 1_200 }, { reason: "empty", count: 0 }, { reason: "too_large", count: 3 }])).toBe("1,200 not text, 3 too large");
  });
});

describe("lastRunText", () => {
  it("says what there was to do, and which model's vectors take part", () => {
    expect(lastRunText({ parsedFiles: 0, tookMs: 41, endpoint: null })).toBe("Last run: nothing to parse in 41 ms");
    expect(lastRunText({ parsedFiles: 1, tookMs: 2_300, endpoint: { model: "nomic", dimensions: 768, chunks: 1_204 } })).toBe("Last run: 1 file parsed in 2.3 s. 1,204 vectors of nomic");
  });
});
