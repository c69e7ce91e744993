import { createServer } from "node:net";
import { once } from "node:events";
import { chmod, lstat, mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, isRoot, openRig, sleepers, type Rig } from "../__fixtures__/rig.ts";
import { execute } from "../execute.ts";
import { SandboxedGit } from "../git/SandboxedGit.ts";

/** A name that no package has. */
const NOT_INSTALLED = "bwrap-that-is-not-there";

describe("without bubblewrap", () => {
  it("runs nothing, says what to install, and that the owner may allow it", async () => {
    const rig = await openRig({ program: NOT_INSTALLED });
    await expect(rig.sandbox.run({ command: "true" })).rejects.toMatchObject({ kind: "unavailable", code: "sandbox_unavailable", remedy: expect.stringMatching(/Install the package bubblewrap.*sandbox\.allowBareProcess/) });
    expect(await rig.sandbox.status()).toMatchObject({ driver: null, inForce: [], missing: [expect.stringContaining("not installed")] });
    await rig.close();
  });

  it("follows the owner's permission while it runs", async () => {
    let allowed = false;
    const rig = await openRig({ program: NOT_INSTALLED, allowBareProcess: () => allowed, open: true });
    await mkdir(rig.data, { recursive: true });
    await expect(rig.sandbox.run({ command: "true" })).rejects.toMatchObject({ code: "sandbox_unavailable" });
    allowed = true;
    expect(await rig.sandbox.run({ command: "true" })).toMatchObject({ exitCode: 0 });
    expect(await rig.sandbox.status()).toMatchObject({ driver: "bare", missing: expect.arrayContaining([expect.stringContaining("network")]), remedy: expect.stringContaining("Install") });
    allowed = false;
    await expect(rig.sandbox.run({ command: "true" })).rejects.toMatchObject({ code: "sandbox_unavailable" });
    await rig.close();
  });
});

describe.runIf(isRoot)("without any way to run programs", () => {
  it("a tree is taken in all the same, as one that runs can use later", async () => {
    const rig = await openRig({ program: NOT_INSTALLED });
    const tree = await rig.tree();
    await mkdir(path.join(tree, "deep"), { mode: 0o500 });
    await writeFile(path.join(tree, "deep/file"), "x", { mode: 0o400 });
    await writeFile(path.join(rig.data, "outside"), "x", { mode: 0o600 });
    await symlink("../../../outside", path.join(tree, "link"));
    await rig.sandbox.adoptTree(tree);
    const { uid } = await stat(tree);
    const facts = async (file: string) => {
      const { uid: owner, mode } = await lstat(file);
      return [owner, (mode & 0o777).toString(8)];
    };
    expect([await facts(path.join(tree, "deep")), await facts(path.join(tree, "deep/file")), await facts(path.join(rig.data, "outside"))]).toEqual([[uid, "770"], [uid, "660"], [0, "600"]]);
    await rig.close();
  });
});

describe("a bare process", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig({ program: NOT_INSTALLED, allowBareProcess: () => true, open: true });
    await mkdir(path.join(rig.data, "secrets"), { recursive: true });
    await writeFile(path.join(rig.data, "secrets/session"), "secret", { mode: 0o644 });
    await writeFile(path.join(rig.data, "coder.yaml"), "key: secret", { mode: 0o644 });
    await chmod(rig.data, 0o755);
  });
  afterAll(() => rig.close());
  const on = (tree: string) => ({ tree: { path: tree, access: "write" } }) as const;

  it("lets git find no repository around a tree", async () => {
    await execute("git", ["init", "-q", rig.data]);
    const git = new SandboxedGit({ sandbox: rig.sandbox });
    await expect(git.read(await rig.tree(), ["status"])).rejects.toMatchObject({ code: "git_failed", message: expect.stringContaining("not a git repository") });
    await rm(path.join(rig.data, ".git"), { recursive: true });
  });

  it("works on its tree, where it lies", async () => {
    const tree = await rig.tree();
    expect(await rig.sh("pwd; echo x > made; cat; exit 4", { ...on(tree), stdin: "in" })).toMatchObject({ exitCode: 4, stdout: `${tree}\nin`, endedBy: null });
    expect(await rig.sandbox.pathInside(tree)).toBe(tree);
    expect((await stat(path.join(tree, "made"))).uid).toBe((await stat(tree)).uid);
  });

  it("inherits no variable", async () => {
    const { stdout } = await rig.sh("env | cut -d= -f1 | grep -vE '^(PWD|OLDPWD|SHLVL|_)$' | sort | tr '\\n' ' '", { env: { GIVEN: "1" } });
    expect(stdout).toBe("CODER_SANDBOX_RUN GIVEN HOME LANG PATH ");
  });

  it.runIf(isRoot)("has a uid of its own and reads nothing of the data directory, nor of another tree", async () => {
    const [tree, other] = [await rig.tree(), await rig.tree()];
    await writeFile(path.join(other, "secret"), "x", { mode: 0o644 });
    const { stdout } = await rig.sh(`id -u; for f in ${rig.data} ${rig.data}/secrets ${rig.data}/secrets/session ${rig.data}/coder.yaml ${other} ${other}/secret; do cat $f 2>/dev/null; test -d $f && ls $f 2>/dev/null; done`, on(tree));
    expect(stdout).toBe(`${(await stat(tree)).uid}\n`);
    expect(await readdir(other)).toEqual(["secret"]);
  });

  it("is ended by every limit", { timeout: 60_000 }, async () => {
    const tree = await rig.tree();
    const cases = [
      ["wall", "sleep 60", { wallSeconds: 0.3 }],
      ["cpu", "while :; do :; done", { cpuSeconds: 0.5, wallSeconds: 20 }],
      ["processes", "perl -e 'fork while 1'", { processes: 40, wallSeconds: 20 }],
      ["memory", "perl -e '$x .= \"y\" x 10_000_000 while 1'", { memoryBytes: 100 * 1024 ** 2, wallSeconds: 20 }],
      ["output", "yes", { outputBytes: 1_000 }],
      ["file", "exec head -c 10000000 /dev/zero > big", { fileBytes: 1_000_000 }],
      ["tree", "i=0; while :; do head -c 1000000 /dev/zero > fill.$i; i=$((i+1)); done", { treeBytes: 30_000_000, wallSeconds: 20 }],
    ] as const;
    for (const [limit, script, limits] of cases) expect({ limit, ...(await rig.sh(script, { ...on(tree), limits })) }).toMatchObject({ endedBy: limit });
  });

  it("has as many processes as it may, however many its user has elsewhere", async () => {
    const tree = await rig.tree();
    // This test alone has more threads than that.
    expect(await rig.sh("sleep 0.1 & wait $!; echo done | cat", { ...on(tree), limits: { processes: 8 } })).toMatchObject({ stdout: "done\n", endedBy: null, exitCode: 0 });
  });

  it("leaves nothing behind when it is aborted or has ended, however it hides", async () => {
    const [session, daemon] = [`401${process.pid}`, `402${process.pid}`];
    const stop = new AbortController();
    const running = rig.sh(`setsid sleep ${session} & (setsid sh -c 'sleep ${daemon} <&- >&- 2>&- & ' &); wait`, { signal: stop.signal }).catch((error: unknown) => error);
    const left = async () => (await Promise.all([session, daemon].map(sleepers))).flat().length;
    expect(await eventually(async () => (await left()) === 2)).toBe(true);
    stop.abort();
    expect(await running).toMatchObject({ name: "AbortError" });
    expect(await left()).toBe(0);
    await rig.sh(`(setsid sleep ${session} >/dev/null 2>&1 &)`);
    expect(await left()).toBe(0);
  });

  it("shows no files elsewhere, and says when its tree cannot be reached", async () => {
    await expect(rig.sandbox.run({ command: "true", binds: [{ from: "/usr", to: "/opt/x" }] })).rejects.toMatchObject({ code: "invalid_run" });
    if (!isRoot) return;
    const closed = await openRig({ program: NOT_INSTALLED, allowBareProcess: () => true });
    const tree = await closed.tree();
    await expect(closed.sandbox.run({ command: "true", ...on(tree) })).rejects.toMatchObject({ code: "sandbox_failed", message: expect.stringMatching(/only root may enter .*CODER_DATA/) });
    await closed.close();
  });

  it("reaches the network, as the status says", async () => {
    const server = createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { stdout } = await rig.sh(`perl -MIO::Socket::INET -e 'print IO::Socket::INET->new("127.0.0.1:${port}")->getline'`);
    expect(stdout).toBe("hello");
    server.close();
  });
});
