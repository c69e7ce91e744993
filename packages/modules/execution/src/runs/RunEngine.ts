import { rm } from "node:fs/promises";
import type { RunId } from "@coder/api/execution";
import { unlessConflict, type IDatabase, type IRepository, type Stored, type WriteEffects } from "@coder/db";
import type { ISandbox, SandboxEnd } from "@coder/sandbox";
import { isAppError, type AppError, type Caller } from "@coder/shared";
import type { ILiveConfig, JobContext } from "@coder/shared/server";
import type { OpenProject, ProjectAccess } from "../changes/ProjectAccess.ts";
import type { Checkpoints } from "../checkpoints/Checkpoints.ts";
import type { ExecutionConfig } from "../config.ts";
import { runEntity, type RunRow } from "../entities.ts";
import { accountRunJob } from "../jobs/run-definitions.ts";
import { programOf } from "./command-of.ts";
import { runFailed, runInterrupted } from "./errors.ts";
import { stagingOf, type Installation } from "./install/Installation.ts";
import type { PackageManager } from "./PackageManager.ts";
import type { OutputFile, RunOutputs } from "./RunOutputs.ts";

export interface RunEngineDeps {
  readonly database: IDatabase;
  readonly access: Pick<ProjectAccess, "open">;
  readonly checkpoints: Pick<Checkpoints, "take" | "complete">;
  readonly sandbox: Pick<ISandbox, "spawn">;
  readonly packages: PackageManager;
  readonly installation: Installation;
  readonly outputs: RunOutputs;
  readonly config: ILiveConfig<ExecutionConfig>;
  readonly now: () => Date;
}

type RunJob = JobContext<{ readonly id: RunId }>;

/** How an installation or a program ended. */
export interface Ended extends Pick<SandboxEnd, "exitCode" | "signal" | "endedBy" | "durationMs" | "cpuMs" | "peakMemoryBytes"> {
  readonly egress: RunRow["egress"];
  /** Why it counts as failed whatever the exit code. */
  readonly problem: AppError | null;
}

/**
 * One run from its job's beginning to its row's last state. It begins only from `waiting`: whoever finds it `running` finds what a killed worker left, and marks
 * it. So nothing runs twice.
 */
export class RunEngine {
  readonly #deps: RunEngineDeps;

  constructor(deps: RunEngineDeps) {
    this.#deps = deps;
  }

  async perform(job: RunJob): Promise<void> {
    const { caller, payload, log } = job;
    const rows = this.#rows(caller);
    const at = this.#at();
    const row = await unlessConflict(rows.update(payload.id, { state: "running", startedAt: at, updatedAt: at }, { where: { state: "waiting" } }));
    if (!row) {
      const found = await rows.get(payload.id);
      if (found?.state === "running") await this.interrupt(caller, found);
      return;
    }
    const output = await this.#deps.outputs.create(row);
    try {
      const ended = await this.#run(row, output, job);
      await output.close();
      await this.#end(row, ended, output, job);
    } catch (error) {
      await output.close();
      if (job.signal.aborted) return await this.#stopped(row, output, job, null);
      if (!isAppError(error)) log.error({ err: error }, "The run failed");
      await this.#finish(caller, row, { state: "failed", problem: problemOf(isAppError(error) ? error : runFailed()), outputBytes: output.bytes });
    }
  }

  /** Marks a run whose worker died: how it ended is not known. */
  async interrupt(caller: Caller, row: Stored<RunRow>): Promise<void> {
    await this.#finish(caller, row, { state: "interrupted", problem: problemOf(runInterrupted()), outputBytes: await this.#deps.outputs.size(row) }, { enqueue: [accountRunJob.with({ id: row.id })] }, ["waiting", "running"]);
  }

  /** What a run changed that could not be looked at when it ended; and what an installation left. */
  async account(caller: Caller, id: RunId): Promise<void> {
    const row = await this.#rows(caller).get(id);
    if (!row || row.state === "running" || row.state === "waiting") return;
    const project = await this.#deps.access.open(caller, row.projectId);
    if (row.target.kind === "install") await rm(stagingOf(project, row.id), { recursive: true, force: true });
    if (row.checkpointId === null || row.changes !== null) return;
    const changes = await this.#deps.checkpoints.complete(caller, row.projectId, row.checkpointId);
    await unlessConflict(this.#rows(caller).update(id, { changes, updatedAt: this.#at() }));
  }

  async #run(row: Stored<RunRow>, output: OutputFile, job: RunJob): Promise<Ended> {
    const { caller, signal } = job;
    const project = await this.#deps.access.open(caller, row.projectId);
    const { checkpointId } = await this.#deps.checkpoints.take(caller, { projectId: row.projectId, reason: `Before ${row.command}`.slice(0, 200), runId: row.id });
    await this.#rows(caller).update(row.id, { checkpointId, updatedAt: this.#at() });
    signal.throwIfAborted();
    if (row.target.kind === "install") return this.#deps.installation.run({ project, runId: row.id, folder: row.target.folder, output, limits: this.#limits(), job });
    return this.#program(project, row.target, output, signal);
  }

  async #program(project: OpenProject, target: Parameters<typeof programOf>[0], output: OutputFile, signal: AbortSignal): Promise<Ended> {
    const npm = target.kind === "script" ? await this.#deps.packages.npm() : null;
    const program = programOf(target, npm);
    const run = await this.#deps.sandbox.spawn({ ...program, tree: { path: project.directory.tree, access: "write" }, limits: this.#limits(), signal });
    run.stdin.end();
    await Promise.all([output.collect(run.stdout), output.collect(run.stderr)]);
    return { ...(await run.ended), egress: [], problem: null };
  }

  async #end(row: Stored<RunRow>, ended: Ended, output: OutputFile, job: RunJob): Promise<void> {
    if (job.signal.aborted) return this.#stopped(row, output, job, ended);
    const now = await this.#rows(job.caller).get(row.id);
    const changes = now?.checkpointId ? await this.#deps.checkpoints.complete(job.caller, row.projectId, now.checkpointId) : null;
    const state = ended.exitCode === 0 && ended.endedBy === null && ended.problem === null ? "succeeded" : "failed";
    await this.#finish(job.caller, row, { state, ...measured(ended), changes, problem: ended.problem && problemOf(ended.problem), outputBytes: output.bytes });
  }

  /** Cancelled, or the worker is going. What it changed is found out by a job of its own: this one has to be over. */
  async #stopped(row: Stored<RunRow>, output: OutputFile, { caller, signal }: RunJob, ended: Ended | null): Promise<void> {
    const code = isAppError(signal.reason) ? signal.reason.code : "";
    // Another worker has it, and marks it.
    if (code === "job_lost") return;
    const cancelled = code !== "worker_draining";
    await this.#finish(
      caller,
      row,
      { state: cancelled ? "cancelled" : "interrupted", ...(ended ? measured(ended) : {}), problem: cancelled ? null : problemOf(runInterrupted()), outputBytes: output.bytes },
      { enqueue: [accountRunJob.with({ id: row.id })] },
    );
  }

  async #finish(caller: Caller, row: Stored<RunRow>, changes: Partial<Omit<RunRow, "id">>, effects: WriteEffects = {}, from: readonly RunRow["state"][] = ["running"]): Promise<void> {
    const at = this.#at();
    await unlessConflict(this.#rows(caller).update(row.id, { ...changes, endedAt: at, updatedAt: at }, { where: { state: { in: from } }, ...effects }));
  }

  #limits() {
    const { wallSeconds, cpuSeconds, memoryBytes, processes, outputBytes } = this.#deps.config.value.runs;
    return { wallSeconds, cpuSeconds, memoryBytes, processes, outputBytes };
  }

  #at(): string {
    return this.#deps.now().toISOString();
  }

  #rows(caller: Caller): IRepository<RunRow> {
    return this.#deps.database.for(caller).repository(runEntity);
  }
}

function measured({ exitCode, signal, endedBy, durationMs, cpuMs, peakMemoryBytes, egress }: Ended): Partial<RunRow> {
  return { exitCode, signal, endedBy: endedBy === "abort" ? null : endedBy, durationMs, cpuMs, peakMemoryBytes, egress };
}

function problemOf({ code, message, remedy }: AppError): RunRow["problem"] {
  return { code, message, remedy };
}

