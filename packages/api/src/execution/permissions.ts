import { definePermissions } from "@coder/shared";

export const executionPermissions = definePermissions({
  "execution.changeSet.read": { description: "See proposed changes", roles: ["owner", "admin", "member"] },
  "execution.changeSet.create": { description: "Propose changes of files", roles: ["owner", "admin", "member"] },
  "execution.changeSet.review": { description: "Decide on proposed changes, edit and discard them", roles: ["owner", "admin", "member"] },
  "execution.changeSet.apply": { description: "Apply proposed changes to the files, and undo that", roles: ["owner", "admin", "member"] },
  "execution.run.read": { description: "See what a project can run, its runs and their output", roles: ["owner", "admin", "member"] },
  "execution.run.start": { description: "Run programs of projects in the sandbox, and cancel them", roles: ["owner", "admin", "member"] },
  "execution.checkpoint.read": { description: "See checkpoints and what a restore would change", roles: ["owner", "admin", "member"] },
  "execution.checkpoint.create": { description: "Keep the state of a project's files", roles: ["owner", "admin", "member"] },
  "execution.checkpoint.restore": { description: "Bring back the files of a checkpoint", roles: ["owner", "admin", "member"] },
});
