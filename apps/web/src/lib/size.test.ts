import { expect, it } from "vitest";
import { bytes } from "./size.ts";

it.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [812, "812 bytes"],
  [1_024, "1 kB"],
  [3_300, "3.2 kB"],
  [52_428_800, "50 MB"],
  [1_073_741_824, "1 GB"],
  [5_000_000_000_000_000, "4,547 TB"],
])("%d bytes are %s", (value, text) => {
  expect(bytes(value)).toBe(text);
});
