import { createMemoryDatabase } from "@coder/db";
import { fixedConfig, silentLogger, somebody } from "@coder/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CONFIG, parts } from "../__fixtures__/parts.ts";
import { QueueModel } from "../__fixtures__/queue-model.ts";
import { HistoryRecorder } from "../history/HistoryRecorder.ts";
import { Follower } from "./Follower.ts";
import { factsOf } from "./job-row.ts";
import { Lease } from "./Lease.ts";
import { Projector } from "./Projector.ts";

const QUEUE = "demo.thing.make";
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((follower) => follower.stop()));
});

function follow(world: ReturnType<typeof parts>) {
  const { database, queues } = world;
  const config = fixedConfig(CONFIG);
  const now = () => new Date();
  const history = new HistoryRecorder({ database, config, log: silentLogger, now: world.now });
  const epochs: number[] = [];
  const follower = new Follower({
    jobs: queues, history, config, log: silentLogger,
    lease: new Lease({ database, log: silentLogger, owner: "f", now, timing: { leaseMs: 30_000, renewMs: 50 } }),
    projector: (epoch) => {
      epochs.push(epoch);
      return new Projector({ database, jobs: queues, config, history, epoch, now: world.now });
    },
  });
  const stopping = new AbortController();
  const ended = follower.run(stopping.signal);
  ended.catch(() => undefined);
  const handle = { epochs, ended, stop: async () => {
    stopping.abort();
    await ended.catch(() => undefined);
  } };
  running.push(handle);
  return handle;
}

async function settled({ rows, queues }: ReturnType<typeof parts>): Promise<void> {
  await vi.waitFor(async () => {
    const { items } = await rows.query({}, { limit: 1_000 });
    expect(items.map(({ id, state }) => [id, state]).sort()).toEqual(queues.all().map((job) => [factsOf(job).id, job.state]).sort());
  }, { timeout: 20_000 });
}

describe("Follower", () => {
  it("takes in what is there, then what happens", async () => {
    const world = parts();
    world.queues.add({ caller: somebody() });
    const handle = follow(world);
    await settled(world);
    const job = world.queues.start(world.queues.add());
    world.queues.add({ queue: "events.demo", name: "demo.thing.made" });
    await settled(world);
    world.queues.complete(job);
    await settled(world);
    await handle.stop();
    await expect(handle.ended).resolves.toBeUndefined();
  });

  it("reads a queue anew when something was missed, and when it could not be read at once", async () => {
    const world = parts();
    const job = world.queues.add();
    follow(world);
    await settled(world);
    world.queues.drop(job);
    world.queues.gap(QUEUE);
    await settled(world);
    world.queues.away = 3;
    world.queues.add();
    await settled(world);
    expect(world.queues.away).toBe(0);
  });

  it("is one of several, and another takes over where it ends", async () => {
    const database = createMemoryDatabase();
    const world = parts({ database, queues: new QueueModel() });
    world.queues.add();
    const [first, second] = [follow(world), follow(world)];
    await settled(world);
    const [leader, other] = first.epochs.length > 0 ? [first, second] : [second, first];
    expect(other.epochs).toEqual([]);
    await leader.stop();
    world.queues.add();
    await settled(world);
    expect(other.epochs).toEqual([(leader.epochs[0] ?? 0) + 1]);
  });

  it("does not swallow a fault of the product's own: whoever keeps it going hears of it", async () => {
    const world = parts();
    world.queues.add();
    world.queues.each = () => {
      throw new TypeError("A fault");
    };
    await expect(follow(world).ended).rejects.toThrow("A fault");
  });

  it("leaves a queue alone that is gone", async () => {
    const world = parts();
    world.queues.add();
    follow(world);
    await settled(world);
    world.queues.gap("gone.thing.make");
    world.queues.add();
    await settled(world);
  });
});
