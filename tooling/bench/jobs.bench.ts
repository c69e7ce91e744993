import { defineJob, systemCaller } from "@coder/shared";
import { handleJob, JobQueue, JobWorkers, newId, openQueueBackend } from "@coder/shared/server";
import { hasRedis, postgresQueueFixture, type QueueConfig, type QueueStoreFixture, redisQueueFixture, silentLogger } from "@coder/testing";
import { type BackendFactory, createPostgresBackend, createRedisBackend, type IQueueBackend, Queue, Worker } from "bullmq";
import { z } from "zod";
import { compare, type Workload } from "./compare.ts";
import { childrenMeter } from "./meter.ts";
import { type Benchmark, type Finding, ratioFinding } from "./report.ts";

const CONCURRENCY = 10;
const GOAL = 1.15;
/** The goal is near: it takes these to tell on which side of it we are. */
const ROUNDS = 45;
const MOST_MS = 50_000;
const PayloadSchema = z.object({ projectId: z.uuid() });

/** Adding and processing jobs, against bare BullMQ with the same settings on the same store. */
export const jobsBenchmark: Benchmark = {
  name: "Jobs against bare BullMQ",
  run: async () => [
    ...(await measure("PostgreSQL", postgresQueueFixture, 1_500)),
    ...(hasRedis() ? await measure("Redis", redisQueueFixture, 4_000) : []),
  ],
};

/** What a job costs is paid by the process and by the store, and what one saves may be what the other spends: so both are counted. */
async function measure(store: string, start: () => Promise<QueueStoreFixture>, jobs: number): Promise<readonly Finding[]> {
  const meter = childrenMeter();
  try {
    const fixture = await start();
    try {
      // Queues are new in each round, so ids need not be; making them is no part of either.
      const ids = Array.from({ length: jobs }, () => newId());
      const [product, bare] = [counted(productJobs(fixture.direct, ids)), counted(bareJobs(fixture.direct, ids))];
      const comparison = await compare(product.work, bare.work, { rounds: ROUNDS, mostMs: MOST_MS, cpuMicros: meter.cpuMicros });
      const finding = ratioFinding(`Job added and processed, with what it costs ${store}`, comparison, GOAL);
      return [{ ...finding, found: `${finding.found}; this process alone ${(product.average() / bare.average()).toFixed(2)}` }];
    } finally {
      await fixture.stop();
    }
  } finally {
    meter.close();
  }
}

/** The same work, with this process' own CPU time for it on average. */
function counted(work: Workload): { readonly work: Workload; average(): number } {
  let [spent, times] = [0, 0];
  return {
    work: async () => {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      spent += user + system;
      times += 1;
    },
    average: () => spent / times,
  };
}

/** As the product does it: definition, envelope with the caller, worker with progress, log, cancel and retry rules. */
function productJobs(config: QueueConfig, ids: readonly string[]): Workload {
  return async () => {
    const backend = openQueueBackend({ config, log: silentLogger });
    const done = countdown(ids.length);
    const job = defineJob(`bench.${newId()}`, PayloadSchema, { concurrency: CONCURRENCY });
    const workers = new JobWorkers({ backend, log: silentLogger, modules: [{ module: "bench", jobs: [handleJob(job, async () => async () => done.one())] }], product: { version: "1.0.0", modules: null }, permissions: { allows: async () => true } });
    const message = job.with({ projectId: newId() });
    const createdAt = new Date().toISOString();
    const caller = systemCaller("bench");
    await new JobQueue({ backend }).addMany(ids.map((id) => ({ id, message, caller, traceId: null, enqueuedBy: "bench", createdAt })));
    await workers.start();
    await done.all;
    await workers.stop(5_000);
    await backend.close();
  };
}

function bareJobs(config: QueueConfig, ids: readonly string[]): Workload {
  return async () => {
    const name = `bare.${newId()}`;
    const { connection, factory } = bareStore(config);
    const options = { connection, prefix: "bare" };
    const queue: Queue<object, unknown, string, object, unknown, string, IQueueBackend, object> = new Queue(name, options, factory);
    const done = countdown(ids.length);
    const data = { projectId: newId() };
    const entries = ids.map((jobId) => ({ name, data, opts: { jobId } }));
    for (let at = 0; at < entries.length; at += 500) await queue.addBulk(entries.slice(at, at + 500));
    const worker = new Worker(name, async () => done.one(), { ...options, concurrency: CONCURRENCY }, factory);
    await done.all;
    await worker.close();
    await queue.close();
  };
}

function bareStore({ redis, database }: QueueConfig): { connection: object; factory: BackendFactory<IQueueBackend, object> } {
  if (redis.url !== null) {
    const connection = { url: redis.url, maxRetriesPerRequest: null };
    return { connection, factory: (name, options, kinds) => createRedisBackend(name, { ...options, connection }, kinds) };
  }
  const connection = { connectionString: database.url ?? "", max: database.poolSize };
  return { connection, factory: (name, options, kinds) => createPostgresBackend(name, { ...options, connection }, kinds) };
}

function countdown(from: number): { one(): void; readonly all: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = from;
  return { one: () => ((left -= 1) === 0 ? resolve() : undefined), all: promise };
}
