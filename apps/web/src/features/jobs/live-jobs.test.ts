import type { Job, JobChanges, JobFilter } from "@coder/api/dashboard";
import { describe, expect, it } from "vitest";
import { job } from "./__fixtures__/job.ts";
import { jobKey } from "./job-filter.ts";
import { hear, LINGER_MS, NOTHING_TOLD, nextLeave, shownJobs, type LiveJobs, type ShownList } from "./live-jobs.ts";

const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 12, 0, second)).toISOString();
const [one, two, three] = [job({ id: "1", enqueuedAt: at(1) }), job({ id: "2", enqueuedAt: at(2) }), job({ id: "3", enqueuedAt: at(3) })];
const RUNNING: JobFilter = { states: ["running"] };
const changes = (values: Partial<JobChanges>): JobChanges => ({ jobs: [], removed: [], more: false, ...values });
const told = (live: LiveJobs, values: Partial<JobChanges>, filter: JobFilter = RUNNING, now = 0): LiveJobs => hear(live, changes(values), filter, now) ?? NOTHING_TOLD;
const show = (live: LiveJobs, values: Partial<ShownList> = {}): string[] =>
  shownJobs({ listed: [three, two, one], live, order: { sort: "enqueuedAt", direction: "desc" }, filter: RUNNING, more: false, held: new Set(), now: 0, ...values }).map(({ id, state }) => (state === "running" ? id : `${id} ${state}`));

describe("a list of jobs that lives", () => {
  it("changes a job in its place, and takes in what comes where it belongs", () => {
    const progress = { ...two, progress: { done: 1, total: 2 } };
    const live = told(NOTHING_TOLD, { jobs: [progress, job({ id: "4", enqueuedAt: at(4) }), job({ id: "2b", enqueuedAt: at(2) })] });
    expect(show(live)).toEqual(["4", "3", "2b", "2", "1"]);
    expect(shownJobs({ listed: [two], live, order: { sort: "enqueuedAt", direction: "desc" }, filter: RUNNING, more: true, held: new Set(), now: 0 }).find(({ id }) => id === "2")).toEqual(progress);
  });

  it("keeps what is not asked for any more for a moment, or as long as it is open", () => {
    const live = told(NOTHING_TOLD, { jobs: [{ ...two, state: "completed" }] }, RUNNING, 1_000);
    expect(show(live, { now: 1_000 })).toEqual(["3", "2 completed", "1"]);
    expect(nextLeave(live, 1_000)).toBe(1_000 + LINGER_MS);
    expect(show(live, { now: 1_000 + LINGER_MS })).toEqual(["3", "1"]);
    expect(nextLeave(live, 1_000 + LINGER_MS)).toBeNull();
    expect(show(live, { now: 1_000 + LINGER_MS, held: new Set([jobKey(two)]) })).toEqual(["3", "2 completed", "1"]);
  });

  it("counts that moment from when it left, not from the last that was told of it", () => {
    const left = told(NOTHING_TOLD, { jobs: [{ ...two, state: "failed" }] }, RUNNING, 0);
    const again = told(left, { jobs: [{ ...two, state: "waiting" }] }, RUNNING, LINGER_MS - 1);
    expect(show(again, { now: LINGER_MS })).toEqual(["3", "1"]);
    const back = told(again, { jobs: [two] }, RUNNING, LINGER_MS);
    expect(show(back, { now: 10 * LINGER_MS })).toEqual(["3", "2", "1"]);
  });

  it("takes away what was removed, at once, and takes it in again if it comes back", () => {
    const live = told(NOTHING_TOLD, { removed: [three] });
    expect(show(live, { held: new Set([jobKey(three)]) })).toEqual(["2", "1"]);
    expect(show(told(live, { jobs: [three] }))).toEqual(["3", "2", "1"]);
  });

  it("leaves out what never belonged into it, and what lies behind its end", () => {
    const other: Job = job({ id: "5", state: "failed", enqueuedAt: at(5) });
    const older = job({ id: "0", enqueuedAt: at(0) });
    const live = told(NOTHING_TOLD, { jobs: [other, older] });
    expect(show(live, { more: true })).toEqual(["3", "2", "1"]);
    expect(show(live, { more: false })).toEqual(["3", "2", "1", "0"]);
  });

  it("is read anew when more happened than was told, or is kept", () => {
    expect(hear(NOTHING_TOLD, changes({ more: true }), RUNNING, 0)).toBeNull();
    const many = Array.from({ length: 600 }, (_, n) => job({ id: `x${n}` }));
    const half = hear(NOTHING_TOLD, changes({ jobs: many }), RUNNING, 0);
    expect(half && hear(half, changes({ jobs: many }), RUNNING, 0)).toBeNull();
  });

  it("is ordered by what is told where that is what it is sorted by", () => {
    const order = { sort: "changedAt", direction: "desc" } as const;
    const live = told(NOTHING_TOLD, { jobs: [{ ...one, changedAt: at(50) }] });
    expect(show(live, { order, listed: [one, two, three].map((each) => ({ ...each, changedAt: each.enqueuedAt })).toReversed() })).toEqual(["1", "3", "2"]);
  });
});
