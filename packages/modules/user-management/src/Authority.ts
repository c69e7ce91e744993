import type { OrganizationRole } from "@coder/shared";
import type { MembershipRow, Standing } from "./entities.ts";
import { grantsMoreThanHeld, ownerProtected, permissionMissing } from "./errors.ts";
import type { RoleCatalogue } from "./RoleCatalogue.ts";

/** Who may do what to whom inside an organization. An actor of null is the product itself, which these rules do not bind. */
export class Authority {
  readonly #roles: RoleCatalogue;

  constructor(deps: { roles: RoleCatalogue }) {
    this.#roles = deps.roles;
  }

  /** The kernel has asked before; between its answer and the write the actor may have lost it. */
  requirePermission(actor: MembershipRow | null, permission: string): void {
    if (actor && !this.#roles.includes(actor.role, permission)) throw permissionMissing(permission);
  }

  requireReach(actor: MembershipRow | null, target: { readonly role: OrganizationRole }): void {
    if (actor && target.role === "owner" && actor.role !== "owner") throw ownerProtected();
  }

  requireGrant(actor: MembershipRow | null, role: OrganizationRole): void {
    if (!actor || this.mayGrant(actor, role)) return;
    throw role === "owner" ? ownerProtected() : grantsMoreThanHeld(role, this.#roles.missing(actor.role, role));
  }

  /** Only owners make owners, and nobody gives what they do not have. */
  mayGrant(actor: MembershipRow, role: OrganizationRole): boolean {
    return (role !== "owner" || actor.role === "owner") && this.#roles.missing(actor.role, role).length === 0;
  }

  mayInvite(inviter: MembershipRow, role: OrganizationRole): boolean {
    return inviter.status === "active" && this.#roles.includes(inviter.role, "user-management.invitation.create") && this.mayGrant(inviter, role);
  }

  /** Whether a change takes something away, so that invitations made before must be taken back. */
  loses(before: Standing, after: Standing | null): boolean {
    return after === null || after.status === "suspended" || this.#roles.missing(after.role, before.role).length > 0;
  }
}
