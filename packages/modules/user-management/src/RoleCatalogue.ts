import type { Roles } from "@coder/api/user-management";
import { ORGANIZATION_ROLES, type OrganizationRole, type PermissionCatalogue, type PermissionDefinition } from "@coder/shared";
import type { Standing } from "./entities.ts";

const DESCRIPTIONS: Record<OrganizationRole, string> = {
  owner: "Everything, owners and the organization itself included",
  admin: "Runs the organization day by day, but does not touch its owners",
  member: "Works in the organization",
  auditor: "Reads what is recorded and changes nothing",
};

/** What each role may do: the permissions that all modules declare, turned round. */
export class RoleCatalogue {
  readonly #catalogue: PermissionCatalogue;
  readonly #byRole: ReadonlyMap<OrganizationRole, ReadonlySet<string>>;

  constructor(catalogue: PermissionCatalogue) {
    this.#catalogue = catalogue;
    this.#byRole = new Map(ORGANIZATION_ROLES.map((role) => [role, new Set(this.#idsWhere((definition) => definition.roles.includes(role)))]));
  }

  definition(permission: string): PermissionDefinition | null {
    return Object.hasOwn(this.#catalogue, permission) ? (this.#catalogue[permission] ?? null) : null;
  }

  includes(role: OrganizationRole, permission: string): boolean {
    return this.#byRole.get(role)?.has(permission) ?? false;
  }

  /** What `wanted` includes and `held` does not. */
  missing(held: OrganizationRole, wanted: OrganizationRole): string[] {
    return [...(this.#byRole.get(wanted) ?? [])].filter((permission) => !this.includes(held, permission));
  }

  /** Everything somebody may do. A suspended member keeps only what everybody has. */
  held(standing: Standing | null, installationAdmin: boolean): string[] {
    return this.#idsWhere((definition) => allows(definition, standing, installationAdmin));
  }

  roles(): Roles {
    return {
      roles: ORGANIZATION_ROLES.map((role) => ({ role, description: DESCRIPTIONS[role], permissions: [...(this.#byRole.get(role) ?? [])] })),
      permissions: Object.entries(this.#catalogue).map(([id, { description, self, installation }]) => ({ id, description, self: self ?? false, installation: installation ?? false })),
    };
  }

  #idsWhere(test: (definition: PermissionDefinition) => boolean): string[] {
    return Object.entries(this.#catalogue).flatMap(([id, definition]) => (test(definition) ? [id] : []));
  }
}

/** The one rule of access. */
export function allows(definition: PermissionDefinition, standing: Standing | null, installationAdmin: boolean): boolean {
  if (definition.self) return true;
  if (definition.installation) return installationAdmin;
  return standing !== null && standing.status === "active" && definition.roles.includes(standing.role);
}
