import fc from "fast-check";
import { expect, it } from "vitest";
import { byteRange } from "./byte-range.ts";

it("never leads outside of the content", () => {
  const bound = fc.option(fc.nat({ max: 50 }).map(String), { nil: "" });
  fc.assert(
    fc.property(fc.nat({ max: 30 }), bound, bound, (size, first, last) => {
      const range = byteRange(`bytes=${first}-${last}`, size);
      if (range === null || range === "unsatisfiable") return;
      expect(range.from).toBeGreaterThanOrEqual(0);
      expect(range.to).toBeGreaterThanOrEqual(range.from);
      expect(range.to).toBeLessThan(size);
    }),
  );
});

it.each([undefined, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-0", "bytes=0-1,3-4", "items=0-1", `bytes=${"9".repeat(400)}-`])("takes %s for all of it", (header) => {
  expect(byteRange(header, 10)).toBeNull();
});

it("reads the three forms", () => {
  expect([byteRange("bytes=2-4", 10), byteRange("bytes= 2 - ", 10), byteRange("bytes=-3", 10), byteRange("bytes=-30", 10)]).toEqual([{ from: 2, to: 4 }, { from: 2, to: 9 }, { from: 7, to: 9 }, { from: 0, to: 9 }]);
  expect([byteRange("bytes=10-", 10), byteRange("bytes=-0", 10), byteRange("bytes=0-", 0)]).toEqual(["unsatisfiable", "unsatisfiable", "unsatisfiable"]);
});
