import type { ProjectId } from "@coder/api/workspace";
import { eachRow, unlessConflict } from "@coder/db";
import type { Caller } from "@coder/shared";
import type { Runs } from "./Runs.ts";

/** A project is gone for good: so is what was generated in it. Repeating it is harmless. */
export async function forgetRuns(runs: Runs, caller: Caller, projectId: ProjectId): Promise<void> {
  const rows = runs.of(caller);
  for await (const { id } of eachRow(rows, { projectId })) await unlessConflict(rows.delete(id));
}
