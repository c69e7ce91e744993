import { procedure } from "@coder/shared/trpc";
import { GitDiffInputSchema, GitDiffSchema, GitLogInputSchema, GitLogSchema, GitStatusInputSchema, GitStatusSchema } from "./git-schemas.ts";
import { workspaceRef } from "./service.ts";

const tags = ["workspace"];

export const gitProcedures = {
  gitStatus: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/git/status", tags, summary: "What git says of the work tree" } })
    .input(GitStatusInputSchema)
    .output(GitStatusSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).gitStatus(ctx.caller, input, ctx.signal)),

  gitDiff: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/git/diff", tags, summary: "Two versions of a file to compare" } })
    .input(GitDiffInputSchema)
    .output(GitDiffSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).gitDiff(ctx.caller, input, ctx.signal)),

  gitLog: procedure
    .meta({ permission: "workspace.file.read", openapi: { method: "GET", path: "/workspaces/{projectId}/git/log", tags, summary: "Commits, newest first" } })
    .input(GitLogInputSchema)
    .output(GitLogSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).gitLog(ctx.caller, input, ctx.signal)),
};
