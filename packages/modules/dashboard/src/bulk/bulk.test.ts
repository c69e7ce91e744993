import type { JobAction, JobScope } from "@coder/api/dashboard";
import { createMemoryDatabase, type MemoryDatabase } from "@coder/db";
import { AppError, type UserCaller } from "@coder/shared";
import { newId, type JobStatus } from "@coder/shared/server";
import { outcome, silentLogger, somebody } from "@coder/testing";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { CONFIG, parts } from "../__fixtures__/parts.ts";
import { QueueModel } from "../__fixtures__/queue-model.ts";
import { bulkChunkEntity, bulkEntity } from "../entities.ts";
import { changeJobsHandler } from "../jobs/change-jobs.handler.ts";

const never = new AbortController().signal;

/** Jobs of an organization in every state, and a neighbour's beside them. */
function crowd(count = 12) {
  const database = createMemoryDatabase();
  const world = parts({ database, queues: new QueueModel() });
  const [ada, eve] = [somebody(), somebody()];
  const { queues } = world;
  for (let n = 0; n < count; n++) {
    const job = queues.add({ caller: n % 7 === 6 ? eve : ada });
    if (n % 4 > 0) queues.start(job);
    if (n % 4 === 2) queues.complete(job);
    if (n % 4 === 3) queues.fail(job, `No answer in ${n} ms`);
  }
  return { ...world, database, ada, eve };
}
type World = ReturnType<typeof crowd>;

/** As the worker would do what runBulk enqueued. */
async function work({ database, runner, queues }: World & { readonly database: MemoryDatabase }, caller: UserCaller, signal: AbortSignal = never): Promise<string[]> {
  const steps: string[] = [];
  const item = database.outbox.items.find(({ message }) => message.kind === "job");
  if (!item || item.message.kind !== "job") throw new Error("Nothing was enqueued");
  const payload = { bulkId: String(Reflect.get(Object(item.message.payload), "bulkId")) };
  queues.add({ queue: item.message.name, id: item.message.id ?? item.id, caller, state: "running" });
  await changeJobsHandler({ runner })({ id: item.message.id ?? item.id, payload, caller, attempt: 1, signal, log: silentLogger, progress: async (done, total) => void steps.push(`${done}/${total}`) });
  return steps;
}

const states = (queues: QueueModel) => new Map(queues.all().map((job) => [job.id, job.state]));

describe("an action on many jobs", () => {
  it("is previewed first: which and how many, and nothing is changed", async () => {
    const world = crowd();
    await world.project();
    const before = states(world.queues);
    const preview = await world.service.previewBulk(world.ada, { action: "retry", filter: {} }, "organization");
    const failed = world.queues.all().filter(({ state, caller }) => state === "failed" && caller === world.ada);
    expect(preview).toMatchObject({ action: "retry", count: failed.length, byState: { failed: failed.length, waiting: 0 }, leftOut: 11 - failed.length, limited: false, expiresAt: "2026-03-01T13:15:00.000Z" });
    expect(preview.sample.map(({ id }) => id).sort()).toEqual(failed.map(({ id }) => id).sort());
    expect(states(world.queues)).toEqual(before);
  });

  it("does exactly what was previewed, tells its progress and what became of it, once", async () => {
    const world = crowd(100);
    await world.project();
    const { token, count } = await world.service.previewBulk(world.ada, { action: "retry", filter: {} }, "organization");
    const before = states(world.queues);
    const [bulk, again] = await Promise.all([world.service.runBulk(world.ada, { token }, "organization"), world.service.runBulk(world.ada, { token }, "organization")]);
    expect(again).toEqual(bulk);
    expect(bulk).toMatchObject({ id: token, state: "running", count, changed: 0, job: { queue: "dashboard.jobs.change" } });
    expect(await world.service.runBulk(world.ada, { token }, "organization")).toEqual(bulk);
    expect(world.database.outbox.items.filter(({ message }) => message.kind === "job")).toHaveLength(1);
    const steps = await work(world, world.ada);
    expect(steps.at(-1)).toBe(`${count}/${count}`);
    const changed = [...states(world.queues)].filter(([id, state]) => before.has(id) && before.get(id) !== state).map(([id]) => id);
    expect(changed).toHaveLength(count);
    expect(changed.every((id) => before.get(id) === "failed")).toBe(true);
    expect(await world.service.getBulk(world.ada, { id: token })).toMatchObject({ state: "done", changed: count, skipped: 0, failed: [], finishedAt: expect.any(String) });
    expect(world.database.outbox.items.map(({ message }) => [message.name, message.payload])).toContainEqual(["dashboard.bulk_action.completed", expect.objectContaining({ id: token, action: "retry", changed: count, skipped: 0, failed: 0 })]);
    await work(world, world.ada);
    expect(world.database.outbox.items.filter(({ message }) => message.kind === "event")).toHaveLength(1);
  });

  it("has begun also where the queue does not answer in that moment", async () => {
    const world = crowd();
    await world.project();
    const { token } = await world.service.previewBulk(world.ada, { action: "retry", filter: {} }, "organization");
    world.queues.away = 1;
    expect(await world.service.runBulk(world.ada, { token }, "organization")).toMatchObject({ id: token, state: "running" });
  });

  it("leaves out what the queue itself forgets by its age: nothing could be done with it", async () => {
    const world = crowd();
    await world.project();
    const completed = world.queues.all().filter(({ state, caller }) => state === "completed" && caller === world.ada);
    world.clock.now = new Date("2026-03-03T13:00:00.000Z");
    const { byState, leftOut } = await world.service.previewBulk(world.ada, { action: "remove", filter: { states: ["completed", "failed"] } }, "organization");
    expect([byState.completed, byState.failed > 0, leftOut]).toEqual([0, true, completed.length]);
  });

  it("takes chosen jobs too, and of those only the caller's", async () => {
    const world = crowd();
    await world.project();
    const chosen = world.queues.all().filter(({ state }) => state === "waiting");
    const refs = [...chosen.map(({ queue, id }) => ({ queue, id })), { queue: "demo.thing.make", id: newId() }];
    const preview = await world.service.previewBulk(world.ada, { action: "cancel", jobs: refs }, "organization");
    const own = chosen.filter(({ caller }) => caller === world.ada);
    expect(preview).toMatchObject({ count: own.length, leftOut: refs.length - own.length });
    await world.service.runBulk(world.ada, { token: preview.token }, "organization");
    await work(world, world.ada);
    expect(world.queues.all().filter(({ state }) => state === "cancelled").map(({ id }) => id).sort()).toEqual(own.map(({ id }) => id).sort());
  });

  it("is not prepared any further, and leaves nothing behind, once nobody waits for its preview", async () => {
    const world = parts({ config: { bulk: { maxJobs: 10_000, previewMinutes: 15 } } });
    const ada = somebody();
    for (let n = 0; n < 1_200; n++) world.queues.add({ caller: ada });
    await world.project();
    const { signal } = new AbortController();
    const chunks = world.database.for(ada).repository(bulkChunkEntity);
    const asked = vi.spyOn(signal, "throwIfAborted").mockImplementationOnce(() => undefined).mockImplementation(() => {
      throw new Error("Nobody waits any more");
    });
    await expect(world.service.previewBulk(ada, { action: "cancel", filter: {} }, "organization", signal)).rejects.toThrow("Nobody waits");
    expect(asked).toHaveBeenCalledTimes(2);
    expect([await chunks.count({}), await world.database.for(ada).repository(bulkEntity).count({})]).toEqual([0, 0]);
  });

  it("leaves alone whatever changed since the preview, and says how many those were", async () => {
    const world = crowd();
    await world.project();
    const { token, count } = await world.service.previewBulk(world.ada, { action: "remove", filter: { states: ["failed", "waiting"] } }, "organization");
    const [failed, waiting] = [world.queues.all().find(({ state, caller }) => state === "failed" && caller === world.ada), world.queues.all().find(({ state, caller }) => state === "waiting" && caller === world.ada)];
    if (!failed || !waiting) throw new Error("There is one of each");
    // Failed again since: it looks the same and is not.
    await world.queues.retry(failed.queue, failed.id);
    world.queues.fail(world.queues.start({ ...failed, attempt: 0 }));
    world.queues.start(waiting);
    await world.service.runBulk(world.ada, { token }, "organization");
    await work(world, world.ada);
    expect(await world.service.getBulk(world.ada, { id: token })).toMatchObject({ state: "done", changed: count - 2, skipped: 2 });
    expect([states(world.queues).get(failed.id), states(world.queues).get(waiting.id)]).toEqual(["failed", "running"]);
  });

  it("changes what a plain reading of the preview would, whatever the jobs do meanwhile", async () => {
    const move = fc.record({ does: fc.constantFrom("start", "complete", "fail", "retry", "remove", "add"), which: fc.nat({ max: 60 }) });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<JobAction[]>("cancel", "retry", "remove"), fc.constantFrom<JobScope[]>("own", "organization"), fc.array(move, { maxLength: 12 }), fc.array(move, { maxLength: 8 }), async (action, scope, before, during) => {
        const world = crowd(24);
        await world.project();
        const apply = async ({ does, which }: { does: string; which: number }): Promise<void> => {
          const job = world.queues.all()[which % world.queues.all().length];
          if (does === "add") world.queues.add({ caller: world.ada });
          else if (does === "start" && job?.state === "waiting") world.queues.start(job);
          else if (does === "complete" && job?.state === "running") world.queues.complete(job);
          else if (does === "fail" && job?.state === "running") world.queues.fail(job);
          else if (does === "retry" && job?.state === "failed") await world.queues.retry(job.queue, job.id);
          else if (does === "remove" && job && job.state !== "running") await world.queues.remove(job.queue, job.id);
        };
        const preview = await world.service.previewBulk(world.ada, { action, filter: {} }, scope).catch(() => null);
        if (!preview) return;
        const chunks = await world.database.for(world.ada).repository(bulkChunkEntity).query({ bulkId: preview.token });
        const previewed = new Map(chunks.items.flatMap(({ items }) => items.map((item) => [item.id, item] as const)));
        for (const step of before) await apply(step);
        await world.service.runBulk(world.ada, { token: preview.token }, scope);
        // What each job was when the action came to it.
        const met: JobStatus[] = [];
        const pending = [...during];
        for (const name of ["cancel", "retry", "remove"] as const) {
          const real = world.queues[name].bind(world.queues);
          const watched = async (queue: string, id: string, by: UserCaller) => {
            const job = await world.queues.get(queue, id);
            if (job) met.push(job);
            return real(queue, id, by);
          };
          Object.assign(world.queues, { [name]: watched });
        }
        const jobs = world.queues.all();
        world.queues.beforeAnswer = async (question, id) => {
          if (question !== "get" || !previewed.has(id)) return;
          const step = pending.shift();
          // By itself, and past the watch above.
          if (step && ["start", "complete", "fail", "add"].includes(step.does)) await apply(step);
        };
        await work(world, world.ada);
        const done = await world.service.getBulk(world.ada, { id: preview.token });
        expect(done.changed + done.skipped + done.failed.reduce((sum, { count }) => sum + count, 0)).toBe(preview.count);
        expect(met.every(({ id, state, attempt }) => previewed.get(id)?.state === state && previewed.get(id)?.attempt === attempt)).toBe(true);
        expect(new Set(met.map(({ id }) => id)).size).toBe(met.length);
        expect(met.length).toBe(done.changed + done.failed.reduce((sum, { count }) => sum + count, 0));
        const untouched = jobs.filter(({ id, caller }) => !previewed.has(id) && caller === world.eve);
        expect(untouched.every(({ id }) => world.queues.all().some((job) => job.id === id && job.state !== "cancelled"))).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("goes on where a worker died, and counts nothing twice", async () => {
    for (let dieAt = 1; dieAt <= 60; dieAt += 7) {
      const world = crowd(200);
      await world.project();
      const { token, count } = await world.service.previewBulk(world.ada, { action: "retry", filter: {} }, "organization");
      await world.service.runBulk(world.ada, { token }, "organization");
      let calls = 0;
      const retry = world.queues.retry.bind(world.queues);
      const retried: string[] = [];
      world.queues.retry = async (queue, id) => {
        calls += 1;
        const result = await retry(queue, id);
        retried.push(id);
        // Between the effect and the note of it.
        if (calls === dieAt) throw new Error("The worker dies");
        return result;
      };
      await work(world, world.ada).catch(() => undefined);
      await work(world, world.ada);
      expect(await world.service.getBulk(world.ada, { id: token })).toMatchObject({ state: "done", changed: count, skipped: 0, failed: [] });
      expect(new Set(retried).size).toBe(retried.length);
    }
  });

  it("stops when it is cancelled: what was done stays done, the rest stays as it was", async () => {
    const world = crowd(200);
    await world.project();
    const { token, count } = await world.service.previewBulk(world.ada, { action: "remove", filter: { states: ["failed"] } }, "organization");
    const { job } = await world.service.runBulk(world.ada, { token }, "organization");
    const stop = new AbortController();
    const remove = world.queues.remove.bind(world.queues);
    world.queues.remove = async (queue, id) => {
      stop.abort(new AppError("cancelled", "job_cancelled", "Cancelled", { remedy: "" }));
      return remove(queue, id);
    };
    await expect(work(world, world.ada, stop.signal)).rejects.toMatchObject({ code: "job_cancelled" });
    await world.queues.cancel(job?.queue ?? "", job?.id ?? "", world.ada);
    const bulk = await world.service.getBulk(world.ada, { id: token });
    expect(bulk).toMatchObject({ state: "stopped", changed: 20 });
    expect(count).toBeGreaterThan(20);
  });

  it("says which errors stood in the way, and waits for a store that is away", async () => {
    const world = crowd();
    await world.project();
    const { token, count } = await world.service.previewBulk(world.ada, { action: "remove", filter: { states: ["failed"] } }, "organization");
    await world.service.runBulk(world.ada, { token }, "organization");
    const remove = world.queues.remove.bind(world.queues);
    world.queues.remove = () => Promise.reject(new AppError("conflict", "job_scheduled", "Scheduled.", { remedy: "Pause the queue." }));
    world.queues.away = 1;
    await expect(work(world, world.ada)).rejects.toMatchObject({ code: "queue_unavailable" });
    await work(world, world.ada);
    expect(await world.service.getBulk(world.ada, { id: token })).toMatchObject({ state: "done", changed: 0, failed: [{ code: "job_scheduled", count }] });
    world.queues.remove = remove;
  });

  it("is bounded, and refuses what was not previewed by the same person for the same jobs", async () => {
    const world = crowd(40);
    const small = parts({ database: world.database, queues: world.queues, config: { ...CONFIG, bulk: { maxJobs: 5, previewMinutes: 15 } } });
    await world.project();
    expect(await small.service.previewBulk(world.ada, { action: "remove", filter: {} }, "organization")).toMatchObject({ count: 5, limited: true });
    expect(await outcome(world.service.previewBulk(world.ada, { action: "retry", filter: { states: ["completed"] } }, "organization"))).toBe("nothing_to_change");
    const { token } = await world.service.previewBulk(world.ada, { action: "remove", filter: {} }, "organization");
    expect(await outcome(world.service.runBulk(world.eve, { token }, "organization"))).toBe("preview_expired");
    expect(await outcome(world.service.runBulk(world.ada, { token }, "system"))).toBe("preview_expired");
    expect(await outcome(world.service.runBulk({ ...world.ada, organizationId: world.eve.organizationId }, { token }, "organization"))).toBe("preview_expired");
    expect(await outcome(world.service.getBulk(world.eve, { id: token }))).toBe("bulk_not_found");
    world.clock.now = new Date("2026-03-01T13:15:00.000Z");
    expect(await outcome(world.service.runBulk(world.ada, { token }, "organization"))).toBe("preview_expired");
    expect(await outcome(world.runner.run({ bulkId: token, jobId: newId(), caller: world.ada, signal: never, progress: async () => undefined }))).toBe("bulk_not_found");
  });
});
