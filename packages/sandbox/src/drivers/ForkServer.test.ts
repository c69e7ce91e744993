import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sleepers } from "../__fixtures__/rig.ts";
import { InheritedDescriptors } from "./descriptors.ts";
import { ANSWER_FD, ForkServer, TOLD_FD } from "./ForkServer.ts";
import { isRunning } from "./outcome.ts";
import { shellWord } from "./shell-word.ts";

let descriptors: InheritedDescriptors;
let server: ForkServer;
beforeAll(async () => {
  descriptors = await InheritedDescriptors.find();
  server = new ForkServer(descriptors);
});
afterAll(async () => {
  await server.close();
  await descriptors.close();
});

/** A program that calls this with a script has it forked, and prints what that prints. */
const FORKS = `import { InheritedDescriptors } from "./descriptors.ts"; import { ForkServer } from "./ForkServer.ts";
  const server = new ForkServer(await InheritedDescriptors.find());
  const fork = async (script) => (await server.fork({ script, files: [], owner: null, onTold: () => undefined })).stdout.pipe(process.stdout);
  await fork`;

/** Runs shell text in a fork that became another shell. */
async function run(script: string, { input = "", files = [] }: { readonly input?: string; readonly files?: readonly string[] } = {}, on = server) {
  let told = "";
  const forked = await on.fork({ script: `exec sh -c ${shellWord(script)} ${ANSWER_FD}>&-`, files: files.map((file) => Buffer.from(file)), owner: null, onTold: (text) => (told += text) });
  forked.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(forked.stdout), text(forked.stderr), forked.ended]);
  return { pid: forked.pid, stdout, stderr, told };
}

it("gives a fork its streams, its files, and an ear", async () => {
  expect(await run(`echo $$; cat; cat <&4; cat <&5; echo problem >&2; echo progress >&${TOLD_FD}`, { input: "in\n", files: ["first\n", "second\0\n"] })).toEqual({
    pid: expect.any(Number), stdout: expect.stringMatching(/^\d+\nin\nfirst\nsecond\0\n$/), stderr: "problem\n", told: "progress\n",
  });
  const { pid, stdout } = await run("echo $$");
  expect(stdout).toBe(`${pid}\n`);
});

it("hands on nothing else, and leaves nothing behind", async () => {
  expect((await run("ls -l /proc/self/fd | grep -c -e pipe -e socket -e sandbox")).stdout).toBe("4\n");
  expect((await run("env | grep -v -e ^PWD= -e ^_=")).stdout).toMatch(/^PATH=[^\n]*\n$/);
  const before = readdirSync("/proc/self/fd").length;
  for (let count = 0; count < 20; count += 1) await run("true");
  await expect.poll(() => readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before);
});

it("lets them open their streams by name, after the other end was closed too", async () => {
  expect(await run("sleep 0.1; cat < /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr", { input: "in\n" })).toMatchObject({ stdout: "in\nout\n", stderr: "err\n" });
});

it("keeps many at once apart", async () => {
  const numbers = Array.from({ length: 100 }, (_none, index) => String(index));
  const found = await Promise.all(numbers.map((number) => run("cat; cat <&4 >&2", { input: number, files: [number] })));
  expect(found.map(({ stdout, stderr }) => [stdout, stderr])).toEqual(numbers.map((number) => [number, number]));
  expect(new Set(found.map(({ pid }) => pid)).size).toBe(numbers.length);
});

it("waits for nobody: one that goes on holds up no other", async () => {
  const long = await server.fork({ script: `exec cat ${ANSWER_FD}>&-`, files: [], owner: null, onTold: () => undefined });
  expect((await run("echo done")).stdout).toBe("done\n");
  long.stdin.end("at last");
  expect(await text(long.stdout)).toBe("at last");
});

it("carries more than a pipe holds, both ways", async () => {
  const input = "x".repeat(3 * 1024 ** 2);
  expect((await run("cat", { input })).stdout).toBe(input);
});

it("tells the end of a process that was killed", async () => {
  const forked = await server.fork({ script: `exec sleep 1000 ${ANSWER_FD}>&-`, files: [], owner: null, onTold: () => undefined });
  process.kill(forked.pid, "SIGKILL");
  await forked.ended;
  await vi.waitFor(() => expect(isRunning(forked.pid)).toBe(false));
});

it("takes leave of those that have ended", async () => {
  const forked = await Promise.all(Array.from({ length: 10 }, () => run("true")));
  await vi.waitFor(async () => {
    await run("true");
    expect(forked.filter(({ pid }) => existsSync(`/proc/${pid}`))).toEqual([]);
  });
});

it("fails with what the shell said when a fork ends before it has begun, and goes on", async () => {
  await expect(server.fork({ script: "'", files: [], owner: null, onTold: () => undefined })).rejects.toMatchObject({ code: "sandbox_failed", message: expect.stringContaining("nterminated") });
  expect((await run("echo on")).stdout).toBe("on\n");
});

it("goes on when somebody who tidies up took its folder away", async () => {
  for (const name of readdirSync(tmpdir()).filter((each) => each.includes(`-forks-${process.pid}-`))) rmSync(path.join(tmpdir(), name), { recursive: true });
  expect((await run("cat <&4", { files: ["here"] })).stdout).toBe("here");
});

it("lets a program notice that nobody reads what it prints", async () => {
  const forked = await server.fork({ script: `exec sh -c 'echo begun; sleep 0.1; yes; echo $? >&${TOLD_FD}' ${ANSWER_FD}>&-`, files: [], owner: null, onTold: () => undefined });
  await once(forked.stdout, "data");
  forked.stdout.destroy();
  await forked.ended;
});

it("is not alive any more when its shell has ended, and ends what that has begun", async () => {
  const own = new ForkServer(descriptors);
  const begun = await own.fork({ script: `exec sleep 1000 ${ANSWER_FD}>&-`, files: [], owner: null, onTold: () => undefined });
  const shell = Number((await run("cut -d' ' -f4 /proc/$$/stat", {}, own)).stdout);
  const waiting = Promise.allSettled(Array.from({ length: 5 }, () => own.fork({ script: "exec true", files: [], owner: null, onTold: () => undefined })));
  process.kill(shell, "SIGKILL");
  await begun.ended;
  expect(own.alive).toBe(false);
  expect((await waiting).at(-1)).toMatchObject({ status: "rejected", reason: { code: "sandbox_failed" } });
  await expect(run("true", {}, own)).rejects.toMatchObject({ code: "sandbox_failed" });
  await own.close();
});

it.each(["SIGKILL", "SIGTERM"] as const)("ends with this process, and takes its folder along, when that is ended by %s", async (signal) => {
  const TMPDIR = mkdtempSync(path.join(tmpdir(), "coder-fork-server-"));
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", `${FORKS}("exec sh -c 'echo $PPID' ${ANSWER_FD}>&-"); setInterval(() => {}, 1000);`], { cwd: import.meta.dirname, env: { ...process.env, TMPDIR }, stdio: ["ignore", "pipe", "inherit"] });
  const shell = Number(await once(child.stdout, "data"));
  expect({ shell: readFileSync(`/proc/${shell}/comm`, "utf8"), folders: readdirSync(TMPDIR).filter((name) => name.startsWith("coder-sandbox-")).length }).toEqual({ shell: "sh\n", folders: 1 });
  child.kill(signal);
  await vi.waitFor(() => expect({ running: isRunning(shell), left: readdirSync(TMPDIR).filter((name) => name.startsWith("coder-sandbox-")) }).toEqual({ running: false, left: [] }), { timeout: 10_000 });
  rmSync(TMPDIR, { recursive: true });
});

it("ends also what a fork has begun that left its process group, as bubblewrap does before it is tied to its parent", async () => {
  const seconds = `${200_000 + process.pid}`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", `${FORKS}("setsid sleep ${seconds} & echo begun; wait"); setInterval(() => {}, 1000);`], { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const left = () => sleepers(seconds);
  await vi.waitFor(async () => expect(await left()).toHaveLength(1), { timeout: 10_000 });
  child.kill("SIGKILL");
  try {
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 10_000 });
  } finally {
    for (const { pid } of await left()) process.kill(pid, "SIGKILL");
  }
});

it("lets a process end that waits for nothing else", async () => {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", `${FORKS}("exec echo forked ${ANSWER_FD}>&-");`], { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect({ output, code }).toEqual({ output: "forked\n", code: 0 });
});
