import { JOB_STATES, JobFilterSchema, type Job, type JobFilter, type JobScope } from "@coder/api/dashboard";
import { systemCaller, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { outcome, somebody } from "@coder/testing";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { parts } from "../__fixtures__/parts.ts";
import { followerEntity } from "../entities.ts";

const everything = { limit: 200, sort: "enqueuedAt", direction: "desc" } as const;
const [ada, eve] = [somebody(), somebody()];
const bob = { ...somebody(), organizationId: ada.organizationId };
const projectId = newId();

/** Jobs of two organizations, of three people and of the product, in several queues and every state. */
async function filled() {
  const world = parts();
  const { queues } = world;
  const callers: Caller[] = [ada, bob, eve, systemCaller("demo.part"), systemCaller("demo.part", ada.organizationId)];
  for (let n = 0; n < 60; n++) {
    const caller = callers[n % callers.length] ?? ada;
    const job = queues.add({ caller, queue: ["demo.thing.make", "other.thing.fetch", "events.demo"][n % 3] ?? "", name: n % 3 === 2 ? "demo.thing.made" : "demo.thing.make", payload: n % 2 === 0 ? { projectId } : {}, title: n % 3 === 1 ? "Fetch 100% of it" : null });
    if (n % 6 === 1) queues.start(job);
    if (n % 6 === 2) queues.complete(queues.start(job));
    if (n % 6 === 3) queues.fail(queues.start(job), n % 9 === 0 ? `No answer in ${n} ms` : `Project ${newId()} is gone`);
    if (n % 6 === 4 && job.kind === "jobs") await queues.cancel(job.queue, job.id, bob);
  }
  await world.project();
  return world;
}
type World = Awaited<ReturnType<typeof filled>>;
let world: World;
beforeEach(async () => {
  world = await filled();
});

const list = async (caller: Caller, scope: JobScope, filter: JobFilter = {}): Promise<readonly Job[]> => (await world.service.listJobs(caller, { ...everything, ...filter }, scope)).items;
const ids = (jobs: readonly Pick<Job, "queue" | "id">[]) => jobs.map(({ queue, id }) => `${queue}/${id}`).sort();

describe("whose jobs somebody sees", () => {
  const visible = (see: (caller: Caller, kind: string) => boolean) => ids(world.queues.all().filter(({ caller, kind }) => see(caller, kind)));
  const organizationOf = (caller: Caller) => (caller.kind === "anonymous" ? null : caller.organizationId);

  it("is their own, their organization's or the product's: nothing else, in no question", async () => {
    const scopes: readonly [Caller, JobScope, readonly string[]][] = [
      [ada, "own", visible((caller, kind) => caller === ada && kind === "jobs")],
      [bob, "own", visible((caller, kind) => caller === bob && kind === "jobs")],
      [ada, "organization", visible((caller) => organizationOf(caller) === ada.organizationId)],
      [eve, "organization", visible((caller) => organizationOf(caller) === eve.organizationId)],
      [ada, "system", visible((caller) => organizationOf(caller) === null)],
      [somebody(), "organization", []],
      [{ ...ada, organizationId: null }, "own", []],
    ];
    for (const [caller, scope, expected] of scopes) {
      expect(ids(await list(caller, scope))).toEqual(expected);
      const counts = await world.service.countJobs(caller, {}, scope);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(expected.length);
      for (const { queue, id } of world.queues.all()) {
        const seen = expected.includes(`${queue}/${id}`);
        for (const ask of [() => world.service.getJob(caller, { queue, id }, scope), () => world.service.listJobLogs(caller, { queue, id, limit: 10 }, scope)]) {
          expect(await outcome(ask())).toBe(seen ? "done" : "job_not_found");
        }
        if (!seen) {
          for (const act of ["cancelJob", "retryJob", "removeJob"] as const) expect(await outcome(world.service[act](caller, { queue, id }, scope))).toBe("job_not_found");
        }
      }
    }
  });

  it("is found by people before they have an organization, too", async () => {
    const homeless = { ...somebody(), organizationId: null };
    const job = world.queues.add({ caller: homeless });
    await world.project();
    expect(ids(await list(homeless, "own"))).toEqual(ids([job]));
    expect(await world.service.getJob(homeless, job, "own")).toMatchObject({ id: job.id, startedBy: { userId: homeless.userId } });
  });

  it("is asked for by those who have an organization, or are a person", async () => {
    expect(await outcome(list({ ...ada, organizationId: null }, "organization"))).toBe("no_organization");
    expect(await outcome(list(systemCaller("demo", ada.organizationId), "own"))).toBe("person_needed");
  });
});

describe("finding jobs", () => {
  const someFilter: fc.Arbitrary<JobFilter> = fc.record(
    {
      states: fc.subarray([...JOB_STATES]),
      queues: fc.subarray(["demo.thing.make", "other.thing.fetch", "events.demo", "none"]),
      kinds: fc.subarray(["jobs" as const, "events" as const]),
      name: fc.constantFrom("demo.thing", "demo.thing.made", "thing"),
      startedBy: fc.subarray([ada.userId, bob.userId.toUpperCase(), "demo.part"]),
      subject: fc.constantFrom(projectId, newId()),
      text: fc.constantFrom("FETCH", "100% of", "answer ms", "no_answer", "demo", projectId, "%"),
      from: fc.constantFrom("2026-03-01T12:00:20.000Z"),
      until: fc.constantFrom("2026-03-01T12:01:00.000Z"),
    },
    { requiredKeys: [] },
  );

  /** What a filter means, in the plainest way. */
  function matches(job: Job, { states, queues, kinds, name, startedBy, subject, text, from, until }: JobFilter): boolean {
    const starter = "userId" in job.startedBy ? job.startedBy.userId : job.startedBy.component;
    const words = [job.title, job.name, job.queue, job.id, job.subject?.id, "component" in job.startedBy ? job.startedBy.component : "", job.error?.message].join(" ").toLowerCase();
    return (
      (states?.includes(job.state) ?? true) && (queues?.includes(job.queue) ?? true) && (kinds?.includes(job.kind) ?? true) && job.name.startsWith(name ?? "") && (startedBy?.some((id) => id.toLowerCase() === starter) ?? true) &&
      (subject === undefined || job.subject?.id === subject) && (text === undefined || text.toLowerCase().split(" ").every((word) => words.includes(word))) && (from === undefined || job.enqueuedAt >= from) && (until === undefined || job.enqueuedAt < until)
    );
  }

  it("answers any filter as plain JavaScript does, and counts by state what it would list without one", async () => {
    const all = await list(ada, "organization");
    await fc.assert(
      fc.asyncProperty(someFilter, async (filter) => {
        JobFilterSchema.parse(filter);
        const expected = all.filter((job) => matches(job, filter));
        expect(ids(await list(ada, "organization", filter))).toEqual(ids(expected));
        const { states: _states, ...rest } = filter;
        const counted = Map.groupBy(all.filter((job) => matches(job, rest)), ({ state }) => state);
        expect(await world.service.countJobs(ada, filter, "organization")).toEqual(Object.fromEntries(JOB_STATES.map((state) => [state, counted.get(state)?.length ?? 0])));
      }),
    );
  });

  it("lists page by page in every order, each job once", async () => {
    for (const sort of ["enqueuedAt", "changedAt", "tookMs"] as const) {
      for (const direction of ["asc", "desc"] as const) {
        const seen: Job[] = [];
        let cursor: string | undefined;
        do {
          const page = await world.service.listJobs(ada, { limit: 7, sort, direction, cursor }, "organization");
          seen.push(...page.items);
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(ids(seen)).toEqual(ids(await list(ada, "organization")));
        const key = (job: Job) => (sort === "tookMs" ? (job.tookMs ?? 0) : job[sort]);
        const keys = seen.map(key);
        expect(keys).toEqual(direction === "asc" ? keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)) : keys.toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0)));
      }
    }
  });

  it("does not let somebody widen their own jobs by naming others", async () => {
    expect(await list(ada, "own", { startedBy: [bob.userId] })).toEqual([]);
    expect(ids(await list(ada, "own", { startedBy: [bob.userId, ada.userId] }))).toEqual(ids(await list(ada, "own")));
    expect(await list(ada, "own", { kinds: ["events"] })).toEqual([]);
  });
});

describe("one job", () => {
  it("is told with everything that can be done with it now", async () => {
    const actions = async (state: Job["state"], kind: Job["kind"]) => {
      const job = world.queues.all().find((candidate) => candidate.state === state && candidate.kind === kind && candidate.caller === (kind === "events" ? eve : ada));
      return job ? (await world.service.getJob(job.caller, job, "organization")).actions : null;
    };
    expect(await actions("running", "jobs")).toEqual(["cancel"]);
    expect(await actions("waiting", "jobs")).toEqual(["cancel", "remove"]);
    expect(await actions("failed", "jobs")).toEqual(["retry", "remove"]);
    expect(await actions("cancelled", "jobs")).toEqual(["retry", "remove"]);
    expect(await actions("completed", "events")).toEqual(["remove"]);
    const cancelled = world.queues.all().find(({ state, caller }) => state === "cancelled" && caller === ada);
    expect(await world.service.getJob(ada, cancelled ?? { queue: "", id: "" }, "organization")).toMatchObject({ cancelled: { by: { userId: bob.userId } }, kept: true, payload: {}, stacks: [] });
  });

  it("is told from what was noted when its queue has forgotten it, and says so", async () => {
    const done = world.queues.all().find(({ state, caller }) => state === "completed" && caller === ada);
    if (!done) throw new Error("There is one");
    world.queues.drop(done);
    expect(await world.service.getJob(ada, done, "organization")).toMatchObject({ id: done.id, state: "completed", payload: null, kept: false, actions: [] });
    expect(await world.service.listJobLogs(ada, { ...done, limit: 10 }, "organization")).toEqual({ lines: [] });
    expect(await outcome(world.service.getJob(eve, done, "organization"))).toBe("job_not_found");
    expect(await outcome(world.service.retryJob(ada, done, "organization"))).toBe("job_not_found");
    expect(await outcome(world.service.getJob(ada, { queue: "no.such.queue", id: "1" }, "organization"))).toBe("job_not_found");
  });

  it("has a log, line by line", async () => {
    const [job] = await list(ada, "organization", { queues: ["demo.thing.make"] });
    if (!job) throw new Error("There is one");
    world.queues.write(job, "2026-03-01T12:00:00.000Z info Began\nwith two lines", "2026-03-01T12:00:01.000Z error Fell", "2026-03-01T12:00:02.000Z warn ", "nobody knows");
    expect(await world.service.listJobLogs(ada, { ...job, limit: 3 }, "organization")).toEqual({
      lines: [{ at: "2026-03-01T12:00:01.000Z", level: "error", message: "Fell" }, { at: "2026-03-01T12:00:02.000Z", level: "warn", message: "" }, { at: null, level: "info", message: "nobody knows" }],
    });
    expect((await world.service.listJobLogs(ada, { ...job, limit: 10 }, "organization")).lines[0]).toEqual({ at: "2026-03-01T12:00:00.000Z", level: "info", message: "Began\nwith two lines" });
  });

  it("is cancelled, retried and removed where that makes sense", async () => {
    const job = world.queues.add({ caller: ada });
    world.queues.start(job);
    expect(await outcome(world.service.removeJob(ada, job, "own"))).toBe("job_running");
    expect(await outcome(world.service.retryJob(ada, job, "own"))).toBe("job_not_stopped");
    expect(await world.service.cancelJob(ada, job, "own")).toMatchObject({ state: "cancelled", cancelled: { by: { userId: ada.userId } }, actions: ["retry", "remove"] });
    expect(await outcome(world.service.cancelJob(ada, job, "own"))).toBe("job_finished");
    expect(await world.service.retryJob(bob, job, "organization")).toMatchObject({ state: "waiting", attempt: 0 });
    expect(await world.service.removeJob(ada, job, "own")).toEqual({});
    expect(await outcome(world.service.getJob(ada, job, "own"))).toBe("job_not_found");
    const event = world.queues.add({ caller: ada, queue: "events.demo", name: "demo.thing.made" });
    expect(await outcome(world.service.cancelJob(ada, event, "organization"))).toBe("not_cancellable");
  });

  it.each(["retryJob", "removeJob"] as const)("is cancelled and has more asked of it (%s) while its worker still stops it", async (procedure) => {
    const job = world.queues.add({ caller: ada, state: "running", cancelled: { at: world.queues.tick(), by: ada } });
    let looks = 0;
    world.queues.beforeAnswer = async (question, id) => {
      if (question === "get" && (looks += 1) === 2) await world.queues.cancel(job.queue, id, ada);
    };
    expect([await outcome(world.service[procedure](ada, job, "own")), looks]).toEqual(["done", 2]);
  });
});

describe("queues", () => {
  it("are shown with what they hold of the scope: all of it to people who run the installation", async () => {
    const all = await world.service.listQueues(ada, "system");
    const held = all.items.filter(({ counts }) => Object.values(counts).some((count) => count > 0));
    expect(held.map(({ queue, module, kind, title, counts }) => [queue, module, kind, title, Object.values(counts).reduce((sum, count) => sum + count, 0)])).toEqual([
      ["demo.thing.make", "demo", "jobs", "Make thing", 20],
      ["other.thing.fetch", "other", "jobs", "Fetch thing", 20],
      ["events.demo", "events", "events", "Events for events", 20],
    ]);
    const own = await world.service.listQueues(ada, "own");
    expect(own.items.map(({ queue }) => queue)).toEqual(["demo.thing.make", "other.thing.fetch"]);
    for (const { queue, counts, oldestWaitingAt } of own.items) {
      const jobs = (await list(ada, "own", { queues: [queue] })).toReversed();
      expect(counts.waiting).toBe(jobs.filter(({ state }) => state === "waiting").length);
      expect(oldestWaitingAt).toBe(jobs.find(({ state }) => state === "waiting")?.enqueuedAt ?? null);
    }
  });

  it("are paused and resumed, and it shows at once", async () => {
    const paused = async () => (await world.service.listQueues(ada, "system")).items.filter((queue) => queue.paused).map(({ queue }) => queue);
    expect(await paused()).toEqual([]);
    expect(await world.service.pauseQueue(ada, { queue: "demo.thing.make" })).toEqual({ queue: "demo.thing.make", paused: true });
    expect(await paused()).toEqual(["demo.thing.make"]);
    await world.service.resumeQueue(ada, { queue: "demo.thing.make" });
    expect(await paused()).toEqual([]);
    expect(await outcome(world.service.pauseQueue(ada, { queue: "no.such" }))).toBe("queue_not_found");
  });

  it("say since when nobody keeps their jobs up to date", async () => {
    const behind = async () => (await world.service.listQueues(ada, "own")).behindSince;
    expect(await behind()).toBe("2026-03-01T13:00:00.000Z");
    const followers = world.database.system("jobs").repository(followerEntity);
    await followers.insert({ id: "queues", owner: "a", epoch: 1, until: "2026-03-01T13:00:10.000Z" });
    expect(await behind()).toBeNull();
    world.clock.now = new Date("2026-03-01T13:01:00.000Z");
    expect(await behind()).toBe("2026-03-01T13:00:10.000Z");
  });

  it("ask the store once for all who look at the same time", async () => {
    let asked = 0;
    world.queues.beforeAnswer = (question) => void (asked += question === "queues" ? 1 : 0);
    await Promise.all(Array.from({ length: 10 }, () => world.service.listQueues(ada, "system")));
    expect(asked).toBe(1);
  });
});

describe("failures", () => {
  it("are grouped by cause, the most frequent first, each organization's for itself", async () => {
    const { items, limited } = await world.service.listFailures(ada, {}, "organization");
    const failed = await list(ada, "organization", { states: ["failed"] });
    expect(limited).toBe(false);
    expect(items.map(({ cause, count }) => [cause, count])).toEqual([["Project <id> is gone", 4], ["No answer in <n> ms", 2]]);
    expect(items.reduce((sum, { count }) => sum + count, 0)).toBe(failed.length);
    for (const { fingerprint, count, firstAt, lastAt, queues, frame } of items) {
      const jobs = await list(ada, "organization", { cause: fingerprint, states: ["failed"] });
      const times = jobs.map(({ finishedAt }) => finishedAt ?? "").sort();
      expect([jobs.length, times[0], times.at(-1), frame]).toEqual([count, firstAt, lastAt, "work (src/work.ts)"]);
      expect(queues).toEqual([{ queue: "demo.thing.make", count }]);
    }
    expect((await world.service.listFailures(eve, {}, "organization")).items.map(({ count }) => count)).toEqual([1, 1]);
    expect((await world.service.listFailures(ada, { text: "answer" }, "organization")).items.map(({ cause }) => cause)).toEqual(["No answer in <n> ms"]);
  });
});
