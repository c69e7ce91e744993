import type { JobScope } from "@coder/api/dashboard";
import { AppError, type Caller } from "@coder/shared";
import { somebody } from "@coder/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parts } from "../__fixtures__/parts.ts";
import { jobEntity } from "../entities.ts";

type World = ReturnType<typeof parts>;
const stops: AbortController[] = [];
const worlds: World[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
  for (const { feed } of worlds.splice(0)) feed.close();
});

function open(): World {
  const world = parts();
  worlds.push(world);
  return world;
}

/** The same object with one of its methods in another way. */
function instead<Target extends object>(target: Target, method: string, make: (original: (...args: unknown[]) => object) => unknown): Target {
  return new Proxy(target, {
    get: (object, name) => {
      const found: unknown = Reflect.get(object, name);
      const bound: unknown = typeof found === "function" ? found.bind(object) : found;
      return name === method && typeof bound === "function" ? make((...args) => Object(Reflect.apply(bound, undefined, args))) : bound;
    },
  });
}

/** What one reader hears. */
function watch({ service }: World, caller: Caller, scope: JobScope, lastEventId?: string) {
  const stop = new AbortController();
  stops.push(stop);
  const heard: { readonly id: string; readonly told: string; readonly at: number }[] = [];
  const ended = (async () => {
    for await (const item of service.watchJobs(caller, { lastEventId }, scope, stop.signal)) {
      const told = "gap" in item ? "gap" : [...item.event.jobs.map(({ id, state }) => `${id} ${state}`), ...item.event.removed.map(({ id }) => `${id} gone`), ...(item.event.more ? ["more"] : [])].join(", ");
      heard.push({ id: item.id, told, at: performance.now() });
    }
  })();
  return { heard, told: () => heard.map(({ told }) => told), stop: async () => {
    stop.abort();
    await ended;
  } };
}

describe("following jobs", () => {
  it("begins with a gap, then tells what changes and what goes: to each reader their own", async () => {
    const world = open();
    const [ada, eve] = [somebody(), somebody()];
    const bob = { ...somebody(), organizationId: ada.organizationId };
    const before = world.queues.add({ caller: ada });
    await world.project();
    const [organization, own, other, system] = [watch(world, bob, "organization"), watch(world, bob, "own"), watch(world, eve, "organization"), watch(world, eve, "system")];
    await vi.waitFor(() => expect([organization, own, other, system].map(({ told }) => told())).toEqual([["gap"], ["gap"], ["gap"], ["gap"]]));
    world.queues.start(before);
    const [ofBob, ofNobody] = [world.queues.add({ caller: bob }), world.queues.add()];
    await world.projector.refresh("demo.thing.make", [before.id, ofBob.id, ofNobody.id]);
    await vi.waitFor(() => expect([organization, own, system].map(({ told }) => told().slice(1))).toEqual([[`${before.id} running, ${ofBob.id} waiting`], [`${ofBob.id} waiting`], [`${ofNobody.id} waiting`]]));
    await world.queues.remove("demo.thing.make", ofBob.id);
    await world.projector.refresh("demo.thing.make", [ofBob.id]);
    await vi.waitFor(() => expect([organization, own].map(({ told }) => told().at(-1))).toEqual([`${ofBob.id} gone`, `${ofBob.id} gone`]));
    expect(other.told()).toEqual(["gap"]);
    expect(system.told()).toHaveLength(2);
  });

  it("looks once for any number of readers, and not while there is none", async () => {
    const world = open();
    const ada = somebody();
    world.queues.add({ caller: ada });
    await world.project();
    const looks = vi.spyOn(world.database, "system");
    const count = async (readers: number): Promise<number> => {
      const watching = Array.from({ length: readers }, () => watch(world, ada, "organization"));
      await vi.waitFor(() => expect(watching.every(({ told }) => told().length === 1)).toBe(true));
      looks.mockClear();
      await new Promise((resolve) => setTimeout(resolve, 950));
      const seen = looks.mock.calls.length;
      await Promise.all(watching.map(({ stop }) => stop()));
      return seen;
    };
    const [one, ten] = [await count(1), await count(10)];
    expect(one).toBeGreaterThan(0);
    // Each for itself would look ten times as often; a stall of the machine takes a look or two from one of them.
    expect(ten / one).toBeLessThan(5);
    world.feed.close();
    looks.mockClear();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(looks).not.toHaveBeenCalled();
  });

  it("joins a storm: at most four updates in a second, and none of its end is missing", async () => {
    const world = open();
    const ada = somebody();
    const jobs = Array.from({ length: 50 }, () => world.queues.add({ caller: ada }));
    await world.project();
    const reader = watch(world, ada, "organization");
    await vi.waitFor(() => expect(reader.told()).toEqual(["gap"]));
    for (const job of jobs) {
      world.queues.complete(world.queues.start(job));
      await world.projector.refresh("demo.thing.make", [job.id]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await vi.waitFor(() => expect(new Set(reader.told().join(", ").split(", ").filter((word) => word.endsWith("completed"))).size).toBe(50));
    const times = reader.heard.slice(1).map(({ at }) => at);
    for (const [place, at] of times.entries()) expect(times.slice(place + 1).filter((later) => later - at < 1_000).length).toBeLessThan(4);
  });

  it("misses nothing that is written while it looks: a job that goes just before another changes", async () => {
    const world = open();
    const ada = somebody();
    const [trigger, gone, other] = [world.queues.add({ caller: ada }), world.queues.add({ caller: ada }), world.queues.add({ caller: ada })];
    await world.project();
    const reader = watch(world, ada, "organization");
    await vi.waitFor(() => expect(reader.told()).toEqual(["gap"]));
    let armed = true;
    const meanwhile = async () => {
      armed = false;
      await world.queues.remove("demo.thing.make", gone.id);
      await world.projector.refresh("demo.thing.make", [gone.id]);
      world.queues.start(other);
      await world.projector.refresh("demo.thing.make", [other.id]);
    };
    const system = world.database.system.bind(world.database);
    vi.spyOn(world.database, "system").mockImplementation((reason) => instead(system(reason), "repository", (repository) => (entity: unknown) => {
      const rows = Reflect.apply(repository, undefined, [entity]);
      if (entity !== jobEntity) return rows;
      return instead(rows, "query", (query) => async (filter: object, options: unknown) => {
        if (armed && "sequence" in filter) await meanwhile();
        return Reflect.apply(query, undefined, [filter, options]);
      });
    }));
    world.queues.start(trigger);
    await world.projector.refresh("demo.thing.make", [trigger.id]);
    await vi.waitFor(() => expect(reader.told().join(", ")).toContain(`${other.id} running`));
    expect(armed).toBe(false);
    expect(reader.told().join(", ")).toContain(`${gone.id} gone`);
  });

  it("says only that there is more when there is too much, and goes on after it", async () => {
    const world = open();
    const ada = somebody();
    const reader = watch(world, ada, "organization");
    await vi.waitFor(() => expect(reader.told()).toEqual(["gap"]));
    for (let n = 0; n < 600; n++) world.queues.add({ caller: ada });
    await world.project();
    await vi.waitFor(() => expect(reader.told()).toContain("more"));
    const late = world.queues.add({ caller: ada });
    await world.projector.refresh("demo.thing.make", [late.id]);
    await vi.waitFor(() => expect(reader.told().at(-1)).toBe(`${late.id} waiting`));
  });

  it("goes on after the last event of a reader who comes back, and through an outage", async () => {
    const world = open();
    const ada = somebody();
    const reader = watch(world, ada, "organization");
    await vi.waitFor(() => expect(reader.told()).toEqual(["gap"]));
    await reader.stop();
    const job = world.queues.add({ caller: ada });
    const away = vi.spyOn(world.database, "system").mockImplementation(() => {
      throw new AppError("unavailable", "database_unavailable", "Away.", { remedy: "Wait." });
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    away.mockRestore();
    await world.project();
    const again = watch(world, ada, "organization", reader.heard[0]?.id);
    await vi.waitFor(() => expect(again.told()).toEqual([`${job.id} waiting`]));
  });

  it("ends a reader who leaves before it is known from where on to look", async () => {
    const world = open();
    const away = vi.spyOn(world.database, "system").mockImplementation(() => {
      throw new AppError("unavailable", "database_unavailable", "Away.", { remedy: "Wait." });
    });
    const reader = watch(world, somebody(), "organization");
    await reader.stop();
    expect(reader.told()).toEqual([]);
    away.mockRestore();
  });
});
