import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FilterKey, formatFilter, isKnownValue, matchesText, parseFilter, suggest, withoutOpenTerm } from "./filter.ts";

const KEYS: readonly FilterKey[] = [
  { key: "actor", description: "Who did it", open: true, values: [{ value: "me", description: "You" }, { value: "ada@example.org", description: "Ada Lovelace" }] },
  { key: "outcome", description: "How it ended", values: [{ value: "success" }, { value: "denied" }] },
];

describe("a filter", () => {
  it("tells terms from text", () => {
    expect(parseFilter("actor:me outcome:denied sign in", KEYS)).toEqual({
      terms: [
        { key: "actor", value: "me" },
        { key: "outcome", value: "denied" },
      ],
      text: "sign in",
    });
  });

  it("leaves what no key knows as text", () => {
    expect(parseFilter("http://localhost:80 size:7", KEYS)).toEqual({ terms: [], text: "http://localhost:80 size:7" });
  });

  it("takes values with spaces and quotes in quotes", () => {
    expect(parseFilter('actor:"Ada \\"the\\" Lovelace"', KEYS).terms).toEqual([{ key: "actor", value: 'Ada "the" Lovelace' }]);
  });

  it("is the same after it went through the address", () => {
    const value = fc.string({ minLength: 1 }).filter((text) => text.trim() === text);
    fc.assert(
      fc.property(fc.array(fc.record({ key: fc.constantFrom("actor", "outcome"), value })), (terms) => {
        expect(parseFilter(formatFilter({ terms, text: "" }), KEYS)).toEqual({ terms, text: "" });
      }),
    );
  });

  it("knows which values find nothing", () => {
    expect(isKnownValue({ key: "outcome", value: "perhaps" }, KEYS)).toBe(false);
    expect(isKnownValue({ key: "actor", value: "somebody@example.org" }, KEYS)).toBe(true);
  });

  it("finds words in any order and case", () => {
    expect(matchesText("lovelace SIGN", "Ada Lovelace", "auth.signIn", "sign in")).toBe(true);
    expect(matchesText("lovelace denied", "Ada Lovelace", "sign in")).toBe(false);
    expect(matchesText("", "anything")).toBe(true);
  });
});

describe("a term that is still being typed", () => {
  it.each([
    ["outcome:de", ""],
    ["sign up outcome:", "sign up"],
    ["sign  up ", "sign up"],
    ["size:7", "size:7"],
  ])("%j searches for %j", (typed, searched) => {
    expect(withoutOpenTerm(typed, KEYS)).toBe(searched);
  });
});

describe("suggestions", () => {
  it("offer keys first, and then the values of the key", () => {
    expect(suggest("out", KEYS).map(({ insert }) => insert)).toEqual(["outcome:"]);
    expect(suggest("sign outcome:d", KEYS)).toEqual([{ insert: "outcome:denied", description: "", complete: true }]);
  });

  it("find people by their names", () => {
    expect(suggest("actor:love", KEYS).map(({ insert }) => insert)).toEqual(["actor:ada@example.org"]);
  });
});
