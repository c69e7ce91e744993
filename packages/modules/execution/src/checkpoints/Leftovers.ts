import { rm } from "node:fs/promises";
import path from "node:path";
import type { ProjectId } from "@coder/api/workspace";
import { eachRow, type IDatabase } from "@coder/db";
import type { OrganizationId } from "@coder/shared";
import { checkpointEntity, runEntity } from "../entities.ts";
import type { RunOutputs } from "../runs/RunOutputs.ts";

/** Removes what is kept of a project that is gone for good: checkpoints, runs and their output. */
export class Leftovers {
  readonly #deps: { readonly database: IDatabase; readonly dataDirectory: string; readonly outputs: RunOutputs };

  constructor(deps: { readonly database: IDatabase; readonly dataDirectory: string; readonly outputs: RunOutputs }) {
    this.#deps = deps;
  }

  async remove(organizationId: OrganizationId, projectId: ProjectId): Promise<void> {
    const { database, dataDirectory, outputs } = this.#deps;
    const scope = database.system("retention");
    for await (const { id } of eachRow(scope.repository(checkpointEntity), { organizationId, projectId })) await scope.repository(checkpointEntity).delete(id);
    for await (const { id } of eachRow(scope.repository(runEntity), { organizationId, projectId })) await scope.repository(runEntity).delete(id);
    await rm(path.join(dataDirectory, "checkpoints", organizationId, projectId), { recursive: true, force: true });
    await outputs.removeProject({ organizationId, projectId });
  }
}
