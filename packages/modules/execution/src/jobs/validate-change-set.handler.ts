import type { ChangeSetId } from "@coder/api/execution";
import type { JobHandler } from "@coder/shared/server";
import { hasAccepted } from "../changes/engine/accepted-file.ts";
import type { ProjectAccess } from "../changes/ProjectAccess.ts";
import type { ChangeRows } from "../changes/store/ChangeRows.ts";
import type { ValidationRun } from "../changes/validation/ValidationRun.ts";

export function validateChangeSetHandler(deps: { rows: ChangeRows; access: ProjectAccess; validation: ValidationRun }): JobHandler<{ id: ChangeSetId }> {
  const { rows, access, validation } = deps;
  return async ({ id: jobId, payload: { id }, caller, signal, progress }) => {
    const row = await rows.require(caller, id);
    // Applied or discarded meanwhile, or checked by another job.
    if (row.state !== "validating" || row.task?.jobId !== jobId) return;
    try {
      const project = await access.open(caller, row.projectId);
      const files = await rows.filesOf(caller, id);
      const subject = files.some(({ hunks }) => hunks.some(hasAccepted)) ? "accepted" : "proposal";
      await validation.run(caller, row, project, files, subject, signal, progress);
    } finally {
      await rows.change(caller, id, (now) => (now.state === "validating" && now.task?.jobId === jobId ? { state: now.task.before } : null));
    }
  };
}
