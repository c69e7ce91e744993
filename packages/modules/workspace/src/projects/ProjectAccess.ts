import type { ProjectId } from "@coder/api/workspace";
import type { IDatabase, IRepository, Stored } from "@coder/db";
import type { Caller } from "@coder/shared";
import { projectEntity, type ProjectRow } from "../entities.ts";
import { projectNotFound, projectNotReady } from "../errors.ts";

/** The way to a project's row, and so to its files: everything that touches a project passes here first. */
export class ProjectAccess {
  readonly #database: IDatabase;

  constructor(deps: { readonly database: IDatabase }) {
    this.#database = deps.database;
  }

  /** The rows of the caller's organization. */
  rows(caller: Caller): IRepository<ProjectRow> {
    return this.#database.for(caller).repository(projectEntity);
  }

  /** A project whose files can be read and written: `project_not_found`, `project_not_ready`. */
  async requireProject(caller: Caller, id: ProjectId): Promise<Stored<ProjectRow>> {
    const row = await this.requireAny(caller, id);
    if (row.status !== "ready") throw projectNotReady(row.status);
    return row;
  }

  /** In whatever state it is: `project_not_found`. */
  async requireAny(caller: Caller, id: ProjectId): Promise<Stored<ProjectRow>> {
    const row = await this.rows(caller).get(id);
    if (!row) throw projectNotFound();
    return row;
  }
}
