import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import path from "node:path";
import { NOBODY, tellsAs } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBattery } from "./__fixtures__/battery.ts";
import { hasBubblewrap, isRoot, openRig, type Rig } from "./__fixtures__/rig.ts";

describe.skipIf(!hasBubblewrap())("isolation", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await openRig();
  });
  afterAll(() => rig.close());

  it("holds against everything that a program may try", { timeout: 60_000 }, async () => {
    expect(await runBattery(rig)).toEqual([]);
  });

  it("says what is in force", async () => {
    expect(await rig.sandbox.status()).toMatchObject({ driver: "bubblewrap", remedy: null });
  });

  it("gives a program its input, variables and directory, and takes its output and exit code", async () => {
    const tree = await rig.tree();
    const spec = { tree: { path: tree, access: "write" }, env: { GREETING: "it's $HOME\n" }, stdin: "from outside" } as const;
    await rig.sh("mkdir deep", spec);
    expect(await rig.sh('cat; printf "%s" "$GREETING" >&2; pwd; exit 3', { ...spec, cwd: "deep" })).toMatchObject({
      exitCode: 3, signal: null, endedBy: null, stdout: "from outside/workspace/deep\n", stderr: "it's $HOME\n", truncated: { stdout: false, stderr: false },
    });
  });

  it("tells a signal, a missing command and one that cannot be executed apart", async () => {
    expect(await rig.sh("kill -SEGV $$")).toMatchObject({ exitCode: null, signal: "SIGSEGV", endedBy: null });
    expect(await rig.sandbox.run({ command: "no-such-program" })).toMatchObject({ exitCode: 127 });
    expect(await rig.sandbox.run({ command: "/etc/passwd" })).toMatchObject({ exitCode: 126 });
  });

  it("lets a program open its own streams by their names", async () => {
    expect(await rig.sh("sleep 0.1; cat < /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr", { stdin: "in\n" })).toMatchObject({ stdout: "in\nout\n", stderr: "err\n" });
  });

  it("lets a program be ended by the signals that it does not handle", async () => {
    const node = (script: string) => rig.sandbox.run({ command: "node", args: ["-e", script] });
    for (const signal of ["SIGINT", "SIGQUIT"]) {
      expect(await node(`process.kill(process.pid, "${signal}"); setTimeout(() => {}, 10_000)`)).toMatchObject({ exitCode: null, signal });
      expect((await node(`console.log(require("node:child_process").spawnSync("sh", ["-c", "kill -${signal.slice(3)} $$; sleep 10"]).signal)`)).stdout.toString()).toBe(`${signal}\n`);
    }
    for (const signal of ["INT", "QUIT", "TERM", "HUP", "PIPE"]) expect(await rig.sh(`kill -${signal} $$`)).toMatchObject({ exitCode: null, signal: `SIG${signal}` });
  });

  it("keeps a tree that is only read as it is", async () => {
    const tree = await rig.tree();
    expect(await rig.sh("echo x > x", { tree: { path: tree, access: "read" } })).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Read-only") });
  });

  it("shows further files read-only, where they were asked for", async () => {
    const binds = [{ from: import.meta.filename, to: "/opt/tools/source.ts" }, { from: import.meta.dirname, to: "/opt/tools/src" }];
    const { stdout } = await rig.sh("grep -c isolation /opt/tools/source.ts > /tmp/n; ls /opt/tools/src/index.ts; touch /opt/tools/src/x 2>&1 | grep -c Read-only", { binds });
    expect(stdout).toBe("/opt/tools/src/index.ts\n1\n");
  });

  it("hands no descriptor on that this process was started with", async () => {
    // What the battery checks, for a process that is given one by whoever starts it.
    const child = spawn(process.execPath, [path.join(import.meta.dirname, "__fixtures__/shows-descriptors.ts")], { stdio: ["ignore", "pipe", "inherit", ...Array.from({ length: 30 }, () => "pipe" as const)] });
    let output = "";
    child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
    await once(child, "close");
    expect(output).toBe("0\n");
  });

  it.each([
    ["an empty command", { command: "" }],
    ["an option for a command", { command: "-c" }],
    ["a NUL in an argument", { command: "echo", args: ["a\0b"] }],
    ["a variable with a sign in its name", { command: "env", env: { "A=B": "c" } }],
    ["an absolute directory", { command: "pwd", cwd: "/etc" }],
    ["a directory above the tree", { command: "pwd", cwd: "a/../../etc" }],
    ["a relative tree", { command: "pwd", tree: { path: "a/b", access: "read" } }],
    ["a tree that is not there", { command: "pwd", tree: { path: "/nowhere/at/all", access: "read" } }],
    ["a place over the root", { command: "pwd", binds: [{ from: "/usr", to: "/" }] }],
    ["a limit of nothing", { command: "pwd", limits: { processes: 0 } }],
  ] as const)("refuses %s", async (_what, spec) => {
    await expect(rig.sandbox.run(spec)).rejects.toMatchObject({ code: "invalid_run" });
  });

  it.skipIf(!isRoot)("refuses a tree that was not prepared", async () => {
    await expect(rig.sandbox.run({ command: "pwd", tree: { path: rig.data, access: "read" } })).rejects.toMatchObject({ code: "invalid_run" });
  });
});

describe.skipIf(!hasBubblewrap() || !isRoot)("from a clone below a home that only its owner may enter", () => {
  const TELLS = path.join(import.meta.dirname, "__fixtures__/tells-isolation.ts");
  const inForce = { wrong: [], written: "hi\n1000\n", bomb: "processes", hog: "memory", burner: "cpu", hider: "tree", closedBytes: expect.closeTo(3_000_000, -5) };

  it("isolates and limits for an ordinary user as well as it can", { timeout: 120_000 }, async () => {
    expect(await tellsAs(NOBODY, TELLS)).toMatchObject({ ...inForce, uid: NOBODY, owner: NOBODY, memory: "38", tasks: String(256 * availableParallelism()), bare: { stdout: `${NOBODY}\n`, outlived: 0, missing: expect.arrayContaining([expect.stringContaining("every secret")]) } });
  });

  it("isolates and limits for root, whose runs are somebody else there too", { timeout: 120_000 }, async () => {
    const found = await tellsAs(0, TELLS);
    expect(found).toMatchObject({ ...inForce, uid: 0, owner: expect.any(Number), inForce: expect.arrayContaining(["Each run has a uid of its own outside"]) });
    expect(found).not.toMatchObject({ owner: 0 });
  });
});
