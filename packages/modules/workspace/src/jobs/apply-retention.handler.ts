import type { JobHandler } from "@coder/shared/server";
import type { TrashRetention } from "../files/TrashRetention.ts";
import type { Retention } from "../projects/Retention.ts";

export function applyRetentionHandler(deps: { retention: Retention; trash: TrashRetention }): JobHandler<unknown> {
  return async ({ signal, log }) => {
    const purged = await deps.retention.purgeExpired(signal);
    const orphans = await deps.retention.removeOrphans(signal);
    const emptied = await deps.trash.purgeExpired(signal);
    await deps.trash.removeLeftovers(signal);
    log.info({ purged, orphans, emptied }, "Retention of projects applied");
  };
}
