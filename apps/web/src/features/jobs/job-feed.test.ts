import type { JobChanges } from "@coder/api/dashboard";
import type { AppRouter } from "@coder/api/root";
import { createTRPCClient } from "@trpc/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { job } from "./__fixtures__/job.ts";
import { SlowServer } from "./__fixtures__/slow-server.ts";
import { JobFeed } from "./job-feed.ts";

describe("the feed of jobs", () => {
  let server: SlowServer;
  let feed: JobFeed;
  let told: (readonly string[] | null)[];
  let leave: () => void;
  beforeEach(() => {
    vi.useFakeTimers();
    server = new SlowServer();
    feed = new JobFeed();
    told = [];
    feed.listen((changes: JobChanges | null) => told.push(changes && changes.jobs.map(({ id }) => id)));
    leave = feed.follow({ watch: createTRPCClient<AppRouter>({ links: [server.link] }).dashboard.watchJobs });
  });
  afterEach(() => {
    leave();
    vi.useRealTimers();
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it("tells what changes, and to read anew where more did than is told", () => {
    server.streams[0]?.miss();
    server.streams[0]?.tell({ jobs: [job({ id: "a" })] });
    server.streams[0]?.tell({ more: true });
    expect(told).toEqual([null, ["a"], null]);
  });

  it.each(["end", "refuse"] as const)("is not live after the server's %s of the stream, and goes on with a new one", async (how) => {
    expect(feed.live.get()).toBe(true);
    server.streams[0]?.[how]();
    expect(feed.live.get()).toBe(false);
    await pass(3_000);
    expect(server.streams).toHaveLength(2);
    expect(feed.live.get()).toBe(true);
    server.streams[1]?.tell({ jobs: [job({ id: "b" })] });
    expect(told).toEqual([["b"]]);
  });

  it("follows no more once it is left", async () => {
    server.streams[0]?.end();
    leave();
    await pass(10_000);
    expect(server.streams).toHaveLength(1);
  });
});
