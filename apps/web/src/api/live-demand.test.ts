import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { visiblePageDemand } from "./live-demand.ts";

/** A page that can be covered and uncovered. */
class FakePage extends EventTarget {
  hidden = false;

  cover(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("wants connections while the page is seen, and again when it comes back", async () => {
  const page = new FakePage();
  const demand = visiblePageDemand(page);
  const { signal } = new AbortController();
  await demand.untilWanted(signal);
  page.cover(true);
  const wanted = vi.fn();
  const waiting = demand.untilWanted(signal).then(wanted);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wanted).not.toHaveBeenCalled();
  page.cover(false);
  await waiting;
});

it("lets go after a while of being covered, and not of a glance away", async () => {
  const page = new FakePage();
  const letGo = vi.fn();
  const stop = visiblePageDemand(page, 30_000).onUnwanted(letGo);
  page.cover(true);
  await vi.advanceTimersByTimeAsync(29_000);
  page.cover(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(letGo).not.toHaveBeenCalled();
  page.cover(true);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(letGo).toHaveBeenCalledOnce();
  stop();
  page.cover(false);
  page.cover(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(letGo).toHaveBeenCalledOnce();
});

it("gives up waiting with whoever waits", async () => {
  const page = new FakePage();
  page.cover(true);
  const giveUp = new AbortController();
  const waiting = visiblePageDemand(page).untilWanted(giveUp.signal);
  giveUp.abort(new Error("closed"));
  await expect(waiting).rejects.toThrow("closed");
  await expect(visiblePageDemand(page).untilWanted(giveUp.signal)).rejects.toThrow("closed");
});
