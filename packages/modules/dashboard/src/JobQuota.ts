import type { JobUsage } from "@coder/api/dashboard";
import { eachRow, type IDatabase } from "@coder/db";
import { isAppError, OrganizationIdSchema, organizationOf, type Caller, type OrganizationId } from "@coder/shared";
import type { IJobs, ILiveConfig } from "@coder/shared/server";
import { quotaOf, retentionOf, type DashboardConfig } from "./config.ts";
import { jobEntity } from "./entities.ts";
import { jobQuotaExceeded } from "./errors.ts";
import { countsOf } from "./reading/JobReader.ts";
import { jobsInScope } from "./reading/scope.ts";

export interface JobQuotaDeps {
  readonly database: IDatabase;
  readonly jobs: Pick<IJobs, "remove">;
  readonly config: ILiveConfig<DashboardConfig>;
}

const OPEN = ["waiting", "delayed", "running"] as const;
const ENDED = ["completed", "failed", "cancelled"] as const;
const MAX_ORGANIZATIONS = 1_000;
/** Jobs that are forgotten side by side. */
const AT_ONCE = 50;

/** What the jobs of one organization may come to: of those that are open, and of those that ended and are kept. Counted as the rows tell, which are some seconds behind the queues. */
export class JobQuota {
  readonly #deps: JobQuotaDeps;

  constructor(deps: JobQuotaDeps) {
    this.#deps = deps;
  }

  async usage(caller: Caller): Promise<JobUsage> {
    const { database, config } = this.#deps;
    const { rows, where } = jobsInScope(database, caller, "organization");
    const counts = countsOf(await rows.groups(where, { by: ["state"] }));
    const sum = (states: readonly (keyof typeof counts)[]) => states.reduce((total, state) => total + counts[state], 0);
    const organizationId = organizationOf(caller);
    const quota = quotaOf(config.value, organizationId);
    return { open: { used: sum(OPEN), limit: quota.openJobs }, kept: { used: sum(ENDED), limit: quota.keptJobs }, retention: retentionOf(config.value, organizationId) };
  }

  /** `job_quota_exceeded` (409) where no other job may be started. */
  async admit(caller: Caller): Promise<void> {
    const { database, config } = this.#deps;
    const { openJobs } = quotaOf(config.value, organizationOf(caller));
    const { rows, where } = jobsInScope(database, caller, "organization");
    if ((await rows.count({ ...where, state: { in: OPEN } })) >= openJobs) throw jobQuotaExceeded(openJobs);
  }

  /** Forgets the oldest jobs of organizations that keep too many, with what their queues still have of them. Returns how many went. */
  async trim(signal: AbortSignal): Promise<number> {
    const { database, config } = this.#deps;
    const rows = database.system("retention").repository(jobEntity);
    const groups = await rows.groups({ state: { in: ENDED } }, { by: ["organizationId"], limit: MAX_ORGANIZATIONS });
    const counts = new Map(groups.map(({ key, count }) => [key.organizationId, count]));
    // The largest come first, and one that may keep little may be smaller than those.
    for (const id of Object.keys(config.value.organizations)) {
      const organizationId = OrganizationIdSchema.parse(id);
      if (!counts.has(organizationId)) counts.set(organizationId, await rows.count({ organizationId, state: { in: ENDED } }));
    }
    let forgotten = 0;
    for (const [organizationId, count] of counts) {
      const excess = count - quotaOf(config.value, organizationId).keptJobs;
      if (excess > 0) forgotten += await this.#forgetOldest(organizationId, excess, signal);
    }
    return forgotten;
  }

  async #forgetOldest(organizationId: OrganizationId | null, excess: number, signal: AbortSignal): Promise<number> {
    const rows = this.#deps.database.system("retention").repository(jobEntity);
    const oldest = eachRow(rows, { organizationId, state: { in: ENDED } }, { sort: { field: "changedAt", direction: "asc" }, limit: AT_ONCE });
    let some: { readonly id: string; readonly queue: string; readonly jobId: string }[] = [];
    let forgotten = 0;
    const forget = async (): Promise<void> => {
      await Promise.all(some.map(({ queue, jobId }) => this.#removeFromQueue(queue, jobId)));
      // One that was started again meanwhile is open, and stays.
      forgotten += await rows.deleteMany({ id: { in: some.map(({ id }) => id) }, state: { in: ENDED } });
      some = [];
    };
    let left = excess;
    for await (const { id, queue, jobId } of oldest) {
      signal.throwIfAborted();
      some.push({ id, queue, jobId });
      left -= 1;
      if (some.length === AT_ONCE || left === 0) await forget();
      if (left === 0) break;
    }
    return forgotten;
  }

  /** Or the next reading of its queue would bring it back. */
  async #removeFromQueue(queue: string, jobId: string): Promise<void> {
    try {
      await this.#deps.jobs.remove(queue, jobId);
    } catch (error) {
      if (!isAppError(error) || !["queue_not_found", "job_running", "job_scheduled"].includes(error.code)) throw error;
    }
  }
}
