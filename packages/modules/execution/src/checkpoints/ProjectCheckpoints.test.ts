import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { outcome } from "@coder/testing";
import { bytesOfText } from "@coder/work-tree";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordTree } from "./__fixtures__/recorded-tree.ts";
import { ProjectCheckpoints, type CheckpointPlaces } from "./ProjectCheckpoints.ts";

let root: string;
let places: CheckpointPlaces;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "coder-checkpoints-"));
  places = { tree: path.join(root, "tree"), staging: path.join(root, "staging"), store: path.join(root, "store") };
  mkdirSync(places.tree);
});
afterEach(() => remove());
/** An ordinary user removes nothing from a folder that is closed for writing. */
const remove = () => {
  spawnSync("chmod", ["-R", "u+rwX", root]);
  rmSync(root, { recursive: true, force: true });
};

const ID = "00000000-0000-4000-8000-000000000000";
const at = (name: string) => path.join(places.tree, name);
const write = (name: string, content: string | Uint8Array) => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
};

function using<Result>(work: (checkpoints: ProjectCheckpoints) => Result): Result {
  const checkpoints = new ProjectCheckpoints(places);
  try {
    return work(checkpoints);
  } finally {
    checkpoints.close();
  }
}

/** A path as `recordTree` names it. */
const recordedName = (name: string) => bytesOfText(name).toString("latin1");

const take = () => using((checkpoints) => checkpoints.take());

/** Restores and returns what could not be changed. */
function restore(target: string, after: string | null = null, chosen: readonly string[] = []) {
  return using((checkpoints) => {
    const begun = checkpoints.begin(ID, { target, after, chosen }, null);
    const done = checkpoints.finish();
    checkpoints.forget();
    return { ...begun, ...done };
  });
}

function shell(command: string): void {
  const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: places.tree, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: root, GIT_CONFIG_NOSYSTEM: "1", GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b.c", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b.c" } });
  if (status !== 0) throw new Error(stderr);
}

/** What belongs to the person alone: refs, HEAD, index, stash. */
const gitState = (folder: string) => JSON.stringify(recordTree(path.join(places.tree, folder, ".git"), new Set()));

describe("a restore", () => {
  it("brings back what was changed, created and deleted, and nothing else", () => {
    write("a.txt", "one\r\n");
    write("sub/b.bin", Buffer.from([0, 255, 13, 10]));
    symlinkSync("a.txt", at("link"));
    const before = recordTree(places.tree);
    const { root: target, files } = take();
    expect(files).toBe(3);
    shell("echo two > a.txt; rm -r sub; mkdir sub2; echo x > sub2/new; rm link; ln -s /etc/passwd link; chmod 755 a.txt");
    const { create, change, delete: removed, blocked } = restore(target);
    expect({ create, change, removed, blocked }).toEqual({ create: ["sub", "sub/b.bin"], change: expect.arrayContaining(["a.txt", "link"]), removed: ["sub2", "sub2/new"], blocked: [] });
    expect(recordTree(places.tree)).toEqual(before);
  });

  it("keeps what a person edited after the run, shows what both changed, and can be undone", () => {
    write("run.txt", "before");
    write("both.txt", "before");
    write("mine.txt", "before");
    const target = take().root;
    shell("echo run > run.txt; echo run > both.txt; echo run > made.txt");
    const after = take().root;
    shell("echo me > both.txt; echo me > mine.txt; echo me > own.txt");
    const done = restore(target, after);
    expect(done).toMatchObject({ change: ["run.txt"], delete: ["made.txt"], conflicts: ["both.txt"], kept: expect.arrayContaining(["mine.txt", "own.txt"]), blocked: [] });
    expect([readFileSync(at("run.txt"), "utf8"), readFileSync(at("both.txt"), "utf8"), readFileSync(at("mine.txt"), "utf8")]).toEqual(["before", "me\n", "me\n"]);
    restore(done.current, done.root ?? null);
    expect([readFileSync(at("run.txt"), "utf8"), readFileSync(at("made.txt"), "utf8"), readFileSync(at("both.txt"), "utf8")]).toEqual(["run\n", "run\n", "me\n"]);
    restore(target, after, ["both.txt"]);
    expect(readFileSync(at("both.txt"), "utf8")).toBe("before");
  });

  it.each([
    ["a person edited since", "echo me > made/deep/m", { conflicts: ["made/deep/m"], kept: [], excluded: [] }],
    ["a person made", "echo me > made/deep/own", { conflicts: [], kept: ["made/deep/own"], excluded: [] }],
    ["no restore touches", "mkdir -p made/deep/node_modules/x", { conflicts: [], kept: [], excluded: ["made/deep/node_modules"] }],
  ])("promises to remove no folder that holds what %s", (_what, later, left) => {
    write("was", "a file");
    const target = take().root;
    shell("mkdir -p made/deep made/empty; echo run > made/deep/m; rm was; mkdir was; echo run > was/w");
    const after = take().root;
    shell(`${later}; echo me > was/w`);
    const preview = using((checkpoints) => checkpoints.preview({ target, after, chosen: ["was/w"] }));
    const goes = left.conflicts.length > 0 ? ["made/empty", "was/w"] : ["made/deep/m", "made/empty", "was/w"];
    expect(preview).toMatchObject({ ...left, change: ["was"], create: [] });
    expect(preview.delete.toSorted()).toEqual(goes);
    expect(restore(target, after, ["was/w"]).blocked).toEqual([]);
    expect(goes.filter((name) => existsSync(at(name)))).toEqual([]);
    expect([existsSync(at("made/deep")), readFileSync(at("was"), "utf8")]).toEqual([true, "a file"]);
    // Chosen, all of it goes.
    if (left.conflicts.length > 0) expect([restore(target, after, left.conflicts).delete.toSorted(), existsSync(at("made"))]).toEqual([["made", "made/deep", "made/deep/m"], false]);
  });

  it("makes no file of a folder that holds what a person edited since", () => {
    write("was", "a file");
    const target = take().root;
    shell("rm was; mkdir was; echo run > was/w");
    const after = take().root;
    shell("echo me > was/w");
    expect(restore(target, after)).toMatchObject({ change: [], delete: [], conflicts: ["was/w"], blocked: [] });
    expect(readFileSync(at("was/w"), "utf8")).toBe("me\n");
  });

  it("refuses a plan that is not the one that was looked at", async () => {
    write("a", "1");
    const target = take().root;
    write("a", "2");
    const { fingerprint } = using((checkpoints) => checkpoints.preview({ target, after: null, chosen: [] }));
    write("b", "3");
    expect(await outcome(new Promise((resolve) => resolve(using((checkpoints) => checkpoints.begin(ID, { target, after: null, chosen: [] }, fingerprint)))))).toBe("preview_outdated");
    expect(readFileSync(at("a"), "utf8")).toBe("2");
  });

  it("leaves an edit that comes between plan and change", () => {
    write("a", "1");
    write("gone/x", "1");
    const target = take().root;
    shell("echo 2 > a; rm -r gone; mkdir new; echo n > new/file");
    using((checkpoints) => {
      checkpoints.begin(ID, { target, after: null, chosen: [] }, null);
      write("a", "typed meanwhile");
      write("new/another", "typed meanwhile");
      expect(checkpoints.finish()?.blocked.toSorted()).toEqual(["a", "new"]);
    });
    expect([readFileSync(at("a"), "utf8"), readFileSync(at("new/another"), "utf8"), readFileSync(at("gone/x"), "utf8")]).toEqual(["typed meanwhile", "typed meanwhile", "1"]);
  });

  it("follows no link that takes a folder's place between plan and change", () => {
    write("deep/er/file", "1");
    const target = take().root;
    write("deep/er/file", "2");
    const outside = path.join(root, "outside");
    mkdirSync(path.join(outside, "er"), { recursive: true });
    writeFileSync(path.join(outside, "er/file"), "2");
    using((checkpoints) => {
      checkpoints.begin(ID, { target, after: null, chosen: [] }, null);
      shell(`ln ${at("deep/er/file")} kept; ln -f kept ${outside}/er/file; rm -r deep; ln -s ${outside} deep`);
      expect(checkpoints.finish()?.blocked).toEqual(["deep/er/file"]);
    });
    expect(readFileSync(path.join(outside, "er/file"), "utf8")).toBe("2");
  });

  it("parts files again that became one by a hard link, and leaves the other name as it is", () => {
    write("one", "1");
    write("other", "2");
    const target = take().root;
    shell("ln -f one other");
    restore(target);
    expect([readFileSync(at("one"), "utf8"), readFileSync(at("other"), "utf8")]).toEqual(["1", "2"]);
  });

  it("changes nothing when a part of the checkpoint is damaged", async () => {
    write("a", "x".repeat(10_000));
    const target = take().root;
    write("a", "2");
    shell(`for pack in ${places.store}/packs/*.pack; do printf '\\377\\377\\377\\377' | dd of=$pack bs=1 seek=8 conv=notrunc 2>/dev/null; done`);
    expect(await outcome(new Promise((resolve) => resolve(restore(target))))).toBe("checkpoint_damaged");
    expect(readFileSync(at("a"), "utf8")).toBe("2");
  });

  it("never touches version control or dependencies, and tells that they changed", () => {
    write("a", "1");
    shell("git init -q . && git add a && git commit -qm one && mkdir -p node_modules/x nested && cd nested && git init -q . && echo 1 > inner && git add inner && git commit -qm inner");
    const target = take().root;
    shell("echo 2 > a; git commit -qam two; echo 3 > nested/inner; (cd nested && git stash -q); echo 4 > nested/inner; git checkout -qb other; mkdir node_modules/y");
    const state = [gitState("."), gitState("nested")];
    expect(restore(target).excluded.toSorted()).toEqual([".git", "nested/.git", "node_modules"]);
    expect([gitState("."), gitState("nested")]).toEqual(state);
    expect([readFileSync(at("a"), "utf8"), readFileSync(at("nested/inner"), "utf8")]).toEqual(["1\n".trim(), "1\n"]);
  });

  it("does not follow a folder that became a link", () => {
    write("folder/a", "1");
    const target = take().root;
    const outside = path.join(root, "outside");
    mkdirSync(outside);
    writeFileSync(path.join(outside, "a"), "of somebody else");
    shell(`rm -r folder; ln -s ${outside} folder`);
    restore(target);
    expect([readFileSync(path.join(outside, "a"), "utf8"), lstatSync(at("folder")).isDirectory(), readFileSync(at("folder/a"), "utf8")]).toEqual(["of somebody else", true, "1"]);
  });
});

it("a folder is told of where nothing in it tells of it", () => {
  write("old/a", "1");
  const { root: before } = take();
  shell("rm -r old; mkdir -p made/deep empty/inner; echo 1 > made/deep/a");
  const { root: after } = take();
  expect(using((checkpoints) => checkpoints.changes(before, after)).map(({ path: name, kind }) => `${kind} ${name}`).toSorted()).toEqual(["created empty/inner", "created made/deep/a", "deleted old/a"]);
});

describe("the store", () => {
  it("keeps equal content once, reads only what changed, and forgets what nobody needs", () => {
    for (let place = 0; place < 200; place += 1) write(`folder-${place % 10}/file-${place}`, "the same text in every file ".repeat(50));
    shell("touch -d '1 hour ago' folder-*/*");
    // A change of times is a change: the clock that tells when is the kernel's own.
    while (Date.now() - lstatSync(at("folder-0/file-0")).ctimeMs < 150) spawnSync("sleep", ["0.05"]);
    const first = take();
    expect([first.read, first.storeBytes < 40_000]).toEqual([200, true]);
    expect(take()).toMatchObject({ root: first.root, read: 0 });
    write("folder-3/file-3", "edited");
    const second = take();
    expect(second.read).toBe(1);
    expect(using((checkpoints) => checkpoints.changes(first.root, second.root))).toEqual([{ path: "folder-3/file-3", kind: "changed" }]);
    // Neither its size nor the time it tells says that a file is another.
    shell("printf edit3d > folder-3/file-4; touch -r folder-3/file-3 folder-3/file-4");
    take();
    while (Date.now() - lstatSync(at("folder-3/file-4")).ctimeMs < 150) spawnSync("sleep", ["0.05"]);
    take();
    shell("printf 3dited > folder-3/file-4; touch -r folder-3/file-3 folder-3/file-4");
    const third = take();
    expect([third.read, using((checkpoints) => checkpoints.changes(second.root, third.root)).map(({ path: name }) => name)]).toEqual([1, ["folder-3/file-4"]]);
    write("large", Buffer.alloc(20 * 1024 ** 2, "0123456789abcdef!"));
    const fourth = take();
    rmSync(at("large"));
    expect(using((checkpoints) => checkpoints.collect([first.root, second.root]))).toBeLessThan(fourth.storeBytes);
    using((checkpoints) => checkpoints.verify(first.root));
    expect(() => using((checkpoints) => checkpoints.verify(fourth.root))).toThrow();
  });

  it("removes what a process left that was killed while it wrote", () => {
    write("a", "1");
    const target = take().root;
    writeFileSync(path.join(places.store, "packs", "x.part"), "half");
    writeFileSync(path.join(places.store, "packs", "y.pack"), "without an index");
    write("a", "2");
    restore(target);
    expect(recordTree(path.join(places.store, "packs"))).not.toHaveProperty("x.part");
    expect(recordTree(path.join(places.store, "packs"))).not.toHaveProperty("y.pack");
  });
});

it("says what lies too deep to be kept, and does not take it for nothing", () => {
  mkdirSync(at("deep"));
  shell(`cd deep && perl -e '$name = "d" x 200; for (1..30) { mkdir $name; chdir $name } open F, ">", "bottom"'`);
  const before = take().root;
  shell("rm -r deep");
  const { create, excluded } = using((checkpoints) => checkpoints.preview({ target: before, after: null, chosen: [] }));
  expect({ create: create.length, excluded }).toEqual({ create: expect.toSatisfy((made: number) => made > 10), excluded: [expect.stringMatching(/^deep(\/d{200}){10,}$/)] });
});

describe("any sequence of edits, commands and git operations", () => {
  // What its owner may not read only root finds as it was: for an ordinary user it is opened, as `closed-tree.test.ts` says, and this test could not look at it.
  const readsAll = process.getuid?.() === 0;
  const name = fc.constantFrom("a", "b.txt", "c d", "é", "$'\\377x'", "-f", "sub/x", "sub/y/z", "deep/er/file", "nested/q", "__proto__");
  const operation = fc.oneof(
    fc.record({ kind: fc.constant("write" as const), name, content: fc.constantFrom("", "one\n", "two\r\nlines\r\n", "\u0000\u0001binary", "no end", "\ufeffwith a mark\n", "\r", "x".repeat(5_000)) }),
    fc.record({ kind: fc.constant("shell" as const), command: fc.constantFrom(
      "rm -rf ./sub", "rm -rf ./nested/q ./a", "mkdir -p sub && ln -sfn ../a sub/link", "ln -sfn sub ./looped", "mkdir -p empty/er", "rm -rf deep && echo file > deep", "[ -f deep ] && rm deep; mkdir -p deep/er",
      "chmod 600 ./a 2>/dev/null; true", "chmod 755 ./b.txt 2>/dev/null; true", "chmod 555 sub 2>/dev/null; true", "mv -f ./a ./moved 2>/dev/null; true", "cp -r sub copied 2>/dev/null; true",
      "printf '\\377' > \"$(printf 'odd\\377name')\"", "touch -d '2001-01-01' ./a 2>/dev/null; true", "ln -f ./b.txt ./hard", "ln -f ./b.txt ./hard",
      "rm -rf moved && mv ./sub ./moved 2>/dev/null; true", "mv -fT ./a ./A 2>/dev/null; true", "rm -rf A && mv ./nested ./A 2>/dev/null; true", "rm -rf ./* 2>/dev/null; true", "chmod -R 755 .", "find . -path '*/.git' -prune -o -type f -exec sh -c 'echo more >> \"$1\"' _ {} ';'", "find . -path '*/.git' -prune -o -type l -exec ln -sfn moved {} ';'",
      "find . -mindepth 1 -path '*/.git' -prune -o -type d -empty -exec rmdir {} +", ...(readsAll ? ["chmod 0 ./b.txt 2>/dev/null; true"] : []),
      "chmod 4711 ./a 2>/dev/null; true", "[ -L deep ] || chmod 1777 deep 2>/dev/null; true", "rm -rf sub && ln -s ../outside/file sub", "rm -rf deep && ln -s ../outside deep", "rm -rf a && mkdir -p a/b/c && ln -s gone a/b/c/l",
      "mkdir -p \"$(printf 'odd\\377dir')\" && echo x > \"$(printf 'odd\\377dir/\\376x')\"", "rm -rf \"$(printf 'odd\\377dir')\"", "mkdir -p module && echo 'gitdir: ../elsewhere' > module/.git && echo m > module/m",
      "printf 'a\\n*.txt\\nsub\\nmoved/\\nempty\\nodd*\\n' > .gitignore", "rm -rf nested", "rm -rf nested && mkdir nested && echo again > nested/q", "[ -L odd ] || ln -s \"$(printf '\\377 gone')\" odd",
      "rm -rf pipe && mkfifo pipe", "rm -rf pipe && echo file > pipe", "rm -rf pipe && mkdir -p pipe/in && mkfifo pipe/in/p", "rm -rf pipe",
    ) }),
    fc.record({ kind: fc.constant("git" as const), command: fc.constantFrom(
      "git init -q .", "git init -q . && git add -A . && git commit -qm x --allow-empty", "git init -q . && git add -A . && git commit -qm y --allow-empty && git checkout -qB side", "git stash -q -u 2>/dev/null; true",
      "git reset -q --hard 2>/dev/null; true", "mkdir -p nested && cd nested && git init -q . && git add -A . && git commit -qm n --allow-empty",
    ) }),
  );

  /** What a project begins with: something for most commands to work on, in every mode. */
  const beginning = fc.record({
    files: fc.uniqueArray(fc.record({ name: fc.constantFrom("a", "b.txt", "hard", "sub/x", "sub/y/z", "deep/er/file", "nested/q", "c d", "empty/.keep"), content: fc.constantFrom("", "one\n", "two\r\nlines\r\n", "\u0000\u0001binary \ufffd"), mode: fc.constantFrom(0o644, 0o600, 0o755, 0o4711, 0o444, ...(readsAll ? [0] : [])) }), { minLength: 2, selector: ({ name: each }) => each }),
    folders: fc.array(fc.record({ name: fc.constantFrom("sub", "deep", "nested", "hollow", "hollow/er"), mode: fc.constantFrom(0o755, 0o700, 0o1777, 0o2750) })),
    links: fc.uniqueArray(fc.record({ name: fc.constantFrom("link", "sub/up", "odd"), target: fc.constantFrom("a", "../a", "sub/y", "nowhere", "../outside/file", "/etc/passwd", "\\377 gone") }), { selector: ({ name: each }) => each }),
  });
  const begin = ({ files, folders, links }: typeof beginning extends fc.Arbitrary<infer Value> ? Value : never) => {
    for (const { name: folder } of folders) mkdirSync(at(folder), { recursive: true });
    for (const { name: file, content, mode } of files) {
      write(file, content);
      chmodSync(at(file), mode);
    }
    for (const { name: link, target } of links) {
      mkdirSync(path.dirname(at(link)), { recursive: true });
      symlinkSync(Buffer.from(target.replace("\\377", "\xff"), "latin1"), at(link));
    }
    for (const { name: folder, mode } of folders) chmodSync(at(folder), mode);
  };
  type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;
  const perform = (operations: readonly Operation[]) => {
    for (const each of operations) {
      // What comes before decides whether a command can do its work. Links lead out to a folder that is the test's own.
      if (each.kind !== "write") shell(`{ ${each.command}; } 2>/dev/null; true`);
      else shell(`mkdir -p -- "$(dirname -- '${each.name}')" 2>/dev/null && [ ! -d '${each.name}' ] && { rm -f -- './${each.name}'; true; } 2>/dev/null; true`);
      if (each.kind === "write") try { writeFileSync(at(each.name), each.content); } catch { /* A folder or file is in the way. */ }
    }
  };
  const empty = () => {
    remove();
    mkdirSync(places.tree, { recursive: true });
    mkdirSync(path.join(root, "outside"));
    writeFileSync(path.join(root, "outside/file"), "of somebody else");
  };

  it("goes back bit for bit, forwards again, and leaves every repository as it was", () => {
    fc.assert(
      fc.property(beginning, fc.array(operation, { maxLength: 6 }), fc.array(operation, { minLength: 1, maxLength: 8 }), (first, earlier, later) => {
        empty();
        begin(first);
        perform(earlier);
        const recorded = recordTree(places.tree);
        const target = take().root;
        perform(later);
        const then = recordTree(places.tree);
        // What is neither file, folder nor link is taken away where it was not, and never made: what became of it stays.
        const never = new Set([recorded, then].flatMap((tree) => Object.keys(tree).filter((path) => tree[path] === "neither")));
        const comparable = (tree: Record<string, string>, blocked: readonly string[] = []) => Object.fromEntries(Object.entries(tree).filter(([path]) => !blocked.includes(path) && ![...never].some((each) => `${path}/`.startsWith(`${each}/`) || each.startsWith(`${path}/`))));
        const repositories = () => ["", "nested", "sub", "deep", "moved", "A", "module"].map((folder) => { try { return gitState(folder); } catch { return null; } });
        const git = repositories();
        const done = restore(target);
        expect(done.blocked).toEqual([]);
        // A folder that holds a repository which was not there stays, with the repository alone in it.
        const stays = Object.keys(then).filter((folder) => !recorded[folder]?.startsWith("folder") && done.excluded.some((path) => existsSync(at(path)) && recordedName(path).startsWith(`${folder}/`)));
        expect(comparable(recordTree(places.tree), stays)).toEqual(comparable(recorded, stays));
        expect(Object.entries(recordTree(places.tree)).filter(([path, what]) => what === "neither" && recorded[path] !== "neither")).toEqual([]);
        expect(repositories()).toEqual(git);
        restore(done.current, done.root ?? null);
        expect(comparable(recordTree(places.tree))).toEqual(comparable(then));
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it("gives back what work alone has changed, and leaves what a person changed, each file for itself", () => {
    const edit = operation.filter(({ kind }) => kind === "write");
    fc.assert(
      fc.property(beginning, fc.array(operation, { minLength: 1, maxLength: 6 }), fc.array(edit, { minLength: 1, maxLength: 6 }), (first, work, person) => {
        empty();
        begin(first);
        const before = recordTree(places.tree);
        const target = take().root;
        perform(work);
        const worked = recordTree(places.tree);
        const after = take().root;
        perform(person);
        const edited = recordTree(places.tree);
        const done = restore(target, after);
        const [conflicts, blocked] = [done.conflicts.map(recordedName), (done.blocked ?? []).map(recordedName)];
        const restored = recordTree(places.tree);
        expect(blocked.filter((path) => edited[path]?.startsWith("file"))).toEqual([]);
        const isFolder = (what: string | undefined) => what === undefined || what.startsWith("folder");
        const files = [...new Set([before, worked, edited].flatMap((tree) => Object.keys(tree)))].filter((path) => [before, worked, edited].some((tree) => !isFolder(tree[path])));
        for (const path of files) {
          const [then, made, now] = [before[path], worked[path], edited[path]];
          if ([then, made, now].includes("neither")) continue;
          // What stands in the way of a path, or is below what was kept, decides for it.
          const isBeside = files.every((other) => !path.startsWith(`${other}/`) && !other.startsWith(`${path}/`));
          if (!isBeside) continue;
          const isConflict = now !== then && now !== made && then !== made;
          const wanted = then === made || isConflict ? now : then;
          expect([path, restored[path]]).toEqual([path, wanted]);
          expect([path, conflicts.includes(path)]).toEqual([path, isConflict]);
        }
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
