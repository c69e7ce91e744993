import type { CreateChangeSetInput } from "@coder/api/execution";
import { ProjectIdSchema, type ProjectId } from "@coder/api/workspace";
import { createMemoryDatabase } from "@coder/db";
import { AppError, organizationOf, type Caller } from "@coder/shared";
import { newId, type JobStatus } from "@coder/shared/server";
import { fixedConfig } from "@coder/testing";
import { ChangeProposals, type ExecutionClient } from "../changes/ChangeProposals.ts";
import { CodeGenerationService } from "../CodeGenerationService.ts";
import { runTask } from "../engine/run-task.ts";
import { generateHandler } from "../jobs/generate.handler.ts";
import { ProjectSources, type WorkspaceClient } from "../projects/ProjectSources.ts";
import { Runs } from "../Runs.ts";
import type { Engine, EngineRequest } from "../threads/Engine.ts";

/** The module on a memory database, with the modules it needs as it sees them. Computing happens here and not in a thread. */
export function world() {
  const projects = new Map<ProjectId, { readonly organizationId: string; readonly files: Readonly<Record<string, string>>; status: string }>();
  const proposed: CreateChangeSetInput[] = [];
  const states = new Map<string, JobStatus["state"]>();
  const find = (caller: Caller, id: ProjectId) => {
    const project = projects.get(id);
    if (!project || project.organizationId !== organizationOf(caller)) throw new AppError("not_found", "project_not_found", "There is no such project.", { remedy: "None" });
    return project;
  };
  // Only what the module calls is there.
  const workspace = ((caller: Caller) => ({
    getProject: async ({ id }: { id: ProjectId }) => ({ id, status: find(caller, id).status }),
    listTree: async ({ projectId, after = "" }: { projectId: ProjectId; after?: string }) => {
      const paths = Object.keys(find(caller, projectId).files).sort().filter((path) => path > after);
      const files = paths.slice(0, 3).map((path) => ({ path, sizeBytes: find(caller, projectId).files[path]?.length ?? 0, modifiedAt: "2026-01-01T00:00:00.000Z", fingerprint: "1" }));
      return { files, nextAfter: paths.length > 3 ? (files.at(-1)?.path ?? null) : null };
    },
    // Answers are full after two files.
    readFiles: async ({ projectId, paths }: { projectId: ProjectId; paths: string[] }) => ({ files: paths.map((path, index) => (index < 2 ? { path, text: find(caller, projectId).files[path] ?? null } : { path, text: null, reason: "next" as const })) }),
  })) as unknown as WorkspaceClient;
  const execution = (() => ({
    createChangeSet: async (input: CreateChangeSetInput) => {
      proposed.push(input);
      return { id: newId() };
    },
  })) as unknown as ExecutionClient;

  const now = () => new Date("2026-01-01T00:00:00.000Z");
  const database = createMemoryDatabase();
  const config = fixedConfig({ limits: { sourceFiles: 100, sourceBytes: 1_000_000, timeoutSeconds: 10 } });
  const jobs = {
    away: false,
    get: async (_queue: string, id: string) => {
      if (jobs.away) throw new AppError("unavailable", "queue_unavailable", "Background jobs cannot be reached.", { remedy: "Try again" });
      return states.has(id) ? ({ state: states.get(id), finishedAt: null } as JobStatus) : null;
    },
    cancel: async (_queue: string, id: string) => {
      states.set(id, "cancelled");
      return { state: "cancelled" } as JobStatus;
    },
  };
  const runs = new Runs({ database, jobs });
  const sources = new ProjectSources({ workspace, config });
  const engine = { run: async (task: string, input: unknown, signal: AbortSignal) => (signal.throwIfAborted(), await runTask({ task, input } as EngineRequest)) } as unknown as Engine;
  const proposals = new ChangeProposals({ execution });
  return {
    database, runs, proposed, states, projects, jobs,
    service: new CodeGenerationService({ runs, sources, engine, jobs, now }),
    handler: generateHandler({ runs, sources, engine, proposals, now }),
    create: (caller: Caller, files: Readonly<Record<string, string>>): ProjectId => {
      const id = newId(ProjectIdSchema);
      projects.set(id, { organizationId: organizationOf(caller), files, status: "ready" });
      return id;
    },
  };
}
