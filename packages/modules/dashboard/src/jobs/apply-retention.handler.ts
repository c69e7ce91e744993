import type { JobHandler } from "@coder/shared/server";
import type { Retention } from "../Retention.ts";

export function applyRetentionHandler({ retention }: { readonly retention: Retention }): JobHandler<unknown> {
  return async ({ log }) => {
    const removed = await retention.apply();
    log.info({ removed }, `${removed} old jobs forgotten`);
  };
}
