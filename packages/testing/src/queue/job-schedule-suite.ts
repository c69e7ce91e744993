import { defineJob } from "@coder/shared";
import { handleJob } from "@coder/shared/server";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import type { QueueTestTools } from "./queue-test-tools.ts";
import type { QueueRig } from "./queue-rig.ts";

const EmptySchema = z.object({});
const EVERY_SECOND = "* * * * * *";
const ONCE_A_YEAR = "0 0 1 1 *";

export function jobScheduleSuite({ rig: newRig }: QueueTestTools): void {
  const scheduled = (name: string, schedule?: string) => defineJob(name, EmptySchema, schedule === undefined ? {} : { schedule });
  const stored = async (rig: QueueRig, name: string) => {
    const queue = rig.backend.queue(`jobs.${name}`);
    const { delayed = 0 } = await queue.getJobCounts("delayed");
    return { patterns: (await queue.getJobSchedulers()).map((scheduler) => scheduler.pattern), delayed };
  };

  describe("schedules", () => {
    it("starts the job at its times, as the system", async () => {
      const rig = newRig();
      const handler = vi.fn();
      await rig.workers("clock", handleJob(scheduled("clock.tick", EVERY_SECOND), async () => handler));
      await eventually(() => expect(handler.mock.calls.length).toBeGreaterThanOrEqual(2));
      const contexts = handler.mock.calls.map(([context]) => context);
      expect(contexts[0]).toMatchObject({ payload: {}, caller: { kind: "system", component: "clock.tick", organizationId: null } });
      expect(new Set(contexts.map((context) => context.id)).size).toBe(contexts.length);
    });

    it("follows the definition when it changes, and forgets it when it goes", async () => {
      const rig = newRig();
      const handler = async () => async () => undefined;
      await (await rig.workers("change", handleJob(scheduled("change.tick", ONCE_A_YEAR), handler))).stop(0);
      expect(await stored(rig, "change.tick")).toEqual({ patterns: [ONCE_A_YEAR], delayed: 1 });
      await (await rig.workers("change", handleJob(scheduled("change.tick", "30 3 1 2 *"), handler))).stop(0);
      expect(await stored(rig, "change.tick")).toEqual({ patterns: ["30 3 1 2 *"], delayed: 1 });
      // No longer scheduled, but still a job.
      await (await rig.workers("change", handleJob(scheduled("change.tick"), handler))).stop(0);
      expect(await stored(rig, "change.tick")).toEqual({ patterns: [], delayed: 0 });
      // Gone altogether.
      await (await rig.workers("change", handleJob(scheduled("change.tick", ONCE_A_YEAR), handler))).stop(0);
      await (await rig.workers("change")).stop(0);
      expect(await stored(rig, "change.tick")).toEqual({ patterns: [], delayed: 0 });
    });

    it("are the newer version's during an upgrade, also when a worker of the version before starts again", async () => {
      const rig = newRig();
      const handler = async () => async () => undefined;
      const start = async (version: string, ...jobs: readonly ReturnType<typeof scheduled>[]) => {
        rig.product = { version, modules: null };
        await (await rig.workers("rolling", ...jobs.map((job) => handleJob(job, handler)))).stop(0);
      };
      const before = [scheduled("rolling.same", ONCE_A_YEAR), scheduled("rolling.gone", ONCE_A_YEAR)];
      const after = [scheduled("rolling.same", "30 3 1 2 *"), scheduled("rolling.new", ONCE_A_YEAR)];
      await start("1.0.0", ...before);
      await start("1.1.0", ...after);
      await start("1.0.0", ...before);
      expect(await stored(rig, "rolling.same")).toEqual({ patterns: ["30 3 1 2 *"], delayed: 1 });
      expect(await stored(rig, "rolling.new")).toEqual({ patterns: [ONCE_A_YEAR], delayed: 1 });
      await start("1.1.0", ...after);
      expect(await stored(rig, "rolling.gone")).toEqual({ patterns: [], delayed: 0 });
    });

    it("end with a module that the product has no more", async () => {
      const rig = newRig();
      rig.product = { version: "1.0.0", modules: ["ended", "present"] };
      await (await rig.workers("ended", handleJob(scheduled("ended.tick", ONCE_A_YEAR), async () => async () => undefined))).stop(0);
      rig.product = { version: "1.1.0", modules: null };
      await (await rig.workers("present")).stop(0);
      expect(await stored(rig, "ended.tick")).toEqual({ patterns: [ONCE_A_YEAR], delayed: 1 });
      rig.product = { version: "1.1.0", modules: ["present"] };
      await (await rig.workers("present")).stop(0);
      expect(await stored(rig, "ended.tick")).toEqual({ patterns: [], delayed: 0 });
    });

    it("leaves other modules' schedules alone", async () => {
      const rig = newRig();
      const handler = async () => async () => undefined;
      await (await rig.workers("mine", handleJob(scheduled("mine.tick", ONCE_A_YEAR), handler))).stop(0);
      await (await rig.workers("yours")).stop(0);
      expect(await stored(rig, "mine.tick")).toEqual({ patterns: [ONCE_A_YEAR], delayed: 1 });
    });

    it("runs once what came due while nobody worked", async () => {
      const rig = newRig();
      const handler = vi.fn();
      const binding = handleJob(scheduled("missed.tick", EVERY_SECOND), async () => handler);
      await (await rig.workers("missed", binding)).stop(0);
      handler.mockClear();
      const [scheduler] = await rig.backend.queue("jobs.missed.tick").getJobSchedulers();
      const due = scheduler?.next ?? 0;
      await eventually(() => expect(Date.now()).toBeGreaterThan(due + 100));
      await rig.workers("missed", binding);
      await eventually(() => expect(handler).toHaveBeenCalled());
      expect(handler.mock.calls[0]?.[0].id).toBe(`repeat:missed.tick:${due}`);
    });
  });
}
