import type { ExplainPermissionInput, HeldPermissions, PermissionExplanation } from "@coder/api/user-management";
import { ORGANIZATION_ROLES, type OrganizationId, type OrganizationRole, type PermissionDefinition, type UserId } from "@coder/shared";
import type { Authority } from "./Authority.ts";
import type { MembershipRow } from "./entities.ts";
import { memberNotFound, permissionUnknown } from "./errors.ts";
import type { InstallationRecord } from "./InstallationRecord.ts";
import { standingOf } from "./MembershipWriter.ts";
import type { People } from "./People.ts";
import { allows, type RoleCatalogue } from "./RoleCatalogue.ts";
import type { Tables } from "./Tables.ts";

const MAX_HELPERS = 10;

export interface PermissionsDeps {
  readonly tables: Tables;
  readonly roles: RoleCatalogue;
  readonly authority: Authority;
  readonly people: People;
  readonly installation: InstallationRecord;
}

/** Every permission decision, and why it came out so. */
export class Permissions {
  readonly #deps: PermissionsDeps;

  constructor(deps: PermissionsDeps) {
    this.#deps = deps;
  }

  async of(userId: UserId, organizationId: OrganizationId | null): Promise<HeldPermissions> {
    const [membership, installationAdmin] = await Promise.all([this.#membership(userId, organizationId), this.#deps.installation.isRunBy(userId)]);
    return {
      role: membership?.role ?? null,
      status: membership?.status ?? null,
      installationAdmin,
      permissions: this.#deps.roles.held(membership && standingOf(membership), installationAdmin),
    };
  }

  async explain(organizationId: OrganizationId, userId: UserId, { permission }: ExplainPermissionInput): Promise<PermissionExplanation> {
    const { roles, installation } = this.#deps;
    const definition = roles.definition(permission);
    if (!definition) throw permissionUnknown(permission);
    const membership = await this.#membership(userId, organizationId);
    if (!membership) throw memberNotFound();
    const installationAdmin = await installation.isRunBy(userId);
    const standing = standingOf(membership);
    const allowed = allows(definition, standing, installationAdmin);
    return {
      permission,
      description: definition.description,
      allowed,
      reason: reasonOf(definition, standing, allowed),
      has: { ...standing, installationAdmin },
      grantedBy: { roles: [...definition.roles], self: definition.self ?? false, installation: definition.installation ?? false },
      whoCanGrant: allowed || definition.installation ? [] : await this.#helpers(organizationId, definition.roles),
    };
  }

  /** Owners first: they can give every role. */
  async #helpers(organizationId: OrganizationId, wanted: readonly OrganizationRole[]): Promise<PermissionExplanation["whoCanGrant"]> {
    const { tables, authority, roles, people } = this.#deps;
    const granting = ORGANIZATION_ROLES.filter((role) => roles.includes(role, "user-management.member.update"));
    const { items } = await tables.of(organizationId).memberships.query({ role: { in: granting }, status: "active" }, { limit: 200 });
    const helpers = items
      .filter((member) => wanted.some((role) => authority.mayGrant(member, role)))
      .sort((one, other) => ORGANIZATION_ROLES.indexOf(one.role) - ORGANIZATION_ROLES.indexOf(other.role))
      .slice(0, MAX_HELPERS);
    const names = await people.byId(helpers.map((member) => member.userId));
    return helpers.map(({ userId, role }) => ({ userId, name: names.get(userId)?.name ?? "", role }));
  }

  async #membership(userId: UserId, organizationId: OrganizationId | null): Promise<MembershipRow | null> {
    return organizationId === null ? null : this.#deps.tables.of(organizationId).memberships.findOne({ userId });
  }
}

function reasonOf(definition: PermissionDefinition, standing: { role: OrganizationRole; status: string }, allowed: boolean): string {
  if (definition.self) return "Everybody who is signed in may do this with what is their own.";
  if (definition.installation) return allowed ? "They run this installation." : "Only people who run this installation may do this.";
  if (standing.status === "suspended") return "The membership is suspended.";
  return allowed ? `The role ${standing.role} includes it.` : `The role ${standing.role} does not include it.`;
}
