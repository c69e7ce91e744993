import { serviceRef } from "@coder/shared/trpc";
import type { IConversations } from "./conversation-service.ts";
import type { IModels } from "./model-service.ts";

export interface IAiService extends IModels, IConversations {}

export const aiServiceRef = serviceRef<IAiService>("ai-service");
