import { setTimeout as delay } from "node:timers/promises";
import type { CoderClient } from "@coder/api/client";
import { defineJob, SessionIdSchema, type Caller } from "@coder/shared";
import { handleJob, JobQueue, JobWorkers, newId, openQueueBackend, type QueueBackend } from "@coder/shared/server";
import { z } from "zod";

const PayloadSchema = z.object({
  projectId: z.uuid(),
  /** How long it takes, told in so many steps. */
  ms: z.number(),
  steps: z.number().default(0),
  /** What every attempt fails with. */
  fails: z.string().nullable().default(null),
  endpoint: z.object({ url: z.string(), apiKey: z.string() }).optional(),
  /** Anything else that it is given: nobody reads it. */
  more: z.unknown().optional(),
  /** Lines that it logs before it does anything. */
  logs: z.array(z.string()).default([]),
});
type Payload = z.input<typeof PayloadSchema>;

const definitions = {
  report: defineJob("demo.report.render", PayloadSchema, { title: "Render a report", attempts: 1, concurrency: 3 }),
  mail: defineJob("demo.mail.send", PayloadSchema, { title: "Send an invitation", attempts: 2, backoffMs: 50 }),
  sources: defineJob("demo.sources.fetch", PayloadSchema, { title: "Fetch sources", attempts: 1, concurrency: 2, redact: ["endpoint.url"] }),
} as const;
export type DemoJob = keyof typeof definitions;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => silent };

/** Work that a test gives the product to show: a module of its own with real workers, beside the product's, on the product's queues. */
export class DemoJobs {
  readonly #backend: QueueBackend;
  #workers: JobWorkers | null = null;

  constructor(databaseUrl: string) {
    const database = { provider: "postgresql" as const, url: databaseUrl, systemUrl: null, poolSize: 4 };
    this.#backend = openQueueBackend({ config: { redis: { url: null }, database }, log: silent });
  }

  /** From now on what waits is worked off. The queues are known from the first time on. */
  async work(): Promise<void> {
    const jobs = Object.values(definitions).map((definition) => handleJob(definition, async () => async ({ payload, attempt, progress, log, signal }) => {
      log.info({}, `Attempt ${attempt} for project ${payload.projectId}`);
      for (const line of payload.logs) log.info({}, line);
      for (let step = 1; step <= payload.steps; step++) {
        await delay(payload.ms / payload.steps, undefined, { signal });
        await progress(step, payload.steps);
        log.info({}, `Step ${step} of ${payload.steps} done`);
      }
      if (payload.steps === 0) await delay(payload.ms, undefined, { signal });
      if (payload.fails !== null) {
        log.error({}, payload.fails);
        throw new Error(payload.fails);
      }
    }));
    this.#workers = new JobWorkers({ backend: this.#backend, log: silent, modules: [{ module: "demo", jobs }], product: { version: "0.0.0", modules: null }, permissions: { allows: async () => true } });
    await this.#workers.start();
  }

  /** Nothing is taken any more; what runs is put back. */
  async rest(): Promise<void> {
    await this.#workers?.stop(0);
    this.#workers = null;
  }

  async add(caller: Caller, job: DemoJob, payloads: readonly Partial<Payload>[], delayMs = 0): Promise<readonly string[]> {
    const definition = definitions[job];
    const jobs = payloads.map((payload) => ({
      id: newId(), message: definition.with({ projectId: newId(), ms: 0, ...payload }, delayMs > 0 ? { delayMs } : {}), caller, traceId: null, enqueuedBy: "test", createdAt: new Date().toISOString(),
    }));
    await new JobQueue({ backend: this.#backend }).addMany(jobs);
    return jobs.map(({ id }) => id);
  }

  async stop(): Promise<void> {
    await this.rest();
    await this.#backend.close();
  }
}

/** Whoever is signed in, as a job knows them. */
export async function callerOf(api: CoderClient): Promise<Caller> {
  const { user, organization } = await api.auth.currentSession.query({});
  return { kind: "user", userId: user.id, organizationId: organization?.id ?? null, sessionId: newId(SessionIdSchema) };
}
