import { loggingPermissions } from "@coder/api/logging";
import { loggingClient, loggingRef, loggingRouter } from "@coder/api/logging/router";
import { databaseResource } from "@coder/db";
import { defineModule, handleJob } from "@coder/shared/server";
import { AuditPort } from "./AuditPort.ts";
import { ChainWriter } from "./ChainWriter.ts";
import { LoggingConfigSchema } from "./config.ts";
import { auditChainEntity, auditEntryEntity, auditIntentEntity } from "./entities.ts";
import { applyRetentionJob, settleEntriesJob } from "./jobs/definitions.ts";
import { LoggingService } from "./LoggingService.ts";

export const loggingModule = defineModule({
  name: "logging",
  description: "The tamper-evident audit trail: who did what, to what, and when",
  port: 3014,
  apiBase: ["/api/v1/logs"],
  service: loggingRef,
  router: loggingRouter,
  needs: [],
  permissions: loggingPermissions,
  tablePrefix: "audit_",
  entities: [auditEntryEntity, auditIntentEntity, auditChainEntity],
  config: { schema: LoggingConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource },
  ports: { audit: ({ client, caller }) => new AuditPort({ logging: client(loggingClient), caller }) },

  setup({ config, resources: { database } }) {
    const now = () => new Date();
    const service = new LoggingService({ database, writer: new ChainWriter({ database }), now });
    return {
      service,
      jobs: [
        handleJob(applyRetentionJob, async () => (await import("./jobs/apply-retention.handler.ts")).applyRetentionHandler({ database, config, now })),
        handleJob(settleEntriesJob, async () => (await import("./jobs/settle-entries.handler.ts")).settleEntriesHandler({ service, config, now })),
      ],
    };
  },
});
