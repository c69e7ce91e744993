import type { RunId } from "@coder/api/execution";
import type { JobHandler } from "@coder/shared/server";
import type { RunEngine } from "../runs/RunEngine.ts";

export function performRunHandler(deps: { engine: Pick<RunEngine, "perform"> }): JobHandler<{ id: RunId }> {
  return (job) => deps.engine.perform(job);
}
