import { runFailedEvent, runFinishedEvent, type EndedRunState } from "@coder/api/execution";
import type { WriteEffects } from "@coder/db";
import type { RunRow } from "../entities.ts";

/** What is told when a run has ended. */
export function endedEvents({ id: runId, organizationId, projectId, state, exitCode, problem }: Omit<RunRow, "state"> & { readonly state: EndedRunState }): NonNullable<WriteEffects["emit"]> {
  const of = { organizationId, projectId, runId };
  const finished = runFinishedEvent.with({ ...of, state });
  return state === "failed" || state === "interrupted" ? [finished, runFailedEvent.with({ ...of, exitCode, code: problem?.code ?? null })] : [finished];
}
