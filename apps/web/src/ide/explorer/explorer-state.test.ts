import type { Entry, EntryPage } from "@coder/api/workspace";
import { beforeEach, describe, expect, it } from "vitest";
import { baseName } from "../editors/editor-input.ts";
import { copyName, ExplorerState } from "./explorer-state.ts";
import { FileTree } from "./FileTree.ts";

const FOLDERS: Readonly<Record<string, readonly string[]>> = { "": ["src/", "zeta.ts", "Zoo.ts", "notes.txt", "notes copy.txt"], src: ["deep/"], "src/deep": ["nested/"], "src/deep/nested": ["a.ts", "b.ts"] };

function entryOf(path: string, kind: Entry["kind"]): Entry {
  return { path, name: baseName(path), kind, sizeBytes: 0, modifiedAt: "2026-01-01T00:00:00.000Z", executable: false, target: null, ignored: false };
}

async function listFolder(path: string): Promise<EntryPage> {
  const items = (FOLDERS[path] ?? []).map((name) => entryOf((path === "" ? "" : `${path}/`) + name.replace("/", ""), name.endsWith("/") ? "folder" : "file"));
  return { items, nextCursor: null };
}

let tree: FileTree;
let explorer: ExplorerState;
beforeEach(async () => {
  tree = new FileTree({ listFolder, getEntry: async (path) => entryOf(path, "file") });
  explorer = new ExplorerState(tree);
  await tree.start();
});

it("moves and copies one after the other, and after one that failed too", async () => {
  const done: string[] = [];
  let release = (): void => undefined;
  const first = explorer.inTurn(() => new Promise<void>((resolve) => (release = resolve)).then(() => void done.push("first")));
  const second = explorer.inTurn(async () => {
    done.push("second");
    throw new Error("refused");
  });
  const third = explorer.inTurn(async () => done.push("third"));
  await Promise.resolve();
  expect(done).toEqual([]);
  release();
  await first;
  await expect(second).rejects.toThrow("refused");
  await third;
  expect(done).toEqual(["first", "second", "third"]);
});

describe("what is chosen", () => {
  it("stays chosen when a folder comes to stand in one row with what it holds", async () => {
    explorer.select("src", "only");
    await tree.expand("src");
    expect(explorer.get().active).toBe("src/deep/nested");
    expect(explorer.chosen()).toEqual(["src/deep/nested"]);
  });

  it("leaves out what lies in something else that is chosen", async () => {
    await tree.expand("src");
    explorer.select("src/deep/nested", "only");
    explorer.select("src/deep/nested/a.ts", "toggle");
    explorer.select("zeta.ts", "toggle");
    expect(explorer.chosen()).toEqual(["src/deep/nested", "zeta.ts"]);
  });

  it("decides where something new belongs", async () => {
    expect(explorer.targetFolder()).toBe("");
    explorer.select("zeta.ts", "only");
    expect(explorer.targetFolder()).toBe("");
    await explorer.reveal("src/deep/nested/b.ts");
    expect(explorer.get().active).toBe("src/deep/nested/b.ts");
    expect(explorer.targetFolder()).toBe("src/deep/nested");
    // The keyboard is on a folder that nobody chose: whoever pastes now means the project.
    explorer.chooseNothing();
    explorer.select("src/deep/nested", "move");
    expect(explorer.targetFolder()).toBe("");
  });

  it("is found by the first letters of a name, around the end", () => {
    explorer.select("zeta.ts", "only");
    expect(explorer.typeAhead("z", tree.rows())).toBe("Zoo.ts");
    explorer.select("Zoo.ts", "only");
    expect(explorer.typeAhead("z", tree.rows())).toBe("zeta.ts");
    expect(explorer.typeAhead("notes c", tree.rows())).toBe("notes copy.txt");
    expect(explorer.typeAhead("q", tree.rows())).toBeNull();
  });
});

it("copies get a name that is free", () => {
  expect(copyName(tree, "", "zeta.ts")).toBe("zeta copy.ts");
  expect(copyName(tree, "", "notes.txt")).toBe("notes copy 2.txt");
  expect(copyName(tree, "", "src")).toBe("src copy");
  expect(copyName(tree, "elsewhere", "zeta.ts")).toBe("zeta.ts");
});
