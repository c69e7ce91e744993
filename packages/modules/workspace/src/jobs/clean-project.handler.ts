import type { ProjectId } from "@coder/api/workspace";
import type { JobHandler } from "@coder/shared/server";
import type { ProjectDirectories } from "@coder/work-tree";
import { ImportTarget } from "../projects/import/ImportTarget.ts";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";

export function cleanProjectHandler(deps: { access: ProjectAccess; directories: ProjectDirectories }): JobHandler<{ projectId: ProjectId }> {
  return async ({ payload: { projectId }, caller, signal }) => {
    const row = await deps.access.rows(caller).get(projectId);
    // Gone, or started again meanwhile: then whoever does that cleans up.
    if (!row) return;
    const state = row.status === "deleted" ? row.statusBefore : row.status;
    const target = new ImportTarget(deps.directories.of(row));
    if (state === "ready") await target.forgetSource(signal);
    if (state === "failed") await target.clean(signal);
  };
}
