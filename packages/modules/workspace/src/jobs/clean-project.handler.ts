import type { ProjectId } from "@coder/api/workspace";
import type { JobHandler } from "@coder/shared/server";
import type { ProjectDirectories } from "@coder/work-tree";
import { ImportTarget } from "../projects/import/ImportTarget.ts";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";

export function cleanProjectHandler(deps: { access: ProjectAccess; directories: ProjectDirectories }): JobHandler<{ projectId: ProjectId }> {
  return async ({ payload: { projectId }, caller, signal }) => {
    const rows = deps.access.rows(caller);
    const found = await rows.get(projectId);
    if (!found) return;
    const target = new ImportTarget(deps.directories.of(found));
    // Looked at before the state: what a run has made that begins after both is not in it.
    const left = await target.left();
    const row = await rows.get(projectId);
    // Gone, or started again meanwhile: then whoever does that cleans up.
    if (!row) return;
    const state = row.status === "deleted" ? row.statusBefore : row.status;
    if (state === "ready") await target.forgetSource(signal);
    if (state === "failed") await target.clean(signal, left);
  };
}
