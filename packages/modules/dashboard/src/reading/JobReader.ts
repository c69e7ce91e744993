import type { IJobReading, JobCounts, JobDetails, JobFilter, JobLogs, JobPage, JobRef, JobScope, ListJobLogsInput, ListJobsInput } from "@coder/api/dashboard";
import type { IDatabase } from "@coder/db";
import { isAppError, type Caller } from "@coder/shared";
import type { IJobs, JobStatus } from "@coder/shared/server";
import { jobNotFound } from "../errors.ts";
import { rowIdOf } from "../projection/job-row.ts";
import { detailsOf, forgottenOf, jobOf } from "./job-of.ts";
import { InFlight, keyOf } from "./InFlight.ts";
import { callerOrganization, isInScope, jobsInScope, narrowed } from "./scope.ts";

export interface JobReaderDeps {
  readonly database: IDatabase;
  readonly jobs: Pick<IJobs, "get" | "logs">;
}

/** Lists come from the projection; one job comes from its queue, so that what is shown of it is so now. */
export class JobReader implements Omit<IJobReading, "watchJobs"> {
  readonly #deps: JobReaderDeps;
  readonly #counts = new InFlight<JobCounts>();

  constructor(deps: JobReaderDeps) {
    this.#deps = deps;
  }

  async listJobs(caller: Caller, input: ListJobsInput, scope: JobScope): Promise<JobPage> {
    const { limit, cursor, sort, direction, ...filter } = input;
    const jobs = jobsInScope(this.#deps.database, caller, scope);
    const { items, nextCursor } = await jobs.rows.query(narrowed(jobs, filter), { limit, cursor, sort: { field: sort, direction } });
    return { items: items.map(jobOf), nextCursor };
  }

  async countJobs(caller: Caller, { states: _states, ...filter }: JobFilter, scope: JobScope): Promise<JobCounts> {
    const jobs = jobsInScope(this.#deps.database, caller, scope);
    const where = narrowed(jobs, filter);
    // What every open page asks when something changes.
    return this.#counts.ask(keyOf({ scope, organizationId: callerOrganization(caller) }, where), async () => countsOf(await jobs.rows.groups(where, { by: ["state"] })));
  }

  async getJob(caller: Caller, ref: JobRef, scope: JobScope): Promise<JobDetails> {
    const status = await this.find(ref);
    if (status) {
      if (isInScope(caller, scope, status)) return detailsOf(status);
      throw jobNotFound();
    }
    const jobs = jobsInScope(this.#deps.database, caller, scope);
    const row = await jobs.rows.findOne({ ...jobs.where, id: rowIdOf(ref.queue, ref.id) });
    if (row) return forgottenOf(row);
    throw jobNotFound();
  }

  async listJobLogs(caller: Caller, { limit, ...ref }: ListJobLogsInput, scope: JobScope): Promise<JobLogs> {
    const { kept } = await this.getJob(caller, ref, scope);
    return { lines: kept ? (await this.#deps.jobs.logs(ref.queue, ref.id, limit)).map(lineOf) : [] };
  }

  /** As its queue tells of it, whoever's it is. */
  async find({ queue, id }: JobRef): Promise<JobStatus | null> {
    try {
      return await this.#deps.jobs.get(queue, id);
    } catch (error) {
      if (isAppError(error) && error.code === "queue_not_found") return null;
      throw error;
    }
  }
}

export function countsOf(groups: readonly { readonly key: { readonly state: keyof JobCounts }; readonly count: number }[]): JobCounts {
  const counts: JobCounts = { waiting: 0, delayed: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
  for (const { key, count } of groups) counts[key.state] += count;
  return counts;
}

/** The kernel begins each line with its time and level. */
function lineOf(line: string): JobLogs["lines"][number] {
  const [, at, level, message] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (info|warn|error) ([\s\S]*)$/.exec(line) ?? [];
  if (at === undefined || message === undefined) return { at: null, level: "info", message: line };
  return { at, level: level === "warn" || level === "error" ? level : "info", message };
}
