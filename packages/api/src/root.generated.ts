// Written by `npm run gen`. Do not edit.
import type { kernelRouter, RootTypes } from "@coder/shared/trpc";
import type { TRPCBuiltRouter } from "@trpc/server";
import type { aiServiceRouter } from "./ai-service/router.ts";
import type { authRouter } from "./auth/router.ts";
import type { codeGenerationRouter } from "./code-generation/router.ts";
import type { configurationServiceRouter } from "./configuration-service/router.ts";
import type { dashboardRouter } from "./dashboard/router.ts";
import type { embeddingsRouter } from "./embeddings/router.ts";
import type { executionRouter } from "./execution/router.ts";
import type { loggingRouter } from "./logging/router.ts";
import type { userManagementRouter } from "./user-management/router.ts";
import type { workspaceRouter } from "./workspace/router.ts";

/** Every router by its key. */
export interface AppRecord {
  kernel: (typeof kernelRouter)["_def"]["record"];
  aiService: (typeof aiServiceRouter)["_def"]["record"];
  auth: (typeof authRouter)["_def"]["record"];
  codeGeneration: (typeof codeGenerationRouter)["_def"]["record"];
  configurationService: (typeof configurationServiceRouter)["_def"]["record"];
  dashboard: (typeof dashboardRouter)["_def"]["record"];
  embeddings: (typeof embeddingsRouter)["_def"]["record"];
  execution: (typeof executionRouter)["_def"]["record"];
  logging: (typeof loggingRouter)["_def"]["record"];
  userManagement: (typeof userManagementRouter)["_def"]["record"];
  workspace: (typeof workspaceRouter)["_def"]["record"];
}
type AppRecordType = { [Name in keyof AppRecord]: AppRecord[Name] };

/** The whole API, for typed clients. A type only: importing it loads no module. */
export type AppRouter = TRPCBuiltRouter<RootTypes, AppRecordType>;
