import { clientRef } from "@coder/shared/trpc";
import type { aiServiceRouter } from "./router.ts";

export const aiServiceClient = clientRef<typeof aiServiceRouter>("ai-service");
