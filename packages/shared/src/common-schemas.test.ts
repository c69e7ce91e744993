import { describe, expect, it } from "vitest";
import { nameSchema } from "./common-schemas.ts";

describe("nameSchema", () => {
  const schema = nameSchema(10);

  it.each([
    ["  Ada   L. ", "Ada L."],
    ["Cafe\u0301", "Café"],
    ["<b>&", "<b>&"],
    ["می\u200cخواهم", "می\u200cخواهم"],
  ])("takes %j as it is meant", (typed, kept) => {
    expect(schema.parse(typed)).toBe(kept);
  });

  it.each(["", "   ", "\u200b", "ad\u202emin", "bell\u0007", "two\nlines", "half\ud800", "much too long for it", "\u200d"])("refuses %j", (typed) => {
    expect(schema.safeParse(typed).success).toBe(false);
  });
});
