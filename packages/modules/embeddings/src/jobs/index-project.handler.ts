import type { ProjectId } from "@coder/api/workspace";
import type { JobHandler } from "@coder/shared/server";
import { IndexRun, type IndexRunDeps } from "../indexing/IndexRun.ts";

export function indexProjectHandler(deps: IndexRunDeps): JobHandler<{ projectId: ProjectId }> {
  const run = new IndexRun(deps);
  return (context) => run.run(context);
}
