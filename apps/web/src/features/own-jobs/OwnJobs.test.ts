import type { Job } from "@coder/api/dashboard";
import type { AppRouter } from "@coder/api/root";
import { OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { createTRPCClient } from "@trpc/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SlowServer } from "#features/jobs/__fixtures__/slow-server.ts";
import { commonProgress, jobKey, OwnJobs, withChanges } from "./OwnJobs.ts";

const USER = UserIdSchema.parse("018f0000-0000-7000-8000-000000000001");
const ORGANIZATION = OrganizationIdSchema.parse("018f0000-0000-7000-8000-000000000002");

function job(id: string, state: Job["state"], changes: Partial<Job> = {}): Job {
  return {
    queue: "workspace.project.import", id, name: "workspace.project.import", title: "Import a project", module: "workspace", kind: "jobs", state, progress: null, attempt: 1, attempts: 3,
    startedBy: { userId: USER }, organizationId: ORGANIZATION, subject: null, enqueuedAt: "2026-01-01T00:00:00.000Z", dueAt: null, startedAt: null, finishedAt: null, changedAt: "2026-01-01T00:00:00.000Z", waitedMs: null,
    tookMs: null, error: null, ...changes,
  };
}

const idsOf = (jobs: ReadonlyMap<string, Job>) => [...jobs.values()].map(({ id, state }) => `${id} ${state}`);

describe("own jobs", () => {
  it("appear when they begin, stay in sight when they end, and go when they are removed", () => {
    const begun = withChanges(new Map(), [job("a", "waiting"), job("b", "running", { enqueuedAt: "2026-01-01T00:00:01.000Z" })]);
    expect(idsOf(begun)).toEqual(["b running", "a waiting"]);
    const ended = withChanges(begun, [job("a", "failed")]);
    expect(idsOf(ended)).toEqual(["b running", "a failed"]);
    expect(idsOf(withChanges(ended, [], [{ queue: "workspace.project.import", id: "a" }]))).toEqual(["b running"]);
  });

  it("leave out what had ended before anybody looked, and the delivery of events", () => {
    expect(idsOf(withChanges(new Map(), [job("a", "completed"), job("b", "running", { kind: "events" })]))).toEqual([]);
  });

  it("keep the last that finished only", () => {
    const jobs = Array.from({ length: 30 }, (_item, at) => job(String(at), "running", { enqueuedAt: new Date(at * 1000).toISOString() }));
    const known = withChanges(new Map(), jobs);
    const done = withChanges(known, jobs.map((each) => ({ ...each, state: "completed" as const })));
    expect(done.size).toBe(20);
    expect(done.has(jobKey({ queue: "workspace.project.import", id: "29" }))).toBe(true);
  });

  it("tell one progress for all that tell theirs", () => {
    expect(commonProgress([{ progress: null }, { progress: { done: 0, total: 0 } }])).toBeNull();
    expect(commonProgress([{ progress: { done: 1, total: 2 } }, { progress: { done: 10, total: 10 } }, { progress: null }])).toBe(0.75);
  });
});

describe("own jobs that are followed", () => {
  let server: SlowServer;
  let own: OwnJobs;
  let leave: () => void;
  beforeEach(() => {
    vi.useFakeTimers();
    server = new SlowServer();
    own = new OwnJobs({ client: createTRPCClient<AppRouter>({ links: [server.link] }) });
    leave = own.start();
  });
  afterEach(() => {
    leave();
    vi.useRealTimers();
  });
  const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

  it("are as they were told while the list was on its way", async () => {
    server.streams[0]?.tell({ jobs: [job("a", "running"), job("gone", "running")] });
    server.streams[0]?.tell({ jobs: [job("a", "completed"), job("b", "running")], removed: [{ queue: "workspace.project.import", id: "gone" }] });
    server.lists[0]?.answer(job("a", "running"), job("gone", "running"));
    await pass();
    expect(idsOf(own.get()).sort()).toEqual(["a completed", "b running"]);
    server.streams[0]?.tell({ jobs: [job("b", "failed")] });
    expect(idsOf(own.get()).sort()).toEqual(["a completed", "b failed"]);
  });

  it("are as the list says where that was asked for later", async () => {
    server.lists[0]?.answer(job("a", "running"), job("b", "waiting"));
    await pass();
    server.streams[0]?.tell({ jobs: [job("a", "failed")] });
    server.streams[0]?.miss();
    await pass(1_000);
    server.lists[1]?.answer(job("a", "running"));
    await pass();
    expect(idsOf(own.get())).toEqual(["a running"]);
  });

  it("are read one list at a time, and once more for all that was missed meanwhile", async () => {
    for (let n = 0; n < 3; n += 1) server.streams[0]?.miss();
    server.streams[0]?.tell({ more: true });
    await pass(5_000);
    expect(server.lists).toHaveLength(1);
    server.lists[0]?.answer();
    await pass(5_000);
    expect(server.lists).toHaveLength(2);
    server.lists[1]?.answer(job("a", "running"));
    await pass(5_000);
    expect(server.lists).toHaveLength(2);
    expect(idsOf(own.get())).toEqual(["a running"]);
  });

  it("stay where the list does not come, and it is asked for again", async () => {
    server.streams[0]?.tell({ jobs: [job("a", "waiting")] });
    server.lists[0]?.refuse();
    await pass();
    expect(idsOf(own.get())).toEqual(["a waiting"]);
    server.streams[0]?.tell({ jobs: [job("a", "running")] });
    await pass(3_000);
    server.lists[1]?.answer(job("a", "running"), job("b", "delayed"));
    await pass();
    expect(idsOf(own.get()).sort()).toEqual(["a running", "b delayed"]);
  });

  it("are followed again after the stream was refused or ended", async () => {
    server.streams[0]?.refuse();
    await pass(3_000);
    server.streams[1]?.end();
    await pass(3_000);
    server.streams[2]?.tell({ jobs: [job("a", "running")] });
    expect(idsOf(own.get())).toEqual(["a running"]);
  });

  it("are asked for no more once they are left", async () => {
    server.lists[0]?.refuse();
    server.streams[0]?.refuse();
    await pass();
    leave();
    await pass(10_000);
    expect([server.streams.length, server.lists.length]).toEqual([1, 1]);
  });
});
