import { expect, it } from "vitest";
import { pooledRandom } from "./pooled-random.ts";

it("gives out each byte once, as many as are asked for", () => {
  const sizes = Array.from({ length: 3_000 }, (_unused, index) => (index % 16) + 8);
  const given = sizes.map((size) => Buffer.from(pooledRandom(size)).toString("hex"));
  expect(given.map((text) => text.length / 2)).toEqual(sizes);
  expect(new Set(given.map((text) => text.slice(0, 16))).size).toBe(given.length);
  expect(pooledRandom(4_096)).toHaveLength(4_096);
});
