import type { GitEntry } from "@coder/api/workspace";
import { describe, expect, it } from "vitest";
import { changeRows, changesOf, decorationsOf, editorOf } from "./changes.ts";

const entry = (path: string, index: string, worktree: string, kind: GitEntry["kind"] = "changed", from: string | null = null): GitEntry => ({ path, index, worktree, kind, from });

const ENTRIES = [
  entry("src/b.ts", "M", "M"),
  entry("src/a.ts", ".", "D"),
  entry("new name.ts", "R", ".", "renamed", "old name.ts"),
  entry("notes", "?", "?", "untracked"),
  entry("both.ts", "U", "U", "conflict"),
  entry("vendor/lib", ".", "M", "submodule"),
];

describe("changes", () => {
  const changes = changesOf({ entries: ENTRIES });

  it("are told apart by what is staged, what is not, and what waits for a decision", () => {
    expect(changes.map(({ group, path, decoration: { badge } }) => [group, path, badge])).toEqual([
      ["conflicts", "both.ts", "!"],
      ["staged", "new name.ts", "R"],
      ["changes", "notes", "U"],
      ["changes", "src/a.ts", "D"],
      ["staged", "src/b.ts", "M"],
      ["changes", "src/b.ts", "M"],
      ["changes", "vendor/lib", "S"],
    ]);
  });

  it("decorate each path once", () => {
    expect([...decorationsOf(changes)].map(([path, { tone }]) => [path, tone])).toEqual(
      expect.arrayContaining([["both.ts", "conflict"], ["src/a.ts", "deleted"], ["notes", "untracked"], ["new name.ts", "renamed"]]),
    );
    expect(decorationsOf(changes).size).toBe(6);
  });

  it("are rows below their groups, without the empty ones", () => {
    expect(changeRows(changes, new Set(["changes"])).map(({ label }) => label)).toEqual([
      "Conflicts, 1", "both.ts, Conflict", "Staged changes, 2", "new name.ts, Renamed, from old name.ts", "src/b.ts, Modified", "Changes, 4",
    ]);
  });

  it("open as two sides where there are two", () => {
    expect(changes.map(editorOf)).toEqual([
      { kind: "file", path: "both.ts" },
      { kind: "git-staged", path: "new name.ts", originalPath: "old name.ts" },
      { kind: "file", path: "notes" },
      { kind: "git-unstaged", path: "src/a.ts" },
      { kind: "git-staged", path: "src/b.ts" },
      { kind: "git-unstaged", path: "src/b.ts" },
      { kind: "file", path: "vendor/lib" },
    ]);
  });
});
