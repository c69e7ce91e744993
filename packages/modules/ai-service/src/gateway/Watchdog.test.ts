import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Watchdog } from "./Watchdog.ts";

const PATIENCE = { firstByteSeconds: 1, idleSeconds: 2, totalSeconds: 10 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("counts the silence of an endpoint from when it is asked, and its pauses from its last word", async () => {
  const watchdog = new Watchdog(PATIENCE);
  await vi.advanceTimersByTimeAsync(5_000);
  watchdog.asked();
  await vi.advanceTimersByTimeAsync(900);
  expect(watchdog.signal.aborted).toBe(false);
  watchdog.touch();
  await vi.advanceTimersByTimeAsync(1_900);
  expect(watchdog.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(watchdog.signal.reason).toMatchObject({ code: "endpoint_silent", message: expect.stringContaining("stopped in the middle") });
});

it("gives up one that does not begin, and one that does not end", async () => {
  const [silent, endless] = [new Watchdog(PATIENCE), new Watchdog(PATIENCE)];
  silent.asked();
  await vi.advanceTimersByTimeAsync(1_100);
  expect(silent.signal.reason).toMatchObject({ message: expect.stringContaining("did not begin") });
  for (let second = 0; second < 9; second += 1) {
    endless.touch();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(endless.signal.reason).toMatchObject({ message: expect.stringContaining("did not end") });
});

it("says nothing any more when it has ended", async () => {
  const watchdog = new Watchdog(PATIENCE);
  watchdog.asked();
  watchdog.end();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(watchdog.signal.aborted).toBe(false);
});
