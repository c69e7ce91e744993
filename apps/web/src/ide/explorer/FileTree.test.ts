import type { Entry, EntryPage } from "@coder/api/workspace";
import { AppError } from "@coder/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseName, folderOf, isWithin } from "../editors/editor-input.ts";
import type { FileChange } from "../files/project-feed.ts";
import { FileTree, type ITreeSource } from "./FileTree.ts";
import { compareEntries, type Row } from "./tree-rows.ts";

function entryOf(path: string, kind: Entry["kind"]): Entry {
  return { path, name: baseName(path), kind, sizeBytes: 0, modifiedAt: "2026-01-01T00:00:00.000Z", executable: false, target: null, ignored: false };
}

/** A disk in memory that lists as the server does, and tells what was done to it. */
class Disk implements ITreeSource {
  readonly entries = new Map<string, Entry>();
  readonly listed: string[] = [];

  constructor(...paths: readonly string[]) {
    for (const path of paths) this.add(path);
  }

  /** `a/b/` is a folder, anything else a file; what is above it is made. */
  add(path: string): FileChange[] {
    const folder = path.endsWith("/");
    const clean = folder ? path.slice(0, -1) : path;
    if (clean === "" || this.entries.has(clean)) return [];
    const above = folderOf(clean) === "" ? [] : this.add(`${folderOf(clean)}/`);
    if (this.entries.get(folderOf(clean))?.kind === "file") return above;
    this.entries.set(clean, entryOf(clean, folder ? "folder" : "file"));
    return [...above, { path: clean, kind: "created" }];
  }

  remove(path: string): FileChange[] {
    const gone = [...this.entries.keys()].filter((each) => isWithin(each, path));
    for (const each of gone) this.entries.delete(each);
    return gone.includes(path) ? [{ path, kind: "deleted" }] : [];
  }

  async listFolder(path: string, cursor: string | null, limit: number): Promise<EntryPage> {
    this.listed.push(path);
    if (path !== "" && this.entries.get(path)?.kind !== "folder") throw notFound(path);
    const all = [...this.entries.values()].filter((entry) => folderOf(entry.path) === path && entry.path !== path).sort(compareEntries);
    const from = cursor === null ? 0 : Number(cursor);
    return { items: all.slice(from, from + limit), nextCursor: from + limit < all.length ? String(from + limit) : null };
  }

  async getEntry(path: string): Promise<Entry> {
    const entry = this.entries.get(path);
    if (!entry) throw notFound(path);
    return entry;
  }
}

function notFound(path: string): AppError {
  return new AppError("not_found", "entry_not_found", `There is no ${path}.`, { remedy: "Look again." });
}

function drawn(rows: readonly Row[]): string[] {
  return rows.map((row) => `${"  ".repeat(row.depth)}${row.kind === "entry" ? row.label + (row.expandable ? "/" : "") : `(${row.kind})`}`);
}

async function open(disk: Disk, ...expanded: readonly string[]): Promise<FileTree> {
  const tree = new FileTree(disk, expanded);
  await tree.start();
  return tree;
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("the tree", () => {
  it("reads a folder when it is opened and not before", async () => {
    const disk = new Disk("src/a.ts", "src/deep/b.ts", "README.md");
    const tree = await open(disk);
    expect(drawn(tree.rows())).toEqual(["src/", "README.md"]);
    expect(disk.listed).toEqual([""]);
    await tree.expand("src");
    expect(drawn(tree.rows())).toEqual(["src/", "  deep/", "  a.ts", "README.md"]);
    tree.collapse("src");
    await tree.expand("src");
    expect(disk.listed).toEqual(["", "src"]);
  });

  it("puts folders that hold only each other into one row", async () => {
    const tree = await open(new Disk("src/main/java/App.java", "src/main/java/Util.java"));
    await tree.expand("src");
    expect(drawn(tree.rows())).toEqual(["src/main/java/", "  App.java", "  Util.java"]);
    const [row] = tree.rows();
    expect(row?.kind === "entry" && row.covers).toEqual(["src", "src/main"]);
    tree.setDraft({ folder: "src", kind: "file" });
    expect(drawn(tree.rows())).toEqual(["src/", "  main/java/", "    App.java", "    Util.java", "  (draft)"]);
  });

  it("leaves out what belongs to version control until it is asked for", async () => {
    const tree = await open(new Disk(".git/HEAD", "src/.git/HEAD", "src/only/a.ts", ".gitignore"));
    expect(drawn(tree.rows())).toEqual(["src/", ".gitignore"]);
    expect(tree.rows().map((row) => row.kind === "entry" && [row.position, row.siblings])).toEqual([[1, 2], [2, 2]]);
    await tree.expand("src");
    expect(drawn(tree.rows())).toEqual(["src/only/", "  a.ts", ".gitignore"]);
    // It is there all the same: nothing new can be called so.
    expect(tree.nameTaken("", ".git", null)).toBe(true);
    tree.setShowsExcluded(true);
    expect(drawn(tree.rows())).toEqual([".git/", "src/", "  .git/", "  only/", "    a.ts", ".gitignore"]);
  });

  it("shows what is open again, and forgets what is gone", async () => {
    const tree = await open(new Disk("a/b/c.ts", "a/x.ts"), "a", "a/b", "gone", "gone/too");
    expect(drawn(tree.rows())).toEqual(["a/", "  b/", "    c.ts", "  x.ts"]);
    expect([...tree.get().expanded]).toEqual(["a", "a/b"]);
  });

  it("takes large folders page by page", async () => {
    const disk = new Disk(...Array.from({ length: 2_500 }, (_, index) => `big/file-${index}.ts`), "z.ts");
    const tree = await open(disk);
    await tree.expand("big");
    expect(tree.rows()).toHaveLength(1 + 1_000 + 1 + 1);
    expect(tree.rows().at(-2)?.kind).toBe("more");
    await tree.loadMore("big");
    await tree.loadMore("big");
    expect(tree.rows()).toHaveLength(1 + 2_500 + 1);
    expect(drawn(tree.rows()).slice(9, 12)).toEqual(["  file-8.ts", "  file-9.ts", "  file-10.ts"]);
  });

  it("reads on until it finds what is to be shown", async () => {
    const tree = await open(new Disk(...Array.from({ length: 7_000 }, (_, index) => `x/big/file-${index}.ts`)));
    expect(await tree.reveal("x/big/file-6999.ts")).toBe(true);
    expect(tree.entry("x/big/file-6999.ts")).toBeDefined();
    expect(await tree.reveal("x/none/file.ts")).toBe(false);
  });

  it("shows a deep place without asking for one folder after the other", async () => {
    const disk = new Disk(`${Array.from({ length: 60 }, (_, index) => `f${index}`).join("/")}/end.ts`);
    const list = disk.listFolder.bind(disk);
    const depth = { asked: 0, most: 0, rounds: 0 };
    disk.listFolder = async (...question) => {
      if (depth.asked === 0) depth.rounds += 1;
      depth.asked += 1;
      depth.most = Math.max(depth.most, depth.asked);
      await Promise.resolve();
      return list(...question).finally(() => (depth.asked -= 1));
    };
    const tree = await open(disk);
    expect(await tree.reveal(`${Array.from({ length: 60 }, (_, index) => `f${index}`).join("/")}/end.ts`)).toBe(true);
    expect(depth.most).toBeGreaterThan(20);
    expect(depth.rounds).toBeLessThan(5);
  });

  it("marks an open folder that is empty", async () => {
    const tree = await open(new Disk("empty/", "a.ts"));
    await tree.expand("empty");
    expect(drawn(tree.rows())).toEqual(["empty/", "  (empty)", "a.ts"]);
  });

  it("keeps a folder that cannot be read, with the reason in it", async () => {
    const disk = new Disk("a/b.ts");
    const tree = await open(disk);
    const list = disk.listFolder.bind(disk);
    disk.listFolder = async () => {
      throw new AppError("unavailable", "busy", "Busy.", { remedy: "Wait." });
    };
    await tree.expand("a");
    expect(drawn(tree.rows())).toEqual(["a/", "  (problem)"]);
    disk.listFolder = list;
    await tree.refresh("a");
    expect(drawn(tree.rows())).toEqual(["a/", "  b.ts"]);
  });
});

describe("what happens on the disk", () => {
  it("shows in its place", async () => {
    const disk = new Disk("src/a.ts", "src/c.ts");
    const tree = await open(disk, "src");
    tree.onFeed({ kind: "changed", changes: disk.add("src/b.ts") });
    await settle();
    expect(drawn(tree.rows())).toEqual(["src/", "  a.ts", "  b.ts", "  c.ts"]);
    tree.onFeed({ kind: "changed", changes: disk.remove("src/a.ts") });
    expect(drawn(tree.rows())).toEqual(["src/", "  b.ts", "  c.ts"]);
  });

  it("in a folder that is not known costs nothing", async () => {
    const disk = new Disk("src/deep/a.ts", "src/x.ts");
    const tree = await open(disk);
    const asked = disk.listed.length;
    tree.onFeed({ kind: "changed", changes: disk.add("src/deep/b.ts") });
    await settle();
    expect(disk.listed).toHaveLength(asked);
  });

  it("in great number lists the folder once", async () => {
    const disk = new Disk("src/a.ts");
    const tree = await open(disk, "src");
    const asked = disk.listed.length;
    tree.onFeed({ kind: "changed", changes: Array.from({ length: 400 }, (_, index) => disk.add(`src/new-${index}.ts`)).flat() });
    await settle();
    expect(disk.listed).toHaveLength(asked + 1);
    expect(tree.rows()).toHaveLength(402);
  });

  it("while a folder is being read is not missed", async () => {
    const disk = new Disk("src/a.ts", "src/gone.ts");
    const tree = await open(disk);
    const list = disk.listFolder.bind(disk);
    const { promise, resolve } = Promise.withResolvers<void>();
    disk.listFolder = async (...input) => {
      const page = await list(...input);
      await promise;
      return page;
    };
    const expanding = tree.expand("src");
    tree.onFeed({ kind: "changed", changes: [...disk.add("src/b.ts"), ...disk.remove("src/gone.ts")] });
    resolve();
    await expanding;
    await settle();
    expect(drawn(tree.rows())).toEqual(["src/", "  a.ts", "  b.ts"]);
  });

  it("changes ignore rules for all that is shown", async () => {
    const disk = new Disk("src/a.ts", "b.ts");
    const tree = await open(disk, "src");
    disk.entries.set("src/a.ts", { ...entryOf("src/a.ts", "file"), ignored: true });
    tree.onFeed({ kind: "changed", changes: disk.add(".gitignore") });
    await settle();
    expect(tree.entry("src/a.ts")?.ignored).toBe(true);
  });

  it("moves a folder with what is open in it", async () => {
    const tree = await open(new Disk("src/deep/a.ts", "src/b.ts", "z.ts"), "src", "src/deep");
    tree.rename("src", "lib");
    expect(drawn(tree.rows())).toEqual(["lib/", "  deep/", "    a.ts", "  b.ts", "z.ts"]);
  });

  it("is shown as it is in the end, in whatever order it is told", async () => {
    const path = fc.constantFrom("a", "b", "a/x", "a/y", "a/y/z", "b/x", "a/", "b/", "a/y/");
    const step = fc.record({ add: fc.boolean(), path });
    await fc.assert(
      fc.asyncProperty(fc.array(path, { maxLength: 5 }), fc.array(step, { maxLength: 15 }), async (initial, steps) => {
        const disk = new Disk(...initial);
        const tree = await open(disk, "a", "b", "a/y");
        for (const { add, path: each } of steps) tree.onFeed({ kind: "changed", changes: add ? disk.add(each) : disk.remove(each.replace(/\/$/, "")) });
        await settle();
        const fresh = await open(disk, ...tree.get().expanded);
        expect(drawn(tree.rows())).toEqual(drawn(fresh.rows()));
      }),
      { numRuns: 300 },
    );
  });
});
