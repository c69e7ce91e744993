import { definePermissions } from "@coder/shared";

export const loggingPermissions = definePermissions({
  "logging.entry.read": { description: "Read the organization's audit log", roles: ["owner", "admin", "auditor"] },
  "logging.chain.verify": { description: "Check that the organization's audit log is complete and unaltered", roles: ["owner", "admin", "auditor"] },
  "logging.installation.read": { description: "Read and check what belongs to no organization, such as failed sign-ins", roles: [], installation: true },
});
