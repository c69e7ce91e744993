import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Run, RunId, RunTarget } from "@coder/api/execution";
import { ProjectIdSchema, type ProjectId } from "@coder/api/workspace";
import { createMemoryDatabase } from "@coder/db";
import { createSandbox } from "@coder/sandbox";
import { AppError, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { fixedConfig, jobStatus, silentLogger, somebody } from "@coder/testing";
import { ProjectDirectories } from "@coder/work-tree";
import { TEST_CONFIG } from "../../__fixtures__/test-config.ts";
import { assembleRuns, type RunParts } from "../../assemble-runs.ts";
import type { WorkspaceClient } from "../../changes/ProjectAccess.ts";
import type { ExecutionConfig } from "../../config.ts";

type OpenSandbox = Awaited<ReturnType<typeof createSandbox>>;

export interface RunRigOptions {
  readonly config?: Partial<ExecutionConfig>;
}

/** Runs and checkpoints with the real sandbox, on a database in memory and a directory of its own. */
export class RunRig {
  readonly database = createMemoryDatabase();
  readonly caller = somebody();
  readonly projectId: ProjectId = newId(ProjectIdSchema);
  readonly dataDirectory: string;
  readonly tree: string;
  readonly staging: string;
  readonly parts: RunParts;
  readonly #sandbox: OpenSandbox;
  /** Cancels what is being performed. */
  #cancel: (() => void) | undefined;

  private constructor(dataDirectory: string, sandbox: OpenSandbox, config: ExecutionConfig) {
    this.#sandbox = sandbox;
    this.dataDirectory = dataDirectory;
    const directory = new ProjectDirectories({ dataDirectory }).of({ organizationId: this.caller.organizationId ?? fail(), id: this.projectId });
    this.tree = directory.tree;
    this.staging = directory.staging;
    this.parts = assembleRuns({
      database: this.database,
      dataDirectory,
      workspace: this.#workspace(),
      sandbox,
      jobs: {
        get: async () => null,
        cancel: async () => {
          this.#cancel?.();
          return jobStatus({});
        },
      },
      config: fixedConfig(config),
      now: () => new Date(),
    });
  }

  static async open({ config = {} }: RunRigOptions = {}): Promise<RunRig> {
    const dataDirectory = await mkdtemp(path.join(tmpdir(), "coder-runs-"));
    const sandbox = await createSandbox({ dataDirectory, allowBareProcess: () => false, log: silentLogger });
    const rig = new RunRig(dataDirectory, sandbox, { ...TEST_CONFIG, ...config });
    await sandbox.prepareTree(rig.tree);
    return rig;
  }

  async write(files: Readonly<Record<string, string | object>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(this.tree, name)), { recursive: true });
      await writeFile(path.join(this.tree, name), typeof content === "string" ? content : JSON.stringify(content));
    }
    await this.#sandbox.adoptTree(this.tree);
  }

  /** Null where there is none. */
  read(name: string): Promise<string | null> {
    return readFile(path.join(this.tree, name), "utf8").catch(() => null);
  }

  start(target: RunTarget, withoutDependencies = false): Promise<Run> {
    return this.parts.runs.start(this.caller, { projectId: this.projectId, target, withoutDependencies });
  }

  /** Performs its job, as a worker does. */
  async perform(id: RunId, stop = "job_cancelled"): Promise<Run> {
    const over = new AbortController();
    this.#cancel = () => over.abort(new AppError("cancelled", stop, "Stopped", { remedy: "None" }));
    await this.parts.engine.perform({ id: newId(), payload: { id }, caller: this.caller, attempt: 1, signal: over.signal, log: silentLogger, progress: async () => undefined });
    return this.parts.runs.get(this.caller, { id });
  }

  async run(target: RunTarget, withoutDependencies = false): Promise<Run> {
    return this.perform((await this.start(target, withoutDependencies)).id);
  }

  cancelNow(): void {
    this.#cancel?.();
  }

  async output(id: RunId): Promise<string> {
    return Buffer.from((await this.parts.runs.output(this.caller, { id, offset: 0, limit: 1_000_000 })).bytes, "base64").toString("utf8");
  }

  async close(): Promise<void> {
    await this.parts.stop();
    await this.#sandbox.close();
    await rm(this.dataDirectory, { recursive: true, force: true });
  }

  /** What this module asks of workspace, and nothing else of it. */
  #workspace(): WorkspaceClient {
    const answers = (caller: Caller) => ({
      getProject: async ({ id }: { id: string }) => {
        const organizationId = caller.kind === "anonymous" ? null : caller.organizationId;
        if (id !== this.projectId || organizationId !== this.caller.organizationId) throw new AppError("not_found", "project_not_found", "There is no such project.", { remedy: "None" });
        return { id, organizationId, status: "ready" };
      },
    });
    // The client is made of the whole router; what is not asked for is not there.
    return answers as unknown as WorkspaceClient;
  }
}

function fail(): never {
  throw new Error("Needs an organization");
}
