import { clientRef } from "@coder/shared/trpc";
import type { sampleModuleRouter } from "./router.ts";

export const sampleModuleClient = clientRef<typeof sampleModuleRouter>("sample-module");
