import { defineTransfer } from "@coder/shared";
import { describeExport, describeImport } from "./audit.ts";
import { ExportArchiveInputSchema, ImportArchiveInputSchema, ProjectSchema } from "./project-schemas.ts";

const tags = ["workspace"];

/** The body is a `.zip`, `.tar.gz` or `.tar`: what it is, its bytes say. Answers the project while its files are unpacked. */
export const importArchiveTransfer = defineTransfer({
  method: "PUT",
  path: "/workspaces/archives",
  permission: "workspace.project.create",
  input: ImportArchiveInputSchema,
  output: ProjectSchema,
  tags,
  summary: "Import a project from an archive",
  audit: { describe: describeImport },
});

/** Everything lies in one folder that is called like the project. */
export const exportArchiveTransfer = defineTransfer({
  method: "GET",
  path: "/workspaces/{projectId}/archive",
  permission: "workspace.file.read",
  input: ExportArchiveInputSchema,
  tags,
  summary: "Export a project as an archive",
  audit: { always: true, describe: describeExport },
});
