import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { GitEntry, ProjectId } from "@coder/api/workspace";
import { createSandbox, SandboxedGit } from "@coder/sandbox";
import { outcome, silentLogger } from "@coder/testing";
import { textOfBytes } from "@coder/work-tree";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestWorkspace, type TestWorkspace } from "../files/__fixtures__/test-workspace.ts";
import { git, makeRepository } from "./__fixtures__/random-repository.ts";

const hasBubblewrap = spawnSync("bwrap", ["--version"]).status === 0;

/** The same as the product runs it. */
describe.skipIf(!hasBubblewrap)("git in the sandbox (needs bubblewrap)", () => {
  let data: string;
  let sandbox: Awaited<ReturnType<typeof createSandbox>>;
  let workspace: TestWorkspace;
  let projectId: ProjectId;
  let tree: string;
  const { signal } = new AbortController();
  const service = () => workspace.service;

  beforeAll(async () => {
    data = await mkdtemp(path.join(tmpdir(), "coder-git-"));
    sandbox = await createSandbox({ dataDirectory: data, allowBareProcess: () => false, log: silentLogger });
    workspace = await openTestWorkspace({ dataDirectory: data, sandbox, git: new SandboxedGit({ sandbox }) });
  }, 60_000);
  afterAll(async () => {
    await workspace?.close();
    await sandbox?.close();
    if (data !== undefined) await rm(data, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const project = await workspace.addProject("ready");
    projectId = project.id;
    tree = workspace.directories.of(project).tree;
  });

  const told = ({ index, worktree, path: at, from }: GitEntry) => JSON.stringify([`${index}${worktree}`.replaceAll(".", " "), at, from]);
  function judged(): readonly string[] {
    const named = (latin1: string) => textOfBytes(Buffer.from(latin1, "latin1"));
    const records = git(tree, "status", "--porcelain=v1", "-z", "--untracked-files=normal").split("\0");
    const entries: string[] = [];
    for (let at = 0; at < records.length - 1; at += 1) {
      const record = records[at] ?? "";
      const from = /^.?[RC]/.test(record.slice(0, 2)) ? named(records[(at += 1)] ?? "") : null;
      entries.push(JSON.stringify([record.slice(0, 2), named(record.slice(3)).replace(/\/$/, ""), from]));
    }
    return entries.toSorted();
  }

  it("says what git says outside", async () => {
    for (let seed = 1_000; seed < 1_010; seed += 1) {
      await rm(tree, { recursive: true, force: true });
      await mkdir(tree);
      makeRepository(tree, seed);
      await sandbox.prepareTree(tree);
      await sandbox.adoptTree(tree);
      const found = await service().gitStatus(workspace.caller, { projectId }, signal);
      expect([seed, found.entries.map(told).toSorted()]).toEqual([seed, judged()]);
      const [changed] = found.entries.filter(({ kind, path: at }) => kind === "changed" && /^[\w.]+$/.test(at));
      if (changed) await service().gitDiff(workspace.caller, { projectId, path: changed.path, from: "head", to: "worktree" }, signal);
    }
  }, 120_000);

  it("leaves no file anywhere, whatever a repository's configuration, filters and attributes start", async () => {
    const marks = path.join(data, "marks");
    await mkdir(marks);
    await chmod(marks, 0o777);
    // Of this run alone: what is prepared here is let loose at the end, and others do the same.
    const sign = `coder-left-${path.basename(data)}-`;
    const leave = (what: string) => `sh -c 'touch ${marks}/${what} ${tmpdir()}/${sign}${what} ${tree}/left-${what} ./left-${what}; cat'`;
    const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith(sign));
    git(tree, "init", "-q", "-b", "main", "--template=");
    for (const name of ["f.txt", "g.bin", "h.txt"]) await writeFile(path.join(tree, name), "content\n");
    git(tree, "add", "-A");
    git(tree, "commit", "-qm", "First");
    const before = (await readdir(tree)).toSorted();
    const settings: Readonly<Record<string, string>> = {
      "core.fsmonitor": leave("fsmonitor"), "core.sshCommand": leave("ssh"), "core.pager": leave("pager"), "core.editor": leave("editor"), "core.hooksPath": "hooks", "core.gitProxy": leave("proxy"),
      "core.askPass": leave("askpass"), "diff.external": leave("external"), "diff.evil.command": leave("driver"), "diff.evil.textconv": leave("textconv"), "filter.evil.clean": leave("clean"),
      "filter.evil.smudge": leave("smudge"), "filter.evil.process": leave("process"), "filter.evil.required": "true", "merge.evil.driver": leave("merge"), "gpg.program": leave("gpg"),
      "log.showSignature": "true", "credential.helper": leave("credential"), "interactive.diffFilter": leave("interactive"), "pager.status": leave("pager-status"), "pager.log": "true",
      "alias.status": `!${leave("alias")}`, "trace2.eventTarget": `${marks}/trace`, "include.path": "more",
    };
    for (const [name, value] of Object.entries(settings)) git(tree, "config", name, value);
    await writeFile(path.join(tree, ".git/more"), `[core]\n  fsmonitor = ${leave("included")}\n`);
    await mkdir(path.join(tree, ".git/hooks"));
    for (const hook of ["post-index-change", "fsmonitor-watchman", "pre-commit", "reference-transaction"]) {
      await writeFile(path.join(tree, ".git/hooks", hook), `#!/bin/sh\ntouch ${marks}/hook-${hook} ${tree}/left-hook\n`);
      await chmod(path.join(tree, ".git/hooks", hook), 0o755);
    }
    await symlink(".git/hooks", path.join(tree, "hooks"));
    await writeFile(path.join(tree, ".git/info-attributes"), "");
    await mkdir(path.join(tree, ".git/info"), { recursive: true });
    await writeFile(path.join(tree, ".git/info/attributes"), "*.txt filter=evil diff=evil merge=evil\n");
    await writeFile(path.join(tree, "f.txt"), "changed\n");
    await sandbox.prepareTree(tree);
    await sandbox.adoptTree(tree);

    // Some of these may fail; none may leave anything behind.
    await outcome(service().gitStatus(workspace.caller, { projectId }, signal));
    for (const [from, to] of [["head", "index"], ["index", "worktree"], ["head", "worktree"]] as const) await outcome(service().gitDiff(workspace.caller, { projectId, path: "f.txt", from, to }, signal));
    await outcome(service().gitLog(workspace.caller, { projectId, limit: 10 }, signal));
    await outcome(service().gitLog(workspace.caller, { projectId, limit: 10, path: "f.txt" }, signal));

    expect(await readdir(marks)).toEqual([]);
    expect(await left()).toEqual([]);
    expect((await readdir(tree)).toSorted()).toEqual([...before, "hooks"].toSorted());
    // What was prepared does run where nothing stands in its way: the test above can fail.
    git(tree, "status");
    expect((await readdir(marks)).length).toBeGreaterThan(0);
    for (const name of await left()) await rm(path.join(tmpdir(), name));
  });

  it("says in git's own words what is wrong with a repository", async () => {
    await mkdir(path.join(tree, ".git"));
    await sandbox.prepareTree(tree);
    await sandbox.adoptTree(tree);
    expect(await service().gitStatus(workspace.caller, { projectId }, signal)).toMatchObject({ repository: false, problem: expect.stringContaining("not a git repository") });
  });
});
