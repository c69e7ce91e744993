import { aiServiceModule } from "@coder/ai-service";
import { authModule } from "@coder/auth";
import { codeGenerationModule } from "@coder/code-generation";
import { configurationServiceModule } from "@coder/configuration-service";
import { dashboardModule } from "@coder/dashboard";
import { embeddingsModule } from "@coder/embeddings";
import { executionModule } from "@coder/execution";
import { loggingModule } from "@coder/logging";
import { userManagementModule } from "@coder/user-management";
import { workspaceModule } from "@coder/workspace";
import type { AnyModule } from "@coder/shared/server";

/** Every module of the product, one line each. What is here works; what is not here is optional to the others. */
export const registry: readonly AnyModule[] = [
  aiServiceModule,
  authModule,
  codeGenerationModule,
  configurationServiceModule,
  dashboardModule,
  embeddingsModule,
  executionModule,
  loggingModule,
  userManagementModule,
  workspaceModule,
];
