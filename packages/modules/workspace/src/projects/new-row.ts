import { ProjectIdSchema } from "@coder/api/workspace";
import { actorOf, organizationOf, type Caller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { nameKeyOf, type ProjectRow } from "../entities.ts";

/** A project that nothing has happened to yet. */
export function newRow(caller: Caller, given: Pick<ProjectRow, "name" | "source" | "status">, now: Date): ProjectRow {
  const at = now.toISOString();
  return {
    id: newId(ProjectIdSchema),
    organizationId: organizationOf(caller),
    nameKey: nameKeyOf(given.name),
    revision: 1,
    statusBefore: null,
    job: null,
    problem: null,
    fileCount: 0,
    sizeBytes: 0,
    chargedFiles: 0,
    chargedBytes: 0,
    createdBy: actorOf(caller),
    createdAt: at,
    updatedAt: at,
    filesChangedAt: at,
    countedAt: at,
    deletedAt: null,
    ...given,
  };
}
