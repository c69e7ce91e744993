import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { executionPermissions, type ChangeSet, type ChangeSetId, type CreateChangeSetInput } from "@coder/api/execution";
import { executionRef, executionRouter } from "@coder/api/execution/router";
import { ProjectIdSchema, type ProjectId } from "@coder/api/workspace";
import { createMemoryDatabase, type IDatabase, type MemoryDatabase } from "@coder/db";
import { AppError, type OrganizationRole, type UserCaller } from "@coder/shared";
import { newId, type JobStatus } from "@coder/shared/server";
import { createCallerFactory } from "@coder/shared/trpc";
import { fixedConfig, jobStatus, permissionsOf, silentLogger, somebody, testContext, type AuditedCall } from "@coder/testing";
import { ProjectDirectories } from "@coder/work-tree";
import { assembleRuns, type RunParts } from "../../assemble-runs.ts";
import { assemble, type ExecutionParts } from "../../assemble.ts";
import { validateChangeSetHandler } from "../../jobs/validate-change-set.handler.ts";
import { FakeWorkspace } from "../../__fixtures__/FakeWorkspace.ts";
import { TEST_CONFIG } from "../../__fixtures__/test-config.ts";
import type { ICheckpoints } from "../ICheckpoints.ts";
import type { IStage } from "../validation/stage.ts";

export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

const nothingRuns = { spawn: () => Promise.reject(new Error("Nothing runs here")), prepareTree: async () => undefined, adoptTree: async () => undefined };
const callerOf = createCallerFactory(executionRouter);

export interface RigOptions<Database extends IDatabase> {
  readonly database: Database;
  readonly dataDirectory?: string;
  readonly projectId?: ProjectId;
  readonly caller?: UserCaller;
  readonly stages?: readonly IStage[];
  readonly checkpoints?: ICheckpoints | "real";
  readonly now?: () => Date;
}

/** The module on a database and a directory of its own, with one project. Jobs run when a test says so. */
export class ChangeRig<Database extends IDatabase = MemoryDatabase> {
  readonly database: Database;
  readonly dataDirectory: string;
  readonly caller: UserCaller;
  readonly projectId: ProjectId;
  readonly tree: string;
  readonly parts: ExecutionParts;
  readonly audited: AuditedCall[] = [];
  readonly workspace: FakeWorkspace;
  readonly runs: RunParts;
  readonly log = silentLogger;
  readonly #jobs = new Map<string, JobStatus>();
  #keys = 0;

  private constructor(options: RigOptions<Database> & { readonly dataDirectory: string }) {
    this.database = options.database;
    this.dataDirectory = options.dataDirectory;
    this.caller = options.caller ?? somebody();
    this.projectId = options.projectId ?? newId(ProjectIdSchema);
    if (this.caller.organizationId === null) throw new Error("Needs an organization");
    this.workspace = new FakeWorkspace({ projectId: this.projectId, organizationId: this.caller.organizationId });
    this.tree = new ProjectDirectories(options).of({ organizationId: this.caller.organizationId, id: this.projectId }).tree;
    const shared = { database: this.database, dataDirectory: this.dataDirectory, workspace: this.workspace.client(), now: options.now ?? (() => new Date()) };
    this.runs = assembleRuns({ ...shared, sandbox: nothingRuns, jobs: { get: async () => null, cancel: () => Promise.reject(new Error("No job is cancelled here")) }, config: fixedConfig(TEST_CONFIG) });
    this.parts = assemble({
      ...shared,
      runParts: this.runs,
      jobs: { get: async (_name, id) => this.#jobs.get(id) ?? null },
      checkpoints: options.checkpoints === "real" ? this.runs.checkpoints : (options.checkpoints ?? { take: async () => null, complete: async () => null }),
      stages: options.stages ?? [],
      log: silentLogger,
    });
  }

  static open(options: Partial<RigOptions<MemoryDatabase>> = {}): Promise<ChangeRig> {
    return ChangeRig.on({ database: createMemoryDatabase(), ...options });
  }

  static async on<Database extends IDatabase>(options: RigOptions<Database>): Promise<ChangeRig<Database>> {
    const rig = new ChangeRig({ ...options, dataDirectory: options.dataDirectory ?? (await mkdtemp(path.join(tmpdir(), "coder-changes-"))) });
    await mkdir(rig.tree, { recursive: true });
    return rig;
  }

  async write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(this.tree, name)), { recursive: true });
      await writeFile(path.join(this.tree, name), text);
    }
  }

  async makeExecutable(name: string): Promise<void> {
    await chmod(path.join(this.tree, name), 0o755);
  }

  /** Null where there is none. */
  read(name: string): Promise<string | null> {
    return readFile(path.join(this.tree, name), "utf8").catch(() => null);
  }

  /** A proposal of whole texts: null deletes, and a file that is not there is created. */
  async proposal(files: Readonly<Record<string, string | null>>, more: Partial<CreateChangeSetInput> = {}): Promise<CreateChangeSetInput> {
    const proposed = await Promise.all(
      Object.entries(files).map(async ([name, content]) => {
        const base = await readFile(path.join(this.tree, name)).catch(() => null);
        const kind = content === null ? ("delete" as const) : base === null ? ("create" as const) : ("modify" as const);
        return { path: name, kind, baseHash: base && sha256(base), content, reason: `Why ${name}`, hunkReasons: [] };
      }),
    );
    this.#keys += 1;
    return { projectId: this.projectId, title: "A change", reason: "Because", origin: { kind: "person", name: "Test", version: "1" }, files: proposed, key: `key-${this.#keys}`, ...more };
  }

  async create(files: Readonly<Record<string, string | null>>): Promise<ChangeSet> {
    return this.parts.service.createChangeSet(this.caller, await this.proposal(files));
  }

  get(id: ChangeSetId): Promise<ChangeSet> {
    return this.parts.service.getChangeSet(this.caller, { id, waitMs: 0 }, new AbortController().signal);
  }

  async decideAll(id: ChangeSetId, decision: "accepted" | "rejected" | "undecided" = "accepted"): Promise<ChangeSet> {
    const { files } = await this.get(id);
    await this.parts.service.decideChanges(this.caller, { id, decision, targets: files.map(({ id: fileId, version }) => ({ fileId, version })) });
    return this.get(id);
  }

  /** Asks to apply what is accepted, and runs the job. */
  async apply(id: ChangeSetId, options: { readonly stale?: "refuse" | "merge"; readonly validation?: "require" | "skip" } = {}): Promise<ChangeSet> {
    await this.askToApply(id, options);
    return this.work(id);
  }

  async askToApply(id: ChangeSetId, options: { readonly stale?: "refuse" | "merge"; readonly validation?: "require" | "skip" } = {}): Promise<string> {
    const { version } = await this.get(id);
    const { job } = await this.parts.service.applyChangeSet(this.caller, { id, version, stale: "refuse", validation: "skip", ...options });
    return job?.id ?? "";
  }

  async undo(id: ChangeSetId, stale: "refuse" | "merge" = "refuse"): Promise<ChangeSet> {
    const { version } = await this.get(id);
    await this.parts.service.undoChangeSet(this.caller, { id, version, stale });
    return this.work(id);
  }

  /** Runs the job that the change set waits for. What people are told of stands in the change set; anything else is thrown. */
  async work(id: ChangeSetId, signal: AbortSignal = new AbortController().signal, step: (done: number, total: number) => Promise<void> = async () => undefined): Promise<ChangeSet> {
    const jobId = (await this.get(id)).job?.id ?? "";
    await this.parts.run.run(id, { jobId, caller: this.caller, signal, log: silentLogger, progress: step }).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code === "change_failed") throw error;
    });
    return this.get(id);
  }

  /** Runs the check that the change set waits for. */
  async validate(id: ChangeSetId): Promise<ChangeSet> {
    const { job } = await this.get(id);
    await validateChangeSetHandler(this.parts)({ id: job?.id ?? "", payload: { id }, caller: this.caller, attempt: 1, signal: new AbortController().signal, log: silentLogger, progress: async () => undefined });
    return this.get(id);
  }

  /** The router as somebody of the project's organization calls it. */
  as(role: OrganizationRole, caller: UserCaller = this.caller): ReturnType<typeof callerOf> {
    return callerOf(testContext({ ref: executionRef, service: this.parts.service, caller, audited: this.audited, permissions: permissionsOf(executionPermissions, role) }));
  }

  /** What the queue tells of a job. */
  setJob(id: string, values: Partial<JobStatus>): void {
    this.#jobs.set(id, jobStatus({ id, ...values }));
  }

  async close(): Promise<void> {
    await this.runs.stop();
    await rm(this.dataDirectory, { recursive: true, force: true });
  }
}
