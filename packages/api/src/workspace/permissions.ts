import { definePermissions } from "@coder/shared";

export const workspacePermissions = definePermissions({
  "workspace.project.read": { description: "See projects", roles: ["owner", "admin", "member", "auditor"] },
  "workspace.project.create": { description: "Create projects and import them from archives and git", roles: ["owner", "admin", "member"] },
  "workspace.project.update": { description: "Rename projects", roles: ["owner", "admin", "member"] },
  "workspace.project.delete": { description: "Put projects into the trash and restore them", roles: ["owner", "admin", "member"] },
  "workspace.project.purge": { description: "Remove projects for good", roles: ["owner", "admin"] },
  "workspace.folder.import": { description: "Import folders of the server", roles: [], installation: true },
  "workspace.file.read": { description: "Open, search and download the files of projects", roles: ["owner", "admin", "member"] },
  "workspace.file.write": { description: "Change the files of projects", roles: ["owner", "admin", "member"] },
  "workspace.usage.read": { description: "See how much room projects take", roles: ["owner", "admin", "member"] },
});
