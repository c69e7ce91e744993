import { NoInputSchema } from "@coder/shared";
import { procedure } from "@coder/shared/trpc";
import { describeImport, describeProject } from "./audit.ts";
import {
  CreateProjectInputSchema, ImportFolderInputSchema, ImportFoldersSchema, ImportGitInputSchema, ListImportFoldersInputSchema, ListProjectsInputSchema, ListTreeInputSchema,
  ProjectInputSchema, ProjectPageSchema, ProjectSchema, ReadFilesInputSchema, ReadFilesSchema, RenameProjectInputSchema, TreePageSchema, UsageSchema,
} from "./project-schemas.ts";
import { workspaceRef } from "./service.ts";

const tags = ["workspace"];

export const projectProcedures = {
  listProjects: procedure
    .meta({ permission: "workspace.project.read", openapi: { method: "GET", path: "/workspaces", tags, summary: "List projects, newest first" } })
    .input(ListProjectsInputSchema)
    .output(ProjectPageSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).listProjects(ctx.caller, input)),

  getProject: procedure
    .meta({ permission: "workspace.project.read", openapi: { method: "GET", path: "/workspaces/{id}", tags, summary: "Read one project" } })
    .input(ProjectInputSchema)
    .output(ProjectSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).getProject(ctx.caller, input)),

  createProject: procedure
    .meta({
      permission: "workspace.project.create",
      openapi: { method: "POST", path: "/workspaces", tags, summary: "Create an empty project" },
      audit: { describe: describeProject },
    })
    .input(CreateProjectInputSchema)
    .output(ProjectSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).createProject(ctx.caller, input)),

  importGit: procedure
    .meta({
      permission: "workspace.project.create",
      openapi: { method: "POST", path: "/workspaces/git-imports", tags, summary: "Import a project from a git repository over https" },
      audit: { describe: describeImport },
    })
    .input(ImportGitInputSchema)
    .output(ProjectSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).importGit(ctx.caller, input)),

  importFolder: procedure
    .meta({
      permission: "workspace.folder.import",
      openapi: { method: "POST", path: "/workspaces/folder-imports", tags, summary: "Import a copy of a folder of the server" },
      audit: { describe: describeImport },
    })
    .input(ImportFolderInputSchema)
    .output(ProjectSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).importFolder(ctx.caller, input)),

  listImportFolders: procedure
    .meta({
      permission: "workspace.folder.import",
      openapi: { method: "GET", path: "/workspaces/import-folders", tags, summary: "List folders of the server that can be imported" },
    })
    .input(ListImportFoldersInputSchema)
    .output(ImportFoldersSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).listImportFolders(ctx.caller, input)),

  retryImport: procedure
    .meta({
      permission: "workspace.project.create",
      openapi: { method: "POST", path: "/workspaces/{id}/retry", tags, summary: "Start a failed import again" },
      audit: { describe: describeImport },
    })
    .input(ProjectInputSchema)
    .output(ProjectSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).retryImport(ctx.caller, input)),

  renameProject: procedure
    .meta({
      permission: "workspace.project.update",
      openapi: { method: "PATCH", path: "/workspaces/{id}", tags, summary: "Rename a project" },
      audit: { describe: describeProject },
    })
    .input(RenameProjectInputSchema)
    .output(ProjectSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).renameProject(ctx.caller, input)),

  deleteProject: procedure
    .meta({
      permission: "workspace.project.delete",
      openapi: { method: "DELETE", path: "/workspaces/{id}", tags, summary: "Put a project into the trash" },
      audit: { describe: describeProject },
    })
    .input(ProjectInputSchema)
    .output(ProjectSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).deleteProject(ctx.caller, input)),

  restoreProject: procedure
    .meta({
      permission: "workspace.project.delete",
      openapi: { method: "POST", path: "/workspaces/{id}/restore", tags, summary: "Take a project out of the trash" },
      audit: { describe: describeProject },
    })
    .input(ProjectInputSchema)
    .output(ProjectSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).restoreProject(ctx.caller, input)),

  purgeProject: procedure
    .meta({
      permission: "workspace.project.purge",
      openapi: { method: "POST", path: "/workspaces/{id}/purge", tags, summary: "Remove a project for good" },
      audit: { describe: describeProject },
    })
    .input(ProjectInputSchema)
    .output(ProjectSchema)
    .mutation(({ ctx, input }) => ctx.service(workspaceRef).purgeProject(ctx.caller, input)),

  getUsage: procedure
    .meta({ permission: "workspace.usage.read", openapi: { method: "GET", path: "/workspaces/usage", tags, summary: "How much room the organization's projects take" } })
    .input(NoInputSchema)
    .output(UsageSchema)
    .query(({ ctx }) => ctx.service(workspaceRef).getUsage(ctx.caller)),

  listTree: procedure
    .meta({ audience: "internal" })
    .input(ListTreeInputSchema)
    .output(TreePageSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).listTree(ctx.caller, input)),

  readFiles: procedure
    .meta({ audience: "internal" })
    .input(ReadFilesInputSchema)
    .output(ReadFilesSchema)
    .query(({ ctx, input }) => ctx.service(workspaceRef).readFiles(ctx.caller, input)),
};
