import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { AppError } from "../app-error.ts";
import { systemCaller } from "../caller.ts";
import { defineEvent } from "../define-event.ts";
import { defineJob } from "../define-job.ts";
import type { ILogger } from "../trpc/context.ts";
import { newId } from "./new-id.ts";
import { OutboxRelay, type OutboxRelayDeps } from "./outbox-relay.ts";
import type { IOutbox, OutboxItem, RefusedItem } from "./outbox.ts";

const thingJob = defineJob("things.index", z.object({ n: z.number() }));
const thingMade = defineEvent("things.thing.made", z.object({ n: z.number() }));
const AWAY = new AppError("unavailable", "queue_unavailable", "Away", { remedy: "Wait." });

/** Keeps items until they are marked, as a store does. */
class ListOutbox implements IOutbox {
  items: OutboxItem[] = [];
  claims = 0;
  readonly refused = new Map<string, string>();
  away = false;
  #wake: () => void = () => undefined;

  async claim(limit: number): Promise<readonly OutboxItem[]> {
    this.claims += 1;
    if (this.away) throw new Error("connect ECONNREFUSED");
    return this.items.filter(({ id }) => !this.refused.has(id)).slice(0, limit);
  }

  async markDone(ids: readonly string[]): Promise<void> {
    this.items = this.items.filter((item) => !ids.includes(item.id));
  }

  async refuse(items: readonly RefusedItem[]): Promise<void> {
    for (const { id, reason } of items) this.refused.set(id, reason);
  }

  async onWrite(listener: () => void): Promise<() => Promise<void>> {
    this.#wake = listener;
    return async () => void (this.#wake = () => undefined);
  }

  write(...messages: readonly OutboxItem["message"][]): string[] {
    const items = messages.map((message) => ({ id: newId(), message, caller: systemCaller("test"), traceId: "t1", createdAt: new Date().toISOString() }));
    this.items.push(...items);
    this.#wake();
    return items.map((item) => item.id);
  }
}

describe("the outbox relay", () => {
  let relay: OutboxRelay | undefined;
  afterEach(() => relay?.stop());

  function start(deps: Partial<OutboxRelayDeps> = {}) {
    const outbox = new ListOutbox();
    const jobs = { addMany: vi.fn<OutboxRelayDeps["jobs"]["addMany"]>(async () => undefined) };
    const events = { publishMany: vi.fn<OutboxRelayDeps["events"]["publishMany"]>(async () => undefined) };
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn(), child: (): ILogger => log };
    relay = new OutboxRelay({ outbox, jobs, events, log, pollMs: 60_000, ...deps });
    relay.start();
    return { outbox, jobs, events, log, relay };
  }
  const idsOf = (calls: readonly (readonly [readonly { id: string }[]])[]) => calls.flatMap(([items]) => items.map((item) => item.id));

  it("hands a job on under the id that was chosen for it", async () => {
    const { outbox, jobs } = start();
    const id = newId();
    const [own] = outbox.write(thingJob.with({ n: 1 }), thingJob.with({ n: 2 }, { id, delayMs: 5 }));
    await vi.waitFor(() => expect(outbox.items).toEqual([]));
    expect(jobs.addMany.mock.calls.flatMap(([items]) => items)).toMatchObject([{ id: own, message: { payload: { n: 1 } } }, { id, message: { payload: { n: 2 }, delayMs: 5 } }]);
  });

  it("hands jobs to the queue and events to the publisher, under the outbox' ids, and then lets go of them", async () => {
    const { outbox, jobs, events } = start();
    const [job, event] = outbox.write(thingJob.with({ n: 1 }), thingMade.with({ n: 2 }));
    await vi.waitFor(() => expect(outbox.items).toEqual([]));
    expect(jobs.addMany.mock.calls[0]?.[0]).toEqual([expect.objectContaining({ id: job, message: thingJob.with({ n: 1 }), traceId: "t1", enqueuedBy: "outbox" })]);
    expect(events.publishMany.mock.calls[0]?.[0]).toEqual([expect.objectContaining({ id: event, message: thingMade.with({ n: 2 }), occurredAt: expect.any(String) })]);
  });

  it("wakes with a write, and takes many in few batches", async () => {
    const { outbox, jobs } = start();
    await vi.waitFor(() => expect(outbox.claims).toBe(1));
    outbox.write(...Array.from({ length: 500 }, (_, n) => thingJob.with({ n })));
    await vi.waitFor(() => expect(outbox.items).toEqual([]));
    expect(jobs.addMany.mock.calls.map(([items]) => items.length)).toEqual([200, 200, 100]);
  });

  it("finds by polling what nothing woke it for", async () => {
    const { outbox } = start({ pollMs: 20 });
    outbox.items.push({ id: newId(), message: thingJob.with({ n: 1 }), caller: systemCaller("test"), traceId: null, createdAt: new Date().toISOString() });
    await vi.waitFor(() => expect(outbox.items).toEqual([]));
  });

  it("keeps items that were not handed on, and goes on by itself when the queues are back", async () => {
    const { outbox, jobs, log } = start();
    jobs.addMany.mockRejectedValue(AWAY);
    const ids = outbox.write(thingJob.with({ n: 1 }), thingJob.with({ n: 2 }));
    await vi.waitFor(() => expect(jobs.addMany.mock.calls.length).toBeGreaterThan(1), { timeout: 5_000 });
    expect(outbox.items).toHaveLength(2);
    jobs.addMany.mockResolvedValue(undefined);
    await vi.waitFor(() => expect(outbox.items).toEqual([]), { timeout: 5_000 });
    expect(jobs.addMany.mock.lastCall?.[0].map((item) => item.id)).toEqual(ids);
    expect(log.warn).toHaveBeenCalledOnce();
    expect(log.info).toHaveBeenCalledOnce();
  });

  it("repeats what lost a race in the queues' store, and sets nothing aside for it", async () => {
    const { outbox, jobs } = start();
    const deadlock = Object.assign(new Error("deadlock detected"), { code: "40P01" });
    jobs.addMany.mockRejectedValueOnce(deadlock).mockRejectedValueOnce(deadlock);
    outbox.write(thingJob.with({ n: 1 }));
    await vi.waitFor(() => expect(outbox.items).toEqual([]), { timeout: 5_000 });
    expect(outbox.refused.size).toBe(0);
  });

  it("goes on by itself when the outbox is back", async () => {
    const { outbox, log } = start({ pollMs: 20 });
    outbox.away = true;
    await vi.waitFor(() => expect(log.warn).toHaveBeenCalledOnce(), { timeout: 5_000 });
    outbox.write(thingJob.with({ n: 1 }));
    outbox.away = false;
    await vi.waitFor(() => expect(outbox.items).toEqual([]), { timeout: 5_000 });
  });

  it("does not let one item that the queues refuse hold up the others", async () => {
    const { outbox, jobs, log } = start({ pollMs: 20 });
    jobs.addMany.mockImplementation(async (items) => {
      if (items.some((item) => item.message.payload !== null && JSON.stringify(item.message.payload) === '{"n":13}')) throw new Error("Refused");
    });
    const ids = outbox.write(...[12, 13, 14].map((n) => thingJob.with({ n })), thingMade.with({ n: 15 }));
    await vi.waitFor(() => expect(outbox.items.map((item) => item.id)).toEqual([ids[1]]));
    const looks = outbox.claims;
    await vi.waitFor(() => expect(outbox.claims).toBeGreaterThan(looks + 2));
    expect(log.error).toHaveBeenCalledOnce();
    expect([...outbox.refused]).toEqual([[ids[1], "Refused"]]);
  });

  it("comes to those behind a whole batch of refused ones", async () => {
    const { outbox, jobs } = start({ pollMs: 20 });
    jobs.addMany.mockImplementation(async (items) => {
      if (items.some(({ message }) => JSON.stringify(message.payload) !== '{"n":1}')) throw new Error("Refused");
    });
    const ids = outbox.write(...Array.from({ length: 450 }, () => thingJob.with({ n: 13 })), thingJob.with({ n: 1 }));
    await vi.waitFor(() => expect(outbox.items.map(({ id }) => id)).not.toContain(ids.at(-1)), { timeout: 5_000 });
    expect(outbox.refused.size).toBe(450);
  });

  it("ends with the batch in hand", async () => {
    const { outbox, jobs, relay: running } = start();
    const gate = Promise.withResolvers<void>();
    jobs.addMany.mockImplementation(() => gate.promise);
    outbox.write(thingJob.with({ n: 1 }));
    await vi.waitFor(() => expect(jobs.addMany).toHaveBeenCalledOnce());
    const stopped = running.stop();
    gate.resolve();
    await stopped;
    expect(outbox.items).toEqual([]);
    outbox.write(thingJob.with({ n: 2 }));
    expect(idsOf(jobs.addMany.mock.calls)).toHaveLength(1);
  });
});
