import { defineEvent, OrganizationIdSchema } from "@coder/shared";
import { z } from "zod";
import { ProjectIdSchema } from "../workspace/project-schemas.ts";
import { ChangeSetIdSchema } from "./change-set-schemas.ts";
import { CheckpointIdSchema, CheckpointSchema, RunIdSchema } from "./checkpoint-schemas.ts";
import { EndedRunStateSchema } from "./run-schemas.ts";

const inProject = { organizationId: OrganizationIdSchema, projectId: ProjectIdSchema } as const;
const ChangeSetReferenceSchema = z.object({ ...inProject, changeSetId: ChangeSetIdSchema });
const RunReferenceSchema = z.object({ ...inProject, runId: RunIdSchema });

/** Somebody proposed a change. */
export const changeSetCreatedEvent = defineEvent("execution.change-set.created", ChangeSetReferenceSchema);
/** What was accepted of it is in the project's files. */
export const changeSetAppliedEvent = defineEvent("execution.change-set.applied", ChangeSetReferenceSchema);
/** Applying or undoing it ended and the files are as they were before. */
export const changeSetFailedEvent = defineEvent("execution.change-set.failed", ChangeSetReferenceSchema.extend({ code: z.string() }));
/** It was taken out of the project's files again. */
export const changeSetUndoneEvent = defineEvent("execution.change-set.undone", ChangeSetReferenceSchema);
/** Nobody is to apply it any more. */
export const changeSetDiscardedEvent = defineEvent("execution.change-set.discarded", ChangeSetReferenceSchema);

/** A run has ended, however it did. */
export const runFinishedEvent = defineEvent("execution.run.finished", RunReferenceSchema.extend({ state: EndedRunStateSchema }));
/** A run ended without success: its program failed, a limit ended it, it could not be run, or nobody knows. Told beside `execution.run.finished`. */
export const runFailedEvent = defineEvent("execution.run.failed", RunReferenceSchema.extend({ exitCode: z.int().nullable(), code: z.string().nullable() }));

/** The state of a project's files is kept. */
export const checkpointCreatedEvent = defineEvent("execution.checkpoint.created", z.object({ ...inProject, checkpointId: CheckpointIdSchema, cause: CheckpointSchema.shape.cause }));
/** A checkpoint's files were brought back; `undoId` takes that back. */
export const checkpointRestoredEvent = defineEvent("execution.checkpoint.restored", z.object({ ...inProject, checkpointId: CheckpointIdSchema, undoId: CheckpointIdSchema }));
