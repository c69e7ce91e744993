import { clientRef } from "@coder/shared/trpc";
import type { codeGenerationRouter } from "./router.ts";

export const codeGenerationClient = clientRef<typeof codeGenerationRouter>("code-generation");
