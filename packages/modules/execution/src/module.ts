import { executionPermissions } from "@coder/api/execution";
import { executionRef, executionRouter } from "@coder/api/execution/router";
import { projectPurgedEvent } from "@coder/api/workspace";
import { workspaceClient } from "@coder/api/workspace/router";
import { databaseResource } from "@coder/db";
import { sandboxResource } from "@coder/sandbox";
import { defineModule, handleEvent, handleJob } from "@coder/shared/server";
import { assembleRuns } from "./assemble-runs.ts";
import { assemble } from "./assemble.ts";
import { Grammars } from "./changes/validation/Grammars.ts";
import { lintCheck } from "./changes/validation/lint-check.ts";
import { ParseStage } from "./changes/validation/ParseStage.ts";
import { CheckCopies, ProjectStage } from "./changes/validation/ProjectStage.ts";
import { typeCheck } from "./changes/validation/type-check.ts";
import { ExecutionConfigSchema } from "./config.ts";
import { changeFileEntity, changeSetEntity, checkpointEntity, commentEntity, runEntity } from "./entities.ts";
import { applyChangeSetJob, settleChangeSetsJob, undoChangeSetJob, validateChangeSetJob } from "./jobs/definitions.ts";
import { accountRunJob, performRunJob, retainCheckpointsJob, settleRunsJob } from "./jobs/run-definitions.ts";

export const executionModule = defineModule({
  name: "execution",
  description: "Changes of projects, reviewed line by line and applied as a whole; programs run in the sandbox; checkpoints that bring files back",
  port: 3008,
  apiBase: ["/api/v1/execution"],
  service: executionRef,
  router: executionRouter,
  needs: ["workspace"],
  permissions: executionPermissions,
  tablePrefix: "execution_",
  entities: [changeSetEntity, changeFileEntity, commentEntity, checkpointEntity, runEntity],
  config: { schema: ExecutionConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource, sandbox: sandboxResource },

  setup({ config, kernel, client, jobs, log, resources: { database, sandbox } }) {
    const workspace = client(workspaceClient);
    const shared = { database, dataDirectory: kernel.data.directory, workspace, now: () => new Date() };
    const runParts = assembleRuns({ ...shared, sandbox, jobs, config });
    const { engine, runSettlement, leftovers, recovery, retention } = runParts;
    const copies = new CheckCopies({ sandbox });
    const limits = () => ({ wallSeconds: config.value.validation.stageSeconds, memoryBytes: config.value.validation.memoryMegabytes * 1024 ** 2 });
    const { service, rows, access, validation, run, settlement, forgetting } = assemble({
      ...shared, jobs, log, runParts,
      checkpoints: runParts.checkpoints,
      stages: [
        new ParseStage({ grammars: new Grammars() }),
        ...[typeCheck, lintCheck].map((check) => new ProjectStage({ check, copies, limits })),
      ],
    });
    const changeRun = async () => (await import("./jobs/change-run.handler.ts")).changeRunHandler({ run });
    return {
      service,
      jobs: [
        handleJob(validateChangeSetJob, async () => (await import("./jobs/validate-change-set.handler.ts")).validateChangeSetHandler({ rows, access, validation })),
        handleJob(applyChangeSetJob, changeRun),
        handleJob(undoChangeSetJob, changeRun),
        handleJob(settleChangeSetsJob, async () => (await import("./jobs/settle-change-sets.handler.ts")).settleChangeSetsHandler({ settlement })),
        handleJob(performRunJob, async () => (await import("./jobs/perform-run.handler.ts")).performRunHandler({ engine })),
        handleJob(accountRunJob, async () => (await import("./jobs/account-run.handler.ts")).accountRunHandler({ engine })),
        handleJob(settleRunsJob, async () => (await import("./jobs/settle-runs.handler.ts")).settleRunsHandler({ settlement: runSettlement, recovery })),
        handleJob(retainCheckpointsJob, async () => (await import("./jobs/retain-checkpoints.handler.ts")).retainCheckpointsHandler({ retention })),
      ],
      events: [
        handleEvent(projectPurgedEvent, async ({ caller, payload }) => {
          await forgetting.projectPurged(caller, payload);
          await leftovers.remove(payload.organizationId, payload.projectId);
        }),
      ],
      stop: () => runParts.stop(),
    };
  },
});
