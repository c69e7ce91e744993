import { clientRef } from "@coder/shared/trpc";
import type { userManagementRouter } from "./router.ts";

export const userManagementClient = clientRef<typeof userManagementRouter>("user-management");
