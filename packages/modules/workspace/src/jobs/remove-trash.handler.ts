import path from "node:path";
import type { ProjectId } from "@coder/api/workspace";
import type { IDatabase } from "@coder/db";
import { organizationOf } from "@coder/shared";
import type { JobHandler } from "@coder/shared/server";
import type { ProjectDirectories } from "@coder/work-tree";
import { trashEntryEntity } from "../entities.ts";
import { removeTree } from "../projects/tree/remove-tree.ts";

export function removeTrashHandler(deps: { database: IDatabase; directories: ProjectDirectories }): JobHandler<{ projectId: ProjectId; trashId: string }> {
  return async ({ payload: { projectId, trashId }, caller, signal }) => {
    if (await deps.database.for(caller).repository(trashEntryEntity).get(trashId)) return;
    await removeTree(path.join(deps.directories.of({ organizationId: organizationOf(caller), id: projectId }).trash, trashId), signal);
  };
}
