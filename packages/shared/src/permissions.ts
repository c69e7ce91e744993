/** Roles every organization has. `auditor` reads everything that is recorded and changes nothing. */
export const ORGANIZATION_ROLES = ["owner", "admin", "member", "auditor"] as const;
export type OrganizationRole = (typeof ORGANIZATION_ROLES)[number];

/**
 * Who holds a permission by default.
 * - `roles`: members of the caller's organization with one of these roles.
 * - `self`: every signed-in person, for what is their own (also before they have an organization).
 * - `installation`: only people who run this installation, whatever their role in an organization.
 */
export interface PermissionDefinition {
  readonly description: string;
  readonly roles: readonly OrganizationRole[];
  readonly self?: true;
  readonly installation?: true;
}

export type PermissionCatalogue = Readonly<Record<string, PermissionDefinition>>;

/** Declares a module's permissions. Ids read `module.entity.action` and are what a procedure names in `meta.permission`. */
export function definePermissions<const C extends PermissionCatalogue>(catalogue: C): C {
  return catalogue;
}
