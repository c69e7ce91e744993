import { defineEvent, OrganizationIdSchema } from "@coder/shared";
import { z } from "zod";
import { ProjectIdSchema } from "../workspace/project-schemas.ts";
import { ChangeSetIdSchema } from "./change-set-schemas.ts";

const ChangeSetReferenceSchema = z.object({ organizationId: OrganizationIdSchema, projectId: ProjectIdSchema, changeSetId: ChangeSetIdSchema });

/** Somebody proposed a change. */
export const changeSetCreatedEvent = defineEvent("execution.change-set.created", ChangeSetReferenceSchema);
/** What was accepted of it is in the project's files. */
export const changeSetAppliedEvent = defineEvent("execution.change-set.applied", ChangeSetReferenceSchema);
/** It was taken out of the project's files again. */
export const changeSetUndoneEvent = defineEvent("execution.change-set.undone", ChangeSetReferenceSchema);
/** Nobody is to apply it any more. */
export const changeSetDiscardedEvent = defineEvent("execution.change-set.discarded", ChangeSetReferenceSchema);
