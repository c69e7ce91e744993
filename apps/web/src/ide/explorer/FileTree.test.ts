import type { Entry, EntryPage } from "@coder/api/workspace";
import { AppError } from "@coder/shared";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

  /** As a person does it: refused where something is in the way. */
  move(from: string, to: string): FileChange[] {
    const entry = this.entries.get(from);
    if (!entry || this.entries.has(to) || (folderOf(to) !== "" && this.entries.get(folderOf(to))?.kind !== "folder")) throw notFound(from);
    for (const each of [...this.entries.values()].filter(({ path }) => isWithin(path, from))) {
      const path = to + each.path.slice(from.length);
      this.entries.delete(each.path);
      this.entries.set(path, entryOf(path, each.kind));
    }
    return [{ path: from, kind: "deleted" }, { path: to, kind: "created" }];
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

/** A disk behind a server: a question takes a while to get there and back, and may be refused for the moment. */
class SlowDisk extends Disk {
  refusals = 0;
  refusal = unavailable;
  tookMs = 10;

  override async listFolder(...question: Parameters<Disk["listFolder"]>): Promise<EntryPage> {
    return this.#answer(() => super.listFolder(...question));
  }

  override async getEntry(path: string): Promise<Entry> {
    return this.#answer(() => super.getEntry(path));
  }

  async #answer<Answer>(read: () => Promise<Answer>): Promise<Answer> {
    const refused = this.refusals > 0;
    if (refused) this.refusals -= 1;
    await this.pass();
    const answer = refused ? Promise.reject(this.refusal()) : read();
    await Promise.all([answer.catch(() => undefined), this.pass()]);
    return answer;
  }

  pass(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.tookMs));
  }
}

function unavailable(): AppError {
  return new AppError("unavailable", "database_unavailable", "Busy.", { remedy: "Wait." });
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

  it("reads the next page of a folder that is just being read again", async () => {
    const disk = new Disk(...Array.from({ length: 2_500 }, (_, index) => `file-${index}.ts`));
    const tree = await open(disk);
    // Once more while it is being read: then it is read twice, one after the other.
    void tree.refresh("");
    void tree.refresh("");
    void tree.loadMore("");
    void tree.loadMore("");
    await settle();
    expect(disk.listed).toHaveLength(4);
    expect(tree.rows()).toHaveLength(2_000 + 1);
  });

  it("reads the next page when it is asked for by whoever sees the one before", async () => {
    const tree = await open(new Disk(...Array.from({ length: 12_000 }, (_, index) => `file-${index}.ts`)));
    tree.subscribe(() => void tree.loadMore(""));
    await tree.refresh("");
    await settle();
    expect(tree.rows()).toHaveLength(12_000);
  });

  it("does not ask again by itself for a page that failed", async () => {
    const disk = new Disk(...Array.from({ length: 2_500 }, (_, index) => `file-${index}.ts`));
    const tree = await open(disk);
    const list = disk.listFolder.bind(disk);
    disk.listFolder = async (...question) => {
      await list(...question);
      throw new Error("the disk is gone");
    };
    void tree.loadMore("");
    void tree.loadMore("");
    await settle();
    expect(disk.listed).toHaveLength(2);
    expect(tree.rows().at(-1)?.kind).toBe("problem");
    disk.listFolder = list;
    await tree.refresh("");
    expect(tree.rows().at(-1)?.kind).toBe("more");
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

describe("behind a server that takes its time", () => {
  let disk: SlowDisk;
  let tree: FileTree;
  const soon = () => vi.advanceTimersByTimeAsync(100);
  const tell = (changes: readonly FileChange[]) => tree.onFeed({ kind: "changed", changes });

  const begin = async (paths: readonly string[], ...expanded: readonly string[]) => {
    disk = new SlowDisk(...paths);
    tree = new FileTree(disk, expanded);
    void tree.start();
    await soon();
  };

  /** Renames as the explorer does: shown at once, and taken back if it cannot be. */
  const rename = async (from: string, to: string) => {
    // Longer than it takes to ask for what is at the new place.
    const moving = disk.pass().then(() => disk.pass()).then(() => disk.move(from, to));
    tree.rename(from, to, moving);
    try {
      tell(await moving);
    } catch {
      tree.rename(to, from);
      void tree.refreshMoved([{ from, to }]);
    }
  };

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    tree.end();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("a folder that is renamed while it is first read is read at its new place, when it is there", async () => {
    await begin(["a/f.ts"]);
    void tree.expand("a");
    void rename("a", "b");
    expect(tree.rows()[0]).toMatchObject({ id: "b", expanded: true, loading: true });
    await soon();
    expect(drawn(tree.rows())).toEqual(["b/", "  f.ts"]);
    expect(tree.rows()[0]).toMatchObject({ loading: false });
    expect([...tree.get().folders.keys()]).toEqual(["", "b"]);
  });

  it("a folder that could not be renamed while it is first read is read where it stayed", async () => {
    await begin(["a/f.ts", "z.ts"]);
    void tree.expand("a");
    disk.add("b");
    void rename("a", "b");
    await soon();
    expect(drawn(tree.rows())).toEqual(["a/", "  f.ts", "b", "z.ts"]);
  });

  it("what happens in a folder just before it is renamed is seen at its new place", async () => {
    await begin(["a/f.ts"], "a");
    tell(disk.add("a/new.ts"));
    void rename("a", "b");
    await soon();
    expect(drawn(tree.rows())).toEqual(["b/", "  f.ts", "  new.ts"]);
  });

  it("what happens in a folder just before it could not be renamed is seen where it stayed", async () => {
    await begin(["a/f.ts"], "a");
    tell(disk.add("a/new.ts"));
    disk.add("b");
    void rename("a", "b");
    await soon();
    expect(drawn(tree.rows())).toEqual(["a/", "  f.ts", "  new.ts", "b"]);
  });

  it("what happens in a folder while it cannot be renamed is seen where it stayed", async () => {
    await begin(["a/deep/f.ts", "a/z.ts", "z.ts"], "a", "a/deep");
    disk.add("b");
    void rename("a", "b");
    tell([...disk.add("a/new.ts"), ...disk.remove("a/deep/f.ts"), ...disk.remove("a/z.ts")]);
    await soon();
    expect(drawn(tree.rows())).toEqual(["a/", "  deep/", "    (empty)", "  new.ts", "b", "z.ts"]);
  });

  it("what happens in a folder while it is being renamed is seen at its new place", async () => {
    await begin(["a/deep/f.ts", "a/z.ts"], "a", "a/deep");
    void rename("a", "b");
    tell([...disk.add("a/new.ts"), ...disk.remove("a/deep/f.ts")]);
    await soon();
    expect(drawn(tree.rows())).toEqual(["b/", "  deep/", "    (empty)", "  new.ts", "  z.ts"]);
  });

  it("an answer about a folder that went meanwhile brings nothing back", async () => {
    await begin(["a/old.ts", "z.ts"]);
    void tree.expand("a");
    await vi.advanceTimersByTimeAsync(15);
    tell(disk.remove("a"));
    tell(disk.add("a/new.ts"));
    void tree.expand("a");
    await soon();
    expect(drawn(tree.rows())).toEqual(["a/", "  new.ts", "z.ts"]);
  });

  it("looks again at a folder in which something could not be looked at, later each time, until it can", async () => {
    await begin(["src/a.ts"], "src");
    const asked = disk.listed.length;
    disk.refusals = 5;
    tell([...disk.add("src/b.ts"), ...disk.add("src/c.ts")]);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(disk.refusals).toBe(3);
    await vi.advanceTimersByTimeAsync(200);
    expect(disk.refusals).toBe(2);
    await vi.advanceTimersByTimeAsync(3_900);
    expect(disk.refusals).toBe(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(disk.refusals).toBe(1);
    await vi.advanceTimersByTimeAsync(8_100 + 16_100);
    expect(drawn(tree.rows())).toEqual(["src/", "  a.ts", "  b.ts", "  c.ts"]);
    expect(disk.listed).toHaveLength(asked + 1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not take the answer of before for one about what could not be looked at", async () => {
    await begin(["src/a.ts"], "src");
    void tree.refresh("src");
    disk.tookMs = 50;
    await vi.advanceTimersByTimeAsync(15);
    disk.tookMs = 10;
    disk.refusals = 1;
    tell(disk.add("src/b.ts"));
    await soon();
    expect(drawn(tree.rows())).toEqual(["src/", "  a.ts", "  b.ts"]);
  });

  it("does not look again at what it may not see", async () => {
    await begin(["src/a.ts"], "src");
    disk.refusal = () => new AppError("forbidden", "no_access", "Not yours.", { remedy: "Ask for it." });
    disk.refusals = 1_000;
    tell(disk.add("src/b.ts"));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(disk.refusals).toBeGreaterThan(990);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not look again at what is gone, nor when it is left", async () => {
    await begin(["src/a.ts", "lib/a.ts"], "src", "lib");
    disk.refusals = 2;
    tell([...disk.add("src/b.ts"), ...disk.add("lib/b.ts")]);
    await soon();
    expect(vi.getTimerCount()).toBe(2);
    tell(disk.remove("src"));
    expect(vi.getTimerCount()).toBe(1);
    tree.end();
    expect(vi.getTimerCount()).toBe(0);
    disk.refusals = 1;
    tell(disk.add("lib/c.ts"));
    await soon();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("everything is shown as it is in the end, whatever is renamed meanwhile and refused for the moment", async () => {
    const path = fc.constantFrom("a", "b", "a/x", "a/y", "a/y/z", "b/x", "a/", "b/", "a/y/");
    const place = fc.constantFrom("a", "b", "c", "a/x", "a/y", "b/y");
    const step = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), path }),
      fc.record({ kind: fc.constant("remove" as const), path }),
      fc.record({ kind: fc.constant("rename" as const), from: place, to: place }),
      fc.record({ kind: fc.constant("expand" as const), path: place }),
      fc.record({ kind: fc.constant("refuse" as const), times: fc.nat(3) }),
      fc.record({ kind: fc.constant("wait" as const), milliseconds: fc.nat(25) }),
      fc.record({ kind: fc.constant("slow" as const), tookMs: fc.nat(30) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(path, { maxLength: 5 }), fc.array(step, { maxLength: 15 }), async (initial, steps) => {
        await begin(initial, "a", "b", "a/y");
        for (const each of steps) {
          if (each.kind === "add") tell(disk.add(each.path));
          else if (each.kind === "remove") tell(disk.remove(each.path.replace(/\/$/, "")));
          else if (each.kind === "refuse") disk.refusals += each.times;
          else if (each.kind === "slow") disk.tookMs = each.tookMs;
          else if (each.kind === "wait") await vi.advanceTimersByTimeAsync(each.milliseconds);
          else if (each.kind === "expand") void (tree.entry(each.path)?.kind === "folder" && tree.expand(each.path));
          else if (tree.entry(each.from) && tree.get().folders.has(folderOf(each.to)) && !tree.entry(each.to) && !isWithin(each.to, each.from)) void rename(each.from, each.to);
        }
        await soon();
        disk.refusals = 0;
        disk.tookMs = 0;
        await vi.advanceTimersByTimeAsync(60_000);
        // What could not be read when it was opened says so, with a button to try again.
        for (const row of tree.rows()) if (row.kind === "problem") void tree.refresh(row.folder);
        await soon();
        const fresh = new FileTree(disk, tree.get().expanded);
        void fresh.start();
        await soon();
        expect(drawn(tree.rows())).toEqual(drawn(fresh.rows()));
      }),
      { numRuns: 300 },
    );
  });
});
