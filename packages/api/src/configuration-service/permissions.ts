import { definePermissions } from "@coder/shared";

export const configurationServicePermissions = definePermissions({
  "configuration-service.setting.read": { description: "See the installation's settings, where each value comes from, and who changed it", roles: [], installation: true },
  "configuration-service.setting.write": { description: "Change, reset and roll back the installation's settings", roles: [], installation: true },
});
