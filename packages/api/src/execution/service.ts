import { serviceRef } from "@coder/shared/trpc";
import type { IChangeSets } from "./change-set-service.ts";
import type { ICheckpointOperations } from "./checkpoint-service.ts";
import type { IRuns } from "./run-service.ts";

export interface IExecutionService extends IChangeSets, ICheckpointOperations, IRuns {}

export const executionRef = serviceRef<IExecutionService>("execution");
