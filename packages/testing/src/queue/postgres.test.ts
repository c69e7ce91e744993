import { AppError, defineJob } from "@coder/shared";
import { handleJob, migrateQueueSchema } from "@coder/shared/server";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import { queueContract } from "./queue-contract.ts";
import { QueueRig } from "./queue-rig.ts";
import { postgresQueueFixture, type QueueStoreFixture } from "./queue-store-fixture.ts";

queueContract("PostgreSQL", postgresQueueFixture);

describe("The queue's schema on PostgreSQL", () => {
  let fixture: QueueStoreFixture;
  beforeAll(async () => void (fixture = await postgresQueueFixture()));
  afterAll(() => fixture.stop());

  it("belongs to the owner alone, also after queues were made", async () => {
    const rig = new QueueRig(fixture.direct);
    const job = defineJob("owned.run", z.object({}));
    const handler = vi.fn();
    await rig.workers("owned", handleJob(job, async () => handler));
    await rig.enqueue(...Array.from({ length: 10 }, () => job.with({})));
    await eventually(() => expect(handler).toHaveBeenCalledTimes(10));
    await rig.stop();
    const owner = new pg.Client({ connectionString: fixture.ownerUrl ?? "" });
    await owner.connect();
    const { rows } = await owner.query("select relname from pg_class where relnamespace = 'bullmq'::regnamespace and relowner = 'coder_app'::regrole");
    const { rows: mayCreate } = await owner.query("select has_schema_privilege('coder_app', 'bullmq', 'create') as create");
    await owner.end();
    expect(rows).toEqual([]);
    expect(mayCreate).toEqual([{ create: false }]);
  });

  it("can be migrated by several processes at once, and again", async () => {
    await Promise.all([1, 2, 3].map(() => migrateQueueSchema(fixture.ownerUrl ?? "", { grantTo: "coder_app" })));
    const rig = new QueueRig(fixture.direct);
    await expect(rig.backend.check()).resolves.toBeUndefined();
    await rig.stop();
  });

  it("is asked for by name when it is missing", async () => {
    const owner = new pg.Client({ connectionString: fixture.ownerUrl ?? "" });
    await owner.connect();
    await owner.query("create database empty");
    await owner.end();
    const { redis, database } = fixture.direct;
    const rig = new QueueRig({ redis, database: { ...database, url: (database.url ?? "").replace(/product$/, "empty") } });
    const problem: unknown = await rig.workers("nothing").catch((error: unknown) => error);
    await rig.stop();
    expect(problem).toBeInstanceOf(AppError);
    expect(problem).toMatchObject({ code: "queue_schema_missing", remedy: expect.stringContaining("npm start") });
  });

  it("needs few connections, however many queues there are", async () => {
    const rig = new QueueRig(fixture.direct);
    const handler = vi.fn();
    const jobs = Array.from({ length: 40 }, (_, n) => defineJob(`many.job${n}`, z.object({})));
    await rig.workers("many", ...jobs.map((job) => handleJob(job, async () => handler)));
    await rig.enqueue(...jobs.map((job) => job.with({})));
    await eventually(() => expect(handler).toHaveBeenCalledTimes(40));
    const owner = new pg.Client({ connectionString: fixture.ownerUrl ?? "" });
    await owner.connect();
    const { rows } = await owner.query("select count(*)::int as connections from pg_stat_activity where usename = 'coder_app'");
    await owner.end();
    await rig.stop();
    expect(rows[0].connections).toBeLessThanOrEqual(fixture.direct.database.poolSize + 1);
  });
});
