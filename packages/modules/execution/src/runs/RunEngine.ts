import type { EndedRunState, RunId, RunLimits } from "@coder/api/execution";
import type { ProjectId } from "@coder/api/workspace";
import { unlessConflict, type IDatabase, type IRepository, type Stored, type WriteEffects } from "@coder/db";
import type { ISandbox, SandboxLimits } from "@coder/sandbox";
import { isAppError, type AppError, type Caller } from "@coder/shared";
import type { ILiveConfig, JobContext } from "@coder/shared/server";
import type { OpenProject, ProjectAccess } from "../changes/ProjectAccess.ts";
import type { Checkpoints } from "../checkpoints/Checkpoints.ts";
import type { ExecutionConfig } from "../config.ts";
import { runEntity, type RunRow } from "../entities.ts";
import { fullDisk } from "../full-disk.ts";
import { accountRunJob } from "../jobs/run-definitions.ts";
import { programOf } from "./command-of.ts";
import { endedEvents } from "./ended-events.ts";
import { runFailed, runInterrupted } from "./errors.ts";
import { followProgram } from "./follow.ts";
import type { Ended } from "./ended.ts";
import type { Installation } from "./install/Installation.ts";
import type { PackageManager } from "./PackageManager.ts";
import type { OutputFile, RunOutputs } from "./RunOutputs.ts";
import type { RunRoom } from "./RunRoom.ts";

export interface RunEngineDeps {
  readonly database: IDatabase;
  readonly access: Pick<ProjectAccess, "open">;
  readonly checkpoints: Pick<Checkpoints, "take" | "complete">;
  readonly sandbox: Pick<ISandbox, "spawn">;
  readonly packages: PackageManager;
  readonly installation: Installation;
  readonly outputs: RunOutputs;
  readonly room: RunRoom;
  /** Told when files of a project changed. */
  readonly changed: (caller: Caller, projectId: ProjectId) => Promise<void>;
  readonly config: ILiveConfig<ExecutionConfig>;
  readonly now: () => Date;
}

type RunJob = JobContext<{ readonly id: RunId }>;

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
    let output: OutputFile | null = null;
    try {
      output = await this.#deps.outputs.create(row);
      const ended = await this.#run(row, output, job);
      await output.close();
      await this.#end(row, ended, output, job);
    } catch (thrown) {
      await output?.close();
      if (job.signal.aborted) return await this.#stopped(row, output?.bytes ?? 0, job, null);
      const error = fullDisk(thrown);
      if (!isAppError(error)) log.error({ err: error }, "The run failed");
      await this.#finish(caller, row, { state: "failed", problem: problemOf(isAppError(error) ? error : runFailed()), outputBytes: output?.bytes ?? 0 }, [accountRunJob.with({ id: row.id })]);
    }
  }

  /** Marks a run whose worker died: how it ended is not known. */
  async interrupt(caller: Caller, row: Stored<RunRow>): Promise<void> {
    const outputBytes = await this.#deps.outputs.size(row);
    await this.#finish(caller, row, { state: "interrupted", problem: problemOf(runInterrupted()), outputBytes }, [accountRunJob.with({ id: row.id })], ["waiting", "running"]);
    await this.#deps.room.giveBack(caller, row.id);
  }

  /** What a run changed that could not be looked at when it ended; what an installation left; and the room that whoever marked it had no time to give back. */
  async account(caller: Caller, id: RunId): Promise<void> {
    const row = await this.#rows(caller).get(id);
    if (!row || row.state === "running" || row.state === "waiting") return;
    await this.#deps.room.giveBack(caller, id);
    const project = await this.#deps.access.open(caller, row.projectId);
    if (row.target.kind === "install") await this.#deps.installation.settle(project, row.id);
    if (row.checkpointId !== null && row.changes === null) {
      const changes = await this.#deps.checkpoints.complete(caller, row.projectId, row.checkpointId);
      await unlessConflict(this.#rows(caller).update(id, { changes, updatedAt: this.#at() }));
    }
    await this.#deps.changed(caller, row.projectId);
  }

  async #run(row: Stored<RunRow>, output: OutputFile, job: RunJob): Promise<Ended> {
    const { caller, signal } = job;
    const project = await this.#deps.access.open(caller, row.projectId);
    const { checkpointId } = await this.#deps.checkpoints.take(caller, { projectId: row.projectId, reason: `Before ${row.command}`.slice(0, 200), runId: row.id });
    await this.#rows(caller).update(row.id, { checkpointId, updatedAt: this.#at() });
    signal.throwIfAborted();
    return this.#deps.room.filling(caller, row, this.#deps.config.value.runs.growthBytes, async (roomBytes) => {
      const limits = this.#limits(row.limits ?? {}, roomBytes);
      return row.target.kind === "install"
        ? this.#deps.installation.run({ project, runId: row.id, folder: row.target.folder, output, limits, job })
        : this.#program(project, row.target, output, limits, signal);
    });
  }

  async #program(project: OpenProject, target: Parameters<typeof programOf>[0], output: OutputFile, limits: Partial<SandboxLimits>, signal: AbortSignal): Promise<Ended> {
    const npm = target.kind === "script" ? await this.#deps.packages.npm() : null;
    const program = programOf(target, npm);
    const run = await this.#deps.sandbox.spawn({ ...program, tree: { path: project.directory.tree, access: "write" }, limits, signal });
    return { ...(await followProgram(run, output)), egress: [], problem: null };
  }

  async #end(row: Stored<RunRow>, ended: Ended, output: OutputFile, job: RunJob): Promise<void> {
    const { caller, signal } = job;
    if (signal.aborted && ended.endedBy === "abort") return this.#stopped(row, output.bytes, job, ended);
    const state = ended.exitCode === 0 && ended.endedBy === null && ended.problem === null ? "succeeded" : "failed";
    const known: EndOfRun = { ...measured(ended), state, problem: ended.problem && problemOf(ended.problem), outputBytes: output.bytes };
    // It ended by itself, whatever came a moment later; what it changed can be found out after it.
    const changes = signal.aborted ? null : await this.#changes(row, job);
    await this.#finish(caller, row, { ...known, changes }, changes ? [] : [accountRunJob.with({ id: row.id })]);
    if (changes) await this.#deps.changed(caller, row.projectId);
  }

  /** What it changed; null where that cannot be found out now, for example because the disk is full. */
  async #changes({ id, projectId }: Stored<RunRow>, { caller, log }: RunJob): Promise<RunRow["changes"]> {
    const now = await this.#rows(caller).get(id);
    if (!now?.checkpointId) return null;
    try {
      return await this.#deps.checkpoints.complete(caller, projectId, now.checkpointId);
    } catch (err) {
      log.warn({ err }, "What a run changed could not be found out; tried again");
      return null;
    }
  }

  /** Cancelled, or the worker is going. What it changed is found out by a job of its own: this one has to be over. */
  async #stopped(row: Stored<RunRow>, outputBytes: number, { caller, signal }: RunJob, ended: Ended | null): Promise<void> {
    const code = isAppError(signal.reason) ? signal.reason.code : "";
    // Another worker has it, and marks it.
    if (code === "job_lost") return;
    const cancelled = code !== "worker_draining";
    const state = cancelled ? "cancelled" : "interrupted";
    await this.#finish(caller, row, { ...(ended ? measured(ended) : {}), state, problem: cancelled ? null : problemOf(runInterrupted()), outputBytes }, [accountRunJob.with({ id: row.id })]);
  }

  /** The last state of a run, told with the write. Whoever comes second changes nothing. */
  async #finish(
    caller: Caller,
    row: Stored<RunRow>,
    changes: EndOfRun,
    enqueue: NonNullable<WriteEffects["enqueue"]>,
    from: readonly RunRow["state"][] = ["running"],
  ): Promise<void> {
    const at = this.#at();
    await unlessConflict(this.#rows(caller).update(row.id, { ...changes, endedAt: at, updatedAt: at }, { where: { state: { in: from } }, enqueue, emit: endedEvents({ ...row, ...changes }) }));
  }

  #limits(wanted: RunLimits, roomBytes: number): Partial<SandboxLimits> {
    const { processes, outputBytes, ...most } = this.#deps.config.value.runs;
    const least = (kind: keyof RunLimits) => Math.min(most[kind], wanted[kind] ?? most[kind]);
    return { wallSeconds: least("wallSeconds"), cpuSeconds: least("cpuSeconds"), memoryBytes: least("memoryBytes"), processes, outputBytes, treeGrowthBytes: Math.max(roomBytes, 1) };
  }

  #at(): string {
    return this.#deps.now().toISOString();
  }

  #rows(caller: Caller): IRepository<RunRow> {
    return this.#deps.database.for(caller).repository(runEntity);
  }
}

/** What a run's row is told last. */
interface EndOfRun extends Partial<Pick<RunRow, "exitCode" | "signal" | "endedBy" | "durationMs" | "cpuMs" | "peakMemoryBytes" | "egress" | "changes">>, Pick<RunRow, "problem" | "outputBytes"> {
  readonly state: EndedRunState;
}

function measured({ exitCode, signal, endedBy, durationMs, cpuMs, peakMemoryBytes, egress }: Ended): Partial<EndOfRun> {
  return { exitCode, signal, endedBy: endedBy === "abort" ? null : endedBy, durationMs, cpuMs, peakMemoryBytes, egress };
}

function problemOf({ code, message, remedy }: AppError): RunRow["problem"] {
  return { code, message, remedy };
}

