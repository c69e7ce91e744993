import { createMemoryDatabase, type IDatabase } from "@coder/db";
import { AppError } from "@coder/shared";
import { silentLogger } from "@coder/testing";
import { describe, expect, it, vi } from "vitest";
import { followerEntity } from "../entities.ts";
import { FOLLOWER, Lease, type Term } from "./Lease.ts";

/** Real time, made short; long enough that a busy machine renews in it. */
const timing = { leaseMs: 4_000, renewMs: 50 };

function lease(database: IDatabase, owner: string): Lease {
  return new Lease({ database, log: silentLogger, owner, now: () => new Date(), timing });
}

describe("the lease", () => {
  it("is one process' at a time, and goes on to the next at once when it is handed on", async () => {
    const database = createMemoryDatabase();
    const signal = new AbortController().signal;
    const first = await lease(database, "a").acquire(signal);
    let second: Term | null = null;
    const waiting = lease(database, "b").acquire(signal).then((term) => (second = term));
    // Longer than it lasts without being renewed.
    await new Promise((resolve) => setTimeout(resolve, timing.leaseMs * 2));
    expect(second).toBeNull();
    expect(first?.signal.aborted).toBe(false);
    const ended = performance.now();
    await first?.end();
    const next = await waiting;
    expect(performance.now() - ended).toBeLessThan(timing.leaseMs);
    expect(next?.epoch).toBe((first?.epoch ?? 0) + 1);
    expect(first?.signal.aborted).toBe(true);
    await next?.end();
  });

  it("passes from a process that gives no sign of life, whose term is over when it wakes up", async () => {
    const database = createMemoryDatabase();
    const signal = new AbortController().signal;
    const rows = database.system("jobs").repository(followerEntity);
    const first = await lease(database, "a").acquire(signal);
    // As if it had slept past its end.
    await rows.update(FOLLOWER, { until: new Date(0).toISOString() });
    const second = await lease(database, "b").acquire(signal);
    expect(second?.epoch).toBe((first?.epoch ?? 0) + 1);
    await vi.waitFor(() => expect(first?.signal.aborted).toBe(true));
    await first?.end();
    expect(await rows.get(FOLLOWER)).toMatchObject({ owner: "b" });
    await second?.end();
  });

  it("is over when it could not be renewed for its whole length, and not before", async () => {
    const database = createMemoryDatabase();
    let down = false;
    const shaky: IDatabase = {
      for: (caller) => database.for(caller),
      system: (reason) => ({
        repository: (entity) => {
          const rows = database.system(reason).repository(entity);
          const gone = () => Promise.reject(new AppError("unavailable", "database_unavailable", "Away.", { remedy: "Wait." }));
          return down ? { ...rows, update: gone } : rows;
        },
      }),
    };
    const term = await lease(shaky, "a").acquire(new AbortController().signal);
    down = true;
    await new Promise((resolve) => setTimeout(resolve, timing.renewMs * 3));
    expect(term?.signal.aborted).toBe(false);
    await vi.waitFor(() => expect(term?.signal.aborted).toBe(true));
    down = false;
    await term?.end();
  });

  it("is not waited for any longer when the process ends", async () => {
    const database = createMemoryDatabase();
    const term = await lease(database, "a").acquire(new AbortController().signal);
    const stop = new AbortController();
    const waiting = lease(database, "b").acquire(stop.signal);
    stop.abort();
    expect(await waiting).toBeNull();
    await term?.end();
  });
});
