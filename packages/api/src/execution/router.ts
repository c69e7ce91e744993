import { router } from "@coder/shared/trpc";
import { changeSetProcedures } from "./change-set-procedures.ts";
import { checkpointProcedures } from "./checkpoint-procedures.ts";
import { runProcedures } from "./run-procedures.ts";

export { executionClient } from "./client.ts";
export { executionRef } from "./service.ts";

export const executionRouter = router({
  ...changeSetProcedures,
  ...checkpointProcedures,
  ...runProcedures,
});
