import { defineEvent, defineJob, systemCaller } from "@coder/shared";
import { handleEvent, handleJob, JobWorkers, newId, type JobStatus, type ListedState, type QueueChange } from "@coder/shared/server";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import type { QueueTestTools } from "./queue-test-tools.ts";
import { CALLER, type QueueRig } from "./queue-rig.ts";

const NumberSchema = z.object({ n: z.number() });
const SOMEBODY = systemCaller("test.somebody");

/** Follows the changes of the queues whose names begin alike, until the test ends. */
function follow(rig: QueueRig, prefix: string) {
  const stop = new AbortController();
  const changes: QueueChange[] = [];
  const ended = (async () => {
    for await (const change of rig.jobs.changes(stop.signal)) if (change.queue.startsWith(prefix)) changes.push(change);
  })();
  return {
    changes,
    gaps: () => changes.filter((change) => "gap" in change).length,
    ids: () => new Set(changes.flatMap((change) => ("ids" in change ? change.ids : []))),
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

async function all(rig: QueueRig, queue: string): Promise<readonly JobStatus[]> {
  const found: JobStatus[] = [];
  for await (const page of rig.jobs.each(queue)) found.push(...page);
  return found;
}

export function jobOverviewSuite({ rig: newRig, fixture }: QueueTestTools): void {
  describe("queues as the dashboard sees them", () => {
    it("lists every queue, also those of other processes, with what it holds", async () => {
      const [rig, other] = [newRig(), newRig()];
      const job = defineJob("overview.run", NumberSchema, { title: "Count something", attempts: 1 });
      const nightly = defineJob("overview.nightly", z.object({}), { schedule: "0 3 * * *" });
      const made = defineEvent("overview.thing.made", NumberSchema);
      await rig.workers("overview", handleJob(job, async () => async ({ payload }) => {
        if (payload.n < 0) throw new Error("Negative");
      }), handleJob(nightly, async () => async () => undefined));
      await rig.consumer("overview", handleEvent(made, async () => undefined));
      await rig.enqueue(job.with({ n: 1 }), job.with({ n: 2 }), job.with({ n: -1 }), job.with({ n: 3 }, { delayMs: 3_600_000 }));
      const mine = async () => (await other.jobs.queues()).filter(({ module }) => module === "overview");
      await eventually(async () => expect(await mine()).toEqual([
        { queue: "events.overview", module: "overview", kind: "events", title: null, schedule: null, paused: false, counts: { waiting: 0, delayed: 0, running: 0, completed: 0, failed: 0 }, oldestWaitingAt: null },
        { queue: "overview.nightly", module: "overview", kind: "jobs", title: null, schedule: "0 3 * * *", paused: false, counts: { waiting: 0, delayed: 1, running: 0, completed: 0, failed: 0 }, oldestWaitingAt: null },
        { queue: "overview.run", module: "overview", kind: "jobs", title: "Count something", schedule: null, paused: false, counts: { waiting: 0, delayed: 1, running: 0, completed: 2, failed: 1 }, oldestWaitingAt: null },
      ]));
    });

    it("keeps a queue whose definition is gone in sight for as long as it holds jobs", async () => {
      const [rig, next] = [newRig(), newRig()];
      const [full, empty] = [defineJob("leaving.full", NumberSchema), defineJob("leaving.empty", NumberSchema)];
      const before = new JobWorkers({ backend: rig.backend, log: rig.log, product: rig.product, permissions: rig.permissions, modules: [{ module: "leaving", jobs: [full, empty].map((job) => handleJob(job, async () => async () => undefined)) }] });
      await before.start();
      await before.stop(0);
      await rig.enqueue(full.with({ n: 1 }));
      await next.workers("leaving");
      const queues = await next.jobs.queues();
      expect(queues.filter(({ module }) => module === "leaving")).toMatchObject([{ queue: "leaving.full", counts: { waiting: 1 } }]);
    });

    it("pauses a queue for all workers, and resumes it", async () => {
      const [rig, other] = [newRig(), newRig()];
      const job = defineJob("paused.run", NumberSchema);
      const handler = vi.fn();
      await rig.workers("paused", handleJob(job, async () => handler));
      await other.jobs.pause(job.name);
      const [id = ""] = await rig.enqueue(job.with({ n: 1 }));
      const [overview] = (await other.jobs.queues()).filter(({ queue }) => queue === job.name);
      expect(overview).toMatchObject({ paused: true, counts: { waiting: 1 }, oldestWaitingAt: expect.any(String) });
      expect((await other.jobs.list(job.name, { state: "waiting", limit: 10 })).items).toMatchObject([{ id, state: "waiting" }]);
      expect(handler).not.toHaveBeenCalled();
      await other.jobs.resume(job.name);
      await eventually(() => expect(handler).toHaveBeenCalledOnce());
    });

    it("pages through the jobs of each state, newest first", async () => {
      const rig = newRig();
      const job = defineJob("pages.run", NumberSchema, { attempts: 1, concurrency: 1 });
      const waiting = await rig.enqueue(...Array.from({ length: 5 }, (_, n) => job.with({ n })));
      const seen: JobStatus[] = [];
      for (let cursor: string | undefined, more = true; more; ) {
        const { items, nextCursor } = await rig.jobs.list(job.name, { state: "waiting", limit: 2, cursor });
        seen.push(...items);
        more = nextCursor !== null;
        cursor = nextCursor ?? undefined;
      }
      expect(seen.map(({ id }) => id)).toEqual(waiting.toReversed());
      const blocked = Promise.withResolvers<void>();
      await rig.workers("pages", handleJob(job, async () => async ({ payload }) => {
        if (payload.n === 2) throw new Error("Two");
        if (payload.n === 4) await blocked.promise;
      }));
      const state = async (listed: ListedState) => (await rig.jobs.list(job.name, { state: listed, limit: 10 })).items.map(({ payload }) => payload);
      await eventually(async () => expect(await state("running")).toEqual([{ n: 4 }]));
      expect(await state("completed")).toEqual([{ n: 3 }, { n: 1 }, { n: 0 }]);
      expect(await state("failed")).toEqual([{ n: 2 }]);
      blocked.resolve();
      await expect(rig.jobs.list(job.name, { state: "waiting", limit: 2, cursor: "-1" })).rejects.toMatchObject({ code: "invalid_cursor", httpStatus: 400 });
    });

    it("tells of one job what there is to tell, and no secret of it", async () => {
      const rig = newRig();
      const schema = z.object({ id: z.string(), source: z.object({ url: z.string(), key: z.string() }), hosts: z.array(z.object({ name: z.string(), pin: z.string() })), apiToken: z.string(), note: z.string() });
      const job = defineJob("secret.run", schema, { attempts: 1, title: "Fetch", about: "note", redact: ["source.key", "hosts.*.pin"] });
      await rig.workers("secret", handleJob(job, async () => async ({ payload: { source, apiToken }, log, progress }) => {
        log.info({}, `Fetching https://ann:swordfish@example.com/x with hunter2-hunter2, ${source.key}`);
        await progress(1, 3);
        throw new Error(`https://ann:swordfish@example.com/x does not answer hunter2-hunter2, ${source.key}, ${apiToken}`);
      }));
      const payload = { id: "p1", source: { url: "https://ann:swordfish@example.com/x", key: "marked-k-1" }, hosts: [{ name: "a", pin: "1234" }], apiToken: "named-t-1", note: "use marked-k-1, or named-t-1" };
      const [id = ""] = await rig.enqueue(job.with(payload));
      await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "failed" }));
      const status = await rig.jobs.get(job.name, id);
      expect(status).toEqual({
        queue: "secret.run", module: "secret", kind: "jobs", title: "Fetch: use [redacted], or [redacted]", id, name: "secret.run", state: "failed", caller: CALLER,
        payload: { id: "p1", source: { url: "https://ann:[redacted]@example.com/x", key: "[redacted]" }, hosts: [{ name: "a", pin: "[redacted]" }], apiToken: "[redacted]", note: "use [redacted], or [redacted]" },
        progress: { done: 1, total: 3 }, attempt: 1, maxAttempts: 1, enqueuedAt: expect.any(String), retriedAt: null, dueAt: null, startedAt: expect.any(String), finishedAt: expect.any(String),
        waitedMs: expect.any(Number), error: "https://ann:[redacted]@example.com/x does not answer [redacted], [redacted], [redacted]", stacks: [expect.stringContaining("job-overview-suite.ts")],
        traceId: null, cancelled: null,
      });
      const told = JSON.stringify([status, await rig.jobs.logs(job.name, id, 10)]);
      expect(told).toContain("Fetching https://ann:[redacted]@example.com/x");
      expect(told).not.toMatch(/swordfish|hunter2|k-1|1234|t-1/);
    });

    it("calls a job by its title and by what it is about, where its payload says that, in no more than a line", async () => {
      const rig = newRig();
      const job = defineJob("about.run", z.object({ what: z.string().optional() }), { title: "Fetch", about: "what" });
      await rig.workers("about", handleJob(job, async () => async () => undefined));
      const ids = await rig.enqueue(job.with({ what: "apples" }), job.with({}), job.with({ what: "x".repeat(1_000) }));
      const titles = await Promise.all(ids.map(async (id) => (await rig.jobs.get(job.name, id))?.title));
      expect(titles).toEqual(["Fetch: apples", "Fetch", `Fetch: ${"x".repeat(120)}…`]);
    });

    it("tells how long a job was ready, the time it had to wait for left out, and where each attempt failed", async () => {
      const rig = newRig();
      const job = defineJob("waited.run", z.object({}), { attempts: 2, backoffMs: 1 });
      const attempts = vi.fn(async () => {
        throw new Error(`Attempt ${attempts.mock.calls.length}`);
      });
      const started = performance.now();
      const [id = ""] = await rig.enqueue(job.with({}, { delayMs: 1_500 }));
      expect(await rig.jobs.get(job.name, id)).toMatchObject({ waitedMs: null, stacks: [] });
      await rig.workers("waited", handleJob(job, async () => attempts));
      const first = await eventually(async () => {
        const status = await rig.jobs.get(job.name, id);
        expect(status?.attempt).toBeGreaterThan(0);
        return status;
      }, 1);
      if (first?.attempt === 1) expect(first.waitedMs).toBeLessThan(performance.now() - started - 1_000);
      await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "failed", attempt: 2, waitedMs: null }));
      expect((await rig.jobs.get(job.name, id))?.stacks.map((stack) => stack.split("\n")[0])).toEqual(["Error: Attempt 1", "Error: Attempt 2"]);
    });

    it("says when a delayed job is due, and who cancelled one", async () => {
      const rig = newRig();
      const job = defineJob("due.run", NumberSchema);
      const [id = ""] = await rig.enqueue(job.with({ n: 1 }, { delayMs: 60_000 }));
      const status = await rig.jobs.get(job.name, id);
      const due = Date.parse(status?.dueAt ?? "") - Date.parse(status?.enqueuedAt ?? "");
      expect(due).toBeGreaterThan(55_000);
      expect(due).toBeLessThanOrEqual(60_000);
      expect(await rig.jobs.cancel(job.name, id, SOMEBODY)).toMatchObject({ state: "cancelled", cancelled: { by: SOMEBODY } });
    });

    it("shows a job under the id that was chosen for it, and runs it once", async () => {
      const rig = newRig();
      const job = defineJob("chosen.run", NumberSchema);
      const handler = vi.fn();
      const id = newId();
      expect(await rig.enqueue(job.with({ n: 1 }, { id }))).toEqual([id]);
      expect(await rig.enqueue(job.with({ n: 2 }, { id }))).toEqual([id]);
      await rig.workers("chosen", handleJob(job, async () => handler));
      await eventually(async () => expect(await rig.jobs.get(job.name, id)).toMatchObject({ state: "completed", payload: { n: 1 } }));
      expect(handler).toHaveBeenCalledOnce();
      expect(() => job.with({ n: 1 }, { id: "7" })).toThrow(z.ZodError);
    });

    it("removes what does not run, also dead letters of events, and nothing else", async () => {
      const rig = newRig();
      const job = defineJob("removed.run", z.object({}));
      const nightly = defineJob("removed.nightly", z.object({}), { schedule: "0 3 * * *" });
      const made = defineEvent("removed.thing.made", NumberSchema);
      const gate = Promise.withResolvers<void>();
      const [waiting = ""] = await rig.enqueue(job.with({}, { delayMs: 60_000 }));
      await rig.jobs.remove(job.name, waiting);
      await rig.jobs.remove(job.name, waiting);
      expect(await rig.jobs.get(job.name, waiting)).toBeNull();
      await rig.workers("removed", handleJob(job, async () => () => gate.promise), handleJob(nightly, async () => async () => undefined));
      const [running = ""] = await rig.enqueue(job.with({}));
      await eventually(async () => expect(await rig.jobs.get(job.name, running)).toMatchObject({ state: "running" }));
      await expect(rig.jobs.remove(job.name, running)).rejects.toMatchObject({ code: "job_running", httpStatus: 409 });
      gate.resolve();
      const [scheduled] = (await rig.jobs.list(nightly.name, { state: "delayed", limit: 1 })).items;
      await expect(rig.jobs.remove(nightly.name, scheduled?.id ?? "")).rejects.toMatchObject({ code: "job_scheduled", httpStatus: 409 });

      await rig.consumer("removed", handleEvent(made, async () => undefined));
      const [dead = ""] = await rig.publish({ kind: "event", name: made.name, payload: { n: "one" } });
      await eventually(async () => expect(await rig.jobs.get("events.removed", dead)).toMatchObject({ state: "failed", name: made.name, caller: CALLER, payload: { n: "one" } }));
      await expect(rig.jobs.cancel("events.removed", dead, SOMEBODY)).rejects.toMatchObject({ code: "not_cancellable" });
      expect(await rig.jobs.retry("events.removed", dead)).toMatchObject({ name: made.name });
      await eventually(async () => expect(await rig.jobs.get("events.removed", dead)).toMatchObject({ state: "failed" }));
      await rig.jobs.remove("events.removed", dead);
      expect(await rig.jobs.get("events.removed", dead)).toBeNull();
    });

    it("makes no queue of a name that nobody declared", async () => {
      const rig = newRig();
      for (const ask of [() => rig.jobs.get("made.up", "1"), () => rig.jobs.pause("made.up"), () => all(rig, "made.up"), () => rig.jobs.logs("registry", "1", 1)]) {
        await expect(ask()).rejects.toMatchObject({ code: "queue_not_found", httpStatus: 404 });
      }
    });
  });

  describe("following the queues", () => {
    it("tells of each queue first that it has to be read, then which jobs changed, wherever they run", async () => {
      const [rig, watcher] = [newRig(), newRig()];
      const job = defineJob("followed.run", NumberSchema, { attempts: 1 });
      await rig.workers("followed", handleJob(job, async () => async ({ payload, progress }) => {
        await progress(1, 2);
        if (payload.n === 2) throw new Error("Two");
      }));
      const seen = follow(watcher, "followed.");
      await eventually(() => expect(seen.changes).toEqual([{ queue: job.name, gap: true }]));
      const ids = await rig.enqueue(job.with({ n: 1 }), job.with({ n: 2 }), job.with({ n: 3 }, { delayMs: 3_600_000 }));
      await eventually(() => expect(seen.ids()).toEqual(new Set(ids)));
      const states = async () => (await Promise.all(ids.map((id) => watcher.jobs.get(job.name, id)))).map((status) => status?.state);
      await eventually(async () => expect(await states()).toEqual(["completed", "failed", "delayed"]));
      await rig.jobs.pause(job.name);
      const [waiting = ""] = await rig.enqueue(job.with({ n: 4 }));
      const told = () => seen.changes.filter((change) => "ids" in change && change.ids.includes(waiting)).length;
      await eventually(() => expect(told()).toBe(1));
      for (const steer of [() => rig.jobs.cancel(job.name, waiting, SOMEBODY), () => rig.jobs.remove(job.name, waiting)]) {
        const before = told();
        await steer();
        await eventually(() => expect(told()).toBeGreaterThan(before));
      }
      await rig.jobs.resume(job.name);
      await eventually(() => expect(seen.changes.at(-1)).toEqual({ queue: job.name, ids: [] }));
      expect(seen.gaps()).toBe(1);
      await seen.stop();
    });

    it("ends up with the states of all jobs, through bursts and an outage of the store", async () => {
      const [rig, watcher] = [newRig(), newRig()];
      const job = defineJob("mirrored.run", NumberSchema, { attempts: 1, concurrency: 20 });
      await rig.workers("mirrored", handleJob(job, async () => async ({ payload }) => {
        if (payload.n % 10 === 0) throw new Error("Round");
      }));
      const stop = new AbortController();
      const mirror = new Map<string, string>();
      const mirrored = (async () => {
        while (!stop.signal.aborted) {
          try {
            for await (const change of watcher.jobs.changes(stop.signal)) {
              if (change.queue !== job.name) continue;
              if ("gap" in change) for await (const page of watcher.jobs.each(job.name)) for (const { id, state } of page) mirror.set(id, state);
              else for (const id of change.ids) mirror.set(id, (await watcher.jobs.get(job.name, id))?.state ?? "gone");
            }
          } catch (error) {
            // It could not read what it was told of: a new beginning tells of everything.
            expect(error).toMatchObject({ code: "queue_unavailable" });
          }
        }
      })();
      const burst = (from: number, count: number) => rig.enqueue(...Array.from({ length: count }, (_, n) => job.with({ n: from + n })));
      const ids = await burst(0, 1_500);
      await eventually(() => expect(mirror.size).toBe(1_500), 50);
      await fixture().gate.close();
      await fixture().gate.open();
      ids.push(...(await eventually(() => burst(1_500, 200), 200)));
      const truth = async () => new Map((await all(rig, job.name)).map(({ id, state }) => [id, state]));
      await eventually(async () => expect([...(await truth()).values()].filter((state) => state === "completed" || state === "failed")).toHaveLength(ids.length), 200);
      const expected = await truth();
      await eventually(() => expect(mirror).toEqual(expected), 100);
      expect([...mirror.values()].filter((state) => state === "failed")).toHaveLength(170);
      stop.abort();
      await mirrored;
    });

    it("meets every job of a queue, also of many that came in one moment and change while they are read", async () => {
      const rig = newRig();
      const job = defineJob("many-at-once.run", NumberSchema);
      const ids = await rig.enqueue(...Array.from({ length: 1_000 }, (_, n) => job.with({ n }, { delayMs: 3_600_000 })));
      const met = new Set<string>();
      for await (const page of rig.jobs.each(job.name)) {
        for (const { id } of page) met.add(id);
        const stored = await Promise.all(ids.filter((id) => !met.has(id)).map((id) => rig.backend.queue(`jobs.${job.name}`).getJob(id)));
        await Promise.all(stored.map((each) => each?.updateProgress(1)));
      }
      expect(met).toEqual(new Set(ids));
    });

    it("holds no more for a reader that does not come than which queues to read anew", async () => {
      const [rig, watcher] = [newRig(), newRig()];
      const job = defineJob("unread.run", z.object({}));
      await rig.enqueue(job.with({}));
      await rig.workers("unread");
      await watcher.workers("unread-too", handleJob(job, async () => async () => undefined));
      const stop = new AbortController();
      const changes = watcher.jobs.changes(stop.signal)[Symbol.asyncIterator]();
      await changes.next();
      const ids = await rig.enqueue(...Array.from({ length: 6_000 }, () => job.with({})));
      await eventually(async () => expect((await watcher.jobs.queues()).find(({ queue }) => queue === job.name)?.counts.completed).toBe(ids.length + 1), 100);
      const rest: QueueChange[] = [];
      await eventually(async () => {
        const { value } = await changes.next();
        if (value?.queue === job.name) rest.push(value);
        expect(rest).toContainEqual({ queue: job.name, gap: true });
      });
      stop.abort();
      expect(await changes.next()).toEqual({ done: true, value: undefined });
    });
  });
}
