import { somebody } from "@coder/testing";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { CONFIG, parts } from "../__fixtures__/parts.ts";
import { historyEntity, removalEntity } from "../entities.ts";
import { condenseHistoryHandler } from "../jobs/condense-history.handler.ts";
import { Retention } from "../Retention.ts";
import { Condenser } from "./Condenser.ts";
import { addWaits, stepOf, waitedAtMost } from "./waits.ts";

const never = new AbortController().signal;
const range = { from: "2026-03-01T12:00:00.000Z", until: "2026-03-01T13:00:00.000Z" };

describe("waiting times", () => {
  it("are told to 5 % from counts that can be added up", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 * 86_400_000 }), { minLength: 1, maxLength: 200 }), fc.constantFrom(0.5, 0.95), (waits, share) => {
        const counts = addWaits(waits.map((ms) => ({ [stepOf(ms)]: 1 })));
        const exact = [...waits].sort((a, b) => a - b)[Math.ceil(share * waits.length) - 1] ?? 0;
        const told = waitedAtMost(counts, share) ?? Number.NaN;
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.05 + 0.5);
      }),
    );
  });

  it("are zero where nothing waited, and nothing where nothing ran", () => {
    expect(waitedAtMost({ [stepOf(0)]: 3 }, 0.95)).toBe(0);
    expect(waitedAtMost({}, 0.5)).toBeNull();
  });
});

describe("history", () => {
  /** Jobs of two organizations and of the product, ended in two minutes. */
  function ended() {
    const world = parts();
    const [ada, eve] = [somebody(), somebody()];
    const { queues } = world;
    for (const caller of [ada, ada, eve]) queues.complete(queues.start(queues.add({ caller })));
    queues.fail(queues.start(queues.add({ caller: ada, queue: "other.thing.make" })));
    queues.complete(queues.start(queues.add()));
    queues.tick(60_000);
    queues.fail(queues.start(queues.add({ caller: ada })));
    queues.start(queues.add({ caller: ada }));
    return { ...world, ada, eve };
  }
  const total = (buckets: readonly { readonly completed: number; readonly failed: number }[]) => [buckets.reduce((sum, { completed }) => sum + completed, 0), buckets.reduce((sum, { failed }) => sum + failed, 0)];

  it("counts what ended minute by minute: for each organization its own, for the installation all", async () => {
    const { project, history, service, ada, eve } = ended();
    await project();
    await history.write();
    const of = async (caller: typeof ada, scope: "organization" | "system", queue?: string) => service.getHistory(caller, { ...range, ...(queue === undefined ? {} : { queue }) }, scope);
    const all = await of(ada, "organization");
    expect([all.grain, all.buckets.length, all.buckets[0]?.at, all.buckets.at(-1)?.at]).toEqual(["minute", 60, range.from, "2026-03-01T12:59:00.000Z"]);
    expect(all.buckets.filter(({ completed, failed }) => completed + failed > 0)).toEqual([
      { at: "2026-03-01T12:00:00.000Z", completed: 2, failed: 1, cancelled: 0, waitedP50: expect.closeTo(1_000, -2), waitedP95: expect.closeTo(1_000, -2) },
      { at: "2026-03-01T12:01:00.000Z", completed: 0, failed: 1, cancelled: 0, waitedP50: expect.closeTo(1_000, -2), waitedP95: expect.closeTo(1_000, -2) },
    ]);
    expect(total((await of(ada, "organization", "other.thing.make")).buckets)).toEqual([0, 1]);
    expect(total((await of(eve, "organization")).buckets)).toEqual([1, 0]);
    expect(total((await of(somebody(), "organization")).buckets)).toEqual([0, 0]);
    expect(total((await of(eve, "system")).buckets)).toEqual([4, 2]);
  });

  it("counts each end once, however often it is read, and forgets none that was removed", async () => {
    const { project, projector, queues, history, service, ada, clock } = ended();
    clock.now = new Date("2026-03-01T12:05:00.000Z");
    await project();
    await history.write();
    const [first] = queues.all();
    if (first) await queues.remove(first.queue, first.id);
    await projector.refresh("demo.thing.make", queues.all().map(({ id }) => id));
    await history.write();
    // As after a new beginning: what is left is read whole, and is less than was counted.
    history.forget();
    await project();
    await history.write();
    expect(total((await service.getHistory(ada, range, "system")).buckets)).toEqual([4, 2]);
  });

  it("is completed by a new beginning when its writer died in the middle", async () => {
    const { project, queues, history, service, ada } = ended();
    const late = queues.fail(queues.start(queues.add({ caller: ada })));
    queues.drop(late);
    await project();
    await history.write();
    history.forget();
    queues.add(late);
    await project();
    await history.write();
    expect(total((await service.getHistory(ada, range, "organization")).buckets)).toEqual([2, 3]);
  });

  it("is written again after the store was away", async () => {
    const { project, history, service, ada, database } = ended();
    await project();
    const system = vi.spyOn(database, "system").mockImplementationOnce(() => {
      throw new Error("Away");
    });
    await expect(history.write()).rejects.toThrow("Away");
    system.mockRestore();
    await history.write();
    expect(total((await service.getHistory(ada, range, "organization")).buckets)).toEqual([2, 2]);
  });

  it("is told by the hour for longer times and older ones, the hours that are still open included", async () => {
    const world = ended();
    const { project, history, service, ada, database, config, clock, now, quota } = world;
    await project();
    await history.write();
    const day = { from: "2026-02-28T13:30:00.000Z", until: "2026-03-01T13:30:00.000Z" };
    const hours = async () => {
      const { grain, buckets } = await service.getHistory(ada, day, "organization");
      return [grain, buckets.length, buckets[0]?.at, ...total(buckets)];
    };
    expect(await hours()).toEqual(["hour", 25, "2026-02-28T13:00:00.000Z", 2, 2]);
    const condenser = new Condenser({ database, config, now });
    const condense = condenseHistoryHandler({ condenser, retention: new Retention({ database, config, now }), quota, minuteHours: () => CONFIG.history.minuteHours, now });
    const context = { id: "1", payload: {}, caller: ada, attempt: 1, signal: never, log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => context.log }, progress: async () => undefined };
    await condense(context);
    await condense(context);
    expect(await hours()).toEqual(["hour", 25, "2026-02-28T13:00:00.000Z", 2, 2]);
    clock.now = new Date("2026-03-01T21:00:00.000Z");
    await condense(context);
    expect(await database.system("jobs").repository(historyEntity).count({ grain: "minute" })).toBe(0);
    expect(await hours()).toEqual(["hour", 25, "2026-02-28T13:00:00.000Z", 2, 2]);
    expect((await service.getHistory(ada, range, "organization")).grain).toBe("hour");
    clock.now = new Date("2026-05-01T00:00:00.000Z");
    await condense(context);
    expect(await database.system("jobs").repository(historyEntity).count({})).toBe(0);
  });

  it("lets go of the notes of what was removed after an hour", async () => {
    const { project, queues, projector, database, config, now, clock } = ended();
    await project();
    const [first] = queues.all();
    if (first) await queues.remove(first.queue, first.id);
    await projector.refresh("demo.thing.make", [first?.id ?? ""]);
    const removals = database.system("jobs").repository(removalEntity);
    const condenser = new Condenser({ database, config, now });
    await condenser.forgetOld();
    expect(await removals.count({})).toBe(1);
    clock.now = new Date("2026-03-01T14:00:01.000Z");
    await condenser.forgetOld();
    expect(await removals.count({})).toBe(0);
  });
});
