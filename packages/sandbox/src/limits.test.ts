import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, hasBubblewrap, openRig, sleepers, type Rig } from "./__fixtures__/rig.ts";
import { execute } from "./execute.ts";
import { TreeSize } from "./limits/TreeSize.ts";

const MB = 1024 ** 2;
let marks = 0;
/** A number that no other process on the machine sleeps for. */
const mark = (): string => `${100_000 + process.pid}.${(marks += 1)}`;

describe.skipIf(!hasBubblewrap())("limits", () => {
  let rig: Rig;
  let path_: string;
  beforeAll(async () => {
    rig = await openRig();
    path_ = await rig.tree();
  });
  afterAll(() => rig.close());
  const writing = () => ({ path: path_, access: "write" }) as const;

  it("ends a fork bomb soon", async () => {
    const { endedBy, durationMs } = await rig.sh("perl -e 'fork while 1'", { limits: { processes: 50 } });
    expect({ endedBy, quick: durationMs < 20_000 }).toEqual({ endedBy: "processes", quick: true });
  });

  it("ends a memory hog, counting all processes together", async () => {
    const one = "node -e 'const a=[];const t=setInterval(()=>a.length<8?a.push(Buffer.alloc(1e7,1)):0,10)'";
    expect(await rig.sh(`${one} & ${one} & ${one} & wait`, { limits: { memoryBytes: 150 * MB, wallSeconds: 20 } })).toMatchObject({ endedBy: "memory" });
    // The kernel may be faster than any look, and the shell has done what it was told.
    expect(await rig.sh("tail /dev/zero; exit 0", { limits: { memoryBytes: 50 * MB, wallSeconds: 20 } })).toMatchObject({ endedBy: "memory" });
    expect(await rig.sh("node -e 'Buffer.alloc(5e7,1)'", { limits: { memoryBytes: 150 * MB } })).toMatchObject({ exitCode: 0, endedBy: null });
  });

  it("counts what lies in /tmp as memory, and ends /tmp and /dev/shm at their size", async () => {
    const script = "for d in /tmp /dev/shm; do head -c 100000000 /dev/zero > $d/x 2>/dev/null; wc -c < $d/x; done";
    expect(await rig.sh(script, { limits: { tmpBytes: 8 * MB } })).toMatchObject({ stdout: `${8 * MB}\n${8 * MB}\n` });
  });

  it("ends a run that fills the tree", async () => {
    const { endedBy, durationMs } = await rig.sh("i=0; while :; do head -c 1000000 /dev/zero > fill.$i; i=$((i+1)); done", { tree: writing(), limits: { treeBytes: 40 * MB, wallSeconds: 30 } });
    expect({ endedBy, quick: durationMs < 25_000 }).toEqual({ endedBy: "tree", quick: true });
    await rig.sh("rm -f fill.*", { tree: writing() });
  });

  it.runIf(existsSync("/dev/shm"))("sees what fills a tree while others clear their files away", async () => {
    const folder = await mkdtemp("/dev/shm/coder-tree-size-");
    const [tree, others] = [path.join(folder, "tree"), path.join(folder, "others")];
    await mkdir(tree);
    await writeFile(others, Buffer.alloc(16 * MB, 1));
    const size = new TreeSize(tree, { treeBytes: 2 * MB, treeFiles: null, treeGrowthBytes: null }, async () => 0);
    expect(await size.exceeded()).toBe(false);
    await rm(others);
    expect(await size.exceeded()).toBe(false);
    await writeFile(path.join(tree, "filling"), Buffer.alloc(4 * MB, 1));
    expect(await size.exceeded()).toBe(true);
    await rm(folder, { recursive: true });
  });

  it.runIf(existsSync("/dev/shm"))("holds a run to account for what is in no folder, if it wrote so much", async () => {
    const folder = await mkdtemp("/dev/shm/coder-tree-size-");
    const tree = path.join(folder, "tree");
    await mkdir(tree);
    let written = MB;
    const size = new TreeSize(tree, { treeBytes: null, treeFiles: null, treeGrowthBytes: 8 * MB }, async () => written);
    await size.begin();
    for (const [place, expected] of [["one", false], ["other", true]] as const) {
      await writeFile(path.join(folder, place), Buffer.alloc(32 * MB, 1));
      expect(await size.exceeded()).toBe(expected);
      written = 64 * MB;
    }
    await rm(folder, { recursive: true });
  });

  it.each([
    ["open", 'open(my $f, "+>", "hidden") or die; unlink "hidden"; push @kept, $f; print $f $block for 1..16'],
    ["open in a process that was left", 'open(my $f, "+>", "hidden") or die; unlink "hidden"; print $f $block for 1..16; $f->flush; fork or do { sleep 60 while 1 }; close $f'],
  ])("ends a run that fills the disk with files that are in no folder: %s", async (_where, hide) => {
    const script = `exec perl -e 'use IO::Handle; $block = "x" x ${MB}; for (1..60) { ${hide}; } sleep 60'`;
    const { endedBy } = await rig.sh(script, { tree: writing(), limits: { treeGrowthBytes: 100 * MB, wallSeconds: 45 } });
    expect(endedBy).toBe("tree");
  });

  it("takes no part of the disk in one call, past the size of a file", async () => {
    const script = `perl -e 'open(F, "+>", "taken"); print syscall($ARGV[0], fileno(F), 1, 0, 1e9) == -1 ? $!+0 : "taken"' $(test $(uname -m) = x86_64 && echo 285 || echo 47); wc -c < taken; du -k taken | cut -f1; rm taken`;
    expect(await rig.sh(script, { tree: writing(), limits: { fileBytes: 5 * MB } })).toMatchObject({ stdout: "950\n0\n" });
    expect(await rig.sh("node -e 'require(\"fs\").copyFileSync(process.execPath, \"copy\")'; cmp copy $(readlink -f $(command -v node)) && rm copy && echo same", { tree: writing() })).toMatchObject({ stdout: "same\n" });
  });

  it("ends a run that makes too many files", async () => {
    const script = "mkdir many && cd many && i=0; while :; do : > $i; i=$((i+1)); done";
    expect(await rig.sh(script, { tree: writing(), limits: { treeFiles: 2_000, wallSeconds: 30 } })).toMatchObject({ endedBy: "tree" });
    await rig.sh("rm -rf many", { tree: writing() });
  });

  it("lets no file grow beyond its limit", async () => {
    expect(await rig.sh("exec head -c 100000000 /dev/zero > big", { tree: writing(), limits: { fileBytes: 5 * MB } })).toMatchObject({ endedBy: "file" });
    expect(await rig.sh("wc -c < big; rm big", { tree: writing() })).toMatchObject({ stdout: `${5 * MB}\n` });
  });

  it("ends a flood of output and keeps its beginning", async () => {
    const { endedBy, stdout, truncated } = await rig.sh("yes", { limits: { outputBytes: 100_001 } });
    expect({ endedBy, length: stdout.length, start: stdout.slice(0, 4), truncated }).toEqual({ endedBy: "output", length: 100_001, start: "y\ny\n", truncated: { stdout: true, stderr: false } });
    expect(await rig.sh("yes >&2", { limits: { outputBytes: 10 } })).toMatchObject({ endedBy: "output", stderr: "y\ny\ny\ny\ny\n", truncated: { stdout: false, stderr: true } });
  });

  it("ends what takes too long", async () => {
    const { endedBy, durationMs, signal, exitCode } = await rig.sh("sleep 60", { limits: { wallSeconds: 0.3 } });
    expect({ endedBy, signal, exitCode, quick: durationMs < 20_000 }).toEqual({ endedBy: "wall", signal: "SIGKILL", exitCode: null, quick: true });
  });

  it("ends what computes too much, in one process or in many one after the other", async () => {
    const limits = { cpuSeconds: 0.5, wallSeconds: 30 };
    expect(await rig.sh("while :; do :; done", { limits })).toMatchObject({ endedBy: "cpu" });
    expect(await rig.sh("while :; do (i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done); done", { limits })).toMatchObject({ endedBy: "cpu" });
  });

  // For longer than the processes are looked at, where nothing counts them: a look may come late.
  it("measures what was used", async () => {
    const { cpuMs, peakMemoryBytes, durationMs } = await rig.sh("node -e 'Buffer.alloc(6e7,1);const end=Date.now()+3000;while(Date.now()<end);'");
    expect(durationMs).toBeGreaterThan(200);
    expect(cpuMs).toBeGreaterThan(50);
    expect(peakMemoryBytes).toBeGreaterThan(60_000_000);
  });

  it("leaves nothing behind when it is aborted, however it hides", async () => {
    const [plain, session, daemon] = [mark(), mark(), mark()];
    const script = `sleep ${plain} & setsid sleep ${session} & (setsid sh -c 'trap "" TERM HUP INT; sleep ${daemon} <&- >&- 2>&- & wait' &) ; echo up; wait`;
    const stop = new AbortController();
    const started = await rig.sandbox.spawn({ command: "sh", args: ["-c", script], signal: stop.signal });
    const all = async () => (await Promise.all([plain, session, daemon].map((each) => sleepers(each)))).map(({ length }) => length);
    expect(await eventually(async () => (await all()).every((count) => count === 1))).toBe(true);
    const asked = performance.now();
    stop.abort();
    expect(await started.ended).toMatchObject({ endedBy: "abort", signal: "SIGKILL" });
    expect(performance.now() - asked).toBeLessThan(20_000);
    expect(await all()).toEqual([0, 0, 0]);
  });

  it("leaves nothing behind when the program ends before what it started", async () => {
    const left = mark();
    expect(await rig.sh(`setsid sleep ${left} >/dev/null 2>&1 & exit 0`)).toMatchObject({ exitCode: 0, endedBy: null });
    expect(await sleepers(left)).toEqual([]);
  });

  it("rejects with the reason of the signal, also of one that was there before", async () => {
    const reason = new Error("Not wanted any more");
    await expect(rig.sandbox.run({ command: "true", signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const stop = new AbortController();
    const running = rig.sandbox.run({ command: "sleep", args: ["60"], signal: stop.signal });
    await delay(50);
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it("ends with the process that started it, even if that was killed", async () => {
    const left = mark();
    const child = spawn(process.execPath, [path.join(import.meta.dirname, "__fixtures__/sleeps.ts"), left]);
    expect(await eventually(async () => (await sleepers(left)).length > 0)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await eventually(async () => (await sleepers(left)).length === 0)).toBe(true);
  });

  it("ends with it at every moment of a start", { timeout: 60_000 }, async () => {
    const left = mark();
    for (const ms of [4, 12, 20, 28, 36, 44, 60]) {
      const child = spawn(process.execPath, [path.join(import.meta.dirname, "__fixtures__/sleeps.ts"), left, "4"]);
      await once(child.stdout, "data");
      await delay(ms);
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    // Bubblewrap and what it waits for as well, all of which have the command on theirs.
    expect(await eventually(async () => (await execute("pgrep", ["--runstates", "RSD", "--count", "--full", left])).stdout === "0\n")).toBe(true);
  });

  it("passes on both directions of a conversation, and holds back a program that nobody reads", async () => {
    const { stdin, stdout, ended } = await rig.sandbox.spawn({ command: "cat" });
    const said = stdout.setEncoding("utf8")[Symbol.asyncIterator]();
    stdin.write("one");
    expect(await said.next()).toEqual({ done: false, value: "one" });
    stdin.end("two");
    expect(await said.next()).toEqual({ done: false, value: "two" });
    expect(await said.next()).toMatchObject({ done: true });
    expect(await ended).toMatchObject({ exitCode: 0 });
    const flood = await rig.sandbox.spawn({ command: "sh", args: ["-c", "yes | head -c 5000000; echo over > /dev/null"], limits: { outputBytes: null, wallSeconds: 0.5 } });
    expect(await flood.ended).toMatchObject({ endedBy: "wall" });
  });

  it("can be told to end at any moment, the first too", async () => {
    const left = mark();
    for (let round = 0; round < 30; round += 1) {
      const started = await rig.sandbox.spawn({ command: "sleep", args: [left] });
      await delay(round % 10);
      started.kill();
      expect(await started.ended).toMatchObject({ endedBy: "abort" });
    }
    expect((await execute("pgrep", ["--runstates", "RSD", "--count", "--full", left])).stdout).toBe("0\n");
  });

  it("ends every run when it is closed", async () => {
    const other = await openRig();
    const running = await other.sandbox.spawn({ command: "sleep", args: ["60"] });
    await other.close();
    expect(await running.ended).toMatchObject({ endedBy: "abort" });
    await expect(other.sandbox.run({ command: "true" })).rejects.toThrow("closed");
  });
});
