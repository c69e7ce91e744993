import { definePermissions } from "@coder/shared";

export const aiServicePermissions = definePermissions({
  "ai-service.conversation.use": { description: "Use the chat and keep conversations", roles: ["owner", "admin", "member"] },
  "ai-service.model.read": { description: "See which models can be used and what is left of the budget", roles: ["owner", "admin", "member", "auditor"] },
  "ai-service.model.check": { description: "Check model endpoints", roles: ["owner", "admin"] },
  "ai-service.egress.read": { description: "See what was sent to models and to the embeddings endpoint", roles: ["owner", "admin", "auditor"] },
});
