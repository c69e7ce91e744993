import { AppError, defineJob } from "@coder/shared";
import { handleJob, newId, queueHealth } from "@coder/shared/server";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import type { QueueTestTools } from "./queue-test-tools.ts";
import { somebody } from "../contract/store.ts";
import { CALLER } from "./queue-rig.ts";

const NumberSchema = z.object({ n: z.number() });

export function jobRunSuite({ rig: newRig }: QueueTestTools): void {
  describe("running jobs", () => {
    it("runs 10,000 jobs, none lost and none twice", async () => {
      const rig = newRig();
      const job = defineJob("burst.count", NumberSchema, { concurrency: 50 });
      const times = new Map<number, number>();
      await rig.workers("burst", handleJob(job, async () => async ({ payload }) => void times.set(payload.n, (times.get(payload.n) ?? 0) + 1)));
      await rig.enqueue(...Array.from({ length: 10_000 }, (_, n) => job.with({ n })));
      await eventually(() => expect(times.size).toBe(10_000));
      expect([...times.values()].every((count) => count === 1)).toBe(true);
      expect(new Set(times.keys())).toEqual(new Set(Array.from({ length: 10_000 }, (_, n) => n)));
    });

    it("gives the handler its payload, its caller, its id and a first attempt, and loads it with the first job only", async () => {
      const rig = newRig();
      const job = defineJob("context.look", NumberSchema);
      const load = vi.fn();
      const handler = vi.fn();
      await rig.workers("context", handleJob(job, async () => {
        load();
        return handler;
      }));
      expect(load).not.toHaveBeenCalled();
      const [first = "", second = ""] = await rig.enqueue(job.with({ n: 1 }), job.with({ n: 2 }));
      await eventually(() => expect(handler).toHaveBeenCalledTimes(2));
      expect(load).toHaveBeenCalledOnce();
      const contexts = handler.mock.calls.map(([context]) => context);
      expect(new Set(contexts.map((context) => context.id))).toEqual(new Set([first, second]));
      expect(contexts.find((context) => context.id === first)).toMatchObject({ payload: { n: 1 }, caller: CALLER, attempt: 1 });
    });

    it("runs nothing for somebody who has lost the permission since, and does not try again", async () => {
      const rig = newRig();
      const job = defineJob("rights.use", NumberSchema, { permission: "notes.write" });
      const [member, left] = [somebody(), somebody()];
      rig.permissions = { allows: async (caller, permission) => permission === "notes.write" && caller.userId === member.userId };
      const handler = vi.fn();
      await rig.workers("rights", handleJob(job, async () => handler));
      const [allowed = ""] = await rig.enqueueAs(member, job.with({ n: 1 }));
      const [refused = ""] = await rig.enqueueAs(left, job.with({ n: 2 }));
      const [own = ""] = await rig.enqueue(job.with({ n: 3 }));
      for (const id of [allowed, own]) await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "completed" }));
      await eventually(async () => expect(await rig.jobs.get(job.name, refused)).toMatchObject({ state: "failed", attempt: 1 }));
      expect(handler.mock.calls.map(([{ payload }]) => payload.n).sort()).toEqual([1, 3]);
    });

    it("adds nothing when the same job is relayed again, before and after it ran", async () => {
      const rig = newRig();
      const job = defineJob("twice.count", NumberSchema);
      const handler = vi.fn();
      const relayed = { id: newId(), message: job.with({ n: 1 }), caller: CALLER, traceId: null, enqueuedBy: "outbox", createdAt: new Date().toISOString() };
      await rig.queue.addMany([relayed]);
      await rig.queue.addMany([relayed, relayed, relayed, relayed, relayed]);
      await rig.workers("twice", handleJob(job, async () => handler));
      await eventually(async () => expect(await rig.jobs.get(job.name, relayed.id)).toMatchObject({ state: "completed" }));
      await rig.queue.addMany([relayed]);
      const [barrier = ""] = await rig.enqueue(job.with({ n: 2 }));
      await eventually(async () => expect(await rig.jobs.get(job.name, barrier)).toMatchObject({ state: "completed" }));
      expect(handler.mock.calls.filter(([context]) => context.id === relayed.id)).toHaveLength(1);
    });

    it("tries a failed job again, each time after twice the wait", async () => {
      const rig = newRig();
      const job = defineJob("flaky.run", NumberSchema, { attempts: 4, backoffMs: 100 });
      const starts: { at: number; attempt: number }[] = [];
      await rig.workers("flaky", handleJob(job, async () => async ({ attempt }) => {
        starts.push({ at: performance.now(), attempt });
        if (starts.length < 4) throw new Error(`Failure ${starts.length}`);
      }));
      const [id = ""] = await rig.enqueue(job.with({ n: 1 }));
      await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "completed", attempt: 4 }));
      expect(starts.map((start) => start.attempt)).toEqual([1, 2, 3, 4]);
      const waits = starts.slice(1).map((start, index) => start.at - (starts[index]?.at ?? 0));
      // A millisecond of tolerance: the store counts in whole ones.
      [100, 200, 400].forEach((least, index) => expect(waits[index]).toBeGreaterThanOrEqual(least - 2));
    });

    it("keeps a job that failed all its attempts as a dead letter, while others go on", async () => {
      const rig = newRig();
      const job = defineJob("dead.run", NumberSchema, { attempts: 2, backoffMs: 10 });
      const handler = vi.fn(async ({ payload }: { payload: { n: number } }) => {
        if (payload.n === 1) throw new Error("The printer is on fire");
      });
      await rig.workers("dead", handleJob(job, async () => handler));
      const [bad = "", good = ""] = await rig.enqueue(job.with({ n: 1 }), job.with({ n: 2 }));
      await eventually(async () => expect(await rig.jobs.get(job.name, bad)).toMatchObject({ state: "failed", error: "The printer is on fire" }));
      await eventually(async () => expect(await rig.jobs.get(job.name, good)).toMatchObject({ state: "completed" }));
      expect(handler.mock.calls.filter(([context]) => context.payload.n === 1)).toHaveLength(2);
      await eventually(() => expect(rig.log.lines).toContainEqual(expect.objectContaining({ level: "error", message: "Job failed for good: it is kept as a dead letter" })));
    });

    it("does not try again what the same input would meet again", async () => {
      const rig = newRig();
      const job = defineJob("hopeless.run", NumberSchema, { attempts: 5, backoffMs: 10 });
      const handler = vi.fn(async () => {
        throw new AppError("not_found", "project_not_found", "There is no such project.", { remedy: "It was deleted." });
      });
      await rig.workers("hopeless", handleJob(job, async () => handler));
      const [id = ""] = await rig.enqueue(job.with({ n: 1 }));
      await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "failed", error: "There is no such project." }));
      expect(handler).toHaveBeenCalledOnce();
    });

    it("logs what its starter did wrong as an outcome with its code, and what the product did not manage as a fault", async () => {
      const rig = newRig();
      const job = defineJob("refusing.run", NumberSchema, { attempts: 2, backoffMs: 10 });
      const kinds = ["invalid", "forbidden", "not_found", "too_large", "conflict", "stale", "rate_limited", "internal", "unavailable", "timeout"] as const;
      await rig.workers("refusing", handleJob(job, async () => async ({ payload }) => {
        const kind = kinds[payload.n] ?? "internal";
        throw new AppError(kind, `was_${kind}`, "Refused.", { remedy: "Ask otherwise." });
      }));
      const ids = await rig.enqueue(...kinds.map((_kind, n) => job.with({ n })));
      for (const id of ids) await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "failed", error: "Refused." }));
      const lineOf = (id: string) => rig.log.lines.findLast(({ fields, level }) => level !== "warn" && "job" in fields && fields.job === id);
      const fault = { level: "error", message: "Job failed for good: it is kept as a dead letter" };
      const expected = kinds.map((kind, at) => (at < 7 ? { level: "info", message: "Job refused what was asked of it", fields: { code: `was_${kind}` } } : fault));
      await eventually(() => expect(ids.map(lineOf)).toMatchObject(expected));
    });

    it("loads a handler again that could not be loaded", async () => {
      const rig = newRig();
      const job = defineJob("broken.load", NumberSchema, { backoffMs: 10 });
      let loads = 0;
      await rig.workers("broken", handleJob(job, async () => {
        loads += 1;
        if (loads === 1) throw new Error("Cannot find module");
        return async () => undefined;
      }));
      const [id = ""] = await rig.enqueue(job.with({ n: 1 }));
      await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "completed", attempt: 2 }));
    });

    it("does not run a delayed job before its time", async () => {
      const rig = newRig();
      const job = defineJob("later.run", NumberSchema);
      let ranAt = 0;
      await rig.workers("later", handleJob(job, async () => async () => void (ranAt = Date.now())));
      const before = Date.now();
      const [id = ""] = await rig.enqueue(job.with({ n: 1 }, { delayMs: 400 }));
      const early = await rig.jobs.get(job.name, id);
      if (Date.now() - before < 400) expect(early).toMatchObject({ state: "delayed" });
      await eventually(() => expect(ranAt).toBeGreaterThan(0));
      expect(ranAt - before).toBeGreaterThanOrEqual(399);
    });

    it("counts a delay from when the job was asked for, not from when it was relayed", async () => {
      const rig = newRig();
      const job = defineJob("overdue.run", NumberSchema);
      const id = newId();
      const createdAt = new Date(Date.now() - 60_000).toISOString();
      await rig.queue.addMany([{ id, message: job.with({ n: 1 }, { delayMs: 59_000 }), caller: CALLER, traceId: null, enqueuedBy: "outbox", createdAt }]);
      expect(await rig.backend.queue("jobs.overdue.run").getJobState(id)).toBe("waiting");
    });

    it("shows progress and log lines while the job runs and after", async () => {
      const rig = newRig();
      const job = defineJob("visible.run", NumberSchema);
      const gate = Promise.withResolvers<void>();
      await rig.workers("visible", handleJob(job, async () => async ({ progress, log }) => {
        await progress(1, 200);
        log.info({}, "Found 200 files");
        await gate.promise;
        for (let done = 2; done <= 200; done += 1) await progress(done, 200);
        log.child({ file: "a" }).warn({}, "One was empty");
        log.debug({}, "Not for people");
      }));
      const [id = ""] = await rig.enqueue(job.with({ n: 1 }));
      await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "running", progress: { done: 1, total: 200 } }));
      gate.resolve();
      await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "completed", progress: { done: 200, total: 200 } }));
      const lines = await rig.jobs.logs(job.name, id, 10);
      expect(lines.map((line) => line.replace(/^\S+ /, ""))).toEqual(["info Found 200 files", "warn One was empty"]);
    });

    it("tells the health page what waits, runs and failed", async () => {
      const rig = newRig();
      const job = defineJob("health.run", NumberSchema, { concurrency: 1, attempts: 1 });
      const binding = handleJob(job, async () => async () => undefined);
      const health = queueHealth({ backend: rig.backend, modules: [{ module: "health", jobs: [binding], events: [] }] });
      const before = /(\d+) waiting/.exec((await health()).message ?? "")?.[1];
      await rig.enqueue(job.with({ n: 1 }), job.with({ n: 2 }));
      const report = await health();
      expect(report.status).toBe("up");
      expect(Number(/(\d+) waiting/.exec(report.message ?? "")?.[1]) - Number(before)).toBe(2);
      const counts = await rig.backend.counts(["jobs.health.run"]);
      const own = counts.find((entry) => entry.queue === "jobs.health.run");
      expect(own).toMatchObject({ waiting: 2, active: 0, failed: 0 });
      expect(Date.now() - Date.parse(own?.oldestWaitingAt ?? "")).toBeLessThan(10_000);
    });
  });
}
