import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { FolderAccess } from "@coder/work-tree";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { QueueGauge } from "./queue-gauge.ts";
import { WatchedTree, type WatchedTreeDeps } from "./WatchedTree.ts";

let root: string;
let trees: WatchedTree[];

beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), "coder-watched-")));
  trees = [];
});
afterEach(async () => {
  for (const tree of trees) tree.close();
  await rm(root, { recursive: true, force: true });
});

const on = (at: string) => path.join(root, at);

/** A tree watched in this thread, and what it tells. */
async function watched(given: Partial<WatchedTreeDeps> = {}) {
  const heard: string[] = [];
  const ready = Promise.withResolvers<{ readonly folders: number; readonly limited: boolean }>();
  const tree = new WatchedTree({
    access: new FolderAccess(root),
    gauge: new QueueGauge(() => tree.suspect()),
    listener: {
      ready: (facts) => {
        heard.push("ready");
        ready.resolve(facts);
      },
      changed: (changes) => heard.push(...changes.map(({ kind, path: at }) => `${kind} ${at}`)),
      rescan: () => heard.push("rescan"),
      git: () => heard.push("git"),
    },
    ...given,
  });
  trees.push(tree);
  tree.start();
  return { tree, heard, facts: await ready.promise, hears: (what: string) => expect.poll(() => heard, { timeout: 8_000, interval: 5 }).toContain(what) };
}
const found = async (tree: WatchedTree, query = "") => (await tree.find(query, 100)).map((file) => file.path).toSorted();

describe("a watched tree", () => {
  it("knows what is there and hears what changes", async () => {
    await mkdir(on("a/b"), { recursive: true });
    await mkdir(on(".git/refs/heads"), { recursive: true });
    await mkdir(on(".git/objects/00"), { recursive: true });
    await mkdir(on("sub/.git/refs"), { recursive: true });
    await mkdir(on("node_modules/x/y"), { recursive: true });
    await writeFile(on("a/b/f"), "");
    const { tree, heard, facts, hears } = await watched();
    // The tree, a, a/b, .git, .git/refs, .git/refs/heads, sub and node_modules.
    expect(facts).toEqual({ folders: 8, limited: false });
    expect(await found(tree)).toEqual(["a/b/f"]);
    await writeFile(on("a/g"), "1");
    await hears("created a/g");
    await writeFile(on("a/g"), "2");
    await hears("modified a/g");
    await rename(on("a"), on("c"));
    await hears("deleted a");
    await hears("created c/b/f");
    expect(await found(tree)).toEqual(["c/b/f", "c/g"]);
    // As git does it: one event, however long the writing takes.
    await writeFile(on(".git/refs/heads/main.lock"), "x");
    await rename(on(".git/refs/heads/main.lock"), on(".git/refs/heads/main"));
    await hears("git");
    await writeFile(on(".git/index.lock"), "x");
    await rm(on("c"), { recursive: true });
    await hears("deleted c");
    expect(heard.filter((one) => one === "git")).toHaveLength(1);
    expect(await found(tree)).toEqual([]);
  });

  it("looks at folders from time to time that the system does not watch, and says so", async () => {
    await mkdir(on("a"));
    await writeFile(on("a/f"), "1");
    const watchFolder = vi.fn(() => {
      throw new Error("ENOSPC: System limit for number of file watchers reached");
    });
    const { tree, facts, hears, heard } = await watched({ watchFolder, pollMs: 50 });
    expect(facts).toEqual({ folders: 2, limited: true });
    await expect.poll(() => watchFolder.mock.calls.length).toBe(2);
    let writes = 0;
    const written = async () => {
      await writeFile(on("a/f"), `${(writes += 1)}`);
      return heard;
    };
    await expect.poll(written, { timeout: 8_000 }).toContain("modified a/f");
    await writeFile(on("a/g"), "");
    await hears("created a/g");
    await mkdir(on("b"));
    await writeFile(on("b/h"), "");
    await hears("created b/h");
    await rm(on("a/f"));
    await hears("deleted a/f");
    expect(heard.filter((one) => one === "rescan")).toEqual([]);
    expect(await found(tree)).toEqual(["a/g", "b/h"]);
  });

  it("looks at everything anew when events may have been lost, once it is quiet", async () => {
    const { tree, heard } = await watched({ watchFolder: () => ({ close: () => undefined, on: () => undefined }) });
    await mkdir(on("unheard"));
    await writeFile(on("unheard/f"), "");
    expect(await found(tree)).toEqual([]);
    for (let at = 0; at < 5; at += 1) tree.suspect();
    await expect.poll(() => heard.filter((one) => one === "ready").length).toBe(2);
    expect(await found(tree)).toEqual(["unheard/f"]);
  });

  it("takes more changes than can be told one by one as a reason to look again", async () => {
    const { heard, hears } = await watched();
    const aside = `${root}-aside`;
    await mkdir(aside);
    for (let at = 0; at < 2_500; at += 1) await writeFile(path.join(aside, `f${at}`), "");
    await rename(aside, on("moved-in"));
    await hears("rescan");
    expect(heard.length).toBeLessThan(100);
  });

  it("follows no link, whatever takes a folder's place", async () => {
    await mkdir(on("a"));
    const { tree, hears } = await watched();
    await rm(on("a"), { recursive: true });
    await symlink("/etc", on("a"));
    await hears("created a");
    expect(await found(tree, "passwd")).toEqual([]);
    const access = new FolderAccess(root);
    expect([access.read("a/passwd", 100), access.in("a", () => true), access.read("missing", 10)]).toEqual([null, null, null]);
  });
});

describe("the gauge of the queue", () => {
  it("notices a go that a full queue would make, and no smaller ones", async () => {
    const overflowed = vi.fn();
    const gauge = new QueueGauge(overflowed, 100);
    const go = async (events: number) => {
      for (let event = 0; event < events; event += 1) gauge.count();
      await new Promise((resolve) => setImmediate(resolve));
    };
    for (let round = 0; round < 5; round += 1) await go(99);
    expect(overflowed).not.toHaveBeenCalled();
    await go(100);
    expect(overflowed).toHaveBeenCalledTimes(1);
    new QueueGauge(overflowed).count();
  });
});
