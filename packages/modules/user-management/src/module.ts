import { authClient } from "@coder/api/auth/router";
import { userManagementPermissions } from "@coder/api/user-management";
import { userManagementClient, userManagementRef, userManagementRouter } from "@coder/api/user-management/router";
import { databaseResource } from "@coder/db";
import { defineModule, isExposed } from "@coder/shared/server";
import { UserManagementConfigSchema } from "./config.ts";
import { installationEntity, invitationEntity, membershipEntity, organizationEntity, preferencesEntity, userEntity } from "./entities.ts";
import { PermissionPort } from "./PermissionPort.ts";
import { UserManagementService } from "./UserManagementService.ts";

export const userManagementModule = defineModule({
  name: "user-management",
  description: "People, organizations, roles, and what each may do",
  port: 3022,
  apiBase: ["/api/v1/users"],
  service: userManagementRef,
  router: userManagementRouter,
  needs: ["auth", "secret-management", "notification"],
  permissions: userManagementPermissions,
  tablePrefix: "user_",
  entities: [userEntity, organizationEntity, membershipEntity, invitationEntity, installationEntity, preferencesEntity],
  config: { schema: UserManagementConfigSchema, defaults: new URL("../config/default.yaml", import.meta.url) },
  resources: { database: databaseResource },
  ports: { permissions: ({ client, caller }) => new PermissionPort({ users: client(userManagementClient), caller }) },

  setup({ config, kernel, permissionCatalogue, client, log, resources: { database } }) {
    return {
      service: new UserManagementService({
        database, config, permissionCatalogue, log, auth: client(authClient), exposed: isExposed(kernel.server), now: () => new Date(),
      }),
    };
  },
});
