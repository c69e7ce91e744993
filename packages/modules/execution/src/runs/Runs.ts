import { isDeepStrictEqual } from "node:util";
import { RunIdSchema, type GetRunInput, type ListRunsInput, type ListScriptsInput, type ReadOutputInput, type Run, type RunEvent, type RunInput, type RunOutput, type RunPage, type RunTarget, type Scripts, type StartRunInput, type WatchRunInput } from "@coder/api/execution";
import type { ProjectId } from "@coder/api/workspace";
import { eachRow, unlessConflict, unlessExists, type IDatabase, type IRepository, type Stored } from "@coder/db";
import { actorOf, isAppError, type Caller, type LiveItem } from "@coder/shared";
import { newId, type IJobs } from "@coder/shared/server";
import type { ProjectAccess, OpenProject } from "../changes/ProjectAccess.ts";
import { shownChanges } from "../checkpoints/changes-of.ts";
import { runEntity, type RunRow } from "../entities.ts";
import { keyReused } from "../errors.ts";
import { performRunJob } from "../jobs/run-definitions.ts";
import { commandLineOf, commandWithoutArguments } from "./command-of.ts";
import { waitUntil } from "../wait-until.ts";
import { endedEvents } from "./ended-events.ts";
import { dependenciesInstalling, dependenciesMissing, fileNotRunnable, lockFileMissing, runNotFound, scriptNotFound } from "./errors.ts";
import { installerOf } from "./install/managers/installer-of.ts";
import { isThere, readManifest } from "./package-manifest.ts";
import type { PackageManager } from "./PackageManager.ts";
import type { RunOutputs } from "./RunOutputs.ts";
import { dependenciesOf, findScripts, lockFileOf } from "./Scripts.ts";

const CHUNK_BYTES = 48 * 1024;
const LOOK_MS = 300;
const OVER: ReadonlySet<Run["state"]> = new Set(["succeeded", "failed", "cancelled", "interrupted"]);

export interface RunsDeps {
  readonly database: IDatabase;
  readonly access: Pick<ProjectAccess, "open">;
  readonly outputs: RunOutputs;
  readonly jobs: Pick<IJobs, "cancel">;
  readonly packages: PackageManager;
  readonly now: () => Date;
}

/** What people ask of runs. The work itself is a job's. */
export class Runs {
  readonly #deps: RunsDeps;

  constructor(deps: RunsDeps) {
    this.#deps = deps;
  }

  async scripts(caller: Caller, { projectId }: ListScriptsInput): Promise<Scripts> {
    return findScripts((await this.#deps.access.open(caller, projectId)).tree);
  }

  async start(caller: Caller, { projectId, target, withoutDependencies, limits, key: given }: StartRunInput): Promise<Run> {
    const project = await this.#deps.access.open(caller, projectId);
    const key = given ?? null;
    const known = await this.#known(caller, { projectId, target, key });
    if (known) return runOf(known);
    const command = await this.#commandOf(caller, project, target, withoutDependencies);
    const id = newId(RunIdSchema);
    const jobId = newId();
    const at = this.#deps.now().toISOString();
    const row = await unlessExists(this.#rows(caller).insert(
      {
        id, organizationId: project.organizationId, projectId, target, command, state: "waiting", job: { id: jobId, name: performRunJob.name }, checkpointId: null, exitCode: null, signal: null,
        endedBy: null, durationMs: null, cpuMs: null, peakMemoryBytes: null, outputBytes: 0, changes: null, egress: [], problem: null, createdBy: actorOf(caller), createdAt: at, startedAt: null, endedAt: null, updatedAt: at, key, limits,
      },
      { enqueue: [performRunJob.with({ id, command: commandWithoutArguments(target, command) }, { id: jobId })] },
    ));
    // The same request came twice at once, and the other one was first.
    const first = row ?? (await this.#known(caller, { projectId, target, key }));
    if (!first) throw keyReused();
    return runOf(first);
  }

  async get(caller: Caller, { id, waitMs }: GetRunInput, signal: AbortSignal): Promise<Run> {
    return runOf(await waitUntil(() => this.#require(caller, id), ({ state }) => OVER.has(state), waitMs, signal));
  }

  async list(caller: Caller, { projectId, limit, cursor }: ListRunsInput): Promise<RunPage> {
    await this.#deps.access.open(caller, projectId);
    const page = await this.#rows(caller).query({ projectId }, { limit, cursor, sort: { field: "createdAt", direction: "desc" } });
    return { items: page.items.map(runOf), nextCursor: page.nextCursor };
  }

  async cancel(caller: Caller, { id }: RunInput): Promise<Run> {
    const row = await this.#require(caller, id);
    if (OVER.has(row.state)) return runOf(row);
    const at = this.#deps.now().toISOString();
    // One that has not begun never does: its job finds that it is not waiting any more.
    const ended = { state: "cancelled", endedAt: at, updatedAt: at } as const;
    const early = await unlessConflict(this.#rows(caller).update(id, ended, { where: { state: "waiting" }, emit: endedEvents({ ...row, ...ended }) }));
    try {
      if (row.job) await this.#deps.jobs.cancel(row.job.name, row.job.id, caller);
    } catch (error) {
      // A job that is only about to reach its queue, or whose queue does not answer, finds the run cancelled.
      if (!early || !isAppError(error) || (error.kind !== "not_found" && error.kind !== "unavailable")) throw error;
    }
    return runOf(early ?? (await this.#require(caller, id)));
  }

  async *watch(caller: Caller, { id, offset, lastEventId }: WatchRunInput, signal: AbortSignal): AsyncGenerator<LiveItem<RunEvent>> {
    let at = lastEventId === undefined || !/^\d{1,15}$/.test(lastEventId) ? offset : Number(lastEventId);
    let told: string | null = null;
    while (!signal.aborted) {
      // The row before the file: what was printed before it ended is in the file by then.
      const row = await this.#require(caller, id);
      const over = OVER.has(row.state);
      if (told === null || (!over && told !== row.etag)) {
        told = row.etag;
        yield { id: String(at), event: { kind: "run", run: runOf(row) } };
      }
      for (let bytes = await this.#deps.outputs.read(row, at, CHUNK_BYTES); bytes.length > 0; bytes = await this.#deps.outputs.read(row, at, CHUNK_BYTES)) {
        const from = at;
        at += bytes.length;
        yield { id: String(at), event: { kind: "output", offset: from, bytes: bytes.toString("base64") } };
        if (signal.aborted) return;
      }
      if (over) {
        yield { id: String(at), event: { kind: "run", run: runOf(row) } };
        return;
      }
      await this.#deps.outputs.next(row, signal, LOOK_MS);
    }
  }

  async output(caller: Caller, { id, offset, limit }: ReadOutputInput): Promise<RunOutput> {
    const row = await this.#require(caller, id);
    const bytes = await this.#deps.outputs.read(row, offset, limit);
    return { offset, bytes: bytes.toString("base64"), nextOffset: offset + bytes.length, total: await this.#deps.outputs.size(row) };
  }

  /** As somebody would type it. Refuses what cannot run, as far as that is known before the job begins. */
  async #commandOf(caller: Caller, { id, tree }: OpenProject, target: RunTarget, withoutDependencies: boolean): Promise<string> {
    if (target.kind === "file") {
      if (!(await isThere(tree, target.path))) throw fileNotRunnable(target.path);
      return commandLineOf(target);
    }
    const { folder } = target;
    const manifest = await readManifest(tree, folder);
    if (target.kind === "install") {
      const lock = await lockFileOf(tree, folder);
      if (!manifest || !lock) throw lockFileMissing(folder);
      return (await installerOf(tree, lock, this.#deps.packages)).commandLine;
    }
    if (!manifest || !Object.hasOwn(manifest.scripts, target.name)) throw scriptNotFound(folder, target.name);
    if (!withoutDependencies && (await dependenciesOf(tree, folder, manifest)) === "missing") throw (await this.#isInstalling(caller, id)) ? dependenciesInstalling(folder) : dependenciesMissing(folder);
    return commandLineOf(target);
  }

  /** Then nobody is to be asked to install them. */
  async #isInstalling(caller: Caller, projectId: ProjectId): Promise<boolean> {
    for await (const { target } of eachRow(this.#rows(caller), { projectId, state: { in: ["waiting", "running"] } })) if (target.kind === "install") return true;
    return false;
  }

  async #known(caller: Caller, { projectId, target, key }: Pick<RunRow, "projectId" | "target" | "key">): Promise<Stored<RunRow> | null> {
    const known = key === null ? null : await this.#rows(caller).findOne({ projectId, key });
    if (known && !isDeepStrictEqual(known.target, target)) throw keyReused();
    return known;
  }

  async #require(caller: Caller, id: RunInput["id"]): Promise<Stored<RunRow>> {
    const row = await this.#rows(caller).get(id);
    if (!row) throw runNotFound();
    return row;
  }

  #rows(caller: Caller): IRepository<RunRow> {
    return this.#deps.database.for(caller).repository(runEntity);
  }
}

export function runOf({ etag: _etag, updatedAt: _updatedAt, key: _key, limits: _limits, ...run }: Stored<RunRow>): Run {
  return { ...run, changes: shownChanges(run.changes) };
}
