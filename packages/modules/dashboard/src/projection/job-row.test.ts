import { UserIdSchema } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { somebody } from "@coder/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QueueModel } from "../__fixtures__/queue-model.ts";
import { parts } from "../__fixtures__/parts.ts";
import { factsOf, titleOf } from "./job-row.ts";

describe("what is kept of a job", () => {
  it.each([
    [{ title: "Import a project", name: "workspace.project.import" }, "Import a project"],
    [{ name: "workspace.project.import" }, "Import project"],
    [{ name: "dashboard.own-jobs.change" }, "Change own jobs"],
    [{ name: "lonely" }, "Lonely"],
    [{ kind: "events" as const, name: "user.account.registered", module: "logging" }, "Deliver user.account.registered to logging"],
  ])("%j is called %j", (values, title) => {
    expect(titleOf({ title: null, kind: "jobs", module: "workspace", ...values })).toBe(title);
  });

  it("is whose it is, what it is about and since when it is so", () => {
    const queues = new QueueModel();
    const ada = somebody();
    const projectId = newId();
    const waiting = queues.add({ caller: ada, payload: { organizationId: newId(), id: newId(), name: "x", projectId, fileId: newId() } });
    expect(factsOf(waiting)).toMatchObject({ id: `demo.thing.make/${waiting.id}`, startedBy: ada.userId, byPerson: true, organizationId: ada.organizationId, subjectType: "project", subjectId: projectId, changedAt: waiting.enqueuedAt, tookMs: 0 });
    const running = queues.start(waiting);
    expect(factsOf(running)).toMatchObject({ changedAt: running.startedAt, waitedMs: 1_000 });
    const failed = queues.fail(running, "No project 7");
    expect(factsOf(failed)).toMatchObject({ changedAt: failed.finishedAt, tookMs: 1_000, error: "No project 7", cause: "No project <n>", frame: "work (src/work.ts)", fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) });
    const cancelled = { ...waiting, state: "cancelled" as const, cancelled: { at: queues.tick(), by: ada } };
    expect(factsOf(cancelled)).toMatchObject({ changedAt: cancelled.cancelled.at, fingerprint: null });
    expect(factsOf(queues.add())).toMatchObject({ startedBy: "demo.part", byPerson: false, organizationId: null, subjectType: null });
  });

  it("can be found by its words and ids, and never by its payload", () => {
    const queues = new QueueModel();
    const job = queues.fail(queues.start(queues.add({ title: "Fetch Sources", caller: somebody(), payload: { token: "swordfish", note: "herring" } })), "The Host said NO");
    const { searchText } = factsOf(job);
    for (const word of ["fetch sources", "demo.thing.make", job.id, "the host said no"]) expect(searchText).toContain(word);
    for (const word of ["swordfish", "herring"]) expect(searchText).not.toContain(word);
  });

  it("can be stored whatever a job is called and says", async () => {
    const { queues, project, rows } = parts();
    const text = fc.string({ unit: "binary", maxLength: 3_000 });
    await fc.assert(
      fc.asyncProperty(text, text, fc.jsonValue(), async (name, error, payload) => {
        const job = queues.fail(queues.start(queues.add({ name: name || "x", payload, caller: { ...somebody(), userId: newId(UserIdSchema) } })), error);
        await project();
        expect(await rows.get(factsOf(job).id)).toMatchObject({ jobId: job.id, state: "failed" });
        queues.drop(job);
      }),
      { numRuns: 40 },
    );
  });
});
