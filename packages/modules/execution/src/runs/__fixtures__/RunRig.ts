import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Run, RunId, RunTarget, StartRunInput } from "@coder/api/execution";
import { ProjectIdSchema, type ProjectId } from "@coder/api/workspace";
import { createMemoryDatabase, type IDatabase, type MemoryDatabase } from "@coder/db";
import { createSandbox } from "@coder/sandbox";
import { AppError, type UserCaller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { fixedConfig, jobStatus, silentLogger, somebody } from "@coder/testing";
import { ProjectDirectories } from "@coder/work-tree";
import { FakeWorkspace } from "../../__fixtures__/FakeWorkspace.ts";
import { TEST_CONFIG } from "../../__fixtures__/test-config.ts";
import { assembleRuns, type RunParts } from "../../assemble-runs.ts";
import type { ExecutionConfig } from "../../config.ts";

type OpenSandbox = Awaited<ReturnType<typeof createSandbox>>;

export interface RunRigOptions {
  readonly config?: Partial<ExecutionConfig>;
  /** Default: a new one. */
  readonly dataDirectory?: string;
}

interface On<Database extends IDatabase> extends RunRigOptions {
  readonly database: Database;
  readonly caller?: UserCaller;
  readonly projectId?: ProjectId;
}

/** Runs and checkpoints with the real sandbox, on a database and a directory of its own. */
export class RunRig<Database extends IDatabase = MemoryDatabase> {
  readonly database: Database;
  readonly caller: UserCaller;
  readonly projectId: ProjectId;
  readonly dataDirectory: string;
  readonly tree: string;
  readonly staging: string;
  readonly parts: RunParts;
  readonly workspace: FakeWorkspace;
  readonly #sandbox: OpenSandbox;
  /** Whether the queue does not answer. */
  queueAway = false;
  /** Cancels what is being performed. */
  #cancel: (() => void) | undefined;

  private constructor({ database, caller, projectId }: On<Database>, dataDirectory: string, sandbox: OpenSandbox, config: ExecutionConfig) {
    this.#sandbox = sandbox;
    this.database = database;
    this.caller = caller ?? somebody();
    this.projectId = projectId ?? newId(ProjectIdSchema);
    this.dataDirectory = dataDirectory;
    this.workspace = new FakeWorkspace({ projectId: this.projectId, organizationId: this.caller.organizationId ?? fail() });
    const directory = new ProjectDirectories({ dataDirectory }).of({ organizationId: this.caller.organizationId ?? fail(), id: this.projectId });
    this.tree = directory.tree;
    this.staging = directory.staging;
    this.parts = assembleRuns({
      database: this.database,
      dataDirectory,
      workspace: this.workspace.client(),
      sandbox,
      jobs: {
        get: async () => null,
        cancel: async () => {
          if (this.queueAway) throw new AppError("unavailable", "queue_unavailable", "Background jobs cannot be reached.", { remedy: "Try again" });
          this.#cancel?.();
          return jobStatus({});
        },
      },
      config: fixedConfig(config),
      now: () => new Date(),
    });
  }

  static open(options: RunRigOptions = {}): Promise<RunRig> {
    return RunRig.on({ database: createMemoryDatabase(), ...options });
  }

  static async on<Database extends IDatabase>(options: On<Database>): Promise<RunRig<Database>> {
    const dataDirectory = options.dataDirectory ?? (await mkdtemp(path.join(tmpdir(), "coder-runs-")));
    const sandbox = await createSandbox({ dataDirectory, allowBareProcess: () => false, log: silentLogger });
    const rig = new RunRig(options, dataDirectory, sandbox, { ...TEST_CONFIG, ...options.config });
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

  start(target: RunTarget, withoutDependencies = false, more: Partial<StartRunInput> = {}): Promise<Run> {
    return this.parts.runs.start(this.caller, { projectId: this.projectId, target, withoutDependencies, limits: {}, ...more });
  }

  get(id: RunId): Promise<Run> {
    return this.parts.runs.get(this.caller, { id, waitMs: 0 }, new AbortController().signal);
  }

  /** Performs its job, as a worker does. */
  async perform(id: RunId, stop = "job_cancelled"): Promise<Run> {
    const over = new AbortController();
    this.#cancel = () => over.abort(new AppError("cancelled", stop, "Stopped", { remedy: "None" }));
    await this.parts.engine.perform({ id: newId(), payload: { id }, caller: this.caller, attempt: 1, signal: over.signal, log: silentLogger, progress: async () => undefined });
    return this.get(id);
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
}

function fail(): never {
  throw new Error("Needs an organization");
}
