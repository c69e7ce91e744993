import { clientRef } from "@coder/shared/trpc";
import type { authRouter } from "./router.ts";

export const authClient = clientRef<typeof authRouter>("auth");
