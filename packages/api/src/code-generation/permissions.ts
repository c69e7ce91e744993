import { definePermissions } from "@coder/shared";

export const codeGenerationPermissions = definePermissions({
  "code-generation.run.read": { description: "See what generators can do in a project, and what they made", roles: ["owner", "admin", "member"] },
  "code-generation.run.start": { description: "Generate code in projects", roles: ["owner", "admin", "member"] },
});
