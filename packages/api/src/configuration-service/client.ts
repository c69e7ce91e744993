import { clientRef } from "@coder/shared/trpc";
import type { configurationServiceRouter } from "./router.ts";

export const configurationServiceClient = clientRef<typeof configurationServiceRouter>("configuration-service");
