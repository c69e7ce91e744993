import type { RunId } from "@coder/api/execution";
import type { JobHandler } from "@coder/shared/server";
import type { RunEngine } from "../runs/RunEngine.ts";

export function accountRunHandler(deps: { engine: Pick<RunEngine, "account"> }): JobHandler<{ id: RunId }> {
  return ({ caller, payload }) => deps.engine.account(caller, payload.id);
}
