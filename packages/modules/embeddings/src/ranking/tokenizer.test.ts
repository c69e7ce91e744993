import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gramNorm, gramsOf, GRAM_BUCKETS } from "./grams.ts";
import { stem } from "./stem.ts";
import { termsOf } from "./tokenizer.ts";

describe("termsOf", () => {
  it.each([
    ["getElementById", ["get", "element", "id"]], ["HTTPServerError2", ["http", "serv", "error2"]], ["snake_case_name", ["snak", "nam"]], ["SCREAMING_SNAKE", ["scream", "snak"]], ["utf8ToBase64", ["utf8", "base64"]],
    ["the function returns a value", ["valu"]], ["x = y + 10", []], ["sha256:0xdeadbeef", ["sha256", "0xdeadbeef"]], ["naïveÉtat größe", ["naïve", "état", "größe"]], ["ПривязатьСобытие", ["привязать", "событие"]],
    ["购物车总价", ["购物", "物车", "车总", "总价"]], ["ﬁle", ["fil"]], ["", []], ["___", []], ["a".repeat(500), []],
  ])("splits %j", (text, terms) => {
    expect(termsOf(text)).toEqual(terms);
  });

  it("gives clean terms for any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => termsOf(text).every((term) => term.length > 0 && term.length <= 80 && !/[\s_A-Z]/.test(term))));
  });

  it("finds what is asked for however it is written", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("parse", "date", "user", "index", "cache", "token"), { minLength: 1, maxLength: 4 }), (words) => {
        const camel = words.map((word, index) => (index === 0 ? word : word[0]?.toUpperCase() + word.slice(1))).join("");
        expect(termsOf(camel)).toEqual(termsOf(words.join(" ")));
        expect(termsOf(words.join("_").toUpperCase())).toEqual(termsOf(words.join(" ")));
      }),
    );
  });
});

describe("stem", () => {
  it.each([
    ["cache", "caches", "cached", "caching"], ["validate", "validates", "validated", "validating", "validation", "validator"], ["parse", "parsed", "parsing", "parser", "parsers"], ["run", "runs", "running", "runner"],
    ["query", "queries"], ["index", "indexes", "indexed", "indexing", "indexer"], ["call", "calls", "called", "calling", "caller"], ["quick", "quickly"], ["box", "boxes"], ["create", "creates", "created", "creation", "creator"],
  ])("makes one term of %s and its forms", (...forms) => {
    expect(new Set(forms.map(stem)).size).toBe(1);
  });

  it.each([["bus", "busy"], ["comment", "com"], ["string", "strong"], ["date", "data"], ["user", "used"], ["list", "listener"], ["this", "thing"]])("keeps %s and %s apart", (one, other) => {
    expect(stem(one)).not.toBe(stem(other));
  });
});

describe("gramsOf", () => {
  it("hashes three to five characters at a time, with the borders, always alike", () => {
    expect(gramsOf("date")).toHaveLength(4 + 3 + 2);
    expect([...gramsOf("date")]).toEqual([...gramsOf("date")]);
    // Written into every stored segment: another value would make stored lengths wrong.
    expect([...gramsOf("ab")]).toEqual([216_783, 63_835, 227_419]);
  });

  it("stays within the buckets, and gives a length that does not depend on the order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 7 })), { maxLength: 8 }), (terms) => {
        for (const [term] of terms) for (const bucket of gramsOf(term)) expect(bucket >= 0 && bucket < GRAM_BUCKETS).toBe(true);
        expect(gramNorm(terms)).toBe(gramNorm(terms.toReversed()));
      }),
    );
  });
});
