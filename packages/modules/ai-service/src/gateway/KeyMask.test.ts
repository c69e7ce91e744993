import fc from "fast-check";
import { expect, it } from "vitest";
import { KeyMask } from "./KeyMask.ts";

const KEY = "sk-aab-aabaa-key";

it("takes the key out however the text is cut, and leaves all else as it is", () => {
  const piece = fc.oneof(fc.constant(KEY), fc.constantFrom("sk-", "sk-aab-", "aab", "-key", "s", "k", "-"), fc.string({ maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join("")), fc.array(fc.nat(12), { minLength: 1, maxLength: 20 }), (text, lengths) => {
      const mask = new KeyMask(KEY);
      let said = "";
      let at = 0;
      for (let turn = 0; at < text.length; turn += 1) {
        const length = Math.max(1, lengths[turn % lengths.length] ?? 1);
        said += mask.push(text.slice(at, at + length));
        at += length;
      }
      said += mask.end();
      expect(said).toBe(text.replaceAll(KEY, "[key]"));
    }),
    { numRuns: 2_000 },
  );
});

it("hands a text on at once that cannot be the beginning of the key", () => {
  const mask = new KeyMask(KEY);
  expect([mask.push("word "), mask.push("ask"), mask.push(" more"), mask.end()]).toEqual(["word ", "a", "sk more", ""]);
});

it("leaves texts alone where there is no key, or one that is a word", () => {
  expect([new KeyMask(null).push("none"), new KeyMask("none").push("none")]).toEqual(["none", "none"]);
});
