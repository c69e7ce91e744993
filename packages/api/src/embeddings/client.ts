import { clientRef } from "@coder/shared/trpc";
import type { embeddingsRouter } from "./router.ts";

export const embeddingsClient = clientRef<typeof embeddingsRouter>("embeddings");
