import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveGit, type GitServer } from "../__fixtures__/git-server.ts";
import { commit, git as hostGit, makeRepository } from "../__fixtures__/repository.ts";
import { hasBubblewrap, isRoot, openRig, type Rig } from "../__fixtures__/rig.ts";
import { checkCloneAddress } from "./clone-address.ts";
import { progressReader, type CloneProgress } from "./clone-progress.ts";
import { SandboxedGit } from "./SandboxedGit.ts";

describe.skipIf(!hasBubblewrap())("cloning", () => {
  let rig: Rig;
  let git: SandboxedGit;
  let server: GitServer;
  let folder: string;
  let host: string;
  let count = 0;
  const target = () => path.join(rig.data, "workspaces", `clone-${(count += 1)}`);
  beforeAll(async () => {
    rig = await openRig();
    git = new SandboxedGit({ sandbox: rig.sandbox });
    folder = await mkdtemp(path.join(tmpdir(), "coder-git-server-"));
    const project = path.join(folder, "project");
    await makeRepository(project, { "README.md": "# Project\n", "src/a.ts": "export {};\n" });
    await hostGit(project, "switch", "--quiet", "--create", "feature/x");
    await commit(project, { "feature.txt": "f" }, "Feature");
    await hostGit(project, "tag", "v1");
    await hostGit(project, "switch", "--quiet", "main");
    await makeRepository(path.join(folder, "large"), { noise: Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(Math.random() * 256))).toString("hex") });
    await hostGit(folder, "init", "--quiet", "--bare", "empty.git");
    server = await serveGit(folder);
    host = `127.0.0.1:${server.port}`;
  });
  afterAll(async () => {
    await rig.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const allowed = () => ({ allowedPrivateHosts: [host, `localhost:${server.port}`] });

  it("brings a repository with its history, tells how far it is, and leaves a tree that runs can use", async () => {
    const progress: CloneProgress[] = [];
    const tree = target();
    await git.clone({ url: `http://${host}/project/.git`, target: tree, onProgress: (each) => progress.push(each), ...allowed() });
    expect((await readdir(tree)).toSorted()).toEqual([".git", "README.md", "src"]);
    expect((await git.read(tree, ["status", "--porcelain=v2", "--branch"])).stdout.toString()).toContain("# branch.head main\n# branch.upstream origin/main\n# branch.ab +0 -0\n");
    expect(progress).toContainEqual({ phase: "receiving", done: expect.any(Number), total: expect.any(Number) });
    expect(progress.every(({ done, total }) => total === 0 || done <= total)).toBe(true);
    expect(await readFile(path.join(tree, ".git/config"), "utf8")).not.toMatch(/curlopt|helper|hooksPath/i);
    expect(await readdir(path.join(tree, ".git"))).not.toContain("hooks");
    expect((await rig.sh("echo more >> README.md && git diff --stat | tail -1", { tree: { path: tree, access: "write" } })).stdout).toContain("1 insertion");
    if (isRoot) expect((await stat(path.join(tree, "src/a.ts"))).uid).toBe((await stat(tree)).uid);
  });

  it("finds a host by its name, at the addresses that were checked", async () => {
    const tree = target();
    await git.clone({ url: `http://localhost:${server.port}/project/.git`, target: tree, ...allowed() });
    expect(await readdir(tree)).toContain("README.md");
    // A name server that answers differently the second time is not asked a second time.
    const pinned = new SandboxedGit({ sandbox: rig.sandbox, resolve: async () => ["127.0.0.1"] });
    await pinned.clone({ url: `http://code.example.com:${server.port}/project/.git`, target: target(), allowedPrivateHosts: ["code.example.com"] });
  });

  it.each([["feature/x", "feature.txt"], ["v1", "feature.txt"]])("checks out %s", async (ref, file) => {
    const tree = target();
    await git.clone({ url: `http://${host}/project/.git`, ref, target: tree, ...allowed() });
    expect(await readdir(tree)).toContain(file);
  });

  it("takes an empty repository", async () => {
    const tree = target();
    await git.clone({ url: `http://${host}/empty.git`, target: tree, ...allowed() });
    expect(await readdir(tree)).toEqual([".git"]);
  });

  it("tells what git says of what is not there", async () => {
    await expect(git.clone({ url: `http://${host}/nothing.git`, target: target(), ...allowed() })).rejects.toMatchObject({ code: "git_failed", message: expect.stringContaining("not found") });
    await expect(git.clone({ url: `http://${host}/project/.git`, ref: "nowhere", target: target(), ...allowed() })).rejects.toMatchObject({ code: "git_failed", message: expect.stringContaining("Remote branch nowhere not found") });
    await expect(git.clone({ url: `http://${host}/project/.git`, ref: "--upload-pack=x", target: target(), ...allowed() })).rejects.toMatchObject({ code: "git_failed" });
    await expect(git.clone({ url: "http://127.0.0.1:1/x.git", target: target(), allowedPrivateHosts: ["127.0.0.1"] })).rejects.toMatchObject({ code: "git_failed", kind: "unavailable" });
  });

  it("ends at the size that the tree may have", async () => {
    await expect(git.clone({ url: `http://${host}/large/.git`, target: target(), maxBytes: 100_000, ...allowed() })).rejects.toMatchObject({ code: "clone_too_large" });
  });

  it("writes into nothing that is not empty", async () => {
    const tree = await rig.tree();
    await writeFile(path.join(tree, "mine"), "x");
    await expect(git.clone({ url: `http://${host}/project/.git`, target: tree, ...allowed() })).rejects.toMatchObject({ code: "invalid_run" });
    expect(await readdir(tree)).toEqual(["mine"]);
  });

  it("ends when it is aborted", async () => {
    const reason = new Error("Enough");
    const stop = new AbortController();
    const cloning = git.clone({ url: `http://${host}/large/.git`, target: target(), signal: stop.signal, onProgress: () => stop.abort(reason), ...allowed() });
    await expect(cloning).rejects.toBe(reason);
  });

  it.each([
    ["a file", () => "file:///etc"],
    ["a path", () => "/etc"],
    ["ssh", () => "ssh://git@example.com/x.git"],
    ["ssh in short", () => "git@example.com:x.git"],
    ["a program", () => "ext::sh -c id"],
    ["git's own protocol", () => "git://example.com/x.git"],
    ["an option", () => "--upload-pack=/bin/sh"],
    ["http to anywhere", () => "http://example.com/x.git"],
    ["loopback", () => `https://127.0.0.1:${server.port}/project/.git`],
    ["loopback in octal", () => "https://0177.0.0.1/x.git"],
    ["loopback as a number", () => "https://2130706433/x.git"],
    ["loopback in IPv6", () => "https://[::1]/x.git"],
    ["loopback as IPv4 in IPv6", () => "https://[::ffff:127.0.0.1]/x.git"],
    ["loopback by name", () => "https://localhost/x.git"],
    ["the metadata address", () => "https://169.254.169.254/latest"],
    ["a private network", () => "https://10.0.0.1/x.git"],
    ["a password", () => "https://user:secret@example.com/x.git"],
    ["a line break", () => "https://exa\nmple.com:1/\0"],
  ])("refuses %s", async (_what, url) => {
    const tree = target();
    const asked = server.asked.length;
    await expect(git.clone({ url: url(), target: tree, allowedPrivateHosts: [] })).rejects.toMatchObject({ code: expect.stringMatching(/^(clone_address_refused|git_failed)$/) });
    expect(server.asked.length).toBe(asked);
    await expect(stat(tree)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("refuses a public name that has one private address", async () => {
    await expect(checkCloneAddress("https://example.com/x.git", [], async () => ["93.184.216.34", "127.0.0.1"])).rejects.toMatchObject({ code: "clone_address_refused" });
    expect(await checkCloneAddress("https://Example.com/x.git#part", [], async () => ["93.184.216.34", "2606:4700::1"])).toEqual({
      url: "https://example.com/x.git", protocol: "https", pinned: "example.com:443:93.184.216.34,[2606:4700::1]",
    });
  });

  it("follows no redirect", async () => {
    const inner = await serveGit(folder);
    const redirecting = await serveGit(folder, `http://127.0.0.1:${inner.port}/`);
    await expect(git.clone({ url: `http://127.0.0.1:${redirecting.port}/moved/project/.git`, target: target(), allowedPrivateHosts: [`127.0.0.1:${redirecting.port}`] })).rejects.toMatchObject({ code: "git_failed" });
    expect({ redirecting: redirecting.asked.length, inner: inner.asked }).toEqual({ redirecting: 1, inner: [] });
    await inner.close();
    await redirecting.close();
  });
});

describe("progress", () => {
  it("is read the same in whatever pieces it arrives", () => {
    const text = "Cloning into '.'...\nremote: Enumerating objects: 12, done.        \nremote: Counting objects:  50% (6/12)        \rremote: Counting objects: 100% (12/12), done.        \nReceiving objects:  25% (3/12), 1.20 MiB | 3.00 MiB/s\rResolving deltas: 100% (4/4), done.\nUpdating files:  10% (1/10)\r";
    const read = (pieces: readonly string[]): readonly CloneProgress[] => {
      const found: CloneProgress[] = [];
      const take = progressReader((each) => found.push(each));
      for (const piece of pieces) take(piece);
      return found;
    };
    const whole = read([text]);
    expect(whole).toEqual([
      { phase: "counting", done: 12, total: 0 }, { phase: "counting", done: 6, total: 12 }, { phase: "counting", done: 12, total: 12 },
      { phase: "receiving", done: 3, total: 12 }, { phase: "resolving", done: 4, total: 4 }, { phase: "writing", done: 1, total: 10 },
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        expect(read(at.slice(1).map((end, index) => text.slice(at[index], end)))).toEqual(whole);
      }),
    );
  });
});
