import type { IDatabase } from "@coder/db";
import type { ILiveConfig, JobHandler } from "@coder/shared/server";
import type { LoggingConfig } from "../config.ts";
import { applyRetention } from "../Retention.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export function applyRetentionHandler(deps: { database: IDatabase; config: ILiveConfig<LoggingConfig>; now: () => Date }): JobHandler<unknown> {
  return async ({ signal, progress, log }) => {
    const days = deps.config.value.retentionDays;
    if (days === 0) return;
    const removed = await applyRetention(deps.database, new Date(deps.now().getTime() - days * DAY_MS), { signal, progress });
    log.info({ removed, days }, "Audit retention applied");
  };
}
