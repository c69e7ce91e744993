import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits, minimalEdit } from "./minimal-edit.ts";

describe("the least edit between two texts", () => {
  it("leaves the same start and end alone", () => {
    expect(minimalEdit("one two three", "one 2 three")).toEqual({ offset: 4, deleteCount: 3, insert: "2" });
    expect(minimalEdit("same", "same")).toBeNull();
    expect(minimalEdit("aa", "aaa")).toEqual({ offset: 2, deleteCount: 0, insert: "a" });
  });

  it("does not cut a character or a line end in two", () => {
    expect(minimalEdit("🚀", "🚁")).toEqual({ offset: 0, deleteCount: 2, insert: "🚁" });
    expect(minimalEdit("a\r\nb", "a\rb")?.offset).toBe(1);
  });

  it("leads from the one to the other, whatever they are", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n", "🚀", "🚁", "é"), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const edit = minimalEdit(before, after);
        expect(edit === null ? before : applyEdits(before, [edit])).toBe(after);
        expect(edit?.insert.isWellFormed() ?? true).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
