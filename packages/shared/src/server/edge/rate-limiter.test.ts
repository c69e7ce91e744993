import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { RateLimitRule } from "../../trpc/meta.ts";
import { memoryLog, type LogLine } from "./__fixtures__/notes-product.ts";
import { createRateLimiter, type RateLimiter } from "./rate-limiter.ts";

const rule: RateLimitRule = { limit: 3, windowSeconds: 60, by: "caller" };
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

function limiter(redisUrl: string | null, logs: LogLine[] = []): RateLimiter {
  const made = createRateLimiter({ redisUrl, log: memoryLog(logs) });
  open.push(made);
  return made;
}

/** On a socket file: nobody else can have taken it. */
async function startRedis(): Promise<{ url: string; process: ChildProcess }> {
  const folder = await mkdtemp(join(tmpdir(), "coder-redis-"));
  const url = join(folder, "redis.sock");
  const redis = spawn("redis-server", ["--port", "0", "--unixsocket", url, "--save", "", "--appendonly", "no"], { stdio: ["ignore", "pipe", "inherit"] });
  open.push({ close: () => rm(folder, { recursive: true, force: true }) }, { close: () => redis.kill("SIGKILL") });
  for await (const line of redis.stdout) if (/ready to accept connections/i.test(String(line))) break;
  return { url, process: redis };
}

const hasRedis = await once(spawn("redis-server", ["--version"], { stdio: "ignore" }), "exit").then(([code]) => code === 0, () => false);

async function takeAll(each: RateLimiter, times: number, key = "k") {
  return Promise.all(Array.from({ length: times }, () => each.take(key, rule)));
}

function suite(start: () => Promise<RateLimiter>): void {
  it("gives what the rule allows, then says how long to wait", async () => {
    const taken = await takeAll(await start(), 5);
    expect(taken.map(({ remaining }) => remaining).sort()).toEqual([0, 0, 0, 1, 2]);
    expect(taken.filter(({ retryAfterSeconds }) => retryAfterSeconds > 0)).toHaveLength(2);
    expect(taken.every(({ retryAfterSeconds }) => retryAfterSeconds <= 60)).toBe(true);
  });

  it("counts each key and each rule for itself", async () => {
    const each = await start();
    await takeAll(each, 3);
    expect(await each.take("other", rule)).toEqual({ remaining: 2, retryAfterSeconds: 0 });
    expect(await each.take("k", { ...rule, limit: 10 })).toEqual({ remaining: 9, retryAfterSeconds: 0 });
  });

  it("gives again after the window", async () => {
    const each = await start();
    const short: RateLimitRule = { limit: 1, windowSeconds: 1, by: "caller" };
    await each.take("k", short);
    expect((await each.take("k", short)).retryAfterSeconds).toBe(1);
    await expect.poll(async () => (await each.take("k", short)).retryAfterSeconds, { timeout: 3_000 }).toBe(0);
  });
}

describe("in memory", () => suite(async () => limiter(null)));

describe.skipIf(!hasRedis)("on Redis", () => {
  suite(async () => limiter((await startRedis()).url));

  it("counts over all processes", async () => {
    const { url } = await startRedis();
    const [one, two] = [limiter(url), limiter(url)];
    await Promise.all([takeAll(one, 2), takeAll(two, 1)]);
    expect((await two.take("k", rule)).retryAfterSeconds).toBeGreaterThan(0);
  });

  it("counts alone while Redis is away, says so once, and refuses what must not be guessed at", async () => {
    const logs: LogLine[] = [];
    const { url, process } = await startRedis();
    const each = limiter(url, logs);
    await each.take("k", rule);
    process.kill("SIGKILL");
    await once(process, "exit");
    const taken = [await each.take("k", rule), await each.take("k", rule), await each.take("k", rule), await each.take("k", rule)];
    expect(taken.map(({ retryAfterSeconds }) => retryAfterSeconds > 0)).toEqual([false, false, false, true]);
    await expect(each.take("k", { ...rule, failClosed: true })).rejects.toThrow(expect.objectContaining({ code: "rate_limit_unavailable", httpStatus: 503 }));
    expect(logs.filter(({ level }) => level === "warn")).toHaveLength(1);
  });
});

describe("with a Redis that never was", () => {
  it("counts alone from the start", async () => {
    const each = limiter("redis://127.0.0.1:1");
    const taken = [await each.take("k", rule), await each.take("k", rule), await each.take("k", rule), await each.take("k", rule)];
    expect(taken.map(({ retryAfterSeconds }) => retryAfterSeconds > 0)).toEqual([false, false, false, true]);
  });
});
