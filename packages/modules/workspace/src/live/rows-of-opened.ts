import { systemCaller } from "@coder/shared";
import type { ProjectRow } from "../entities.ts";
import type { ProjectAccess } from "../projects/ProjectAccess.ts";

/** The rows of an organization one of whose people has opened this project: for what goes on around it without them, like noting that its files changed. */
export function rowsOfOpened(access: ProjectAccess, { organizationId }: Pick<ProjectRow, "organizationId">) {
  return access.rows(systemCaller("workspace.live", organizationId));
}
