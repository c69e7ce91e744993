import { Readable } from "node:stream";
import { dashboardClient } from "@coder/api/dashboard/router";
import { workspacePermissions, workspaceTransfers } from "@coder/api/workspace";
import { workspaceRef, workspaceRouter } from "@coder/api/workspace/router";
import { databaseResource } from "@coder/db";
import { SandboxedGit, sandboxResource } from "@coder/sandbox";
import { defineModule, handleJob, handleTransfer } from "@coder/shared/server";
import { assemble } from "./assemble.ts";
import { WorkspaceConfigSchema } from "./config.ts";
import { bufferEntity, bufferStepEntity, layoutEntity, projectEntity, trashEntryEntity, usageEntity } from "./entities.ts";
import { bindFileTransfers } from "./files/transfers.ts";
import type { ICloner } from "./projects/import/ImportRunner.ts";
import { applyRetentionJob, cleanProjectJob, countUsageJob, importFolderJob, importProjectJob, removeProjectJob, removeTrashJob, settleImportsJob } from "./jobs/definitions.ts";

export const workspaceModule = defineModule({
  name: "workspace",
  description: "Projects and their files: import and export, the tree, text search and git",
  port: 3050,
  apiBase: ["/api/v1/workspaces"],
  service: workspaceRef,
  router: workspaceRouter,
  transfers: workspaceTransfers,
  needs: ["user-management", "secret-management", "logging", "dashboard"],
  permissions: workspacePermissions,
  tablePrefix: "workspace_",
  entities: [projectEntity, usageEntity, trashEntryEntity, bufferEntity, bufferStepEntity, layoutEntity],
  config: { schema: WorkspaceConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource, sandbox: sandboxResource },

  setup({ config, client, kernel, jobs, log, resources: { database, sandbox } }) {
    const git = new SandboxedGit({ sandbox });
    const cloner: ICloner = { clone: (request) => git.clone({ ...request, allowedPrivateHosts: config.value.import.allowedPrivateHosts }) };
    const { service, access, directories, parts, runner, settlement, retention, usage } = assemble({
      database, config, dataDirectory: kernel.data.directory, jobs, trees: sandbox, cloner, sandbox, git, log, now: () => new Date(),
      admitJob: async (caller) => void (await client(dashboardClient)(caller).admitJob({})),
    });
    const importHandler = async (jobName: string) => (await import("./jobs/import-project.handler.ts")).importProjectHandler({ runner, jobName });
    return {
      service,
      stop: () => parts.stop(),
      transfers: [
        ...bindFileTransfers(parts.files),
        handleTransfer(workspaceTransfers.importArchive, {
          maxBytes: () => config.value.import.maxArchiveBytes,
          handle: ({ caller, input, body }) => service.importArchive(caller, input, body),
        }),
        handleTransfer(workspaceTransfers.exportArchive, async ({ caller, input, signal }) => {
          const { body, ...facts } = await service.exportArchive(caller, input, signal);
          return { ...facts, content: Readable.from(body, { objectMode: false }) };
        }),
      ],
      jobs: [
        handleJob(importProjectJob, () => importHandler(importProjectJob.name)),
        handleJob(importFolderJob, () => importHandler(importFolderJob.name)),
        handleJob(cleanProjectJob, async () => (await import("./jobs/clean-project.handler.ts")).cleanProjectHandler({ access, directories })),
        handleJob(removeProjectJob, async () => (await import("./jobs/remove-project.handler.ts")).removeProjectHandler({ database, access, directories })),
        handleJob(removeTrashJob, async () => (await import("./jobs/remove-trash.handler.ts")).removeTrashHandler({ database, directories })),
        handleJob(settleImportsJob, async () => (await import("./jobs/settle-imports.handler.ts")).settleImportsHandler({ settlement })),
        handleJob(applyRetentionJob, async () => (await import("./jobs/apply-retention.handler.ts")).applyRetentionHandler({ retention, trash: parts.trash })),
        handleJob(countUsageJob, async () => (await import("./jobs/count-usage.handler.ts")).countUsageHandler({ usage })),
      ],
    };
  },
});
