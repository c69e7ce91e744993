import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EditorInput } from "./editor-input.ts";
import {
  activateTab, activeTab, canSplit, closeTabs, type EditorsState, groupIds, groupOf, keepTab, moveTab, moveTabToSide, neighbourTab, NO_EDITORS, openTab, renamePaths, reopenClosed,
  splitGroup,
} from "./editor-state.ts";

const file = (path: string): EditorInput => ({ kind: "file", path });
const opened = (...paths: readonly string[]) => paths.reduce((state, path) => openTab(state, file(path)), NO_EDITORS);
const paths = (state: EditorsState, group = state.activeGroup) => groupOf(state, group).tabs.map(({ input }) => input.path);
const shown = (state: EditorsState, group?: number) => activeTab(state, group)?.input.path;
const id = (path: string) => `file:${path}`;

describe("tabs", () => {
  it("open to the right of the one that is shown", () => {
    const state = activateTab(opened("a", "b", "c"), 1, id("a"));
    expect(paths(openTab(state, file("d")))).toEqual(["a", "d", "b", "c"]);
  });

  it("that are only looked at make room for the next one, in their place", () => {
    const looked = openTab(opened("a", "b"), file("x"), { preview: true });
    expect(paths(openTab(activateTab(looked, 1, id("a")), file("y"), { preview: true }))).toEqual(["a", "b", "y"]);
  });

  it("stay once they are kept, or opened again in earnest", () => {
    const kept = keepTab(openTab(NO_EDITORS, file("x"), { preview: true }), 1, id("x"));
    expect(paths(openTab(kept, file("y"), { preview: true }))).toEqual(["x", "y"]);
    const again = openTab(openTab(NO_EDITORS, file("x"), { preview: true }), file("x"));
    expect(paths(openTab(again, file("y"), { preview: true }))).toEqual(["x", "y"]);
  });

  it("give way to the one used before when they close", () => {
    const state = activateTab(activateTab(opened("a", "b", "c"), 1, id("a")), 1, id("c"));
    expect(shown(closeTabs(state, 1, [id("c")]))).toBe("a");
  });

  it("come back in the order in which they closed, the last one first", () => {
    const closed = closeTabs(closeTabs(opened("a", "b", "c"), 1, [id("a")]), 1, [id("c")]);
    const back = reopenClosed(closed);
    expect(shown(back)).toBe("c");
    expect(shown(reopenClosed(back))).toBe("a");
  });

  it("are walked around the end", () => {
    const state = opened("a", "b", "c");
    expect(neighbourTab(state, 1)?.input.path).toBe("a");
    expect(neighbourTab(state, -1)?.input.path).toBe("b");
  });

  it("are told apart by what they show of a file, not by the file alone", () => {
    const both = openTab(opened("a"), { kind: "disk-diff", path: "a" });
    expect(groupOf(both, 1).tabs).toHaveLength(2);
  });
});

describe("groups", () => {
  const two = splitGroup(opened("a", "b"), 1, "right", activeTab(opened("a", "b")));

  it("show the same file on both sides after a split", () => {
    expect(two.columns).toEqual([[1], [2]]);
    expect([shown(two, 1), shown(two, 2)]).toEqual(["b", "b"]);
    expect(two.activeGroup).toBe(2);
  });

  it("go up to two by two and no further", () => {
    const three = splitGroup(two, 2, "down", undefined);
    const four = splitGroup(three, 1, "up", undefined);
    expect(four.columns).toEqual([[4, 1], [2, 3]]);
    for (const side of ["right", "left", "down", "up"] as const) {
      expect(canSplit(four, 1, side)).toBe(false);
      expect(splitGroup(four, 1, side, undefined)).toBe(four);
    }
  });

  it("vanish with their last tab, and leave the focus to a neighbour", () => {
    const state = closeTabs(two, 2, [id("b")]);
    expect(state.columns).toEqual([[1]]);
    expect(state.activeGroup).toBe(1);
    expect(closeTabs(closeTabs(state, 1, [id("a")]), 1, [id("b")]).columns).toEqual([[1]]);
  });

  it("take over a tab where it is dropped", () => {
    const state = moveTab(two, { group: 1, tab: id("a") }, 2, 0);
    expect([paths(state, 1), paths(state, 2)]).toEqual([["b"], ["a", "b"]]);
    expect(state.activeGroup).toBe(2);
  });

  it("do not show a file twice that is dropped where it is already", () => {
    const state = moveTab(two, { group: 2, tab: id("b") }, 1, 0);
    expect(state.columns).toEqual([[1]]);
    expect(paths(state)).toEqual(["a", "b"]);
  });

  it("are made by a drop on an edge", () => {
    const state = moveTabToSide(opened("a", "b"), { group: 1, tab: id("a") }, 1, "left");
    expect(state.columns).toEqual([[2], [1]]);
    expect([paths(state, 2), paths(state, 1)]).toEqual([["a"], ["b"]]);
    // The only tab beside itself is no change.
    const alone = opened("a");
    expect(moveTabToSide(alone, { group: 1, tab: id("a") }, 1, "right")).toBe(alone);
  });

  it("reorder within themselves", () => {
    expect(paths(moveTab(opened("a", "b", "c"), { group: 1, tab: id("a") }, 1, 2))).toEqual(["b", "a", "c"]);
    expect(paths(moveTab(opened("a", "b", "c"), { group: 1, tab: id("c") }, 1, 0))).toEqual(["c", "a", "b"]);
  });
});

describe("files that move", () => {
  it("stay open under their new names, folders with all they hold", () => {
    const state = renamePaths(opened("src/a", "src/deep/b", "srcx/c"), "src", "lib");
    expect(paths(state)).toEqual(["lib/a", "lib/deep/b", "srcx/c"]);
    expect(shown(state)).toBe("srcx/c");
    expect(shown(activateTab(state, 1, id("lib/a")))).toBe("lib/a");
  });
});

const command = fc.oneof(
  fc.record({ do: fc.constant("open" as const), path: fc.constantFrom("a", "b", "c", "d"), preview: fc.boolean() }),
  fc.record({ do: fc.constant("close" as const), path: fc.constantFrom("a", "b", "c", "d"), group: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant("split" as const), side: fc.constantFrom("right" as const, "down" as const, "left" as const, "up" as const) }),
  fc.record({ do: fc.constant("move" as const), path: fc.constantFrom("a", "b", "c", "d"), from: fc.integer({ min: 1, max: 4 }), to: fc.integer({ min: 1, max: 4 }), index: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ do: fc.constant("side" as const), path: fc.constantFrom("a", "b"), from: fc.integer({ min: 1, max: 4 }), beside: fc.integer({ min: 1, max: 4 }), side: fc.constantFrom("right" as const, "down" as const) }),
  fc.record({ do: fc.constant("reopen" as const) }),
);

function run(state: EditorsState, step: typeof command extends fc.Arbitrary<infer Step> ? Step : never): EditorsState {
  switch (step.do) {
    case "open":
      return openTab(state, file(step.path), { preview: step.preview });
    case "close":
      return closeTabs(state, step.group, [id(step.path)]);
    case "split":
      return splitGroup(state, state.activeGroup, step.side, activeTab(state));
    case "move":
      return moveTab(state, { group: step.from, tab: id(step.path) }, step.to, step.index);
    case "side":
      return moveTabToSide(state, { group: step.from, tab: id(step.path) }, step.beside, step.side);
    case "reopen":
      return reopenClosed(state);
  }
}

it("whatever is done, every group is in the grid once, shows one of its tabs, and shows nothing twice", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (steps) => {
      const state = steps.reduce(run, NO_EDITORS);
      const ids = groupIds(state);
      expect(ids.map(String).sort()).toEqual(Object.keys(state.groups).sort());
      expect(state.columns.length).toBeLessThanOrEqual(2);
      expect(ids).toContain(state.activeGroup);
      for (const group of ids.map((each) => groupOf(state, each))) {
        const tabs = group.tabs.map((tab) => tab.id);
        expect(new Set(tabs).size).toBe(tabs.length);
        expect([...group.recent].sort()).toEqual([...tabs].sort());
        expect(group.tabs.filter(({ preview }) => preview).length).toBeLessThanOrEqual(1);
        if (tabs.length === 0) expect(group.active).toBeNull();
        else expect(tabs).toContain(group.active);
      }
    }),
    { numRuns: 300 },
  );
});
