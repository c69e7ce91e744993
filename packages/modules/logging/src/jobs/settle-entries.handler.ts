import type { ILiveConfig, JobHandler } from "@coder/shared/server";
import type { LoggingConfig } from "../config.ts";
import type { LoggingService } from "../LoggingService.ts";

export function settleEntriesHandler(deps: { service: LoggingService; config: ILiveConfig<LoggingConfig>; now: () => Date }): JobHandler<unknown> {
  return async ({ signal, log }) => {
    const before = new Date(deps.now().getTime() - deps.config.value.unknownAfterSeconds * 1000);
    const settled = await deps.service.settleAbandoned(before, signal);
    if (settled > 0) log.warn({ settled }, "Actions without a known outcome were recorded");
  };
}
