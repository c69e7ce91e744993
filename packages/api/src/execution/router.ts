import { clientRef, router } from "@coder/shared/trpc";
import { changeSetProcedures } from "./change-set-procedures.ts";
import { checkpointProcedures } from "./checkpoint-procedures.ts";
import { runProcedures } from "./run-procedures.ts";

export { executionRef } from "./service.ts";

export const executionRouter = router({
  ...changeSetProcedures,
  ...checkpointProcedures,
  ...runProcedures,
});

/** How other modules call these procedures, in this process or another. */
export const executionClient = clientRef<typeof executionRouter>("execution");
