import { aiServicePermissions } from "@coder/api/ai-service";
import { aiServiceRef, aiServiceRouter } from "@coder/api/ai-service/router";
import { projectPurgedEvent } from "@coder/api/workspace";
import { databaseResource } from "@coder/db";
import { defineModule, handleEvent } from "@coder/shared/server";
import { assemble } from "./assemble.ts";
import { AiConfigSchema } from "./config.ts";
import { budgetEntity, conversationEntity, egressEntity, messageEntity, messagePieceEntity } from "./entities.ts";

export const aiServiceModule = defineModule({
  name: "ai-service",
  description: "The one way to models: budgets, streaming, what leaves the product; and the chat about a project",
  port: 3006,
  apiBase: ["/api/v1/ai"],
  service: aiServiceRef,
  router: aiServiceRouter,
  needs: ["workspace", "embeddings", "execution", "code-generation"],
  permissions: aiServicePermissions,
  tablePrefix: "ai_",
  entities: [conversationEntity, messageEntity, messagePieceEntity, budgetEntity, egressEntity],
  config: { schema: AiConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource },

  setup({ config, client, log, resources: { database } }) {
    const { service, store, stop } = assemble({ database, config, client, log, now: () => new Date() });
    return { service, events: [handleEvent(projectPurgedEvent, ({ caller, payload }) => store.forget(caller, payload.projectId))], stop };
  },
});
