import type { JobHandler } from "@coder/shared/server";
import type { ImportSettlement } from "../projects/ImportSettlement.ts";

export function settleImportsHandler(deps: { settlement: ImportSettlement }): JobHandler<unknown> {
  return async ({ signal, log }) => {
    const settled = await deps.settlement.settle(signal);
    if (settled > 0) log.warn({ settled }, "Imports had ended without their project hearing of it");
  };
}
