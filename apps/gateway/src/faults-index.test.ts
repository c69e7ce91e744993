import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Index } from "@coder/api/embeddings";
import { ProjectSchema, workspaceTransfers, type Project } from "@coder/api/workspace";
import { transferPath } from "@coder/shared";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openInstallation, type Installation } from "./__fixtures__/installation.ts";
import { Person } from "./__fixtures__/people.ts";
import type { Program } from "./__fixtures__/program.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const MODULES = path.resolve(import.meta.dirname, "../../../node_modules");
/** Sources of other people, as they are installed. */
const PACKAGES = ["zod/src", "openai/src", "date-fns"];
const QUEUE = "embeddings.project.index";
const QUESTIONS = [
  "parse a date in a format", "difference between two dates in business days", "retry a request that failed", "validate an object against a schema", "remainder of decimal numbers", "week of the year",
  "stream of server sent events", "upload a file in parts", "round to the nearest minutes", "discriminated union of schemas", "closest to a date in a list", "locale with names of months",
];
const MOST_HITS = 200;

let installation: Installation;
let ann: Person;
let worker: Program;
let archive: Buffer;
let undisturbed: Project;
beforeAll(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "coder-index-fault-"));
  const file = path.join(folder, "sources.tar.gz");
  execFileSync("tar", ["czf", file, "-C", MODULES, ...PACKAGES]);
  archive = readFileSync(file);
  rmSync(folder, { recursive: true });
  installation = await openInstallation();
  const { url } = await installation.host();
  ann = await new Person("Ann", url).signUp();
  worker = await installation.program("worker");
  undisturbed = await imported("Undisturbed");
  await ann.api.embeddings.startIndex.mutate({ projectId: undisturbed.id });
  await indexIs(undisturbed, "ready");
});
afterAll(() => installation.close());

async function imported(name: string): Promise<Project> {
  const address = transferPath(workspaceTransfers.importArchive, { fileName: `${name}.tar.gz` });
  const headers = { authorization: `Bearer ${ann.token}`, "content-type": "application/octet-stream" };
  const project = ProjectSchema.parse(await (await fetch(new URL(address, ann.url), { method: "PUT", headers, body: new Uint8Array(archive) })).json());
  await vi.waitFor(async () => expect(await ann.api.workspace.getProject.query({ id: project.id })).toMatchObject({ status: "ready" }), { timeout: 60_000, interval: 50 });
  return project;
}

const indexOf = ({ id }: Pick<Project, "id">): Promise<Index> => ann.api.embeddings.getIndex.query({ projectId: id });
const indexIs = (project: Project, state: Index["state"]) => vi.waitFor(async () => expect(await indexOf(project)).toMatchObject({ state }), { timeout: 120_000, interval: 50 });
const jobOf = (id: string) => ann.api.dashboard.getOwnJob.query({ queue: QUEUE, id });

/** Starts a run, and resolves when it has come through so much of its files. */
async function under(way: number, project: Project): Promise<{ readonly id: string }> {
  const { job } = await ann.api.embeddings.startIndex.mutate({ projectId: project.id });
  await vi.waitFor(async () => {
    const { progress } = await jobOf(job.id);
    expect(progress && progress.done / progress.total).toBeGreaterThan(way);
  }, { timeout: 60_000, interval: 10 });
  expect(await jobOf(job.id)).toMatchObject({ state: "running", attempt: 1 });
  return job;
}

/** Everything that questions find, with places, scores and reasons. */
async function answers({ id }: Project) {
  const found = await Promise.all(QUESTIONS.map((query) => ann.api.embeddings.search.query({ projectId: id, query, limit: MOST_HITS })));
  return found.map(({ hits }) => hits);
}

/** What is stored of a project: nothing may lie beside what its index names. */
async function stored({ id }: Project) {
  const [row] = await installation.sql<{ all: number; whole: number; named: number; chunks: number; files: number; parts: number }>(
    `select count(*)::int as "all", count(*) filter (where s.complete)::int as whole, coalesce(sum(s.chunks), 0)::int as chunks, coalesce(sum(s.files), 0)::int as files,
       count(*) filter (where i.segments::text like '%' || s.id || '%')::int as named, (select count(*)::int from embeddings_segment_parts p where p.project_id = $1) as parts
     from embeddings_segments s left join embeddings_indexes i on i.id = s.project_id where s.project_id = $1`,
    [id],
  );
  if (!row) throw new Error("A count has a row");
  return row;
}

it("a worker that is killed while it indexes loses nothing and doubles nothing: the next one makes the index that an undisturbed run makes", async () => {
  const project = await imported("Disturbed");
  const job = await under(0.3, project);
  await worker.kill();
  const between = await indexOf(project);
  expect(between).toMatchObject({ chunks: 0, indexedAt: null });
  expect(between.state, "half an index is none").not.toBe("ready");
  // Nobody works on it, and nobody has put it back yet: it was started once.
  expect(await jobOf(job.id)).toMatchObject({ attempt: 1, finishedAt: null, error: null });

  worker = await installation.program("worker");
  await indexIs(project, "ready");
  const [index, model] = [await indexOf(project), await indexOf(undisturbed)];
  expect(index.files).toBeGreaterThan(1_000);
  const shape = ({ files, chunks, languages, skipped, problem }: Index) => ({ files, chunks, languages, skipped, problem });
  expect(shape(index)).toEqual(shape(model));
  const { all, whole, named, chunks } = await stored(project);
  expect({ whole, named, chunks }).toEqual({ whole: all, named: all, chunks: index.chunks });
  const [found, expected] = [await answers(project), await answers(undisturbed)];
  expect(found.map((hits) => hits.length).every((count) => count > 10)).toBe(true);
  expect(found).toEqual(expected);

  await vi.waitFor(async () => expect(await jobOf(job.id)).toMatchObject({ state: "completed", attempt: 2, attempts: 3, error: null, progress: { done: expect.any(Number), total: expect.any(Number) } }), { timeout: 10_000, interval: 50 });
  const { lines } = await ann.api.dashboard.listOwnJobLogs.query({ queue: QUEUE, id: job.id, limit: 100 });
  expect(lines.filter(({ message }) => message === "Indexed")).toHaveLength(1);
  // The list tells it as the job itself does.
  await vi.waitFor(async () => {
    const { items } = await ann.api.dashboard.listJobs.query({ queues: [QUEUE], subject: project.id });
    expect(items.map(({ id, state, attempt }) => ({ id, state, attempt }))).toEqual([{ id: job.id, state: "completed", attempt: 2 }]);
  }, { timeout: 10_000, interval: 50 });
});

it("a project that is put into the trash while its index job runs stops it, and nothing of it is left once it is purged", async () => {
  const project = await imported("Deleted");
  // Early, because the news of the deletion takes a moment to come to a run that takes but seconds.
  const job = await under(0, project);
  await ann.api.workspace.deleteProject.mutate({ id: project.id });
  // It is told to stop, or finds first that there is no project any more, which is no failure: either way it does not go through the rest.
  await vi.waitFor(async () => expect((await jobOf(job.id)).state).toMatch(/^(cancelled|completed)$/), { timeout: 60_000, interval: 20 });
  const { state, progress } = await jobOf(job.id);
  expect(progress?.done).toBeLessThan(progress?.total ?? 0);
  await ann.api.workspace.purgeProject.mutate({ id: project.id });
  await vi.waitFor(async () => expect(await stored(project)).toMatchObject({ all: 0, parts: 0 }), { timeout: 30_000, interval: 50 });
  await vi.waitFor(async () => expect(await installation.count(`embeddings_indexes where id = '${project.id}'`)).toBe(0), { timeout: 30_000, interval: 50 });
  await expect(indexOf(project)).rejects.toMatchObject({ code: "project_not_found" });
  // Tried again, there is nothing to do: no failure that nobody can mend.
  if (state === "completed") return;
  await ann.api.dashboard.retryOwnJob.mutate({ queue: QUEUE, id: job.id });
  await vi.waitFor(async () => expect(await jobOf(job.id)).toMatchObject({ state: "completed" }), { timeout: 30_000, interval: 50 });
  expect(await stored(project)).toMatchObject({ all: 0, parts: 0 });
});
