import fc from "fast-check";
import { expect, it } from "vitest";
import { CallIds } from "./CallIds.ts";

it("names each call once, in letters that every provider takes, and leaves a good name as it is", () => {
  const ids = new CallIds([{ role: "assistant", text: "", toolCalls: [{ id: "call-0", name: "t", input: "{}" }] }]);
  expect([ids.take("call-0"), ids.take("call-0"), ids.take("functions.read:0"), ids.take(""), ids.take("toolu_01A")]).toEqual(["call-0_2", "call-0_3", "functions_read_0", "call", "toolu_01A"]);
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 50 }), fc.constantFrom("a", "a_2", "x".repeat(40), "x".repeat(60))), { maxLength: 12 }), (wanted) => {
      const many = new CallIds([]);
      const taken = wanted.map((id) => many.take(id));
      expect(new Set(taken).size).toBe(taken.length);
      for (const id of taken) expect(id).toMatch(/^[A-Za-z0-9_-]{1,40}$/);
    }),
  );
});
