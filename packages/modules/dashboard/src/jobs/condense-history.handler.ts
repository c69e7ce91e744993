import type { JobHandler } from "@coder/shared/server";
import type { Condenser } from "../history/Condenser.ts";
import type { JobQuota } from "../JobQuota.ts";
import type { Retention } from "../Retention.ts";

export interface CondenseHistoryDeps {
  readonly condenser: Condenser;
  readonly retention: Retention;
  readonly quota: Pick<JobQuota, "trim">;
  /** How many hours there are minutes of. */
  readonly minuteHours: () => number;
  readonly now: () => Date;
}

export function condenseHistoryHandler({ condenser, retention, quota, minuteHours, now }: CondenseHistoryDeps): JobHandler<unknown> {
  return async ({ signal, log }) => {
    // Once an hour all that there is: what was not added up in time is found then.
    await condenser.condense(now().getUTCMinutes() < 5 ? minuteHours() : 1, signal);
    await condenser.forgetOld();
    await retention.forgetPreviews();
    const forgotten = await quota.trim(signal);
    if (forgotten > 0) log.info({ forgotten }, `${forgotten} jobs forgotten that were beyond the limit of their organization`);
  };
}
