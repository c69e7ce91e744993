import {
  projectDeletedEvent, projectImportedEvent, projectPurgedEvent, projectRestoredEvent,
  type CreateProjectInput, type ListProjectsInput, type Project, type ProjectInput, type ProjectPage, type RenameProjectInput,
} from "@coder/api/workspace";
import { unlessConflict } from "@coder/db";
import { isAppError, type Caller } from "@coder/shared";
import type { IJobs } from "@coder/shared/server";
import type { ProjectDirectories } from "@coder/work-tree";
import { nameKeyOf } from "../entities.ts";
import { projectNotFound } from "../errors.ts";
import { removeProjectJob } from "../jobs/definitions.ts";
import { projectNotDeleted, versionConflict } from "./errors.ts";
import { importCancelled } from "./import/errors.ts";
import type { ITreeKeeper } from "./import/ImportRunner.ts";
import { newRow } from "./new-row.ts";
import { projectOf } from "./project-of.ts";
import type { ProjectAccess } from "./ProjectAccess.ts";
import type { Quota } from "./Quota.ts";

export interface ProjectsDeps {
  readonly access: ProjectAccess;
  readonly directories: ProjectDirectories;
  readonly quota: Quota;
  readonly trees: Pick<ITreeKeeper, "prepareTree">;
  readonly jobs: Pick<IJobs, "cancel">;
  readonly now: () => Date;
}

/** Projects as rows: what there is, what it is called, and whether it is in the trash. */
export class Projects {
  readonly #deps: ProjectsDeps;

  constructor(deps: ProjectsDeps) {
    this.#deps = deps;
  }

  async list(caller: Caller, { limit, cursor, status, search }: ListProjectsInput): Promise<ProjectPage> {
    const filter = { status: status ?? ({ ne: "deleted" } as const), ...(search === undefined ? {} : { nameKey: { contains: [nameKeyOf(search)] } }) };
    const page = await this.#deps.access.rows(caller).query(filter, { limit, cursor, sort: { field: "createdAt", direction: "desc" } });
    return { items: page.items.map(projectOf), nextCursor: page.nextCursor };
  }

  async get(caller: Caller, { id }: ProjectInput): Promise<Project> {
    return projectOf(await this.#deps.access.requireAny(caller, id));
  }

  async create(caller: Caller, { name }: CreateProjectInput): Promise<Project> {
    const { access, directories, quota, trees } = this.#deps;
    await quota.reserve(caller, { projects: 1 });
    try {
      const row = newRow(caller, { name, source: { kind: "empty" }, status: "ready" }, this.#deps.now());
      await trees.prepareTree(directories.of(row).tree);
      const imported = projectImportedEvent.with({ organizationId: row.organizationId, projectId: row.id });
      return projectOf(await access.rows(caller).insert(row, { emit: [imported] }));
    } catch (error) {
      await quota.release(caller, { projects: 1 });
      throw error;
    }
  }

  async rename(caller: Caller, { id, version, name }: RenameProjectInput): Promise<Project> {
    const { access, now } = this.#deps;
    const row = await access.requireAny(caller, id);
    const changes = { name, nameKey: nameKeyOf(name), revision: row.revision + 1, updatedAt: now().toISOString() };
    const renamed = version === String(row.revision) ? await unlessConflict(access.rows(caller).update(id, changes, { where: { revision: row.revision } })) : null;
    if (!renamed) throw versionConflict();
    return projectOf(renamed);
  }

  /** Repeating it changes nothing. */
  async delete(caller: Caller, { id }: ProjectInput): Promise<Project> {
    const { access, jobs, now } = this.#deps;
    const row = await access.requireAny(caller, id);
    if (row.status === "deleted") return projectOf(row);
    const at = now().toISOString();
    const changes = { status: "deleted", ...(row.status === "importing" ? CANCELLED : { statusBefore: row.status }), deletedAt: at, updatedAt: at } as const;
    const deleted = await unlessConflict(
      access.rows(caller).update(id, changes, { where: { status: row.status }, emit: [projectDeletedEvent.with({ organizationId: row.organizationId, projectId: id })] }),
    );
    // Its state changed in between, for example because its import ended: decide anew.
    if (!deleted) return this.delete(caller, { id });
    if (deleted.job) await jobs.cancel(deleted.job.name, deleted.job.id, caller).catch(ignoreUnreached);
    return projectOf(deleted);
  }

  async restore(caller: Caller, { id }: ProjectInput): Promise<Project> {
    const { access, now } = this.#deps;
    const row = await access.requireAny(caller, id);
    if (row.status !== "deleted") throw projectNotDeleted(row.status);
    const changes = { status: row.statusBefore ?? "failed", statusBefore: null, job: null, deletedAt: null, updatedAt: now().toISOString() } as const;
    const restored = await unlessConflict(
      access.rows(caller).update(id, changes, { where: { status: "deleted" }, emit: [projectRestoredEvent.with({ organizationId: row.organizationId, projectId: id })] }),
    );
    return restored ? projectOf(restored) : this.restore(caller, { id });
  }

  /** The row goes at once and leaves the job behind that removes the files, in one write. Returns the project as it was. */
  async purge(caller: Caller, { id }: ProjectInput): Promise<Project> {
    const { access, quota } = this.#deps;
    const row = await access.requireAny(caller, id);
    if (row.status !== "deleted" && row.status !== "failed") throw projectNotDeleted(row.status);
    const effects = { emit: [projectPurgedEvent.with({ organizationId: row.organizationId, projectId: id })], enqueue: [removeProjectJob.with({ projectId: id })] };
    const purged = await unlessConflict(access.rows(caller).delete(id, { where: { status: row.status }, ...effects }));
    if (!purged) throw projectNotFound();
    await quota.release(caller, { projects: 1, bytes: purged.chargedBytes, files: purged.chargedFiles });
    return projectOf(purged);
  }
}

/** What an import is that was cut off by a deletion, when it is restored. */
const { code, message, remedy } = importCancelled();
const CANCELLED = { statusBefore: "failed", problem: { code, message, remedy } } as const;

/** The queue may not have the job, or not answer: then the job itself finds that its project is not waiting for it. */
function ignoreUnreached(error: unknown): void {
  if (!isAppError(error) || (error.kind !== "not_found" && error.kind !== "unavailable")) throw error;
}
