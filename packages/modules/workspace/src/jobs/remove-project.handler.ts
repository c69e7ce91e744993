import type { ProjectId } from "@coder/api/workspace";
import { eachRow, type IDatabase } from "@coder/db";
import { organizationOf } from "@coder/shared";
import type { JobHandler } from "@coder/shared/server";
import type { ProjectDirectories } from "@coder/work-tree";
import { bufferEntity, bufferStepEntity, layoutEntity, trashEntryEntity } from "../entities.ts";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";
import { removeTree } from "../projects/tree/remove-tree.ts";

export function removeProjectHandler(deps: { database: IDatabase; access: ProjectAccess; directories: ProjectDirectories }): JobHandler<{ projectId: ProjectId }> {
  return async ({ payload: { projectId }, caller, signal, log }) => {
    if (await deps.access.rows(caller).get(projectId)) return;
    const scope = deps.database.for(caller);
    await scope.repository(trashEntryEntity).deleteMany({ projectId });
    const buffers = scope.repository(bufferEntity);
    for await (const { id } of eachRow(buffers, { projectId })) await scope.repository(bufferStepEntity).deleteMany({ bufferId: id });
    await buffers.deleteMany({ projectId });
    await scope.repository(layoutEntity).deleteMany({ projectId });
    await removeTree(deps.directories.of({ organizationId: organizationOf(caller), id: projectId }).root, signal);
    log.info({ projectId }, "The project's files are removed");
  };
}
