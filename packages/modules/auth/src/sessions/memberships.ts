import type { OwnOrganization } from "@coder/api/user-management";
import type { OrganizationId, UserId } from "@coder/shared";
import type { Directory } from "../directory.ts";
import type { SessionStore } from "./SessionStore.ts";

/** The organizations in which the person may act, oldest membership first. */
export async function activeMemberships(users: Pick<Directory, "listMemberships">, userId: UserId): Promise<readonly OwnOrganization[]> {
  const { items } = await users.listMemberships({ userId });
  return items.filter(({ status }) => status === "active");
}

/** Where a new session acts: where the person was last, if they still belong there. */
export async function organizationFor(users: Pick<Directory, "listMemberships">, sessions: SessionStore, userId: UserId): Promise<OrganizationId | null> {
  const memberships = await activeMemberships(users, userId);
  if (memberships.length < 2) return memberships[0]?.organizationId ?? null;
  const last = await sessions.lastOrganizationOf(userId);
  return memberships.find(({ organizationId }) => organizationId === last)?.organizationId ?? memberships[0]?.organizationId ?? null;
}
