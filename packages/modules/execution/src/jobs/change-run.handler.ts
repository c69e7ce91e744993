import type { ChangeSetId } from "@coder/api/execution";
import type { JobHandler } from "@coder/shared/server";
import type { ChangeRun } from "../changes/apply/ChangeRun.ts";

/** Applies or undoes: the change set's row says which. */
export function changeRunHandler(deps: { run: ChangeRun }): JobHandler<{ id: ChangeSetId }> {
  return ({ id: jobId, payload: { id }, caller, signal, log, progress }) => deps.run.run(id, { jobId, caller, signal, log, progress });
}
