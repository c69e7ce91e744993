import { clientRef } from "@coder/shared/trpc";
import type { loggingRouter } from "./router.ts";

export const loggingClient = clientRef<typeof loggingRouter>("logging");
