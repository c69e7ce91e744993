import { InfiniteQueryObserver, type QueryKey, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FreshQueries } from "./FreshQueries.ts";

const GIT: QueryKey = ["git"];

/** A server that answers when it is let, as of when it was asked. */
class SlowServer {
  now = "before";
  readonly asked: { readonly seen: string; readonly answer: PromiseWithResolvers<string> }[] = [];

  readonly ask = (): Promise<string> => {
    const answer = Promise.withResolvers<string>();
    this.asked.push({ seen: this.now, answer });
    return answer.promise;
  };

  answer(at: number): void {
    const question = this.asked[at];
    question?.answer.resolve(question.seen);
  }

  refuse(at: number): void {
    this.asked[at]?.answer.reject(new Error("away"));
  }
}

let queries: FreshQueries;
let server: SlowServer;
beforeEach(() => {
  queries = new FreshQueries();
  server = new SlowServer();
  queries.setDefaultOptions({ queries: { queryFn: server.ask, staleTime: Number.POSITIVE_INFINITY, retry: false } });
});
afterEach(() => queries.clear());

function shown(queryKey: QueryKey = GIT) {
  const observer = new QueryObserver(queries, { queryKey });
  return { observer, leave: observer.subscribe(() => undefined) };
}

/** All that follows from what was answered. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("what is invalidated while it is asked for the first time", () => {
  it("is asked for once more after that answer, once for all who said so", async () => {
    const { observer } = shown();
    server.now = "after";
    let done = 0;
    for (let n = 0; n < 3; n += 1) void queries.invalidateQueries({ queryKey: GIT }).then(() => (done += 1));
    server.answer(0);
    await settled();
    expect({ asked: server.asked.length, data: observer.getCurrentResult().data, done }).toEqual({ asked: 2, data: "before", done: 0 });
    server.answer(1);
    await settled();
    expect({ asked: server.asked.length, data: observer.getCurrentResult().data, done }).toEqual({ asked: 2, data: "after", done: 3 });
  });

  it("is asked for once more where the first question failed, and no more than that", async () => {
    const { observer } = shown();
    const done = queries.invalidateQueries();
    server.refuse(0);
    await settled();
    server.refuse(1);
    await done;
    await settled();
    expect({ asked: server.asked.length, status: observer.getCurrentResult().status }).toEqual({ asked: 2, status: "error" });
  });

  it("fails for whoever wants to hear of failures", async () => {
    shown();
    const failed = expect(queries.invalidateQueries({ queryKey: GIT }, { throwOnError: true })).rejects.toThrow("away");
    server.refuse(0);
    await settled();
    server.refuse(1);
    await failed;
  });

  it("is asked for when it is shown again, and not while nobody looks", async () => {
    const { leave } = shown();
    const done = queries.invalidateQueries({ queryKey: GIT });
    leave();
    server.answer(0);
    await done;
    expect({ asked: server.asked.length, marked: queries.getQueryState(GIT)?.isInvalidated }).toEqual({ asked: 1, marked: true });
    shown();
    expect(server.asked).toHaveLength(2);
  });

  it("is only marked where nothing is to be asked", async () => {
    shown();
    const done = queries.invalidateQueries({ queryKey: GIT, refetchType: "none" });
    server.answer(0);
    await done;
    await settled();
    expect({ asked: server.asked.length, marked: queries.getQueryState(GIT)?.isInvalidated }).toEqual({ asked: 1, marked: true });
  });

  it("is not asked for where it was removed meanwhile, nor is what came into its place", async () => {
    const { leave } = shown();
    const done = queries.invalidateQueries({ queryKey: GIT });
    leave();
    queries.removeQueries({ queryKey: GIT });
    const { observer } = shown();
    await done;
    server.answer(1);
    await settled();
    expect({ asked: server.asked.length, status: observer.getCurrentResult().status, marked: queries.getQueryState(GIT)?.isInvalidated }).toEqual({ asked: 2, status: "success", marked: false });
  });

  it("is asked for once more where it has pages", async () => {
    const observer = new InfiniteQueryObserver(queries, { queryKey: GIT, queryFn: server.ask, initialPageParam: 0, getNextPageParam: () => null });
    observer.subscribe(() => undefined);
    server.now = "after";
    const done = queries.invalidateQueries({ queryKey: GIT });
    server.answer(0);
    await settled();
    server.answer(1);
    await done;
    expect(observer.getCurrentResult().data?.pages).toEqual(["after"]);
  });
});

it("asks for nothing else that is on its way: not for other questions, and anew, as ever, for what has an answer", async () => {
  const [{ observer }] = [shown(), shown(["other"])];
  server.answer(0);
  await settled();
  server.now = "after";
  const done = queries.invalidateQueries({ queryKey: GIT });
  server.answer(2);
  await done;
  server.answer(1);
  await settled();
  expect({ asked: server.asked.length, data: observer.getCurrentResult().data }).toEqual({ asked: 3, data: "after" });
});
