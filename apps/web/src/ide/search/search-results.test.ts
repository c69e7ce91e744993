import { describe, expect, it } from "vitest";
import { countMatches, partsOf, resultRows, withBatch } from "./search-results.ts";

const line = (number: number, text: string, ...ranges: readonly (readonly [number, number])[]) => ({ line: number, text, textStart: 0, ranges: ranges.map(([start, end]) => ({ start, end })) });

describe("results of a search", () => {
  it("stand in the order of paths, however they arrive, and grow in place", () => {
    const first = withBatch([], [{ path: "b.ts", matches: [line(1, "x", [0, 1])] }]);
    const second = withBatch(first, [{ path: "a.ts", matches: [line(2, "xx", [0, 1], [1, 2])] }, { path: "b.ts", matches: [line(9, "x", [0, 1])] }]);
    expect(second.map(({ path, matches }) => [path, matches.map((match) => match.line)])).toEqual([["a.ts", [2]], ["b.ts", [1, 9]]]);
    expect(countMatches(second)).toBe(4);
  });

  it("are rows below their files, of which some are closed, without the lines around a match", () => {
    const files = [{ path: "src/a.ts", matches: [line(1, "before"), line(2, "hit", [0, 3])] }, { path: "b.ts", matches: [line(1, "hit", [0, 3])] }];
    expect(resultRows(files, new Set(["b.ts"])).map(({ key, level, expanded }) => [key, level, expanded])).toEqual([["src/a.ts", 1, true], ["src/a.ts\n2:0", 2, undefined], ["b.ts", 1, false]]);
    expect(resultRows(files, new Set())[0]).toMatchObject({ name: "a.ts", folder: "src", count: 1, label: "src/a.ts, 1 match" });
  });
});

describe("partsOf", () => {
  it("marks what matched and drops the indentation", () => {
    expect(partsOf(line(1, "    const a = a;", [10, 11], [14, 15]))).toEqual([
      { text: "const ", hit: false },
      { text: "a", hit: true },
      { text: " = ", hit: false },
      { text: "a", hit: true },
      { text: ";", hit: false },
    ]);
  });

  it("begins a little before a match far to the right, in columns of the whole line", () => {
    const parts = partsOf({ line: 1, text: `${"x".repeat(90)}needle`, textStart: 1000, ranges: [{ start: 1090, end: 1096 }] });
    expect(parts).toEqual([{ text: "…", hit: false }, { text: "x".repeat(24), hit: false }, { text: "needle", hit: true }]);
  });

  it("keeps a match that is indentation itself", () => {
    expect(partsOf(line(1, "  \treturn", [0, 3]))).toEqual([{ text: "  \t", hit: true }, { text: "return", hit: false }]);
  });
});
