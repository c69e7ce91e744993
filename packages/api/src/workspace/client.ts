import { clientRef } from "@coder/shared/trpc";
import type { workspaceRouter } from "./router.ts";

export const workspaceClient = clientRef<typeof workspaceRouter>("workspace");
