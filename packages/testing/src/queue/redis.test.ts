import { defineJob } from "@coder/shared";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { queueContract } from "./queue-contract.ts";
import { QueueRig } from "./queue-rig.ts";
import { redisQueueFixture } from "./queue-store-fixture.ts";
import { hasRedis } from "./redis-server.ts";

describe.skipIf(!hasRedis())("with redis-server on this machine", () => {
  queueContract("Redis", redisQueueFixture);

  it("keeps each queue's keys on one node of a cluster, and refuses a Redis that would drop jobs", async () => {
    const fixture = await redisQueueFixture();
    const client = new Redis(fixture.direct.redis.url ?? "");
    const rig = new QueueRig(fixture.direct);
    const job = defineJob("slots.run", z.object({}));
    await rig.enqueue(job.with({}), job.with({}, { delayMs: 60_000 }));
    const keys = await client.keys("*");
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.filter((key) => !key.startsWith("coder:{jobs.slots.run}:"))).toEqual([]);
    await client.config("SET", "maxmemory-policy", "allkeys-lru");
    await expect(rig.backend.check()).rejects.toMatchObject({ code: "queue_redis_evicts", remedy: expect.stringContaining("noeviction") });
    client.disconnect();
    await rig.stop();
    await fixture.stop();
  });
});
