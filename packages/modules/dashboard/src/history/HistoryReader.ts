import type { GetHistoryInput, History, HistoryBucket, JobScope } from "@coder/api/dashboard";
import { eachRow, type IDatabase } from "@coder/db";
import { organizationOf, type Caller } from "@coder/shared";
import type { ILiveConfig } from "@coder/shared/server";
import type { DashboardConfig } from "../config.ts";
import { historyEntity, type HistoryRow } from "../entities.ts";
import { collect } from "./collect.ts";
import { GRAIN_MS, hoursOf, startOf, type Grain } from "./bucket.ts";
import { waitedAtMost } from "./waits.ts";

const MINUTES_UP_TO_MS = 6 * GRAIN_MS.hour;

export class HistoryReader {
  readonly #deps: { readonly database: IDatabase; readonly config: ILiveConfig<DashboardConfig>; readonly now: () => Date };

  constructor(deps: { database: IDatabase; config: ILiveConfig<DashboardConfig>; now: () => Date }) {
    this.#deps = deps;
  }

  async get(caller: Caller, { queue = "", from, until }: GetHistoryInput, scope: Exclude<JobScope, "own">): Promise<History> {
    const grain = this.#grainOf(Date.parse(from), Date.parse(until));
    const first = startOf(grain, from);
    const rows = grain === "minute" ? await this.#rows(caller, scope, queue, "minute", first, until) : await this.#hours(caller, scope, queue, first, until);
    const found = new Map(rows.map((row) => [row.at, row]));
    const count = Math.ceil((Date.parse(until) - Date.parse(first)) / GRAIN_MS[grain]);
    const buckets = Array.from({ length: count }, (_, place) => {
      const at = new Date(Date.parse(first) + place * GRAIN_MS[grain]).toISOString();
      return bucketOf(at, found.get(at));
    });
    return { grain, buckets };
  }

  /** Minutes as long as there are any. */
  #grainOf(from: number, until: number): Grain {
    const kept = this.#deps.now().getTime() - this.#deps.config.value.history.minuteHours * GRAIN_MS.hour - GRAIN_MS.minute;
    return until - from <= MINUTES_UP_TO_MS && from >= kept ? "minute" : "hour";
  }

  /** The newest hours may not be added up yet: their minutes are. */
  async #hours(caller: Caller, scope: Exclude<JobScope, "own">, queue: string, from: string, until: string): Promise<readonly HistoryRow[]> {
    const open = startOf("hour", this.#deps.now().getTime() - GRAIN_MS.hour);
    const recent = await this.#rows(caller, scope, queue, "minute", open > from ? open : from, until);
    return [...(await this.#rows(caller, scope, queue, "hour", from, until)), ...hoursOf(recent)];
  }

  async #rows(caller: Caller, scope: Exclude<JobScope, "own">, queue: string, grain: Grain, from: string, until: string): Promise<readonly HistoryRow[]> {
    const { database } = this.#deps;
    const range = { queue, grain, at: { gte: from, lt: until } };
    const inOrder = { limit: 1_000, sort: { field: "at", direction: "asc" } } as const;
    const rows =
      scope === "organization"
        ? eachRow(database.for(caller).repository(historyEntity), { organizationId: organizationOf(caller), scope, ...range }, inOrder)
        : eachRow(database.system("jobs").repository(historyEntity), { organizationId: null, scope: "all", ...range }, inOrder);
    return collect(rows);
  }
}

function bucketOf(at: string, row: HistoryRow | undefined): HistoryBucket {
  const { completed = 0, failed = 0, cancelled = 0, waits = {} } = row ?? {};
  return { at, completed, failed, cancelled, waitedP50: waitedAtMost(waits, 0.5), waitedP95: waitedAtMost(waits, 0.95) };
}
