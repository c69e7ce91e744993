import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GitDiffInput, GitEntry, GitStatus } from "@coder/api/workspace";
import { outcome, somebody } from "@coder/testing";
import { bytesOfText, textOfBytes } from "@coder/work-tree";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestWorkspace, type TestWorkspace } from "../files/__fixtures__/test-workspace.ts";
import { git, makeRepository } from "./__fixtures__/random-repository.ts";

let workspace: TestWorkspace;
let projectId: TestWorkspace["project"]["id"];
let tree: string;
const signal = () => new AbortController().signal;
const status = (): Promise<GitStatus> => workspace.service.gitStatus(workspace.caller, { projectId }, signal());
const diff = (given: Omit<GitDiffInput, "projectId">) => workspace.service.gitDiff(workspace.caller, { projectId, ...given }, signal());
const on = (at: string) => path.join(tree, at);

beforeAll(async () => {
  workspace = await openTestWorkspace();
});
afterAll(() => workspace.close());
beforeEach(async () => {
  const project = await workspace.addProject("ready");
  projectId = project.id;
  tree = path.join(path.dirname(path.dirname(workspace.directory.tree)), project.id, "tree");
});

const named = (latin1: string) => textOfBytes(Buffer.from(latin1, "latin1"));

/** What git says in its older form, as another would read it. */
function judged(): readonly string[] {
  const records = git(tree, "status", "--porcelain=v1", "-z", "--untracked-files=normal").split("\0");
  const entries: string[] = [];
  for (let at = 0; at < records.length - 1; at += 1) {
    const [letters = "", name = ""] = [records[at]?.slice(0, 2), records[at]?.slice(3)];
    const from = /[RC]/.test(letters) ? named(records[(at += 1)] ?? "") : null;
    entries.push(JSON.stringify([letters, named(name).replace(/\/$/, ""), from]));
  }
  return entries.toSorted();
}

const told = ({ index, worktree, path: at, from }: GitEntry) => JSON.stringify([`${index}${worktree}`.replaceAll(".", " "), at, from]);

describe("gitStatus", () => {
  it("says what git says of 60 random repositories", async () => {
    const kinds = new Map<string, number>();
    for (let seed = 0; seed < 60; seed += 1) {
      rmSync(tree, { recursive: true, force: true });
      rmSync(`${tree}-source`, { recursive: true, force: true });
      mkdirSync(tree);
      makeRepository(tree, seed);
      const found = await status();
      expect([seed, found.entries.map(told).toSorted()]).toEqual([seed, judged()]);
      const head = git(tree, "rev-parse", "--verify", "-q", "HEAD").trim();
      const branch = git(tree, "symbolic-ref", "-q", "--short", "HEAD").trim();
      expect([seed, found.commit ?? "", found.branch ?? "", found.detached]).toEqual([seed, head, named(branch), branch === ""]);
      const [ahead = "0", behind = "0"] = found.upstream === null ? [] : git(tree, "rev-list", "--left-right", "--count", "HEAD...@{upstream}").trim().split(/\s+/);
      expect([seed, found.ahead, found.behind]).toEqual([seed, Number(ahead), Number(behind)]);
      if (found.upstream !== null) kinds.set("upstream", (kinds.get("upstream") ?? 0) + found.ahead);
      for (const { kind } of found.entries) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      kinds.set(`operation ${found.operation}`, (kinds.get(`operation ${found.operation}`) ?? 0) + 1);
      if (seed % 4 === 0) await compareSome(found, seed);
    }
    // Otherwise the repositories were too tame.
    for (const kind of ["changed", "renamed", "untracked", "conflict", "submodule", "operation merge", "operation rebase", "operation cherry-pick", "operation null", "upstream"]) expect([kind, kinds.get(kind) ?? 0]).not.toEqual([kind, 0]);
  }, 300_000);

  it("knows a project that is no repository, and one without a commit", async () => {
    expect(await status()).toMatchObject({ repository: false, entries: [] });
    expect(await outcome(diff({ path: "a", from: "head", to: "worktree" }))).toBe("not_a_repository");
    git(tree, "init", "-q", "-b", "main", "--template=");
    writeFileSync(on("a"), "x");
    git(tree, "add", "a");
    expect(await status()).toMatchObject({ repository: true, branch: "main", commit: null, detached: false, entries: [{ path: "a", index: "A", worktree: ".", kind: "changed" }] });
    expect(await diff({ path: "a", from: "head", to: "index" })).toEqual({ original: null, modified: "x", binary: false, tooLarge: false });
    expect(await workspace.service.gitLog(workspace.caller, { projectId, limit: 10 }, signal())).toEqual({ items: [], nextCursor: null });
  });

  it("says of a .git that is no repository why it is none", async () => {
    git(tree, "init", "-q", "-b", "main", "--template=");
    writeFileSync(on("a"), "x");
    rmSync(on(".git/refs"), { recursive: true });
    expect(await status()).toMatchObject({ repository: false, problem: ".git has no refs", entries: [] });
    expect(await outcome(diff({ path: "a", from: "head", to: "worktree" }))).toBe("not_a_repository");
    expect(await outcome(workspace.service.gitLog(workspace.caller, { projectId, limit: 10 }, signal()))).toBe("not_a_repository");
    rmSync(on(".git"), { recursive: true });
    writeFileSync(on(".git"), "gitdir: nowhere");
    expect((await status()).problem).toMatch(/^not a git repository/);
    writeFileSync(on(".git"), "nonsense");
    expect((await status()).problem).toMatch(/^invalid gitfile format/);
    // What is wrong inside a repository is an error and no missing repository.
    rmSync(on(".git"));
    git(tree, "init", "-q", "-b", "main", "--template=");
    writeFileSync(on(".git/index"), "nonsense");
    expect(await outcome(status())).toBe("git_failed");
  });

  it("tells of more changes than can be shown that there are more", async () => {
    git(tree, "init", "-q", "--template=");
    for (let at = 0; at < 10_050; at += 1) writeFileSync(on(`f${at}`), "");
    const found = await status();
    expect([found.entries.length, found.limited]).toEqual([10_000, true]);
  });
});

/** A file as git writes it when it checks out the index. */
function checkedOut(seed: number, at: string): string | null {
  const folder = `${tree}-index-${seed}`;
  if (!existsSync(folder)) {
    mkdirSync(folder);
    git(tree, "checkout-index", "-q", "-a", "-f", `--prefix=${folder}/`);
  }
  const file = Buffer.concat([Buffer.from(`${folder}/`), bytesOfText(at)]);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return stats?.isSymbolicLink() ? readlinkSync(file) : stats?.isFile() ? readFileSync(file, "utf8") : null;
}

async function compareSome({ entries }: GitStatus, seed: number): Promise<void> {
  for (const { path: at, from, kind, index, worktree } of entries.slice(0, 3)) {
    if (kind !== "changed" && kind !== "renamed") continue;
    const { original, modified, binary } = await diff({ path: at, ...(from === null ? {} : { originalPath: from }), from: "index", to: "worktree" });
    if (binary) continue;
    const disk = Buffer.concat([Buffer.from(`${tree}/`), bytesOfText(at)]);
    const there = lstatSync(disk, { throwIfNoEntry: false });
    expect([seed, at, modified]).toEqual([seed, at, there?.isFile() ? readFileSync(disk, "utf8") : there?.isSymbolicLink() ? readlinkSync(disk) : null]);
    // For one that is only renamed in the index the file of before is not in it any more.
    if (from === null && index !== "D" && worktree !== "A") expect([seed, at, original]).toEqual([seed, at, checkedOut(seed, at)]);
  }
  rmSync(`${tree}-index-${seed}`, { recursive: true, force: true });
}

describe("gitDiff", () => {
  beforeEach(() => {
    git(tree, "init", "-q", "-b", "main", "--template=");
    writeFileSync(on("f.txt"), "one\n");
    writeFileSync(on("crlf.txt"), "one\r\ntwo\r\n");
    writeFileSync(on("binary"), "a\0b");
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/o`), Buffer.from([0xff])]), "odd\n");
    writeFileSync(on("[x]*.txt"), "glob\n");
    writeFileSync(on(".gitattributes"), "crlf.txt text eol=crlf\n");
    git(tree, "add", "-A");
    git(tree, "commit", "-qm", "First");
  });

  it("gives the three versions of a file in pairs", async () => {
    writeFileSync(on("f.txt"), "two\n");
    git(tree, "add", "f.txt");
    writeFileSync(on("f.txt"), "three\n");
    expect(await diff({ path: "f.txt", from: "head", to: "index" })).toEqual({ original: "one\n", modified: "two\n", binary: false, tooLarge: false });
    expect(await diff({ path: "f.txt", from: "index", to: "worktree" })).toMatchObject({ original: "two\n", modified: "three\n" });
    expect(await diff({ path: "f.txt", from: "head", to: "worktree" })).toMatchObject({ original: "one\n", modified: "three\n" });
  });

  it("sees stored line ends as a checkout would write them, so that they make no difference", async () => {
    expect(await diff({ path: "crlf.txt", from: "head", to: "worktree" })).toMatchObject({ original: "one\r\ntwo\r\n", modified: "one\r\ntwo\r\n" });
    expect(await diff({ path: "crlf.txt", from: "head", to: "index" })).toMatchObject({ original: "one\ntwo\n", modified: "one\ntwo\n" });
  });

  it("takes names as they are", async () => {
    writeFileSync(on("[x]*.txt"), "changed\n");
    expect(await diff({ path: "[x]*.txt", from: "index", to: "worktree" })).toMatchObject({ original: "glob\n", modified: "changed\n" });
    expect(await diff({ path: "o\udcff", from: "head", to: "worktree" })).toMatchObject({ original: "odd\n", modified: "odd\n" });
    expect(await diff({ path: "missing", from: "head", to: "worktree" })).toEqual({ original: null, modified: null, binary: false, tooLarge: false });
    git(tree, "mv", "f.txt", "g.txt");
    expect(await diff({ path: "g.txt", originalPath: "f.txt", from: "head", to: "worktree" })).toMatchObject({ original: "one\n", modified: "one\n" });
  });

  it("says of what cannot be compared as text why", async () => {
    expect(await diff({ path: "binary", from: "head", to: "worktree" })).toEqual({ original: null, modified: null, binary: true, tooLarge: false });
    writeFileSync(on("f.txt"), "x".repeat(6 * 1024 * 1024));
    expect(await diff({ path: "f.txt", from: "head", to: "worktree" })).toEqual({ original: null, modified: null, binary: false, tooLarge: true });
  });

  it("shows our side of a conflict, and what a submodule points to", async () => {
    git(tree, "checkout", "-qb", "other");
    writeFileSync(on("f.txt"), "theirs\n");
    git(tree, "commit", "-qam", "Theirs");
    git(tree, "checkout", "-q", "main");
    writeFileSync(on("f.txt"), "ours\n");
    git(tree, "commit", "-qam", "Ours");
    git(tree, "merge", "other");
    const conflicted = await diff({ path: "f.txt", from: "index", to: "worktree" });
    expect(conflicted.original).toBe("ours\n");
    expect(conflicted.modified).toContain("<<<<<<<");
    mkdirSync(on("module"));
    git(on("module"), "init", "-q", "--template=");
    writeFileSync(on("module/s"), "s");
    git(on("module"), "add", "s");
    git(on("module"), "commit", "-qm", "S");
    git(tree, "add", "module");
    const id = git(on("module"), "rev-parse", "HEAD").trim();
    expect(await diff({ path: "module", from: "index", to: "worktree" })).toMatchObject({ original: `Subproject commit ${id}\n`, modified: `Subproject commit ${id}\n` });
    mkdirSync(on("plain"));
    expect(await diff({ path: "plain", from: "index", to: "worktree" })).toMatchObject({ original: null, modified: null });
  });
});

describe("gitLog", () => {
  it("lists commits newest first, page by page from one and the same history", async () => {
    git(tree, "init", "-q", "-b", "main", "--template=");
    for (let at = 0; at < 7; at += 1) {
      writeFileSync(on(at % 2 === 0 ? "even" : "odd"), `${at}`);
      git(tree, "add", "-A");
      git(tree, "commit", "-qm", `Commit ${at} é\n\nBody`);
    }
    const log = (given: { path?: string; cursor?: string; limit: number }) => workspace.service.gitLog(workspace.caller, { projectId, ...given }, signal());
    const first = await log({ limit: 3 });
    expect(first.items.map(({ subject }) => subject)).toEqual(["Commit 6 é", "Commit 5 é", "Commit 4 é"]);
    expect(first.items[0]).toMatchObject({ id: git(tree, "rev-parse", "HEAD").trim(), parents: [git(tree, "rev-parse", "HEAD~").trim()], authorName: "A", authorEmail: "a@example.com", authoredAt: "2024-01-02T03:04:05+02:00" });
    git(tree, "commit", "-q", "--allow-empty", "-m", "Later");
    const second = await log({ limit: 3, cursor: first.nextCursor ?? "" });
    const third = await log({ limit: 3, cursor: second.nextCursor ?? "" });
    expect([...second.items, ...third.items].map(({ subject }) => subject)).toEqual(["Commit 3 é", "Commit 2 é", "Commit 1 é", "Commit 0 é"]);
    expect(third.nextCursor).toBeNull();
    expect((await log({ limit: 10, path: "odd" })).items.map(({ subject }) => subject)).toEqual(["Commit 5 é", "Commit 3 é", "Commit 1 é"]);
  });
});

it("gives another organization nothing, and auditors nothing", async () => {
  const stranger = workspace.as("owner", somebody());
  const calls = [stranger.gitStatus({ projectId }), stranger.gitDiff({ projectId, path: "a", from: "head", to: "index" }), stranger.gitLog({ projectId })];
  expect(await Promise.all(calls.map(outcome))).toEqual(calls.map(() => "project_not_found"));
  const auditor = workspace.as("auditor");
  const refused = [auditor.gitStatus({ projectId }), auditor.gitDiff({ projectId, path: "a", from: "head", to: "index" }), auditor.gitLog({ projectId })];
  expect(await Promise.all(refused.map(outcome))).toEqual(refused.map(() => "permission_missing"));
});
