import { eachRow, type Filter, type IDatabase } from "@coder/db";
import type { ILiveConfig } from "@coder/shared/server";
import { retentionOf, type DashboardConfig } from "./config.ts";
import { bulkChunkEntity, bulkEntity, jobEntity, type JobRow } from "./entities.ts";

const DAY_MS = 86_400_000;
/** What became of an action on many jobs can be looked up for so long. */
const BULK_DAYS = 7;
const MAX_OWNERS = 1_000;
const ENDED = { completedDays: { state: "completed" }, failedDays: { state: { in: ["failed", "cancelled"] }, finishedAt: { ne: null } } } as const satisfies Record<keyof DashboardConfig["retention"], Filter<JobRow>>;

/** Lets go of rows past their time. Repeating it changes nothing. */
export class Retention {
  readonly #deps: { readonly database: IDatabase; readonly config: ILiveConfig<DashboardConfig>; readonly now: () => Date };

  constructor(deps: { database: IDatabase; config: ILiveConfig<DashboardConfig>; now: () => Date }) {
    this.#deps = deps;
  }

  /** Returns how many jobs went. */
  async apply(): Promise<number> {
    const removed = (await this.#forget("completedDays")) + (await this.#forget("failedDays"));
    const scope = this.#deps.database.system("retention");
    await scope.repository(bulkChunkEntity).deleteMany({ createdAt: this.#before(BULK_DAYS) });
    await scope.repository(bulkEntity).deleteMany({ createdAt: this.#before(BULK_DAYS) });
    return removed;
  }

  /** Of each owner what is older than it keeps. */
  async #forget(kind: keyof DashboardConfig["retention"]): Promise<number> {
    const { database, config } = this.#deps;
    const jobs = database.system("retention").repository(jobEntity);
    const shortest = Math.min(config.value.retention[kind], ...Object.values(config.value.organizations).flatMap((own) => own[kind] ?? []));
    let removed = 0;
    for (let more = true; more; ) {
      const owners = await jobs.groups({ ...ENDED[kind], changedAt: this.#before(shortest) }, { by: ["organizationId"], limit: MAX_OWNERS });
      let went = 0;
      for (const { key: { organizationId } } of owners) went += await jobs.deleteMany({ ...ENDED[kind], organizationId, changedAt: this.#before(retentionOf(config.value, organizationId)[kind]) });
      removed += went;
      // The largest come first: with those gone, the next are told.
      more = owners.length === MAX_OWNERS && went > 0;
    }
    return removed;
  }

  /** Previews that nobody carried out in time. */
  async forgetPreviews(): Promise<void> {
    const { database, now } = this.#deps;
    const scope = database.system("retention");
    const bulks = scope.repository(bulkEntity);
    for await (const { id } of eachRow(bulks, { state: "previewed", expiresAt: { lt: now().toISOString() } })) {
      await scope.repository(bulkChunkEntity).deleteMany({ bulkId: id });
      await bulks.delete(id);
    }
  }

  #before(days: number): { readonly lt: string } {
    return { lt: new Date(this.#deps.now().getTime() - days * DAY_MS).toISOString() };
  }
}
