import { clientRef, router } from "@coder/shared/trpc";
import { conversationProcedures } from "./conversation-procedures.ts";
import { modelProcedures } from "./model-procedures.ts";

export { aiServiceRef } from "./service.ts";

export const aiServiceRouter = router({ ...modelProcedures, ...conversationProcedures });

/** How other modules call these procedures, in this process or another. */
export const aiServiceClient = clientRef<typeof aiServiceRouter>("ai-service");
