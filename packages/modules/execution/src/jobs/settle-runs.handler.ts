import type { JobHandler } from "@coder/shared/server";
import type { RestoreRecovery } from "../checkpoints/RestoreRecovery.ts";
import type { RunSettlement } from "../runs/RunSettlement.ts";

export function settleRunsHandler(deps: { settlement: Pick<RunSettlement, "settle">; recovery: Pick<RestoreRecovery, "recover"> }): JobHandler<unknown> {
  return async ({ signal, log }) => {
    const restored = await deps.recovery.recover(signal);
    if (restored > 0) log.warn({ restored }, "Restores were finished that a process had left half done");
    const settled = await deps.settlement.settle(signal);
    if (settled > 0) log.warn({ settled }, "Runs had ended without anybody hearing of it");
  };
}
