import { createMemoryDatabase } from "@coder/db";
import { newId, type JobStatus } from "@coder/shared/server";
import { somebody } from "@coder/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parts } from "../__fixtures__/parts.ts";
import { removalEntity } from "../entities.ts";
import { factsOf } from "./job-row.ts";

type Parts = ReturnType<typeof parts>;
const QUEUE = "demo.thing.make";
const never = new AbortController().signal;

/** What the rows say, as facts without when they were read. */
async function projected({ rows }: Parts) {
  const { items } = await rows.query({}, { limit: 1_000 });
  return new Map(items.map(({ etag: _etag, revision: _revision, sequence: _sequence, ...facts }) => [facts.id, facts]));
}
const told = ({ queues }: Parts) => new Map(queues.all().map((job) => [factsOf(job).id, factsOf(job)]));

describe("Projector", () => {
  it("takes in what is told of, takes away what is gone, and says so", async () => {
    const world = parts();
    const [one, other] = [world.queues.add({ caller: somebody() }), world.queues.add()];
    await world.projector.refresh(QUEUE, [one.id, other.id, newId()]);
    expect(await projected(world)).toEqual(told(world));
    await world.queues.remove(QUEUE, one.id);
    world.queues.start(other);
    await world.projector.refresh(QUEUE, [one.id, other.id]);
    expect(await projected(world)).toEqual(told(world));
    const { items } = await world.database.system("jobs").repository(removalEntity).query({});
    expect(items).toMatchObject([{ queue: QUEUE, jobId: one.id, organizationId: factsOf(one).organizationId, startedBy: factsOf(one).startedBy }]);
  });

  it("finds by a whole reading what nobody told of: jobs that came, moved and went", async () => {
    const world = parts();
    const jobs = Array.from({ length: 10 }, () => world.queues.add({ caller: somebody() }));
    await world.project();
    const [gone, moved, ...rest] = jobs;
    if (!gone || !moved) throw new Error("There are ten");
    world.queues.drop(gone);
    world.queues.complete(world.queues.start(moved));
    world.queues.add();
    await world.project();
    expect(await projected(world)).toEqual(told(world));
    expect(rest.length).toBe(8);
  });

  it("keeps what a queue forgets by its age, and lets go of it at the end of its own time", async () => {
    const world = parts();
    const done = world.queues.complete(world.queues.start(world.queues.add()));
    await world.project();
    world.queues.drop(done);
    world.clock.now = new Date("2026-03-02T13:00:00.000Z");
    await world.project();
    await world.projector.refresh(QUEUE, [done.id]);
    expect([...(await projected(world)).values()]).toMatchObject([{ jobId: done.id, state: "completed" }]);
    const late = parts();
    late.clock.now = new Date("2026-03-09T13:00:00.000Z");
    late.queues.complete(late.queues.start(late.queues.add()));
    await late.project();
    expect((await projected(late)).size).toBe(0);
  });

  it("does not bring back from an old page what was removed meanwhile", async () => {
    const world = parts();
    const job = world.queues.add();
    await world.project();
    const read = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const each = world.queues.each.bind(world.queues);
    world.queues.each = async function* (queue) {
      for await (const page of each(queue)) {
        read.resolve();
        await goOn.promise;
        yield page;
      }
    };
    const scanning = world.projector.scan(QUEUE, never);
    await read.promise;
    await world.queues.remove(QUEUE, job.id);
    await world.projector.refresh(QUEUE, [job.id]);
    goOn.resolve();
    await scanning;
    expect((await projected(world)).size).toBe(0);
  });

  it("is not overruled by a projector of an earlier term that wakes up late", async () => {
    const database = createMemoryDatabase();
    const world = parts({ database });
    const job = world.queues.add();
    const [old, next] = [parts({ database, queues: world.queues }), parts({ database, queues: world.queues })];
    const { Projector } = await import("./Projector.ts");
    const later = new Projector({ database, jobs: world.queues, config: next.config, history: next.history, epoch: 2, now: next.now });
    const held = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const slow = { get: async (queue: string, id: string): Promise<JobStatus | null> => {
      const status = await world.queues.get(queue, id);
      asked.resolve();
      await held.promise;
      return status;
    }, each: (queue: string) => world.queues.each(queue) };
    const earlier = new Projector({ database, jobs: slow, config: old.config, history: old.history, epoch: 1, now: old.now });
    const late = earlier.refresh(QUEUE, [job.id]);
    await asked.promise;
    world.queues.complete(world.queues.start(job));
    await later.refresh(QUEUE, [job.id]);
    held.resolve();
    await late;
    expect(await projected(world)).toEqual(told(world));
  });

  it("is at each job's last change what the queue holds, in whatever order readings begin, overlap and are written", async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ does: fc.constantFrom("add", "start", "complete", "fail", "retry", "remove", "revive"), which: fc.nat({ max: 30 }) }) },
      { weight: 1, arbitrary: fc.constant({ does: "scan", which: 0 }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 5, maxLength: 60 }), async (scheduler, steps) => {
        const world = parts();
        const { queues, projector } = world;
        queues.add({ state: "completed", finishedAt: queues.tick() });
        // Answers come when the scheduler lets them, before and after what is asked: readings overtake each other.
        queues.beforeAnswer = async (question) => {
          if (question === "get" || question === "each") await scheduler.schedule(Promise.resolve());
        };
        const get = queues.get.bind(queues);
        queues.get = async (queue, id) => {
          const answer = await get(queue, id);
          await scheduler.schedule(Promise.resolve());
          return answer;
        };
        const readings: Promise<unknown>[] = [projector.scan(QUEUE, never)];
        let live: Promise<unknown> = Promise.resolve();
        const removed: JobStatus[] = [];
        for (const { does, which } of steps) {
          const all = queues.all();
          const job = all[which % Math.max(1, all.length)];
          const changed: string[] = [];
          if (does === "add") changed.push(queues.add({ caller: somebody() }).id);
          else if (does === "revive") changed.push(...removed.splice(0, 1).map(({ id, caller }) => queues.add({ id, caller }).id));
          else if (does === "scan") readings.push(projector.scan(QUEUE, never));
          else if (does === "start" && job?.state === "waiting") changed.push(queues.start(job).id);
          else if (does === "complete" && job?.state === "running") changed.push(queues.complete(job).id);
          else if (does === "fail" && job?.state === "running") changed.push(queues.fail(job).id);
          else if (does === "retry" && job?.state === "failed") changed.push((await queues.retry(QUEUE, job.id)).id);
          else if (does === "remove" && job && job.state !== "running") {
            await queues.remove(QUEUE, job.id);
            removed.push(job);
            changed.push(job.id);
          }
          // As the follower does it: told jobs one after the other, whole readings beside them.
          if (changed.length > 0) live = live.then(() => projector.refresh(QUEUE, changed));
          if (scheduler.count() > 0) await scheduler.waitOne();
        }
        await scheduler.waitFor(Promise.all([live, ...readings]));
        expect(await projected(world)).toEqual(told(world));
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
