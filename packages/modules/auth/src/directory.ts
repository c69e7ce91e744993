import type { userManagementRouter } from "@coder/api/user-management/router";
import { systemCaller } from "@coder/shared";
import type { ClientOf, ServiceClient } from "@coder/shared/trpc";

type Users = ClientOf<typeof userManagementRouter>;

/** What this module asks of user-management. */
export type Directory = Pick<
  Users,
  "admitSignUp" | "enrol" | "createUser" | "findUser" | "queryUsers" | "countUsers" | "updateUser" | "deleteUser" | "listMemberships" | "permissionsOf"
>;

/** The product itself asks: before somebody is signed in there is nobody else. */
export function directoryOf(users: ServiceClient<typeof userManagementRouter>): Directory {
  return users(systemCaller("auth"));
}
