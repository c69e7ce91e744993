import { ProjectIdSchema } from "@coder/api/workspace";
import { defineJob } from "@coder/shared";
import { z } from "zod";

const ProjectPayloadSchema = z.object({ projectId: ProjectIdSchema });

// An import is tried once: what made it fail stays, and its project says so. A worker that dies is no attempt: its job runs again.

/** Brings a project's files from an archive or a git repository into its tree. */
export const importProjectJob = defineJob("workspace.project.import", ProjectPayloadSchema, {
  title: "Import a project",
  permission: "workspace.project.create",
  attempts: 1,
  concurrency: 2,
});

/** The same from a folder of the server. */
export const importFolderJob = defineJob("workspace.folder.import", ProjectPayloadSchema, { title: "Import a folder", permission: "workspace.folder.import", attempts: 1, concurrency: 2 });

/** Removes what an import has left behind: the archive when it succeeded, everything else when it did not. */
export const cleanProjectJob = defineJob("workspace.project.clean", ProjectPayloadSchema, { title: "Remove what an import left behind", attempts: 10, backoffMs: 5_000, concurrency: 2 });

/** Removes the files of a project that is gone, and what is known of them. */
export const removeProjectJob = defineJob("workspace.project.remove", ProjectPayloadSchema, { title: "Remove a project's files", attempts: 10, backoffMs: 30_000, concurrency: 1 });

/** Removes what was deleted in a project and is not to be restored any more. */
export const removeTrashJob = defineJob("workspace.trash.remove", ProjectPayloadSchema.extend({ trashId: z.uuid() }), { title: "Remove deleted files", attempts: 10, backoffMs: 30_000, concurrency: 1 });

/** Finds imports whose job ended without their project hearing of it. */
export const settleImportsJob = defineJob("workspace.imports.settle", z.object({}), { title: "Settle imports that ended", schedule: "* * * * *", attempts: 1, concurrency: 1 });

/** Removes projects for good that were in the trash for their time, and directories that belong to no project. */
export const applyRetentionJob = defineJob("workspace.retention.apply", z.object({}), { title: "Empty the trash of projects", schedule: "41 2 * * *", attempts: 5, backoffMs: 60_000, concurrency: 1 });

/** Counts the files of projects that changed, and adds up what each organization takes. */
export const countUsageJob = defineJob("workspace.usage.count", z.object({}), { title: "Count what projects take", schedule: "7,27,47 * * * *", attempts: 1, concurrency: 1 });
