import type { ProjectId } from "@coder/api/workspace";
import type { JobHandler } from "@coder/shared/server";
import type { ImportRunner } from "../projects/import/ImportRunner.ts";

export function importProjectHandler(deps: { runner: ImportRunner; jobName: string }): JobHandler<{ projectId: ProjectId }> {
  return (context) => deps.runner.run({ ...context, jobName: deps.jobName });
}
