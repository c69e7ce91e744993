import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startWorker } from "./start-worker.ts";

class WorkerOfTest extends EventTarget {
  readonly terminate = vi.fn<() => void>();
}

const made: WorkerOfTest[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  made.length = 0;
  vi.stubGlobal("Worker", class extends WorkerOfTest {
    constructor() {
      super();
      made.push(this);
    }
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("hands a worker out once it has said that it runs, and another in place of one whose code did not come", async () => {
  let given: unknown = null;
  const starting = startWorker(() => new Worker("code.js")).then((worker) => (given = worker));
  const first = new Event("error", { cancelable: true });
  made[0]?.dispatchEvent(first);
  expect(first.defaultPrevented, "nobody else hears of it").toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(made).toHaveLength(2);
  expect(made[0]?.terminate).toHaveBeenCalledOnce();
  made[1]?.dispatchEvent(new Event("error"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(made, "it waits longer each time").toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(made).toHaveLength(3);
  expect(given).toBeNull();
  made[2]?.dispatchEvent(new MessageEvent("message", { data: "started" }));
  await starting;
  expect(given).toBe(made[2]);
  expect(made[2]?.terminate).not.toHaveBeenCalled();
});
