import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { leftJustNow, noteSent, untilArrived } from "./left-behind.ts";

const kept = new Map<string, string>();
beforeEach(() => {
  vi.useFakeTimers();
  kept.clear();
  vi.stubGlobal("sessionStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A server that has these revisions, one after the other, of the file `a`. */
function serverOf(...revisions: readonly number[]) {
  let asked = 0;
  const ask = async () => {
    const revision = revisions[Math.min(asked, revisions.length - 1)] ?? 0;
    asked += 1;
    return revision === 0 ? [] : [{ path: "a", revision }];
  };
  return { ask, asked: () => asked };
}

async function opened(projectId: string, ask: ReturnType<typeof serverOf>["ask"]) {
  const items = untilArrived(projectId, ask);
  await vi.runAllTimersAsync();
  return items;
}

describe("what a page sent when it went", () => {
  it("is waited for by the page after it", async () => {
    noteSent("one", [{ path: "a", revision: 3 }]);
    const server = serverOf(0, 3, 4, 5);
    expect(await opened("one", server.ask)).toEqual([{ path: "a", revision: 4 }]);
    expect(server.asked()).toBe(3);
  });

  it("is waited for once, not for ever, and of this project alone", async () => {
    noteSent("one", [{ path: "a", revision: 3 }]);
    const other = serverOf(1);
    await opened("two", other.ask);
    expect(other.asked()).toBe(1);
    const never = serverOf(3);
    expect(await opened("one", never.ask)).toEqual([{ path: "a", revision: 3 }]);
    expect(never.asked()).toBe(20);
    await opened("one", never.ask);
    expect(never.asked()).toBe(21);
  });

  it("is not waited for where that is long ago", async () => {
    noteSent("one", [{ path: "a", revision: 3 }]);
    vi.advanceTimersByTime(10_000);
    const server = serverOf(3);
    await opened("one", server.ask);
    expect(server.asked()).toBe(1);
  });

  it("stays noted when the page is told once more that it goes", async () => {
    noteSent("one", [{ path: "a", revision: 3 }]);
    noteSent("one", []);
    const server = serverOf(3, 4);
    await opened("one", server.ask);
    expect(server.asked()).toBe(2);
  });
});

it("is known of a page that sent nothing too, until the next one opened or some time has passed", async () => {
  expect(leftJustNow("one")).toBe(false);
  noteSent("one", []);
  expect([leftJustNow("one"), leftJustNow("two")]).toEqual([true, false]);
  await opened("one", serverOf(0).ask);
  expect(leftJustNow("one")).toBe(false);
  noteSent("one", []);
  vi.advanceTimersByTime(10_000);
  expect(leftJustNow("one")).toBe(false);
});
