import { describe, expect, it } from "vitest";
import { crumbsOf } from "./crumbs.ts";

const deep = (folders: number) => [...Array.from({ length: folders }, (_unused, index) => `f${index}`), "end.txt"].join("/");

describe("the parts of a path above an editor", () => {
  it("are all of them as long as they can be read", () => {
    expect(crumbsOf("src/a.ts")).toEqual([{ path: "src", name: "src", gap: false }, { path: "src/a.ts", name: "a.ts", gap: false }]);
    expect(crumbsOf(deep(11))).toHaveLength(12);
    expect(crumbsOf("a.ts")).toHaveLength(1);
  });

  it("are, of a very deep one, where it begins and where it ends; what is between leads to the deepest folder of it", () => {
    const crumbs = crumbsOf(deep(199));
    expect(crumbs.map(({ name }) => name)).toEqual(["f0", "…", "f192", "f193", "f194", "f195", "f196", "f197", "f198", "end.txt"]);
    expect(crumbs[1]).toMatchObject({ gap: true });
    expect(crumbs[1]?.path.endsWith("/f191")).toBe(true);
    expect(crumbs.at(-1)?.path).toBe(deep(199));
  });
});
