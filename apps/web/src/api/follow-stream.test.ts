import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { followStream } from "./follow-stream.ts";

let streams: { readonly ended: () => void; readonly unsubscribe: () => void }[];
let told: number;
let leave: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  streams = [];
  told = 0;
  leave = followStream(
    (ended) => {
      // As the link does: what is left ends by that.
      const stream = { ended, unsubscribe: vi.fn<() => void>(ended) };
      streams.push(stream);
      return stream;
    },
    () => (told += 1),
  );
});
afterEach(() => {
  leave();
  vi.useRealTimers();
});

it("begins a stream anew each time that it ended, after a while", async () => {
  streams[0]?.ended();
  expect([streams.length, told]).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(3_000);
  streams[1]?.ended();
  await vi.advanceTimersByTimeAsync(3_000);
  expect([streams.length, told]).toEqual([3, 2]);
});

it("begins none anew that was left, and tells nobody that it ended", async () => {
  leave();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(streams[0]?.unsubscribe).toHaveBeenCalledOnce();
  expect([streams.length, told]).toEqual([1, 0]);
});
