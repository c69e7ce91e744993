import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileFinder } from "./FileFinder.ts";
import { fuzzyEstimate, fuzzyMatch, fuzzyQuery, fuzzyScore, fuzzyTarget, fuzzyTier } from "./fuzzy.ts";

const find = (paths: readonly string[], typed: string, limit = 10) => new FileFinder(paths).find(typed, limit).map(({ path }) => path);
/** What matched, in brackets. */
const marked = (path: string, typed: string) => {
  const match = fuzzyMatch(fuzzyQuery(typed), fuzzyTarget(path));
  return match && Array.from({ length: path.length }, (_unused, at) => (match.positions.includes(at) ? `[${path.charAt(at)}]` : path.charAt(at))).join("").replaceAll("][", "");
};

describe("finding files by what was typed", () => {
  it.each([
    ["a name before folders", "user", ["user/data/list.ts", "src/UserList.ts"], ["src/UserList.ts", "user/data/list.ts"]],
    ["the whole name first", "index.ts", ["src/index.tsx", "src/index.ts", "a/reindex.ts"], ["src/index.ts", "src/index.tsx", "a/reindex.ts"]],
    ["the beginning of the name", "tree", ["src/subtree.ts", "src/tree-view.ts"], ["src/tree-view.ts", "src/subtree.ts"]],
    ["letters in a row", "abc", ["axbxc.ts", "xxabc.ts"], ["xxabc.ts", "axbxc.ts"]],
    ["beginnings of words", "pt", ["captain.ts", "ProjectTree.ts"], ["ProjectTree.ts", "captain.ts"]],
    ["the case that was typed", "README", ["readme-x.md", "README-x.md"], ["README-x.md", "readme-x.md"]],
    ["the shorter of equals", "util", ["src/util-functions.ts", "src/util.ts"], ["src/util.ts", "src/util-functions.ts"]],
    ["a folder and a name", "comp/button", ["components/forms/button.ts", "button/compare.ts"], ["components/forms/button.ts"]],
    ["words in any order", "list user", ["src/UserList.ts", "src/List.ts"], ["src/UserList.ts"]],
    ["backslashes as slashes", "src\\util", ["src/util.ts", "util.ts"], ["src/util.ts"]],
  ])("prefers %s", (_what, typed, paths, expected) => {
    expect(find(paths, typed)).toEqual(expected);
    expect(find(paths.toReversed(), typed)).toEqual(expected);
  });

  it("shows what matched where it is seen best", () => {
    expect(marked("src/files/ProjectTree.ts", "tree")).toBe("src/files/Project[Tree].ts");
    expect(marked("src/search/FileFinder.ts", "ff")).toBe("src/search/[F]ile[F]inder.ts");
    expect(marked("src/İstanbul/straße.ts", "straß")).toBe("src/İstanbul/[straß]e.ts");
    expect(marked("a/b.ts", "x")).toBeNull();
  });

  it("finds everything for nothing, up to the limit, and keeps up with what comes and goes", () => {
    const finder = new FileFinder(["b", "a", "c/d"]);
    expect(finder.find("", 2).map(({ path }) => path)).toEqual(["a", "b"]);
    finder.add("e");
    finder.add("a");
    finder.delete("b");
    finder.delete("missing");
    expect([finder.size, finder.find(" ", 10).map(({ path }) => path)]).toEqual([3, ["a", "e", "c/d"]]);
  });

  it("finds a path when its letters are in it in order, and says where", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "A", "B", "/", ".", "-", "é", "1", "ß", "\udcff"), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, text.filter((typed) => /^[^\s]+$/.test(typed)), (path, typed) => {
        const [query, target] = [fuzzyQuery(typed), fuzzyTarget(path)];
        const letters = [...typed.toLowerCase()];
        let at = 0;
        for (const letter of path.toLowerCase()) if (letter === letters[at]) at += 1;
        expect(fuzzyTier(query, target) !== null).toBe(at === letters.length);
        const match = fuzzyMatch(query, target);
        if (!match) return;
        expect(match.positions.map((position) => path.charAt(position).toLowerCase()).join("")).toBe(typed.toLowerCase());
        expect(match.score).toBe(fuzzyScore(query, target));
        expect(match.score).toBeGreaterThan(0);
        expect(fuzzyEstimate(query, target)).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
