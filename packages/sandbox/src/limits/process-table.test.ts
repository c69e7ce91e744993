import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { IMeter } from "./meter.ts";
import { PROCESS_TABLE } from "./process-table.ts";

const MB = 1024 ** 2;
const started: ChildProcess[] = [];
afterEach(() => {
  // With all that is in its session: the children of a shell that is killed go on.
  for (const { pid } of started.splice(0)) if (pid !== undefined) process.kill(-pid, "SIGKILL");
});

/** A process with so many below it that do `work`, in a process namespace of theirs or in ours. */
async function family(count: number, namespace: boolean, work = "sleep 60") {
  const children = `for i in $(seq ${count}); do ${work} & done; wait`;
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

it("takes all processes of the machine for nobody's, while a run has no table of its own yet", async () => {
  const meter = await PROCESS_TABLE.open({ memoryBytes: 1_000 * MB, processes: 20 });
  const child = spawn("unshare", ["--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--", "sleep", "60"], { stdio: "ignore", detached: true });
  started.push(child);
  meter.watch(child.pid ?? Number.NaN);
  await expect.poll(async () => (await meter.pids()).length).toBe(2);
  expect((await meter.read()).exceeded).toBe(null);
});

it("ends as many processes as would take all time of the machine, whatever the limit", async () => {
  const meter = await PROCESS_TABLE.open({ memoryBytes: 1_000_000 * MB, processes: 1_000_000 });
  meter.watch(await family(128 * availableParallelism(), true));
  await expect.poll(async () => (await meter.read()).exceeded).toBe("processes");
});

it("counts what many processes use, too, as long as they are not too many", async () => {
  const meter = await PROCESS_TABLE.open({ memoryBytes: 50 * MB, processes: 60 });
  meter.watch(await family(40, true, "perl -e '$held = q(x) x 4e6; sleep 60'"));
  await expect.poll(async () => (await meter.read()).exceeded).toBe("memory");
});

describe("sessions, among which Linux shares the processors", () => {
  const BUSY = "sh -c 'while :; do :; done'";
  const enough = 16 * availableParallelism();
  const opened: IMeter[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((meter) => meter.close()));
  });
  /** Of a run that has so many at work. */
  async function meterOf(count: number, work: string): Promise<IMeter> {
    const meter = await PROCESS_TABLE.open({ memoryBytes: 1_000_000 * MB, processes: 1_000_000 });
    opened.push(meter);
    meter.watch(await family(count, true, work));
    await expect.poll(async () => (await meter.pids()).length, { timeout: 10_000 }).toBeGreaterThan(count);
    // Each is a session for a moment at work before it does what it is for.
    await delay(500);
    return meter;
  }

  it("ends a run that has so many at work that there is no time for anybody else", async () => {
    const meter = await meterOf(enough + 8, `setsid ${BUSY}`);
    await expect.poll(async () => (await meter.read()).exceeded, { timeout: 10_000 }).toBe("processes");
  });

  it.each([["wait", "setsid sleep 60"], ["are one", BUSY]])("lets it have as many that %s", async (_which, work) => {
    const meter = await meterOf(enough + 8, work);
    for (let look = 0; look < 5; look += 1) expect((await meter.read()).exceeded).toBe(null);
  });

  it("ends the largest of several runs that have too many together, and only that", async () => {
    const small = await meterOf(enough / 2, `setsid ${BUSY}`);
    const large = await meterOf(enough - 2, `setsid ${BUSY}`);
    await expect.poll(async () => (await small.read(), (await large.read()).exceeded), { timeout: 10_000 }).toBe("processes");
    expect((await small.read()).exceeded).toBe(null);
  });
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
