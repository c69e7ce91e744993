import { clientRef } from "@coder/shared/trpc";
import type { executionRouter } from "./router.ts";

export const executionClient = clientRef<typeof executionRouter>("execution");
