import type { Generation } from "@coder/api/code-generation";
import type { IDatabase, IRepository, Stored, UpdateOptions } from "@coder/db";
import type { Caller } from "@coder/shared";
import type { IJobs, JobStatus } from "@coder/shared/server";
import { runEntity, type RunRow } from "./entities.ts";
import { generationCancelled, generationFailed, generationNotFound } from "./errors.ts";
import { generateJob } from "./jobs/definitions.ts";

/** The generations of the caller's organization. */
export class Runs {
  readonly #deps: { readonly database: IDatabase; readonly jobs: Pick<IJobs, "get"> };

  constructor(deps: { readonly database: IDatabase; readonly jobs: Pick<IJobs, "get"> }) {
    this.#deps = deps;
  }

  of(caller: Caller): IRepository<RunRow> {
    return this.#deps.database.for(caller).repository(runEntity);
  }

  async require(caller: Caller, id: string): Promise<Stored<RunRow>> {
    const row = await this.of(caller).get(id);
    if (!row) throw generationNotFound();
    return row;
  }

  update(caller: Caller, id: string, changes: Partial<Omit<RunRow, "id">>, options?: UpdateOptions<RunRow>): Promise<Stored<RunRow>> {
    return this.of(caller).update(id, changes, options);
  }

  /** As people see it: a job that was cancelled before it began, or whose worker died too often, could note nothing. */
  async shown(row: Stored<RunRow>): Promise<Generation> {
    if (row.state !== "queued" && row.state !== "running") return generationOf(row);
    const status: JobStatus | null = await this.#deps.jobs.get(generateJob.name, row.jobId);
    if (status?.state === "cancelled") return { ...generationOf(row), state: "cancelled", problem: problemOf(generationCancelled()), finishedAt: status.finishedAt };
    if (status?.state === "failed") return { ...generationOf(row), state: "failed", problem: problemOf(generationFailed()), finishedAt: status.finishedAt };
    return generationOf(row);
  }
}

export function problemOf({ code, message, remedy }: { readonly code: string; readonly message: string; readonly remedy: string }): NonNullable<Generation["problem"]> {
  return { code, message, remedy };
}

export function generationOf({ etag: _etag, jobId, ...row }: Stored<RunRow>): Generation {
  return { ...row, job: { id: jobId, name: generateJob.name } };
}
