import { codeGenerationPermissions } from "@coder/api/code-generation";
import { codeGenerationRef, codeGenerationRouter } from "@coder/api/code-generation/router";
import { executionClient } from "@coder/api/execution/router";
import { projectPurgedEvent } from "@coder/api/workspace";
import { workspaceClient } from "@coder/api/workspace/router";
import { databaseResource } from "@coder/db";
import { defineModule, handleEvent, handleJob } from "@coder/shared/server";
import { ChangeProposals } from "./changes/ChangeProposals.ts";
import { CodeGenerationConfigSchema } from "./config.ts";
import { CodeGenerationService } from "./CodeGenerationService.ts";
import { runEntity } from "./entities.ts";
import { forgetRuns } from "./forget-runs.ts";
import { generateJob } from "./jobs/definitions.ts";
import { ProjectSources } from "./projects/ProjectSources.ts";
import { Runs } from "./Runs.ts";
import { Engine } from "./threads/Engine.ts";

export const codeGenerationModule = defineModule({
  name: "code-generation",
  description: "New code in the style of the project it goes to, made by rules, as change sets",
  port: 3040,
  apiBase: ["/api/v1/generate"],
  service: codeGenerationRef,
  router: codeGenerationRouter,
  needs: ["workspace", "execution"],
  permissions: codeGenerationPermissions,
  tablePrefix: "generation_",
  entities: [runEntity],
  config: { schema: CodeGenerationConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource },

  setup({ config, client, jobs, resources: { database } }) {
    const now = () => new Date();
    const runs = new Runs({ database, jobs });
    const sources = new ProjectSources({ workspace: client(workspaceClient), config });
    const engine = new Engine({ timeoutSeconds: () => config.value.limits.timeoutSeconds });
    const proposals = new ChangeProposals({ execution: client(executionClient) });
    return {
      service: new CodeGenerationService({ runs, sources, engine, jobs, now }),
      jobs: [handleJob(generateJob, async () => (await import("./jobs/generate.handler.ts")).generateHandler({ runs, sources, engine, proposals, now }))],
      events: [handleEvent(projectPurgedEvent, ({ caller, payload }) => forgetRuns(runs, caller, payload.projectId))],
      stop: () => engine.stop(),
    };
  },
});
