import { definePermissions } from "@coder/shared";

export const authPermissions = definePermissions({
  "auth.session.read": { description: "See one's own sessions", roles: [], self: true },
  "auth.session.revoke": { description: "End one's own sessions", roles: [], self: true },
  "auth.session.switch": { description: "Choose the organization one's own session acts in", roles: [], self: true },
  "auth.password.change": { description: "Change one's own password", roles: [], self: true },
});
