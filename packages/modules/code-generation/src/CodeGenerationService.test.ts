import { createHash } from "node:crypto";
import type { EndpointInput } from "@coder/api/code-generation";
import type { Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { outcome, silentLogger, somebody } from "@coder/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { PROJECTS } from "./__fixtures__/projects.ts";
import { world } from "./__fixtures__/world.ts";
import { forgetRuns } from "./forget-runs.ts";

const FILES = PROJECTS["express-ts"]({ runner: "vitest", validation: "none" });
const INPUT: EndpointInput = { method: "GET", path: "/api/users/:id", action: "get", entity: "User", params: [], fields: [] };
const signal = new AbortController().signal;

describe("CodeGenerationService", () => {
  let caller: Caller & ReturnType<typeof somebody>;
  let at: ReturnType<typeof world>;

  beforeEach(() => {
    caller = somebody();
    at = world();
  });

  const run = (generationId: string, by: Caller = caller, abort = new AbortController()) => {
    const steps: string[] = [];
    const done = at.handler({ id: newId(), payload: { generationId }, caller: by, attempt: 1, signal: abort.signal, log: silentLogger, progress: async (step, total) => void steps.push(`${step}/${total}`) });
    return { done, steps };
  };

  it("describes a project, and reads sentences and previews in it", async () => {
    const projectId = at.create(caller, FILES);
    const target = await at.service.describeTarget(caller, { projectId }, signal);
    expect(target).toMatchObject({ projectId, framework: "express", problem: null, files: { read: 3, total: 3 } });
    expect((await at.service.readSentence(caller, { projectId, sentence: "return a user by id" }, signal)).input).toMatchObject({ path: "/api/users/:id" });
    const preview = await at.service.previewGeneration(caller, { projectId, generator: "http-endpoint", input: INPUT }, signal);
    expect(preview.files.map(({ path, kind }) => [path, kind])).toEqual([["src/app.ts", "modify"], ["src/routes/users.routes.test.ts", "create"], ["src/routes/users.routes.ts", "create"]]);
    expect(at.proposed).toEqual([]);
    expect((await at.service.listGenerators(caller)).generators.map(({ name }) => name)).toEqual(["http-endpoint", "test-data"]);
  });

  it("makes a change set on what the files are, by a job with progress", async () => {
    const projectId = at.create(caller, FILES);
    const { generation, job } = await at.service.startGeneration(caller, { projectId, generator: "http-endpoint", input: INPUT });
    expect(generation).toMatchObject({ state: "queued", title: "GET /api/users/:id", job });
    expect(at.database.outbox.items).toMatchObject([{ message: { name: "code-generation.run.generate", payload: { generationId: generation.id } } }]);
    const { done, steps } = run(generation.id);
    await done;
    expect(steps).toEqual(["0/3", "1/3", "2/3", "3/3"]);
    const ended = await at.service.getGeneration(caller, { id: generation.id });
    expect(ended).toMatchObject({ state: "succeeded", fileCount: 3, problem: null, changeSetId: expect.any(String), outputHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(at.proposed).toHaveLength(1);
    expect(at.proposed[0]).toMatchObject({ key: `generation:${generation.id}`, origin: { kind: "generator", name: "http-endpoint", version: "3" }, title: "GET /api/users/:id" });
    const modified = at.proposed[0]?.files.find(({ path }) => path === "src/app.ts");
    expect(modified).toMatchObject({ kind: "modify", baseHash: createHash("sha256").update(FILES["src/app.ts"]).digest("hex"), hunkReasons: [{ line: 3 }, { line: 8 }] });
    // A worker that takes it again makes no second one.
    await run(generation.id).done;
    expect(at.proposed).toHaveLength(1);
    expect((await at.service.listGenerations(caller, { projectId, limit: 10 })).items).toEqual([ended]);
  });

  it("is started also where the queue does not say how its jobs are: who is told otherwise starts another", async () => {
    const projectId = at.create(caller, FILES);
    at.jobs.away = true;
    const { generation } = await at.service.startGeneration(caller, { projectId, generator: "http-endpoint", input: INPUT });
    expect(generation).toMatchObject({ state: "queued", problem: null });
    expect(await outcome(at.service.getGeneration(caller, { id: generation.id }))).toBe("queue_unavailable");
    expect(at.database.outbox.items).toHaveLength(1);
  });

  it("tells why nothing was made, and does not try in vain", async () => {
    const projectId = at.create(caller, { "package.json": "{}" });
    const { generation } = await at.service.startGeneration(caller, { projectId, generator: "http-endpoint", input: INPUT });
    expect(await outcome(run(generation.id).done)).toBe("target_unsupported");
    expect(await at.service.getGeneration(caller, { id: generation.id })).toMatchObject({ state: "failed", problem: { code: "target_unsupported", remedy: expect.stringContaining("Fastify") }, changeSetId: null });
  });

  it("is cancelled before it begins and while it runs", async () => {
    const projectId = at.create(caller, FILES);
    const first = (await at.service.startGeneration(caller, { projectId, generator: "http-endpoint", input: INPUT })).generation;
    expect(await at.service.cancelGeneration(caller, { id: first.id })).toMatchObject({ state: "cancelled", problem: { code: "generation_cancelled" } });
    await run(first.id).done;
    const second = (await at.service.startGeneration(caller, { projectId, generator: "http-endpoint", input: INPUT })).generation;
    const abort = new AbortController();
    abort.abort(new Error("stopped"));
    await expect(run(second.id, caller, abort).done).rejects.toThrow("stopped");
    expect(await at.service.getGeneration(caller, { id: second.id })).toMatchObject({ state: "cancelled" });
    expect(at.proposed).toEqual([]);
    // A job that was cancelled in the queue could note nothing.
    const third = (await at.service.startGeneration(caller, { projectId, generator: "http-endpoint", input: INPUT })).generation;
    at.states.set(third.job.id, "cancelled");
    expect(await at.service.getGeneration(caller, { id: third.id })).toMatchObject({ state: "cancelled" });
  });

  it.each([
    ["method", { ...INPUT, method: "POST" as const }],
    ["path", { ...INPUT, path: "/api/users" }],
    ["path", { ...INPUT, path: "/api/:id/:id" }],
    ["params.0.name", { ...INPUT, params: [{ name: "other", type: "uuid" as const }] }],
    ["fields", { ...INPUT, method: "POST" as const, path: "/api/users", action: "create" as const }],
    ["fields.1.name", { ...INPUT, fields: [1, 2].map(() => ({ name: "a", type: "string" as const, list: false, optional: false })) }],
  ])("refuses a form that is wrong in %s", async (path, input) => {
    const projectId = at.create(caller, FILES);
    await expect(at.service.startGeneration(caller, { projectId, generator: "http-endpoint", input })).rejects.toMatchObject({ code: "input_invalid", details: { path } });
  });

  it("refuses the form of another generator", async () => {
    const projectId = at.create(caller, FILES);
    expect(await outcome(at.service.startGeneration(caller, { projectId, generator: "test-data", input: INPUT }))).toBe("input_invalid");
  });

  it("keeps to the organization", async () => {
    const projectId = at.create(caller, FILES);
    const { generation } = await at.service.startGeneration(caller, { projectId, generator: "http-endpoint", input: INPUT });
    const other = somebody();
    const start = { projectId, generator: "http-endpoint" as const, input: INPUT };
    expect(await Promise.all([
      outcome(at.service.describeTarget(other, { projectId }, signal)), outcome(at.service.readSentence(other, { projectId, sentence: "x" }, signal)), outcome(at.service.previewGeneration(other, start, signal)),
      outcome(at.service.startGeneration(other, start)), outcome(at.service.listGenerations(other, { projectId, limit: 1 })), outcome(at.service.getGeneration(other, { id: generation.id })),
      outcome(at.service.cancelGeneration(other, { id: generation.id })),
    ])).toEqual([...Array.from({ length: 5 }, () => "project_not_found"), "generation_not_found", "generation_not_found"]);
    const project = at.projects.get(projectId);
    if (project) project.status = "deleted";
    expect(await outcome(at.service.startGeneration(caller, start))).toBe("project_not_ready");
  });

  it("forgets what was generated in a project that is gone", async () => {
    const [projectId, kept] = [at.create(caller, FILES), at.create(caller, FILES)];
    for (const id of [projectId, projectId, kept]) await at.service.startGeneration(caller, { projectId: id, generator: "http-endpoint", input: INPUT });
    await forgetRuns(at.runs, caller, projectId);
    expect((await at.service.listGenerations(caller, { projectId, limit: 10 })).items).toEqual([]);
    expect((await at.service.listGenerations(caller, { projectId: kept, limit: 10 })).items).toHaveLength(1);
  });
});
