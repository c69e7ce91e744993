import { describe, expect, it, vi } from "vitest";
import { onceMore } from "./once-more.ts";

describe("work that is asked for again and again", () => {
  it("is never broken off, and done once more for all that was asked meanwhile", async () => {
    const run = onceMore(5);
    const gate = Promise.withResolvers<void>();
    const first = vi.fn(() => gate.promise);
    const later = vi.fn(async () => undefined);
    const running = run(first);
    for (let n = 0; n < 10; n += 1) void run(later);
    expect([first.mock.calls.length, later.mock.calls.length]).toEqual([1, 0]);
    gate.resolve();
    await running;
    expect([first.mock.calls.length, later.mock.calls.length]).toEqual([1, 1]);
    await run(later);
    expect(later).toHaveBeenCalledTimes(2);
  });

  it("goes on after one that failed", async () => {
    const run = onceMore(5);
    await expect(run(() => Promise.reject(new Error("away")))).rejects.toThrow("away");
    const again = vi.fn(async () => undefined);
    await run(again);
    expect(again).toHaveBeenCalledOnce();
  });
});
