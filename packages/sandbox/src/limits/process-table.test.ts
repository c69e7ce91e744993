import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { PROCESS_TABLE } from "./process-table.ts";

const MB = 1024 ** 2;
const started: ChildProcess[] = [];
afterEach(() => {
  // With all that is in its session: the children of a shell that is killed go on.
  for (const { pid } of started.splice(0)) if (pid !== undefined) process.kill(-pid, "SIGKILL");
});

/** A process with so many below it, in a process namespace of theirs or in ours. */
async function family(count: number, namespace: boolean) {
  const children = `for i in $(seq ${count}); do sleep 60 & done; wait`;
  const around = namespace ? ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc", "--"] : ["setpriv", "--pdeathsig", "KILL", "--"];
  const child = spawn(around[0] ?? "", [...around.slice(1), "sh", "-c", children], { stdio: "ignore", detached: true });
  started.push(child);
  return child.pid ?? Number.NaN;
}

it.each([true, false])("counts the processes of a run and what they use, in a namespace of their own: %s", async (namespace) => {
  const [enough, few] = await Promise.all([64, 20].map((processes) => PROCESS_TABLE.open({ memoryBytes: 1_000 * MB, processes })));
  const pid = await family(20, namespace);
  for (const meter of [enough, few]) meter?.watch(pid);
  await expect.poll(async () => (await few?.read())?.exceeded).toBe("processes");
  await expect.poll(async () => (await enough?.pids())?.length).toBeGreaterThanOrEqual(21);
  expect(await enough?.read()).toMatchObject({ exceeded: null, cpuMs: expect.any(Number) });
  expect((await enough?.read())?.peakMemoryBytes).toBeGreaterThan(MB);
});

it("ends as many processes as would take all time of the machine, whatever the limit", async () => {
  const meter = await PROCESS_TABLE.open({ memoryBytes: 1_000_000 * MB, processes: 1_000_000 });
  meter.watch(await family(128 * availableParallelism(), true));
  await expect.poll(async () => (await meter.read()).exceeded).toBe("processes");
});

it("does not wait for threads that others hold up", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "coder-process-table-"));
  const pipe = path.join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const meter = await PROCESS_TABLE.open({ memoryBytes: 1_000 * MB, processes: 20 });
  meter.watch(await family(20, true));
  // All that there are: opening a pipe waits for whoever writes to it.
  const blocked = Array.from({ length: 8 }, async () => (await open(pipe, "r")).close());
  try {
    await expect.poll(async () => Promise.race([meter.read().then(({ exceeded }) => exceeded), new Promise((resolve) => setImmediate(resolve, "waits"))])).toBe("processes");
  } finally {
    const writer = openSync(pipe, constants.O_RDWR);
    await Promise.all(blocked);
    closeSync(writer);
    rmSync(folder, { recursive: true });
  }
});
