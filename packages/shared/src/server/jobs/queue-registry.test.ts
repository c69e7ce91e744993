import fc from "fast-check";
import { expect, it } from "vitest";
import { compareVersions } from "./queue-registry.ts";

it("orders versions by their numbers", () => {
  const ordered = ["", "0.1.0", "0.2.0", "0.10.0", "1.0", "1.0.0", "1.0.1", "2.0.0", "10.0.0"];
  expect(ordered.toReversed().toSorted(compareVersions)).toEqual(ordered);
  expect(compareVersions("1.2.3", "1.2.3")).toBe(0);
});

it("is an order", () => {
  const version = fc.array(fc.nat({ max: 20 }), { maxLength: 4 }).map((parts) => parts.join("."));
  fc.assert(fc.property(version, version, version, (a, b, c) => {
    expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
    if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
  }));
});
