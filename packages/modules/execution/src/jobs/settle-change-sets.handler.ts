import type { JobHandler } from "@coder/shared/server";
import type { Settlement } from "../changes/apply/Settlement.ts";

export function settleChangeSetsHandler(deps: { settlement: Settlement }): JobHandler<unknown> {
  return async ({ signal, log }) => {
    const settled = await deps.settlement.settle(signal);
    if (settled > 0) log.warn({ settled }, "Changes had been interrupted without hearing of it");
  };
}
