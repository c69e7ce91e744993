import { liveOf, procedure } from "@coder/shared/trpc";
import { FindFilesInputSchema, FoundFilesSchema, ProjectEventSchema, WatchProjectInputSchema } from "./live-schemas.ts";
import { workspaceRef } from "./service.ts";

const tags = ["workspace"];

export const liveProcedures = {
  watchProject: procedure
    .meta({ permission: "workspace.file.read", stream: { tags, summary: "Follow what happens to a project's files" } })
    .input(WatchProjectInputSchema)
    .output(liveOf(ProjectEventSchema))
    .subscription(({ ctx, input, signal }) => ctx.service(workspaceRef).watchProject(ctx.caller, input, signal ?? ctx.signal)),

  findFiles: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/files", tags, summary: "Find files by parts of their names" } })
    .input(FindFilesInputSchema)
    .output(FoundFilesSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).findFiles(ctx.caller, input)),
};
