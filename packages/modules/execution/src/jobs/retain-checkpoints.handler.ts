import type { JobHandler } from "@coder/shared/server";
import type { CheckpointRetention } from "../checkpoints/CheckpointRetention.ts";

export function retainCheckpointsHandler(deps: { retention: Pick<CheckpointRetention, "retain"> }): JobHandler<unknown> {
  return async ({ signal, log }) => {
    const freedBytes = await deps.retention.retain(signal);
    if (freedBytes > 0) log.info({ freedBytes }, "Old checkpoints were removed");
  };
}
