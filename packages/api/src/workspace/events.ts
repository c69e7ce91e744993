import { defineEvent, OrganizationIdSchema } from "@coder/shared";
import { z } from "zod";
import { ProjectIdSchema } from "./project-schemas.ts";

const ProjectReferenceSchema = z.object({ organizationId: OrganizationIdSchema, projectId: ProjectIdSchema });

/** A project's files are all there. */
export const projectImportedEvent = defineEvent("workspace.project.imported", ProjectReferenceSchema);
/** Somebody put a project into the trash. */
export const projectDeletedEvent = defineEvent("workspace.project.deleted", ProjectReferenceSchema);
/** Somebody took a project out of the trash. */
export const projectRestoredEvent = defineEvent("workspace.project.restored", ProjectReferenceSchema);
/** A project is gone for good. */
export const projectPurgedEvent = defineEvent("workspace.project.purged", ProjectReferenceSchema);
/** A project's files changed, by whatever hand. One for all changes of a few seconds. */
export const filesChangedEvent = defineEvent("workspace.files.changed", ProjectReferenceSchema);
