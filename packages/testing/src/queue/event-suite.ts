import { AppError, defineEvent } from "@coder/shared";
import { EventPublisher, handleEvent, newId } from "@coder/shared/server";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import type { QueueTestTools } from "./queue-test-tools.ts";
import { CALLER } from "./queue-rig.ts";

const ThingSchema = z.object({ n: z.number() });

export function eventSuite({ rig: newRig }: QueueTestTools): void {
  describe("events", () => {
    it("delivers every event to every module that wants it, and to no other", async () => {
      const rig = newRig();
      const made = defineEvent("shop.thing.made", ThingSchema);
      const sold = defineEvent("shop.thing.sold", ThingSchema);
      const [index, mail, other] = [vi.fn(), vi.fn(), vi.fn()];
      await rig.consumer("shop-index", handleEvent(made, index), handleEvent(sold, index));
      await rig.consumer("shop-mail", handleEvent(made, mail));
      await rig.consumer("shop-other", handleEvent(sold, other));
      const ids = await rig.publish(...Array.from({ length: 300 }, (_, n) => made.with({ n })));
      await eventually(() => {
        expect(index).toHaveBeenCalledTimes(300);
        expect(mail).toHaveBeenCalledTimes(300);
      });
      const seen = index.mock.calls.map(([event]) => event);
      expect(new Set(seen.map((event) => event.id))).toEqual(new Set(ids));
      expect(seen.find((event) => event.id === ids[7])).toMatchObject({ name: "shop.thing.made", payload: { n: 7 }, caller: CALLER });
      expect(other).not.toHaveBeenCalled();
    });

    it("tries again for the one consumer that failed, and bothers no other", async () => {
      const rig = newRig();
      const made = defineEvent("retry.thing.made", ThingSchema);
      const well = vi.fn();
      const flaky = vi.fn(async () => {
        if (flaky.mock.calls.length < 2) throw new Error("The index is busy");
      });
      await rig.consumer("retry-well", handleEvent(made, well));
      await rig.consumer("retry-flaky", handleEvent(made, flaky));
      await rig.publish(made.with({ n: 1 }));
      await eventually(() => expect(flaky).toHaveBeenCalledTimes(2));
      await eventually(() => expect(well).toHaveBeenCalled());
      expect(well).toHaveBeenCalledOnce();
    });

    it("tells a handler when its worker ends, and delivers the event again", async () => {
      const rig = newRig();
      const made = defineEvent("ending.thing.made", ThingSchema);
      const began = Promise.withResolvers<void>();
      const reasons: unknown[] = [];
      const consumer = await rig.consumer("ending-index", handleEvent(made, async ({ signal }) => {
        began.resolve();
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(reasons[reasons.push(signal.reason) - 1])));
      }));
      const [id] = await rig.publish(made.with({ n: 1 }));
      await began.promise;
      await consumer.stop(50);
      expect(reasons).toMatchObject([{ code: "worker_draining" }]);
      const next = vi.fn();
      await rig.consumer("ending-index", handleEvent(made, next));
      await eventually(() => expect(next).toHaveBeenCalledOnce());
      expect(next.mock.calls[0]?.[0]).toMatchObject({ id, payload: { n: 1 } });
    });

    it("keeps an event that its consumer can never take as a dead letter, and goes on with the next", async () => {
      const rig = newRig();
      const made = defineEvent("dead.thing.made", ThingSchema);
      // What an older version of the publisher might send.
      const malformed = { kind: "event" as const, name: made.name, payload: { n: "one" } };
      const handler = vi.fn();
      await rig.consumer("dead-index", handleEvent(made, handler));
      const [, good] = await rig.publish(malformed, made.with({ n: 2 }));
      await eventually(() => expect(handler).toHaveBeenCalledOnce());
      expect(handler.mock.calls[0]?.[0].id).toBe(good);
      const queue = rig.backend.queue("events.dead-index");
      await eventually(async () => expect(await queue.getFailedCount()).toBe(1));
      expect(handler).toHaveBeenCalledOnce();
    });

    it.each(["not_found", "forbidden", "unavailable"] as const)("tries again what was %s: it may be there, or allowed, a moment later", async (kind) => {
      const rig = newRig();
      const made = defineEvent(`passing-${kind.replace("_", "-")}.thing.made`, ThingSchema);
      const handler = vi.fn(async () => {
        if (handler.mock.calls.length < 2) throw new AppError(kind, "passing", "Not yet.", { remedy: "Wait." });
      });
      await rig.consumer(`passing-${kind.replace("_", "-")}`, handleEvent(made, handler));
      await rig.publish(made.with({ n: 1 }));
      await eventually(() => expect(handler).toHaveBeenCalledTimes(2));
    });

    it("delivers an event once that is published twice", async () => {
      const rig = newRig();
      const made = defineEvent("once.thing.made", ThingSchema);
      const handler = vi.fn();
      await rig.consumer("once-index", handleEvent(made, handler));
      const publisher = new EventPublisher({ backend: rig.backend, modules: [] });
      const event = { id: newId(), message: made.with({ n: 1 }), caller: CALLER, traceId: null, occurredAt: new Date().toISOString() };
      await publisher.publishMany([event, event]);
      await eventually(() => expect(handler).toHaveBeenCalledOnce());
      await publisher.publishMany([event]);
      await rig.publish(made.with({ n: 2 }));
      await eventually(() => expect(handler.mock.calls.some(([seen]) => seen.payload.n === 2)).toBe(true));
      expect(handler).toHaveBeenCalledTimes(2);
    });

    it("go to whoever wants them in either version during an upgrade, whichever relay hands them on and whichever worker starts again", async () => {
      const rig = newRig();
      const [made, sold] = [defineEvent("rolling.thing.made", ThingSchema), defineEvent("rolling.thing.sold", ThingSchema)];
      const wants = (...events: readonly (typeof made)[]) => events.map((event) => handleEvent(event, async () => undefined));
      const start = async (version: string, ...events: readonly (typeof made)[]) => {
        rig.product = { version, modules: null };
        await (await rig.consumer("rolling-index", ...wants(...events))).stop(0);
      };
      await start("1.0.0", made);
      await start("1.1.0", made, sold);
      // The relay of the version before knows its own module's wishes, which do not count alone.
      const relay = new EventPublisher({ backend: rig.backend, modules: [{ module: "rolling-index", events: wants(made) }] });
      const waiting = () => rig.backend.queue("events.rolling-index").getWaitingCount();
      const publish = (n: number) => relay.publishMany([{ id: newId(), message: sold.with({ n }), caller: CALLER, traceId: null, occurredAt: new Date().toISOString() }]);
      await publish(1);
      expect(await waiting()).toBe(1);
      await start("1.0.0", made);
      await rig.publish(sold.with({ n: 2 }));
      expect(await waiting()).toBe(2);
      // The newest version decides in the end.
      await start("1.1.0", made);
      await rig.publish(sold.with({ n: 3 }));
      expect(await waiting()).toBe(2);
    });

    it("are not kept for a module that the product has no more, unless the process cannot know", async () => {
      const rig = newRig();
      const made = defineEvent("removed.thing.made", ThingSchema);
      rig.product = { version: "1.0.0", modules: ["removed-index", "present"] };
      await (await rig.consumer("removed-index", handleEvent(made, async () => undefined))).stop(0);
      const waiting = async (n: number) => {
        await rig.publish(made.with({ n }));
        return rig.backend.queue("events.removed-index").getWaitingCount();
      };
      rig.product = { version: "1.1.0", modules: null };
      await rig.consumer("present");
      expect(await waiting(1)).toBe(1);
      rig.product = { version: "0.9.0", modules: ["present"] };
      await rig.consumer("present");
      expect(await waiting(2)).toBe(2);
      rig.product = { version: "1.1.0", modules: ["present"] };
      await rig.consumer("present");
      expect(await waiting(3)).toBe(2);
    });

    it("keeps events for a module that is down, and sends none to one that stopped wanting them", async () => {
      const rig = newRig();
      const made = defineEvent("down.thing.made", ThingSchema);
      const handler = vi.fn();
      const consumer = await rig.consumer("down-index", handleEvent(made, handler));
      await consumer.stop(0);
      await rig.publish(made.with({ n: 1 }));
      const again = await rig.consumer("down-index", handleEvent(made, handler));
      await eventually(() => expect(handler).toHaveBeenCalledOnce());
      await again.stop(5_000);
      await rig.consumer("down-index");
      await rig.publish(made.with({ n: 2 }));
      expect(await rig.backend.queue("events.down-index").getJobCounts("waiting", "delayed", "active")).toEqual({ waiting: 0, delayed: 0, active: 0 });
    });
  });
}
