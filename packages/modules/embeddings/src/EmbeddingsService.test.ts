import { AppError } from "@coder/shared";
import { outcome, somebody } from "@coder/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EmbeddingsRig } from "./__fixtures__/EmbeddingsRig.ts";

const FILES = { "src/session.ts": "/** Stops a session. */\nexport function revokeSession(id: string) { store.delete(id); }\n" };
const never = new AbortController().signal;

let rig: EmbeddingsRig;
beforeEach(() => {
  rig = new EmbeddingsRig();
});
afterEach(() => rig.search.stop());

describe("starting", () => {
  it("gives one run at a time, and answers with the one under way", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    const jobs = await Promise.all([1, 2, 3].map(() => rig.service.startIndex(rig.caller, { projectId: project, full: false })));
    expect(new Set(jobs.map(({ job }) => job.id)).size).toBe(1);
    expect(rig.enqueued).toHaveLength(1);
    expect(rig.enqueued[0]).toMatchObject({ id: jobs[0]?.job.id, payload: { projectId: project } });
    for (const state of ["waiting", "delayed", "running"] as const) {
      rig.states.set(jobs[0]?.job.id ?? "", state);
      expect((await rig.service.startIndex(rig.caller, { projectId: project, full: false })).job.id).toBe(jobs[0]?.job.id);
    }
    rig.states.set(jobs[0]?.job.id ?? "", "failed");
    expect((await rig.service.startIndex(rig.caller, { projectId: project, full: false })).job.id).not.toBe(jobs[0]?.job.id);
  });

  it("gives another run when the one under way is cancelled, and not yet stopped", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    rig.states.set(job.id, "running");
    rig.stopping.add(job.id);
    expect((await rig.service.startIndex(rig.caller, { projectId: project, full: false })).job.id).not.toBe(job.id);
    await rig.run(project);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready", files: 1 });
  });

  it("is refused while the organization has too many open jobs, except for the run that is under way", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    rig.admitJob = () => Promise.reject(new AppError("conflict", "job_quota_exceeded", "Too many.", { remedy: "Wait" }));
    expect((await rig.service.startIndex(rig.caller, { projectId: project, full: false })).job.id).toBe(job.id);
    rig.states.set(job.id, "completed");
    expect(await outcome(rig.service.startIndex(rig.caller, { projectId: project, full: false }))).toBe("job_quota_exceeded");
    expect(rig.enqueued).toHaveLength(1);
  });

  it("makes a run that waits one over everything when somebody asks for that", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    expect((await rig.service.startIndex(rig.caller, { projectId: project, full: true })).job.id).toBe(job.id);
    rig.workspace.reads.length = 0;
    await rig.run(project, { id: job.id });
    expect(rig.workspace.reads).toEqual(["src/session.ts"]);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ parsedFiles: 1 });
  });

  it("follows a run that is at work by one over everything when somebody asks for that meanwhile, however late", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    rig.states.set(job.id, "running");
    let asked = false;
    rig.workspace.before = async (procedure) => {
      if (procedure !== "listTree" || asked) return;
      asked = true;
      expect((await rig.service.startIndex(rig.caller, { projectId: project, full: true })).job.id).toBe(job.id);
    };
    await rig.run(project, { id: job.id });
    expect(asked).toBe(true);
    rig.workspace.reads.length = 0;
    await rig.run(project);
    expect(rig.workspace.reads).toEqual(["src/session.ts"]);
    expect((await rig.rows.get(rig.caller, project))?.jobId).toBeNull();
  });

  it("asks anew for a job that was never handed on", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    const first = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    rig.pass(120_000);
    const second = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    expect(second.job.id).not.toBe(first.job.id);
    await rig.run(project, { id: first.job.id });
    expect(rig.workspace.reads).toEqual([]);
    await rig.run(project, { id: second.job.id });
    expect(await rig.find(project, "session")).toEqual(["revokeSession"]);
  });

  it.each(["importing", "failed", "deleted"] as const)("refuses a project that is %s", async (status) => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    rig.workspace.setStatus(project, status);
    expect(await outcome(rig.service.startIndex(rig.caller, { projectId: project, full: false }))).toBe("project_not_ready");
    expect(await outcome(rig.service.search(rig.caller, { projectId: project, query: "session", limit: 5 }, never))).toBe("project_not_ready");
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready" });
  });
});

describe("the state", () => {
  it("follows the job", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    const state = async () => (await rig.service.getIndex(rig.caller, { projectId: project })).state;
    expect(await state()).toBe("none");
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "queued", job, progress: null });
    rig.states.set(job.id, "waiting");
    expect(await state()).toBe("queued");
    rig.states.set(job.id, "running");
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "running", job, progress: { done: 1, total: 3 } });
    rig.states.set(job.id, "cancelled");
    expect(await state()).toBe("cancelled");
    // A worker that died too often noted nothing.
    rig.states.set(job.id, "failed");
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "failed", problem: { code: "indexing_failed" } });
    await rig.run(project, { id: job.id });
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready", job: null, problem: null });
  });

  it("says while it is searched that nothing is there yet, and why", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    const ask = () => rig.service.search(rig.caller, { projectId: project, query: "session", limit: 5 }, never);
    await expect(ask()).rejects.toMatchObject({ code: "not_indexed", remedy: "Index it first, in Search by meaning." });
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    await expect(ask()).rejects.toMatchObject({ code: "not_indexed", remedy: expect.stringContaining("Wait") });
    await rig.run(project, { id: job.id });
    expect((await ask()).hits).toHaveLength(1);
    await rig.service.deleteIndex(rig.caller, { projectId: project });
    expect(await outcome(ask())).toBe("not_indexed");
    await rig.service.deleteIndex(rig.caller, { projectId: project });
  });

  it("removed takes everything with it, and stops what runs", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    rig.states.set(job.id, "running");
    await rig.service.deleteIndex(rig.caller, { projectId: project });
    expect(rig.cancelled).toEqual([job.id]);
    expect(await rig.rows.get(rig.caller, project)).toBeNull();
    expect(await rig.segments.retain(rig.caller, project, [])).toBe(0);
  });
});

describe("searching", () => {
  it("reads an index once, and a new version of it again, whoever asks at once", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    let reads = 0;
    const read = rig.segments.read.bind(rig.segments);
    rig.segments.read = (...input) => {
      reads++;
      return read(...input);
    };
    expect(await Promise.all([1, 2, 3, 4].map(() => rig.find(project, "session")))).toEqual([1, 2, 3, 4].map(() => ["revokeSession"]));
    expect(await rig.find(project, "session")).toEqual(["revokeSession"]);
    expect(reads).toBe(1);
    rig.workspace.write(project, "src/other.ts", "export function createSession() { return 1; }\n");
    await rig.index(project);
    reads = 0;
    expect(await rig.find(project, "create session")).toContain("createSession");
    expect(reads).toBeGreaterThan(0);
  });

  it("goes on when a segment goes away while it is read", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const stale = await rig.rows.get(rig.caller, project);
    if (!stale) throw new Error("No row");
    await rig.index(project, { full: true });
    const hits = await rig.search.search(rig.caller, stale, { query: "session", limit: 5 }, 0);
    expect(hits.map(({ symbol }) => symbol)).toEqual(["revokeSession"]);
    await rig.service.deleteIndex(rig.caller, { projectId: project });
    rig.search.stop();
    expect(await outcome(rig.search.search(rig.caller, stale, { query: "session", limit: 5 }, 0))).toBe("not_indexed");
  });

  it("keeps no more in memory than it may, and answers all the same", async () => {
    rig.config = { ...rig.config, limits: { ...rig.config.limits, memoryBytes: 1 } };
    const projects = [rig.workspace.create(rig.caller, FILES), rig.workspace.create(rig.caller, FILES)];
    for (const project of projects) await rig.index(project);
    for (const project of [...projects, ...projects]) expect(await rig.find(project, "session")).toEqual(["revokeSession"]);
  });

  it("starts another thread when one has ended", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    expect(await rig.find(project, "session")).toEqual(["revokeSession"]);
    await rig.search.stop();
    expect(await rig.find(project, "session")).toEqual(["revokeSession"]);
  });
});

describe("what happens to projects", () => {
  it("brings an index up to date when files change, and only one that there is", async () => {
    const [indexed, other] = [rig.workspace.create(rig.caller, FILES), rig.workspace.create(rig.caller, FILES)];
    await rig.index(indexed);
    const before = rig.enqueued.length;
    await rig.events.filesChanged(rig.caller, other);
    await rig.events.filesChanged(rig.caller, indexed);
    await rig.events.filesChanged(rig.caller, indexed);
    expect(rig.enqueued.slice(before)).toMatchObject([{ payload: { projectId: indexed }, delayMs: 5_000 }]);
    expect((await rig.service.search(rig.caller, { projectId: indexed, query: "session", limit: 5 }, never)).index).toMatchObject({ state: "queued", stale: true });
    rig.workspace.write(indexed, "src/new.ts", "export function freshlySaved() { return 1; }\n");
    await rig.run(indexed);
    expect(await rig.find(indexed, "freshly saved")).toContain("freshlySaved");
    expect((await rig.service.search(rig.caller, { projectId: indexed, query: "session", limit: 5 }, never)).index).toMatchObject({ state: "ready", stale: false });
  });

  it("runs once more for what changed while a run was at work", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: true });
    let told = false;
    rig.workspace.before = async (procedure) => {
      if (procedure !== "readFiles" || told) return;
      told = true;
      await rig.events.filesChanged(rig.caller, project);
    };
    const before = rig.enqueued.length;
    await rig.run(project, { id: job.id });
    expect(rig.enqueued.slice(before)).toHaveLength(1);
    const row = await rig.rows.get(rig.caller, project);
    expect(row?.jobId).toBe(rig.enqueued.at(-1)?.id);
    await rig.run(project);
    expect(rig.enqueued.slice(before)).toHaveLength(1);
    expect(await rig.service.getIndex(rig.caller, { projectId: project })).toMatchObject({ state: "ready", parsedFiles: 0 });
  });

  it("stops a run when a project goes to the trash, and forgets one that is purged", async () => {
    const project = rig.workspace.create(rig.caller, FILES);
    await rig.index(project);
    const { job } = await rig.service.startIndex(rig.caller, { projectId: project, full: false });
    rig.states.set(job.id, "waiting");
    await rig.events.projectDeleted(rig.caller, project);
    expect(rig.cancelled).toEqual([job.id]);
    expect(await rig.rows.get(rig.caller, project)).not.toBeNull();
    await rig.events.projectPurged(somebody(), project);
    expect(await rig.rows.get(rig.caller, project)).not.toBeNull();
    await rig.events.projectPurged(rig.caller, project);
    await rig.events.projectPurged(rig.caller, project);
    expect(await rig.rows.get(rig.caller, project)).toBeNull();
    await rig.events.projectDeleted(rig.caller, project);
  });
});
