import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { workspacePermissions, type ProjectStatus } from "@coder/api/workspace";
import { workspaceRef, workspaceRouter } from "@coder/api/workspace/router";
import { createMemoryDatabase, type IDatabase, type MemoryDatabase } from "@coder/db";
import type { ISandbox } from "@coder/sandbox";
import { AppError, type OrganizationRole, type UserCaller } from "@coder/shared";
import { createCallerFactory } from "@coder/shared/trpc";
import { fixedConfig, permissionsOf, silentLogger, somebody, testContext, type AuditedCall } from "@coder/testing";
import { ProjectDirectories, type ProjectDirectory } from "@coder/work-tree";
import { assemble, type WorkspaceParts } from "../../assemble.ts";
import type { WorkspaceConfig } from "../../config.ts";
import { projectEntity, type ProjectRow } from "../../entities.ts";
import type { IGitRunner } from "../../git/IGitRunner.ts";
import { bareGit } from "../../git/__fixtures__/bare-git.ts";
import { newRow } from "../../projects/new-row.ts";
import { bareSandbox } from "../../search/__fixtures__/bare-sandbox.ts";

const MIB = 1024 ** 2;

const CONFIG: WorkspaceConfig = {
  quota: { projects: 10, bytes: 1024 * MIB, files: 200_000 },
  organizations: {},
  import: { maxArchiveBytes: MIB, maxUnpackedBytes: MIB, maxEntries: 100, maxEntryBytes: 200 * MIB, maxRatio: 100, folderRoots: [], allowedPrivateHosts: [] },
  retention: { deletedProjectDays: 30, trashDays: 30 },
  files: { maxOpenBytes: 50 * MIB },
};

/** What is not this module's: nothing runs in these trees, and nobody waits for a job. */
const OUTSIDE = {
  jobs: { cancel: () => Promise.reject(new AppError("not_found", "job_not_found", "There is no such job.", { remedy: "None" })), get: async () => null },
  trees: { prepareTree: async (tree: string) => void (await mkdir(tree, { recursive: true })), adoptTree: async () => undefined },
  sandbox: bareSandbox(),
  git: bareGit(),
  cloner: { clone: () => Promise.reject(new Error("This test clones nothing")) },
};

const callerOf = createCallerFactory(workspaceRouter);

/** The module on a database and a directory of its own, with one ready project. */
export interface TestWorkspace<Database extends IDatabase = MemoryDatabase> extends WorkspaceParts {
  readonly database: Database;
  readonly caller: UserCaller;
  readonly project: ProjectRow;
  readonly directory: ProjectDirectory;
  readonly audited: AuditedCall[];
  /** The router as somebody of the project's organization calls it, or as `caller` does. */
  as(role: OrganizationRole, caller?: UserCaller): ReturnType<typeof callerOf>;
  addProject(status: ProjectStatus): Promise<ProjectRow>;
  /** The same files and rows under new parts, as after a restart. */
  restarted(): WorkspaceParts;
  close(): Promise<void>;
}

export interface TestWorkspaceOptions {
  readonly dataDirectory?: string;
  readonly config?: Partial<WorkspaceConfig>;
  readonly sandbox?: Pick<ISandbox, "spawn" | "pathInside">;
  readonly git?: IGitRunner;
}

export function openTestWorkspace(options: TestWorkspaceOptions = {}): Promise<TestWorkspace> {
  return openWorkspaceOn(createMemoryDatabase(), options);
}

export async function openWorkspaceOn<Database extends IDatabase>(database: Database, options: TestWorkspaceOptions = {}): Promise<TestWorkspace<Database>> {
  const own = options.dataDirectory === undefined ? await mkdtemp(path.join(tmpdir(), "coder-workspace-")) : null;
  const dataDirectory = options.dataDirectory ?? own ?? "";
  const config = fixedConfig({ ...CONFIG, ...options.config });
  const start = () => assemble({ database, config, dataDirectory, ...OUTSIDE, ...(options.sandbox ? { sandbox: options.sandbox } : {}), ...(options.git ? { git: options.git } : {}), log: silentLogger, now: () => new Date(), admitJob: async () => undefined });
  const parts = start();
  const caller = somebody();
  const directories = new ProjectDirectories({ dataDirectory });
  const addProject = async (status: ProjectStatus): Promise<ProjectRow> => {
    const row = newRow(caller, { name: "Test", source: { kind: "empty" }, status }, new Date());
    await mkdir(directories.of(row).tree, { recursive: true });
    return database.for(caller).repository(projectEntity).insert(row);
  };
  const project = await addProject("ready");
  const audited: AuditedCall[] = [];
  return {
    ...parts,
    database,
    caller,
    project,
    directory: directories.of(project),
    audited,
    as: (role, by = caller) =>
      callerOf(testContext({ ref: workspaceRef, service: parts.service, caller: by, audited, permissions: permissionsOf(workspacePermissions, role) })),
    addProject,
    restarted: start,
    close: async () => {
      await parts.parts.stop();
      if (own !== null) await rm(own, { recursive: true, force: true });
    },
  };
}

/** A body as the edge hands it on. */
export async function* bodyOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}
