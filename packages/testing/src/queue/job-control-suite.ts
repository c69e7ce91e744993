import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineJob, type JobDefinition, systemCaller } from "@coder/shared";
import { handleJob, newId } from "@coder/shared/server";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import { beatJob, echoJob, programJob } from "./fixture-jobs.ts";
import type { QueueTestTools } from "./queue-test-tools.ts";
import type { QueueRig } from "./queue-rig.ts";

const EmptySchema = z.object({});
const SOMEBODY = systemCaller("test.somebody");
/** Within this nothing of a cancelled job runs any more: two seconds where nobody else needs the machine. */
const CANCEL_MS = 15_000;

export function jobControlSuite({ rig: newRig, effects, workerProcess }: QueueTestTools): void {
  const cancelled = async (rig: QueueRig, job: JobDefinition, id: string): Promise<number> => {
    const asked = performance.now();
    await rig.jobs.cancel(job.name, id, SOMEBODY);
    await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "cancelled" }));
    return performance.now() - asked;
  };

  describe("cancelling and retrying", () => {
    it("stops a job that runs in another process", async () => {
      const rig = newRig();
      await workerProcess().ready;
      const [id = ""] = await rig.enqueue(beatJob.with({}));
      await eventually(async () => expect((await effects().summary([id])).runs).toBeGreaterThan(2));
      expect(await cancelled(rig, beatJob, id)).toBeLessThan(CANCEL_MS);
      const { runs } = await effects().summary([id]);
      // The same worker does something else after it; the stopped job has not gone on meanwhile, nor is it tried again.
      const [after = ""] = await rig.enqueue(echoJob.with({}));
      await eventually(async () => expect((await effects().summary([after])).runs).toBe(1));
      expect((await effects().summary([id])).runs).toBe(runs);
      expect(await rig.jobs.get(beatJob.name, id)).toMatchObject({ state: "cancelled", attempt: 1 });
    });

    it("ends the programs of a job, with what they started, when they refuse to end", async () => {
      const rig = newRig();
      await workerProcess().ready;
      const directory = await mkdtemp(join(tmpdir(), "coder-job-"));
      const pidFile = join(directory, "pids");
      const [id = ""] = await rig.enqueue(programJob.with({ pidFile }));
      const pids = await eventually(async () => {
        const found = (await readFile(pidFile, "utf8")).trim().split(" ").map(Number);
        expect(found).toHaveLength(2);
        return found;
      });
      expect(pids.filter(isAlive)).toHaveLength(2);
      expect(await cancelled(rig, programJob, id)).toBeLessThan(CANCEL_MS);
      expect(pids.filter(isAlive)).toEqual([]);
      await rm(directory, { recursive: true });
    });

    it("discards what a job does that is deaf to its signal", async () => {
      const rig = newRig();
      const job = defineJob("deaf.run", EmptySchema, { concurrency: 1 });
      const gate = Promise.withResolvers<void>();
      const afterwards = Promise.withResolvers<unknown>();
      let calls = 0;
      await rig.workers("deaf", handleJob(job, async () => async ({ progress }) => {
        calls += 1;
        if (calls > 1) return;
        await gate.promise;
        await progress(1, 1).then(() => afterwards.resolve("went on"), afterwards.resolve);
      }));
      const [id = ""] = await rig.enqueue(job.with({}));
      await eventually(() => expect(calls).toBe(1));
      expect(await cancelled(rig, job, id)).toBeLessThan(CANCEL_MS);
      expect(rig.log.lines).toContainEqual(expect.objectContaining({ level: "error", message: expect.stringContaining("went on after its signal") }));
      // Its place is free again, though it still hangs.
      const [next = ""] = await rig.enqueue(job.with({}));
      await eventually(async () => expect(await rig.jobs.get(job.name, next)).toMatchObject({ state: "completed" }));
      gate.resolve();
      expect(await afterwards.promise).toMatchObject({ name: "AppError", code: "job_cancelled" });
      expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "cancelled" });
    });

    it("never starts a waiting or a delayed job that was cancelled, even when it is relayed again", async () => {
      const rig = newRig();
      const job = defineJob("unborn.run", EmptySchema);
      const handler = vi.fn();
      const [waiting = "", delayed = ""] = await rig.enqueue(job.with({}), job.with({}, { delayMs: 3_600_000 }));
      expect(await rig.jobs.cancel(job.name, waiting, SOMEBODY)).toMatchObject({ state: "cancelled" });
      expect(await rig.jobs.cancel(job.name, delayed, SOMEBODY)).toMatchObject({ state: "cancelled" });
      await rig.queue.addMany([{ id: waiting, message: job.with({}), caller: SOMEBODY, traceId: null, enqueuedBy: "outbox", createdAt: new Date().toISOString() }]);
      await rig.workers("unborn", handleJob(job, async () => handler));
      for (const id of [waiting, delayed]) {
        await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "cancelled", finishedAt: expect.any(String) }));
      }
      expect(handler).not.toHaveBeenCalled();
    });

    it("leaves a finished job as it is, and knows no job that never was", async () => {
      const rig = newRig();
      const job = defineJob("over.run", EmptySchema);
      await rig.workers("over", handleJob(job, async () => async () => undefined));
      const [id = ""] = await rig.enqueue(job.with({}));
      await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "completed" }));
      expect(await rig.jobs.cancel(job.name, id, SOMEBODY)).toMatchObject({ state: "completed" });
      await expect(rig.jobs.retry(job.name, id)).rejects.toMatchObject({ code: "job_not_stopped", httpStatus: 409 });
      const unknown = newId();
      expect(await rig.jobs.get(job.name, unknown)).toBeNull();
      await expect(rig.jobs.cancel(job.name, unknown, SOMEBODY)).rejects.toMatchObject({ code: "job_not_found", httpStatus: 404 });
    });

    it("starts a failed and a cancelled job afresh, with all their attempts", async () => {
      const rig = newRig();
      const job = defineJob("again.run", EmptySchema, { attempts: 2, backoffMs: 10 });
      let broken = true;
      const handler = vi.fn(async () => {
        if (broken) throw new Error("Not yet");
      });
      const [unstarted = ""] = await rig.enqueue(job.with({}));
      await rig.jobs.cancel(job.name, unstarted, SOMEBODY);
      await rig.workers("again", handleJob(job, async () => handler));
      const [failing = ""] = await rig.enqueue(job.with({}));
      await eventually(async () => expect(await rig.jobs.get(job.name, failing)).toMatchObject({ state: "failed" }));
      await eventually(async () => expect(await rig.jobs.get(job.name, unstarted)).toMatchObject({ state: "cancelled", finishedAt: expect.any(String) }));
      expect(handler).toHaveBeenCalledTimes(2);
      broken = false;
      for (const id of [failing, unstarted]) {
        const pause = Date.parse((await rig.jobs.get(job.name, id))?.enqueuedAt ?? "");
        const asked = Date.now();
        await rig.jobs.retry(job.name, id);
        await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "completed", attempt: 1, error: null, retriedAt: expect.any(String) }));
        const { waitedMs, startedAt } = (await rig.jobs.get(job.name, id)) ?? {};
        // It waited since somebody wanted it again, and not since it was there for the first time.
        // A store whose process was held up stamps it with the moment in which it began to look, which may be before it was asked.
        expect(waitedMs).toBeLessThanOrEqual(Math.max(0, Date.parse(startedAt ?? "") - asked));
        expect(waitedMs).toBeLessThan(Date.parse(startedAt ?? "") - pause);
      }
    });
  });
}

/** A process that ended but that nobody has waited for yet does not count. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
