import { once } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { BackgroundWork, type EndlessWork } from "./background-work.ts";

const untilAborted = (signal: AbortSignal) => once(signal, "abort").then(() => undefined);

function keep(work: Readonly<Record<string, EndlessWork>>) {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn(), child: () => log };
  const background = new BackgroundWork({ work, log, backoffMs: 1 });
  background.start();
  return { background, log };
}

describe("work without an end", () => {
  it("goes on side by side until it is stopped, and is waited for", async () => {
    const ended: string[] = [];
    const work = (name: string) => async (signal: AbortSignal) => {
      await untilAborted(signal);
      ended.push(name);
    };
    const { background, log } = keep({ one: work("one"), two: work("two") });
    await background.stop(10_000);
    expect(ended.sort()).toEqual(["one", "two"]);
    expect(log.error).not.toHaveBeenCalled();
  });

  it("begins again after a failure and after an end of its own, without taking others along", async () => {
    let runs = 0;
    const steady = vi.fn(untilAborted);
    const { background, log } = keep({
      steady,
      shaky: async (signal) => {
        runs += 1;
        if (runs === 1) throw new Error("Fell");
        if (runs === 3) await untilAborted(signal);
      },
    });
    await vi.waitFor(() => expect(runs).toBe(3));
    await background.stop(10_000);
    expect(steady).toHaveBeenCalledOnce();
    expect(log.error.mock.calls.map(([fields]) => [fields.work, fields.err.message])).toEqual([["shaky", "Fell"], ["shaky", "It ended by itself"]]);
  });

  it("does not hold up the end of the process when it hears nothing", async () => {
    const { background } = keep({ deaf: () => new Promise(() => undefined) });
    await background.stop(1);
  });
});
