import { InfiniteQueryObserver, onlineManager } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FreshQueries } from "#api/FreshQueries.ts";
import { readForSure } from "./read-for-sure.ts";

const LIST = ["jobs", "own", "list"];
const PAUSE_MS = 5_000;

let queries: FreshQueries;
let asked: PromiseWithResolvers<string>[];
let list: InfiniteQueryObserver<string>;
let leave: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  queries = new FreshQueries();
  asked = [];
  const ask = () => {
    const answer = Promise.withResolvers<string>();
    asked.push(answer);
    return answer.promise;
  };
  list = new InfiniteQueryObserver<string>(queries, { queryKey: [...LIST, "running"], queryFn: ask, initialPageParam: 0, getNextPageParam: () => 1, retry: false });
  leave = list.subscribe(() => undefined);
});
afterEach(() => {
  leave();
  queries.clear();
  onlineManager.setOnline(true);
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

async function shown() {
  asked[0]?.resolve("old");
  await pass();
}

/** Reads, and notes when the reading that worked began. */
function reading() {
  const done = vi.fn();
  const start = Date.now();
  const read = async () => done((await readForSure(queries, LIST, PAUSE_MS)) - start);
  void read();
  return done;
}

it("says when it began once it is read", async () => {
  await shown();
  const done = reading();
  await pass(100);
  expect(done).not.toHaveBeenCalled();
  asked[1]?.resolve("new");
  await pass();
  expect(done).toHaveBeenCalledExactlyOnceWith(0);
});

it("asks again after a reading that failed, and says when that one began", async () => {
  await shown();
  const done = reading();
  asked[1]?.reject(new Error("away"));
  await pass(PAUSE_MS);
  expect(done).not.toHaveBeenCalled();
  asked[2]?.resolve("new");
  await pass();
  expect(done).toHaveBeenCalledExactlyOnceWith(PAUSE_MS);
});

it("does not take a first answer that may be older for a reading", async () => {
  const done = reading();
  await shown();
  expect(done).not.toHaveBeenCalled();
  asked[1]?.resolve("new");
  await pass();
  expect(done).toHaveBeenCalledOnce();
  expect(list.getCurrentResult().data?.pages).toEqual(["new"]);
});

it("does not take a next page for a reading", async () => {
  await shown();
  const done = reading();
  void list.fetchNextPage();
  asked[2]?.resolve("next");
  await pass();
  expect([list.getCurrentResult().data?.pages, done.mock.calls.length]).toEqual([["old", "next"], 0]);
  await pass(PAUSE_MS);
  asked[3]?.resolve("new");
  await pass();
  asked[4]?.resolve("new next");
  await pass();
  expect(list.getCurrentResult().data?.pages).toEqual(["new", "new next"]);
  expect(done).toHaveBeenCalledExactlyOnceWith(PAUSE_MS);
});

it("does not take waiting for the connection for a reading", async () => {
  await shown();
  onlineManager.setOnline(false);
  const done = reading();
  await pass(PAUSE_MS);
  expect([asked.length, done.mock.calls.length]).toEqual([1, 0]);
});

it("ends when nobody looks any more", async () => {
  await shown();
  const done = reading();
  asked[1]?.reject(new Error("away"));
  await pass();
  leave();
  await pass(PAUSE_MS);
  expect([asked.length, done.mock.calls.length]).toEqual([2, 1]);
});
