import { expect, it } from "vitest";
import { waitInWords } from "./wait-in-words.ts";

it.each([
  [0, "1 second"], [0.4, "1 second"], [1, "1 second"], [2, "2 seconds"], [60, "1 minute"], [61, "61 seconds"], [90, "90 seconds"], [91, "2 minutes"], [900, "15 minutes"], [3_600, "1 hour"], [4_000, "67 minutes"],
  [7_200, "2 hours"], [86_400, "1 day"], [100_000, "28 hours"], [200_000, "3 days"],
])("%d s are %s", (seconds, words) => {
  expect(waitInWords(seconds)).toBe(words);
});
