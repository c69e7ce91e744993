import type { Bulk, BulkInput, BulkPreview, IBulkActions, JobAction, JobScope, PreviewBulkInput, RunBulkInput } from "@coder/api/dashboard";
import { eachRow, unlessConflict, type Filter, type IDatabase, type Stored } from "@coder/db";
import { personOf, type Caller, type JobDefinition, type UserId } from "@coder/shared";
import { newId, type IJobs, type ILiveConfig } from "@coder/shared/server";
import type { DashboardConfig } from "../config.ts";
import { bulkChunkEntity, bulkEntity, type BulkItem, type BulkRow, type JobRow } from "../entities.ts";
import { bulkNotFound, nothingToChange, previewExpired } from "../errors.ts";
import { changeJobsJob, changeOwnJobsJob, changeSystemJobsJob } from "../jobs/definitions.ts";
import { isForgotten, rowIdOf } from "../projection/job-row.ts";
import { appliesTo, jobOf, STATES_FOR } from "../reading/job-of.ts";
import { countsOf } from "../reading/JobReader.ts";
import { jobsInScope, narrowed, type JobsInScope } from "../reading/scope.ts";

export interface BulkActionsDeps {
  readonly database: IDatabase;
  readonly jobs: Pick<IJobs, "get">;
  readonly config: ILiveConfig<DashboardConfig>;
  readonly now: () => Date;
}

const PER_CHUNK = 500;
const SAMPLE = 10;

/** Which job does it, so that it runs with the permission that its starter used. */
const JOB_FOR = { own: changeOwnJobsJob, organization: changeJobsJob, system: changeSystemJobsJob } as const satisfies Record<JobScope, JobDefinition>;

/** Actions on many jobs: first exactly which, then those and no others. */
export class BulkActions implements IBulkActions {
  readonly #deps: BulkActionsDeps;

  constructor(deps: BulkActionsDeps) {
    this.#deps = deps;
  }

  async previewBulk(caller: Caller, input: PreviewBulkInput, scope: JobScope, signal?: AbortSignal): Promise<BulkPreview> {
    const { database, config, now } = this.#deps;
    const { userId, organizationId } = personOf(caller);
    const { action } = input;
    const token = newId();
    const createdAt = now().toISOString();
    const expiresAt = new Date(now().getTime() + config.value.bulk.previewMinutes * 60_000).toISOString();
    try {
      const jobs = jobsInScope(database, caller, scope);
      const found = await this.#collect(caller, jobs, input, { token, userId, createdAt, signal });
      const asked = input.jobs === undefined ? await jobs.rows.count(narrowed(jobs, input.filter ?? {})) : input.jobs.length;
      signal?.throwIfAborted();
      await database.for(caller).repository(bulkEntity).insert({
        id: token, userId, organizationId, scope, action, state: "previewed", jobId: null, count: found.count, changed: 0, skipped: 0, failed: [], createdAt, expiresAt, finishedAt: null,
      });
      const leftOut = found.limited ? 0 : Math.max(0, asked - found.count);
      return { token, action, count: found.count, byState: found.byState(), leftOut, limited: found.limited, sample: found.sample.map(jobOf), expiresAt };
    } catch (error) {
      await database.for(caller).repository(bulkChunkEntity).deleteMany({ bulkId: token });
      throw error;
    }
  }

  /** Writes down which jobs they are, some at a time. `nothing_to_change`. */
  async #collect(caller: Caller, jobs: JobsInScope, input: PreviewBulkInput, { token, userId, createdAt, signal }: Noting): Promise<Collection> {
    const { maxJobs } = this.#deps.config.value.bulk;
    const chunks = this.#deps.database.for(caller).repository(bulkChunkEntity);
    const found = new Collection(this.#deps.now());
    let position = 0;
    const keep = async (items: readonly BulkItem[]): Promise<void> => {
      if (items.length > 0) await chunks.insert({ id: `${token}/${position}`, userId, bulkId: token, position: position++, items: [...items], begun: 0, done: 0, changed: 0, skipped: 0, failed: [], createdAt });
    };
    for await (const row of eachRow(jobs.rows, applicable(jobs, input), { limit: 1_000, sort: { field: "enqueuedAt", direction: "desc" } })) {
      if (found.count === maxJobs) {
        found.limited = true;
        break;
      }
      if (!found.add(row, input.action) || found.pending.length < PER_CHUNK) continue;
      signal?.throwIfAborted();
      await keep(found.take());
    }
    await keep(found.take());
    if (found.count === 0) throw nothingToChange();
    return found;
  }

  async runBulk(caller: Caller, { token }: RunBulkInput, scope: JobScope): Promise<Bulk> {
    const bulks = this.#deps.database.for(caller).repository(bulkEntity);
    const row = await bulks.get(token);
    const { organizationId } = personOf(caller);
    if (!row || row.scope !== scope || row.organizationId !== organizationId) throw previewExpired();
    if (row.state !== "previewed") return this.#bulkOf(row);
    if (row.expiresAt <= this.#deps.now().toISOString()) throw previewExpired();
    const jobId = newId();
    const started = await unlessConflict(
      bulks.update(token, { state: "running", jobId }, { where: { state: "previewed" }, enqueue: [JOB_FOR[scope].with({ bulkId: token }, { id: jobId })] }),
    );
    // Begun, whether the queue answers in this moment or not.
    if (started) return bulkOf(started, started.state);
    // Somebody pressed twice: it is started once, and both hear of the same.
    return this.#bulkOf((await bulks.get(token)) ?? row);
  }

  async getBulk(caller: Caller, { id }: BulkInput): Promise<Bulk> {
    const row = await this.#deps.database.for(caller).repository(bulkEntity).get(id);
    if (!row) throw bulkNotFound();
    return this.#bulkOf(row);
  }

  async #bulkOf(row: Stored<BulkRow>): Promise<Bulk> {
    const stopped = row.state === "running" && (await this.#hasStopped(jobOfBulk(row)));
    return bulkOf(row, stopped ? "stopped" : row.state);
  }

  async #hasStopped(job: Bulk["job"]): Promise<boolean> {
    const status = job && (await this.#deps.jobs.get(job.queue, job.id));
    return status?.state === "cancelled" || status?.state === "failed";
  }
}

function jobOfBulk({ jobId, scope }: BulkRow): Bulk["job"] {
  return jobId === null ? null : { queue: JOB_FOR[scope].name, id: jobId };
}

function bulkOf(row: BulkRow, state: Bulk["state"]): Bulk {
  const { id, action, count, changed, skipped, failed, createdAt, finishedAt } = row;
  return { id, action, state, job: jobOfBulk(row), count, changed, skipped, failed, createdAt, finishedAt };
}

/** Under what the jobs of a preview are noted, and until when. */
interface Noting {
  readonly token: string;
  readonly userId: UserId;
  readonly createdAt: string;
  readonly signal: AbortSignal | undefined;
}

/** The rows that an action could change, of those that are asked for. */
function applicable(jobs: JobsInScope, { action, jobs: chosen, filter = {} }: PreviewBulkInput): Filter<JobRow> {
  const applies: readonly JobRow["state"][] = STATES_FOR[action];
  const states = applies.filter((state) => filter.states?.includes(state) !== false);
  const where = chosen === undefined ? narrowed(jobs, filter) : { ...jobs.where, id: { in: chosen.map(({ queue, id }) => rowIdOf(queue, id)) } };
  return { ...where, state: { in: states }, ...(action === "cancel" ? { kind: "jobs" as const } : {}) };
}

/** What a preview finds, row by row. */
class Collection {
  count = 0;
  limited = false;
  pending: BulkItem[] = [];
  readonly sample: JobRow[] = [];
  readonly #states = new Map<JobRow["state"], number>();
  readonly #now: Date;

  constructor(now: Date) {
    this.#now = now;
  }

  add(row: JobRow, action: JobAction): boolean {
    if (!appliesTo(action, row) || isForgotten(row, this.#now)) return false;
    const { queue, jobId, state, attempt, changedAt } = row;
    this.count += 1;
    this.pending.push({ queue, id: jobId, state, attempt, changedAt });
    this.#states.set(state, (this.#states.get(state) ?? 0) + 1);
    if (this.sample.length < SAMPLE) this.sample.push(row);
    return true;
  }

  take(): readonly BulkItem[] {
    const items = this.pending;
    this.pending = [];
    return items;
  }

  byState() {
    return countsOf([...this.#states].map(([state, count]) => ({ key: { state }, count })));
  }
}
