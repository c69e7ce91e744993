import { eachRow, type IDatabase } from "@coder/db";
import type { ILiveConfig } from "@coder/shared/server";
import type { DashboardConfig } from "../config.ts";
import { collect } from "./collect.ts";
import { historyEntity, removalEntity } from "../entities.ts";
import { GRAIN_MS, hoursOf, startOf } from "./bucket.ts";

const ROWS_AT_ONCE = 500;
/** A page that is open longer without hearing anything begins anew. */
const REMOVALS_MS = GRAIN_MS.hour;

/** Adds minutes up to hours, and lets go what is kept no longer. Repeating it changes nothing. */
export class Condenser {
  readonly #deps: { readonly database: IDatabase; readonly config: ILiveConfig<DashboardConfig>; readonly now: () => Date };

  constructor(deps: { database: IDatabase; config: ILiveConfig<DashboardConfig>; now: () => Date }) {
    this.#deps = deps;
  }

  /** The hours of the last so many. */
  async condense(hours: number, signal: AbortSignal): Promise<void> {
    const now = this.#deps.now().getTime();
    for (let back = hours; back >= 0; back--) {
      const from = startOf("hour", now - back * GRAIN_MS.hour);
      const until = new Date(Date.parse(from) + GRAIN_MS.hour).toISOString();
      const minutes = await collect(eachRow(this.#history, { grain: "minute", at: { gte: from, lt: until } }, { limit: 1_000 }));
      const rows = hoursOf(minutes.map(({ etag: _etag, ...row }) => row));
      for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
        signal.throwIfAborted();
        await this.#history.putMany(rows.slice(at, at + ROWS_AT_ONCE), { newer: "weight" });
      }
    }
  }

  async forgetOld(): Promise<void> {
    const { database, config, now } = this.#deps;
    const { minuteHours, hourDays } = config.value.history;
    const before = (ms: number) => ({ lt: new Date(now().getTime() - ms).toISOString() });
    await this.#history.deleteMany({ grain: "minute", at: before((minuteHours + 1) * GRAIN_MS.hour) });
    await this.#history.deleteMany({ grain: "hour", at: before(hourDays * 24 * GRAIN_MS.hour) });
    await database.system("jobs").repository(removalEntity).deleteMany({ removedAt: before(REMOVALS_MS) });
  }

  get #history() {
    return this.#deps.database.system("jobs").repository(historyEntity);
  }
}
