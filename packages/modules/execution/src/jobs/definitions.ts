import { ChangeSetIdSchema } from "@coder/api/execution";
import { defineJob } from "@coder/shared";
import { z } from "zod";

const ChangeSetPayloadSchema = z.object({ id: ChangeSetIdSchema });

// Tried once: what made it fail stays, and its change set says so. A worker that dies is no attempt: its job runs again, and finishes what was begun.

/** Checks a proposed change on a copy of the project. */
export const validateChangeSetJob = defineJob("execution.change-set.validate", ChangeSetPayloadSchema, {
  title: "Check a proposed change",
  permission: "execution.changeSet.read",
  attempts: 1,
  concurrency: 2,
});

/** Takes what is accepted of a change into the project's files. */
export const applyChangeSetJob = defineJob("execution.change-set.apply", ChangeSetPayloadSchema, { title: "Apply a change", permission: "execution.changeSet.apply", attempts: 1 });

/** Takes an applied change out of the project's files again. */
export const undoChangeSetJob = defineJob("execution.change-set.undo", ChangeSetPayloadSchema, { title: "Undo a change", permission: "execution.changeSet.apply", attempts: 1 });

/** Finds changes whose job ended without them hearing of it, and finishes or undoes what it had begun. */
export const settleChangeSetsJob = defineJob("execution.change-sets.settle", z.object({}), { title: "Settle changes that were interrupted", schedule: "* * * * *", attempts: 1, concurrency: 1 });
