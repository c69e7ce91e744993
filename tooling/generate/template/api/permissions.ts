import { definePermissions } from "@coder/shared";

export const sampleModulePermissions = definePermissions({
  "sample-module.item.read": { description: "See items", roles: ["owner", "admin", "member", "auditor"] },
  "sample-module.item.write": { description: "Create and delete items", roles: ["owner", "admin", "member"] },
});
