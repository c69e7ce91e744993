import { router } from "@coder/shared/trpc";
import { conversationProcedures } from "./conversation-procedures.ts";
import { modelProcedures } from "./model-procedures.ts";

export { aiServiceClient } from "./client.ts";
export { aiServiceRef } from "./service.ts";

export const aiServiceRouter = router({ ...modelProcedures, ...conversationProcedures });
