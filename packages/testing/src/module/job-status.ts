import { systemCaller } from "@coder/shared";
import { newId, type JobStatus } from "@coder/shared/server";

/** A waiting job, as `jobs.get` tells of one, with what a test says of it. */
export function jobStatus(values: Partial<JobStatus> = {}): JobStatus {
  const name = values.name ?? "test.run";
  return {
    queue: name, module: name.split(".", 1)[0] ?? "", kind: "jobs", title: null, id: newId(), name, state: "waiting", caller: systemCaller("test"), payload: {}, progress: null, attempt: 0,
    maxAttempts: 3, enqueuedAt: "2026-01-01T00:00:00.000Z", retriedAt: null, dueAt: null, startedAt: null, finishedAt: null, waitedMs: null, error: null, stacks: [], traceId: null, cancelled: null,
    ...values,
  };
}
