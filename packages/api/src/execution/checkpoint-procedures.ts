import { auditFacts } from "@coder/shared";
import { procedure } from "@coder/shared/trpc";
import {
  CheckpointPageSchema, CheckpointSchema, CreateCheckpointInputSchema, ListCheckpointsInputSchema, PreviewRestoreInputSchema, RestoreCheckpointInputSchema, RestorePreviewSchema, RestoreResultSchema, UndoRestoreInputSchema,
} from "./checkpoint-schemas.ts";
import { executionRef } from "./service.ts";

const tags = ["execution"];
const describe = auditFacts("checkpoint", "id", CheckpointSchema, ["projectId", "reason"]);
const describeRestore = auditFacts("checkpoint", "id", UndoRestoreInputSchema);

export const checkpointProcedures = {
  listCheckpoints: procedure
    .meta({ permission: "execution.checkpoint.read", openapi: { method: "GET", path: "/execution/checkpoints", tags, summary: "List the states of a project's files that can be restored, newest first" } })
    .input(ListCheckpointsInputSchema)
    .output(CheckpointPageSchema)
    .query(({ ctx, input }) => ctx.service(executionRef).listCheckpoints(ctx.caller, input)),

  createCheckpoint: procedure
    .meta({
      permission: "execution.checkpoint.create",
      openapi: { method: "POST", path: "/execution/checkpoints", tags, summary: "Keep the state of a project's files" },
      audit: { describe },
    })
    .input(CreateCheckpointInputSchema)
    .output(CheckpointSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).createCheckpoint(ctx.caller, input)),

  previewRestore: procedure
    .meta({
      permission: "execution.checkpoint.read",
      openapi: { method: "POST", path: "/execution/checkpoints/{id}/preview", tags, summary: "See what a restore would change" },
      audit: { never: true },
    })
    .input(PreviewRestoreInputSchema)
    .output(RestorePreviewSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).previewRestore(ctx.caller, input)),

  restoreCheckpoint: procedure
    .meta({
      permission: "execution.checkpoint.restore",
      openapi: { method: "POST", path: "/execution/checkpoints/{id}/restore", tags, summary: "Bring back the files of a checkpoint" },
      audit: { describe: describeRestore },
    })
    .input(RestoreCheckpointInputSchema)
    .output(RestoreResultSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).restoreCheckpoint(ctx.caller, input)),

  undoRestore: procedure
    .meta({
      permission: "execution.checkpoint.restore",
      openapi: { method: "POST", path: "/execution/checkpoints/{id}/undo", tags, summary: "Take a restore back" },
      audit: { describe: describeRestore },
    })
    .input(UndoRestoreInputSchema)
    .output(RestoreResultSchema)
    .mutation(({ ctx, input }) => ctx.service(executionRef).undoRestore(ctx.caller, input)),
};
