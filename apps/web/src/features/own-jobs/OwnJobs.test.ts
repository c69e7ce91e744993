import type { Job } from "@coder/api/dashboard";
import { OrganizationIdSchema, UserIdSchema } from "@coder/shared";
import { describe, expect, it } from "vitest";
import { commonProgress, jobKey, withChanges } from "./OwnJobs.ts";

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
