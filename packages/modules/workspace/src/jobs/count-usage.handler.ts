import type { JobHandler } from "@coder/shared/server";
import type { UsageCount } from "../projects/UsageCount.ts";

export function countUsageHandler(deps: { usage: UsageCount }): JobHandler<unknown> {
  return async ({ signal, progress, log }) => {
    const measured = await deps.usage.count(signal, progress);
    log.info({ measured }, "Usage of projects counted");
  };
}
