import { DoneSchema } from "@coder/shared";
import { procedure } from "@coder/shared/trpc";
import { describeEntries } from "./describe-entries.ts";
import {
  CopyEntriesInputSchema, DeletedEntriesSchema, DeleteEntriesInputSchema, EmptyTrashInputSchema, EntriesSchema, EntryDetailsSchema, EntryInputSchema, EntryPageSchema, ListFolderInputSchema,
  ListTrashInputSchema, MoveEntriesInputSchema, NoteFilesChangedInputSchema, ReserveRoomInputSchema, TrashInputSchema, TrashPageSchema,
} from "./file-schemas.ts";
import { workspaceRef } from "./service.ts";

const tags = ["workspace"];

export const fileProcedures = {
  listFolder: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/entries", tags, summary: "List a folder, folders first" } })
    .input(ListFolderInputSchema)
    .output(EntryPageSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).listFolder(ctx.caller, input)),

  getEntry: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/entry", tags, summary: "Look at one file, folder or link" } })
    .input(EntryInputSchema)
    .output(EntryDetailsSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).getEntry(ctx.caller, input)),

  createFolder: procedure
    .meta({
      permission: "workspace.file.write",
      openapi: { method: "POST", path: "/workspaces/{projectId}/folders", tags, summary: "Create a folder" },
      audit: { describe: describeEntries },
    })
    .input(EntryInputSchema)
    .output(EntryDetailsSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).createFolder(ctx.caller, input)),

  moveEntries: procedure
    .meta({
      permission: "workspace.file.write",
      openapi: { method: "POST", path: "/workspaces/{projectId}/moves", tags, summary: "Move or rename files and folders" },
      audit: { describe: describeEntries },
    })
    .input(MoveEntriesInputSchema)
    .output(EntriesSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).moveEntries(ctx.caller, input)),

  copyEntries: procedure
    .meta({
      permission: "workspace.file.write",
      openapi: { method: "POST", path: "/workspaces/{projectId}/copies", tags, summary: "Copy files and folders" },
      audit: { describe: describeEntries },
    })
    .input(CopyEntriesInputSchema)
    .output(EntriesSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).copyEntries(ctx.caller, input)),

  deleteEntries: procedure
    .meta({
      permission: "workspace.file.write",
      openapi: { method: "POST", path: "/workspaces/{projectId}/trash", tags, summary: "Put files and folders into the trash" },
      audit: { describe: describeEntries },
    })
    .input(DeleteEntriesInputSchema)
    .output(DeletedEntriesSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).deleteEntries(ctx.caller, input)),

  listTrash: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/trash", tags, summary: "List what was deleted, newest first" } })
    .input(ListTrashInputSchema)
    .output(TrashPageSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).listTrash(ctx.caller, input)),

  emptyTrash: procedure
    .meta({
      permission: "workspace.file.write",
      openapi: { method: "DELETE", path: "/workspaces/{projectId}/trash", tags, summary: "Remove what was deleted for good" },
      audit: { describe: describeEntries },
    })
    .input(EmptyTrashInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).emptyTrash(ctx.caller, input)),

  restoreEntries: procedure
    .meta({
      permission: "workspace.file.write",
      openapi: { method: "POST", path: "/workspaces/{projectId}/trash/{trashId}/restore", tags, summary: "Take files and folders out of the trash" },
      audit: { describe: describeEntries },
    })
    .input(TrashInputSchema)
    .output(EntriesSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).restoreEntries(ctx.caller, input)),

  noteFilesChanged: procedure
    .meta({ audience: "internal" })
    .input(NoteFilesChangedInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).noteFilesChanged(ctx.caller, input)),

  reserveRoom: procedure
    .meta({ audience: "internal" })
    .input(ReserveRoomInputSchema)
    .output(DoneSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).reserveRoom(ctx.caller, input)),
};
