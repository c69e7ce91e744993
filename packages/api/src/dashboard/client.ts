import { clientRef } from "@coder/shared/trpc";
import type { dashboardRouter } from "./router.ts";

export const dashboardClient = clientRef<typeof dashboardRouter>("dashboard");
