import { setTimeout as delay } from "node:timers/promises";
import { defineJob } from "@coder/shared";
import { handleJob } from "@coder/shared/server";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import { effectJob } from "./fixture-jobs.ts";
import type { QueueTestTools } from "./queue-test-tools.ts";
import { FAST } from "./queue-rig.ts";

const EmptySchema = z.object({});
const KILLS = 20;
const JOBS = 600;

export function jobFaultSuite({ rig: newRig, fixture, effects, workerProcess }: QueueTestTools): void {
  describe("faults", () => {
    it(`has each effect exactly once through ${KILLS} kills of a worker`, async () => {
      const rig = newRig();
      const ids: string[] = [];
      // The next one is up before the last one dies, as under a supervisor with two workers.
      let next = workerProcess();
      for (let kills = 0; kills < KILLS; kills += 1) {
        const worker = next;
        await worker.ready;
        const { runs: before } = await effects().summary(ids);
        ids.push(...(await rig.enqueue(...Array.from({ length: JOBS / KILLS }, () => effectJob.with({ beforeMs: Math.random() * 100, afterMs: Math.random() * 100 })))));
        next = workerProcess();
        // On a busy machine none begins for a while, and a kill before that hits nothing.
        await eventually(async () => expect((await effects().summary(ids)).runs).toBeGreaterThan(before));
        // The random point of the kill, not a wait for something.
        await delay(Math.random() * 300);
        await worker.kill();
      }
      await eventually(async () => expect((await effects().summary(ids)).effects).toBe(JOBS));
      const queue = rig.backend.queue("jobs.rig.effect");
      await eventually(async () => expect(await queue.getJobCounts("waiting", "active", "delayed", "failed")).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 }));
      const { runs, mostTimes } = await effects().summary(ids);
      expect(mostTimes).toBe(1);
      // The kills did hit running jobs.
      expect(runs).toBeGreaterThan(JOBS);
    });

    it("gives running jobs until the deadline at a stop, then puts them back for another worker", async () => {
      const first = newRig();
      const second = newRig();
      const job = defineJob("drain.run", z.object({ long: z.boolean() }), { concurrency: 2 });
      const started: string[] = [];
      const finished: string[] = [];
      const gate = Promise.withResolvers<void>();
      let aborted: unknown;
      const workers = await first.workers("drain", handleJob(job, async () => async ({ id, payload, signal }) => {
        started.push(id);
        if (payload.long) {
          signal.addEventListener("abort", () => (aborted = signal.reason));
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        }
        await gate.promise;
        finished.push(id);
      }));
      const [short = "", long = ""] = await first.enqueue(job.with({ long: false }), job.with({ long: true }));
      await eventually(() => expect(started).toHaveLength(2));
      const stopped = workers.stop(500);
      gate.resolve();
      const [late = ""] = await first.enqueue(job.with({ long: false }));
      await stopped;
      expect(finished).toEqual([short]);
      expect(started).not.toContain(late);
      expect(aborted).toMatchObject({ code: "worker_draining" });
      // No attempt is lost to it: the job may fail as often as before.
      expect(await first.jobs.get(job.name, long)).toMatchObject({ state: "waiting" });
      const elsewhere = vi.fn();
      await second.workers("drain", handleJob(job, async () => elsewhere));
      await eventually(() => expect(elsewhere.mock.calls.map(([context]) => context.id).sort()).toEqual([long, late].sort()));
    });

    it("goes on by itself after its store was away", async () => {
      const rig = newRig(FAST);
      const job = defineJob("outage.run", EmptySchema, { attempts: 1, concurrency: 4 });
      const times = new Map<string, number>();
      await rig.workers("outage", handleJob(job, async () => async ({ id }) => {
        await delay(5);
        times.set(id, (times.get(id) ?? 0) + 1);
      }));
      const ids = await rig.enqueue(...Array.from({ length: 400 }, () => job.with({})));
      await eventually(() => expect(times.size).toBeGreaterThan(40), 2);
      await fixture().gate.close();
      expect(times.size).toBeLessThan(400);
      await expect(rig.enqueue(job.with({}))).rejects.toMatchObject({ code: "queue_unavailable", httpStatus: 503 });
      await fixture().gate.open();
      await eventually(async () => {
        expect(times.size).toBeGreaterThanOrEqual(400);
        expect(await rig.backend.queue("jobs.outage.run").getJobCounts("waiting", "active", "failed")).toEqual({ waiting: 0, active: 0, failed: 0 });
      });
      expect(ids.every((id) => times.has(id))).toBe(true);
      const added = await rig.enqueue(job.with({}));
      await eventually(() => expect(times.has(added[0] ?? "")).toBe(true));
      // Told once, not once for every queue and try.
      const told = rig.log.lines.filter((line) => /store is/.test(line.message)).map((line) => `${line.level} ${line.message}`);
      expect(told).toEqual(["warn The queues' store is away; waiting for it", "info The queues' store is back"]);
    });

    it("does nothing later of what it reported as failed while its store was away, and keeps none of it", async () => {
      const rig = newRig(FAST);
      const job = defineJob("never.run", EmptySchema);
      const ran = vi.fn();
      await rig.workers("never", handleJob(job, async () => ran));
      const [first = ""] = await rig.enqueue(job.with({}));
      await eventually(() => expect(ran).toHaveBeenCalledOnce());
      await fixture().gate.close();
      const failed = await Promise.allSettled(Array.from({ length: 50 }, () => rig.enqueue(job.with({}))));
      expect(failed.map((result) => (result.status === "rejected" ? result.reason.code : "added"))).toEqual(failed.map(() => "queue_unavailable"));
      await expect(rig.jobs.get(job.name, first)).rejects.toMatchObject({ code: "queue_unavailable" });
      await fixture().gate.open();
      const last: string[] = [];
      await eventually(async () => void last.push(...(await rig.enqueue(job.with({})))));
      await eventually(() => expect(ran.mock.calls.map(([context]) => context.id)).toContain(last.at(-1)));
      await eventually(async () => expect(await rig.backend.queue("jobs.never.run").getJobCounts("waiting", "active", "delayed")).toEqual({ waiting: 0, active: 0, delayed: 0 }));
      expect(ran).toHaveBeenCalledTimes(2);
    });

    it("takes no job from a worker that lives when the clock jumps an hour ahead", async () => {
      // A lock that outlasts a stall of this process, which runs all of it.
      const slack = { ...FAST, lockMs: 5_000 };
      const [rig, other] = [newRig(slack), newRig(slack)];
      const job = defineJob("jump.run", EmptySchema);
      const starts: string[] = [];
      const binding = handleJob(job, async () => async ({ id, signal }) => {
        starts.push(id);
        await delay(1.2 * slack.lockMs, undefined, { signal });
      });
      await Promise.all([rig.workers("jump", binding), other.workers("jump", binding)]);
      const [id = ""] = await rig.enqueue(job.with({}));
      await eventually(() => expect(starts).toEqual([id]));
      const now = Date.now.bind(Date);
      const clock = vi.spyOn(Date, "now").mockImplementation(() => now() + 3_600_000);
      try {
        await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "completed", attempt: 1 }));
      } finally {
        clock.mockRestore();
      }
      expect(starts).toEqual([id]);
    });

    it("uses a store that was away when it was first asked", async () => {
      const rig = newRig();
      const job = defineJob("early.run", EmptySchema);
      await fixture().gate.close();
      await expect(rig.enqueue(job.with({}))).rejects.toMatchObject({ code: "queue_unavailable" });
      await fixture().gate.open();
      await eventually(async () => expect(await rig.enqueue(job.with({}))).toHaveLength(1));
    });

    it("ends within its time although its store is away", async () => {
      const rig = newRig();
      const job = defineJob("gone.run", EmptySchema);
      const entered = Promise.withResolvers<void>();
      const workers = await rig.workers("gone", handleJob(job, async () => async ({ signal }) => {
        entered.resolve();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      }));
      await rig.enqueue(job.with({}));
      await entered.promise;
      await fixture().gate.close();
      try {
        const before = performance.now();
        await workers.stop(200);
        expect(performance.now() - before).toBeLessThan(5_000);
      } finally {
        await fixture().gate.open();
      }
    });
  });
}
