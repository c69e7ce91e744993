import { JobDetailsSchema, type JobDetails } from "@coder/api/dashboard";
import { describe, expect, it } from "vitest";
import { ADA, job } from "./__fixtures__/job.ts";
import { timelineOf } from "./timeline.ts";

const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 12, 0, second)).toISOString();
const now = Date.parse(at(60));
const details = (values: Partial<JobDetails>): JobDetails => JobDetailsSchema.parse({ ...job({ enqueuedAt: at(0) }), payload: null, stacks: [], traceId: null, retriedAt: null, cancelled: null, kept: true, actions: [], ...values });
const told = (values: Partial<JobDetails>) => timelineOf(details(values), now).map(({ what, afterMs, ahead }) => `${what}${afterMs === null ? "" : ` after ${afterMs}`}${ahead ? ", ahead" : ""}`);

describe("what happened to a job", () => {
  it("is told in order, with the time between", () => {
    expect(told({ state: "completed", startedAt: at(2), finishedAt: at(7) })).toEqual(["Enqueued", "Started after 2000", "Completed after 5000"]);
    expect(told({ state: "failed", attempt: 3, startedAt: at(30), finishedAt: at(31) })).toEqual(["Enqueued", "Attempt 3 started after 30000", "Failed after 1000"]);
  });

  it("tells when it was started afresh, so that it did not wait since it was there first", () => {
    expect(told({ state: "completed", retriedAt: at(20), startedAt: at(21), finishedAt: at(22) })).toEqual(["Enqueued", "Retried after 20000", "Started after 1000", "Completed after 1000"]);
  });

  it("begins with when it was enqueued, whatever the clocks of two machines say", () => {
    expect(told({ state: "running", enqueuedAt: at(3), startedAt: at(2) })).toEqual(["Enqueued", "Started after 0"]);
  });

  it("tells what is still to come as such", () => {
    expect(told({ state: "delayed", dueAt: at(3_600) })).toEqual(["Enqueued", "Due after 3600000, ahead"]);
  });

  it("tells of a cancellation when it was asked for, and when the job stood still", () => {
    expect(told({ state: "cancelled", startedAt: at(1), cancelled: { at: at(5), by: { userId: ADA } }, finishedAt: at(6) })).toEqual(["Enqueued", "Started after 1000", "Cancelled after 4000", "Stopped after 1000"]);
  });
});
