import { clientRef, router } from "@coder/shared/trpc";
import { bufferProcedures } from "./buffer-procedures.ts";
import { fileProcedures } from "./file-procedures.ts";
import { gitProcedures } from "./git-procedures.ts";
import { liveProcedures } from "./live-procedures.ts";
import { projectProcedures } from "./project-procedures.ts";
import { searchProcedures } from "./search-procedures.ts";

export { workspaceRef } from "./service.ts";

export const workspaceRouter = router({
  ...projectProcedures,
  ...fileProcedures,
  ...bufferProcedures,
  ...liveProcedures,
  ...searchProcedures,
  ...gitProcedures,
});

/** How other modules call these procedures, in this process or another. */
export const workspaceClient = clientRef<typeof workspaceRouter>("workspace");
