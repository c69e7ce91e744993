import { JobSchema, type Job } from "@coder/api/dashboard";
import { UserIdSchema } from "@coder/shared";

export const ADA = UserIdSchema.parse("01a209c9-9be7-706c-8641-b7ccda749bf6");

/** A job of Ada's, running unless it is said otherwise. */
export function job(values: Partial<Job> = {}): Job {
  return JobSchema.parse({
    queue: "workspace.project.import", id: "1", name: "workspace.project.import", title: "Import a project", module: "workspace", kind: "jobs", state: "running", progress: null, attempt: 1, attempts: 3,
    startedBy: { userId: ADA }, organizationId: null, subject: null, enqueuedAt: "2026-03-01T12:00:00.000Z", dueAt: null, startedAt: null, finishedAt: null, changedAt: "2026-03-01T12:00:00.000Z", waitedMs: null,
    tookMs: null, error: null, ...values,
  });
}
