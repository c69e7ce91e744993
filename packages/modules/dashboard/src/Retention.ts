import { eachRow, type IDatabase } from "@coder/db";
import type { ILiveConfig } from "@coder/shared/server";
import type { DashboardConfig } from "./config.ts";
import { bulkChunkEntity, bulkEntity, jobEntity } from "./entities.ts";

const DAY_MS = 86_400_000;
/** What became of an action on many jobs can be looked up for so long. */
const BULK_DAYS = 7;

/** Lets go of rows past their time. Repeating it changes nothing. */
export class Retention {
  readonly #deps: { readonly database: IDatabase; readonly config: ILiveConfig<DashboardConfig>; readonly now: () => Date };

  constructor(deps: { database: IDatabase; config: ILiveConfig<DashboardConfig>; now: () => Date }) {
    this.#deps = deps;
  }

  /** Returns how many jobs went. */
  async apply(): Promise<number> {
    const { database, config } = this.#deps;
    const { completedDays, failedDays } = config.value.retention;
    const scope = database.system("retention");
    const jobs = scope.repository(jobEntity);
    const completed = await jobs.deleteMany({ state: "completed", changedAt: this.#before(completedDays) });
    const failed = await jobs.deleteMany({ state: { in: ["failed", "cancelled"] }, finishedAt: { ne: null }, changedAt: this.#before(failedDays) });
    await scope.repository(bulkChunkEntity).deleteMany({ createdAt: this.#before(BULK_DAYS) });
    await scope.repository(bulkEntity).deleteMany({ createdAt: this.#before(BULK_DAYS) });
    return completed + failed;
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
