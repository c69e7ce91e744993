import { UserIdSchema } from "@coder/shared";
import { describe, expect, it } from "vitest";
import { parseFilter } from "#ui/table/filter.ts";
import { ADA, job } from "./__fixtures__/job.ts";
import { compareJobs, jobFilterKeys, jobKey, matchesJob, questionOf, refOf } from "./job-filter.ts";

const BOB = UserIdSchema.parse("01a209d1-0636-70bf-8693-970e51b7c7c0");
const PEOPLE = [{ userId: ADA, name: "Ada Lovelace", email: "ada@example.org" }, { userId: BOB, name: "Bob Babbage", email: "bob@example.org" }];
const ask = (text: string) => questionOf(parseFilter(text, jobFilterKeys([], [])), PEOPLE, ADA, "UTC");

describe("the filter of jobs", () => {
  it("is a question to the server, all of it", () => {
    expect(ask('state:failed state:cancelled queue:a.b user:me user:bob@example.org name:work about:7 cause:abc from:2026-03-01 until:2026-03-01 no "such host"')).toEqual({
      states: ["failed", "cancelled"], queues: ["a.b"], startedBy: [ADA, BOB], name: "work", subject: "7", cause: "abc", from: "2026-03-01T00:00:00.000Z", until: "2026-03-02T00:00:00.000Z", text: "no such host",
    });
    expect(ask("")).toEqual({ kinds: ["jobs"] });
  });

  it("finds nothing for a state that does not exist, instead of everything", () => {
    expect(ask("state:gone")).toEqual({ states: [], kinds: ["jobs"] });
  });

  it("asks for deliveries of events when they are meant", () => {
    const delivery = job({ kind: "events", queue: "events.embeddings", name: "workspace.files.changed" });
    for (const [text, kinds] of [["kind:job", ["jobs"]], ["kind:delivery", ["events"]], ["kind:all", undefined], ["kind:job kind:delivery", undefined], ["queue:events.embeddings", undefined], ["name:workspace.", undefined], ["state:completed", ["jobs"]], ["kind:other", []]] as const) expect([text, ask(text).kinds]).toEqual([text, kinds]);
    expect(["", "kind:job", "kind:delivery", "kind:all", "queue:events.embeddings"].map((text) => matchesJob(delivery, ask(text)))).toEqual([false, false, true, true, true]);
  });

  it("decides of a job as the server does", () => {
    const failed = job({ state: "failed", subject: { type: "project", id: "p7" }, error: { message: "No such HOST", fingerprint: "abc" } });
    for (const text of ["state:failed", "queue:workspace.project.import", "user:me", "name:workspace.", "about:p7", "cause:abc", "import host", "from:2026-03-01 until:2026-03-01", "p7"]) expect([text, matchesJob(failed, ask(text))]).toEqual([text, true]);
    for (const text of ["state:running", "queue:other", "user:bob@example.org", "name:project", "about:p8", "cause:abd", "import ghost", "from:2026-03-02", "until:2026-02-28"]) expect([text, matchesJob(failed, ask(text))]).toEqual([text, false]);
    expect(matchesJob(job({ startedBy: { component: "workspace.retention" } }), ask("user:workspace.retention"))).toBe(true);
  });

  it("orders as the server does, the newest first unless asked", () => {
    const [old, young] = [job({ id: "1", tookMs: 5 }), job({ id: "2", enqueuedAt: "2026-03-02T00:00:00.000Z" })];
    expect([old, young].sort((a, b) => compareJobs(a, b, { sort: "enqueuedAt", direction: "desc" }))).toEqual([young, old]);
    expect([young, old].sort((a, b) => compareJobs(a, b, { sort: "tookMs", direction: "desc" }))).toEqual([old, young]);
    expect(compareJobs(job({ id: "a" }), job({ id: "b" }), { sort: "changedAt", direction: "asc" })).toBeLessThan(0);
  });

  it("names a job in the URL whatever its id holds", () => {
    for (const ref of [{ queue: "a.b", id: "repeat:x/y:1" }, { queue: "events.a", id: "1" }]) expect(refOf(jobKey(ref))).toEqual(ref);
    for (const key of ["", "a", "/b", "a/"]) expect(refOf(key)).toBeNull();
  });
});
