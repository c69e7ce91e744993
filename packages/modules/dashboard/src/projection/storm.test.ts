import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { openPostgres, type PostgresDatabase } from "@coder/db";
import type { UserCaller } from "@coder/shared";
import { JobControl, JobQueue, newId, openQueueBackend, type QueueBackend } from "@coder/shared/server";
import { createTestDatabase, fixedConfig, hasRedis, postgresQueueFixture, redisQueueFixture, silentLogger, somebody, type QueueStoreFixture, type TestDatabase } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CONFIG } from "../__fixtures__/parts.ts";
import { stormJob } from "../__fixtures__/storm-jobs.ts";
import { jobEntity } from "../entities.ts";
import { HistoryReader } from "../history/HistoryReader.ts";

const STORES = [["PostgreSQL", postgresQueueFixture], ...(hasRedis() ? [["Redis", redisQueueFixture] as const] : [])] as const;
const ROUNDS = 10;
const PER_ROUND = 40;

/** The entries of either that the other does not have. */
function different(found: ReadonlyMap<string, unknown>, expected: ReadonlyMap<string, unknown>): readonly unknown[] {
  const ids = [...new Set([...found.keys(), ...expected.keys()])];
  return ids.filter((id) => !isDeepStrictEqual(found.get(id), expected.get(id))).map((id) => ({ id, found: found.get(id), expected: expected.get(id) }));
}

const roll = (sides: number): number => Math.floor(Math.random() * sides);

describe.each(STORES)("a storm over queues on %s", (_store, start) => {
  let fixture: QueueStoreFixture;
  let addresses: TestDatabase;
  let database: PostgresDatabase;
  let backend: QueueBackend;
  let jobs: JobControl;
  let queue: JobQueue;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    [fixture, addresses] = await Promise.all([start(), createTestDatabase()]);
    database = await openPostgres({ url: addresses.url, systemUrl: addresses.systemUrl, poolSize: 4, cursorKey: "storm", log: silentLogger });
    backend = openQueueBackend({ config: fixture.direct, log: silentLogger });
    jobs = new JobControl({ backend, modules: () => [{ module: "storm", jobs: [{ definition: stormJob }], events: [] }], log: silentLogger });
    queue = new JobQueue({ backend });
  });
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await backend.close();
    await database.close();
    await Promise.all([fixture.stop(), addresses.drop()]);
  });

  async function spawn(role: "worker" | "follower"): Promise<ChildProcess> {
    const script = fileURLToPath(new URL("../__fixtures__/storm-process.ts", import.meta.url));
    const argument = JSON.stringify({ role, config: fixture.direct, url: addresses.url, systemUrl: addresses.systemUrl });
    const child = fork(script, [argument], { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
    children.push(child);
    const ended = once(child, "exit").then(([code, signal]) => Promise.reject(new Error(`The ${role} ended before it was ready: ${code ?? signal}`)));
    await Promise.race([once(child, "message"), ended]);
    // From now on it is killed on purpose.
    ended.catch(() => undefined);
    return child;
  }

  async function enqueue(caller: UserCaller, count: number): Promise<string[]> {
    const some = Array.from({ length: count }, () => ({
      id: newId(),
      message: stormJob.with({ projectId: newId(), ms: roll(60), failures: roll(5) === 0 ? 9 : roll(3) }, roll(8) === 0 ? { delayMs: roll(2) === 0 ? 3_600_000 : 300 } : {}),
      caller, traceId: null, enqueuedBy: "test", createdAt: new Date().toISOString(),
    }));
    await queue.addMany(some);
    return some.map(({ id }) => id);
  }

  /** What BullMQ itself says, asked without the product. */
  async function truth(): Promise<ReadonlyMap<string, unknown>> {
    const raw = backend.queue("jobs.storm.thing.run");
    const states = ["waiting", "active", "delayed", "completed", "failed"] as const;
    const found = await Promise.all(states.map(async (state) => (await raw.getJobs([state], 0, -1)).map((job) => ({ job, state }))));
    return new Map(
      found.flat().map(({ job, state }) => {
        const cancelled = Reflect.get(Object(job.data), "cancelled") !== undefined && state !== "completed";
        const name = cancelled ? "cancelled" : state === "active" ? "running" : state;
        return [job.id ?? "", { state: name, attempt: job.attemptsStarted, finishedAt: job.finishedOn ? new Date(job.finishedOn).toISOString() : null, failed: name === "failed" ? job.failedReason : null }];
      }),
    );
  }

  async function projection(): Promise<ReadonlyMap<string, unknown>> {
    const rows = database.system("jobs").repository(jobEntity);
    const { items } = await rows.query({ queue: stormJob.name }, { limit: 1_000 });
    return new Map(items.map(({ jobId, state, attempt, finishedAt, error }) => [jobId, { state, attempt, finishedAt, failed: error }]));
  }

  /** Jobs that run, or will within the minute: one that is tried again waits for its time as well. */
  async function moving(): Promise<readonly string[]> {
    const found = await backend.queue("jobs.storm.thing.run").getJobs(["waiting", "active", "delayed"], 0, -1);
    return found.filter(({ timestamp, delay: ms }) => timestamp + ms < Date.now() + 60_000).map(({ id }) => id ?? "");
  }

  it("leaves the projection as BullMQ's own state, through kills of workers and followers", async () => {
    const ada = somebody();
    let workers: ChildProcess[] = await Promise.all([spawn("worker"), spawn("worker")]);
    let followers: ChildProcess[] = await Promise.all([spawn("follower"), spawn("follower")]);
    const ids: string[] = [];
    const kill = async (crew: ChildProcess[], role: "worker" | "follower"): Promise<ChildProcess[]> => {
      const [victim, ...rest] = roll(2) === 0 ? crew : crew.toReversed();
      victim?.kill("SIGKILL");
      return [...rest, await spawn(role)];
    };
    for (let round = 0; round < ROUNDS; round++) {
      ids.push(...(await enqueue(ada, PER_ROUND)));
      const steer = async (): Promise<void> => {
        const id = ids[roll(ids.length)] ?? "";
        const act = [() => jobs.cancel(stormJob.name, id, ada), () => jobs.retry(stormJob.name, id), () => jobs.remove(stormJob.name, id)][roll(3)];
        // Many of these are refused: the job is in another state.
        await act?.().catch(() => undefined);
      };
      await Promise.all(Array.from({ length: 12 }, steer));
      if (round % 5 === 4) await jobs.pause(stormJob.name);
      if (round % 3 === 0) workers = await kill(workers, "worker");
      if (round % 3 === 1) followers = await kill(followers, "follower");
      await delay(roll(250));
      await jobs.resume(stormJob.name);
    }
    // Until nothing moves any more: what is left waits for an hour.
    await vi.waitFor(async () => expect(await moving()).toEqual([]), { timeout: 90_000, interval: 200 });
    const expected = await truth();
    await vi.waitFor(async () => expect(different(await projection(), expected)).toEqual([]), { timeout: 30_000, interval: 200 });

    const counts = await database.for(ada).repository(jobEntity).groups({ queue: stormJob.name }, { by: ["state"] });
    const counted = new Map<string, number>(counts.map(({ key, count }) => [key.state, count]));
    const raw = await backend.queue("jobs.storm.thing.run").getJobCounts("waiting", "active", "delayed", "completed", "failed");
    const cancelledWaiting = [...expected.values()].filter((job) => Reflect.get(Object(job), "state") === "cancelled" && Reflect.get(Object(job), "finishedAt") === null).length;
    expect({ completed: counted.get("completed") ?? 0, failed: (counted.get("failed") ?? 0) + (counted.get("cancelled") ?? 0) - cancelledWaiting }).toEqual({ completed: raw["completed"], failed: raw["failed"] });
    // Every kind of end was there, or the storm was none.
    for (const state of ["completed", "failed", "cancelled", "delayed"]) expect(counted.get(state) ?? 0, state).toBeGreaterThan(0);
    expect(expected.size).toBeLessThan(ids.length);

    // History counts each job that is still there at least once, and none that never ended.
    const reader = new HistoryReader({ database, config: fixedConfig(CONFIG), now: () => new Date() });
    const from = new Date(Date.now() - 1_800_000).toISOString();
    await vi.waitFor(async () => {
      const { buckets } = await reader.get(ada, { from, until: new Date(Date.now() + 60_000).toISOString() }, "organization");
      const sum = (field: "completed" | "failed") => buckets.reduce((total, bucket) => total + bucket[field], 0);
      expect(sum("completed")).toBeGreaterThanOrEqual(counted.get("completed") ?? 0);
      expect(sum("completed")).toBeLessThanOrEqual(ids.length);
      expect(sum("failed")).toBeGreaterThanOrEqual(counted.get("failed") ?? 0);
    }, { timeout: 20_000, interval: 200 });
  }, 240_000);
});
