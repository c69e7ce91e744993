import { organizationRenamedEvent, type InstallationOrganizationPage, type ListInstallationOrganizationsInput, type Organization, type OwnOrganization, type RenamedOrganization, type RenameOrganizationInput } from "@coder/api/user-management";
import { unlessConflict } from "@coder/db";
import type { OrganizationId, UserId } from "@coder/shared";
import type { OrganizationRow } from "./entities.ts";
import { organizationNotFound, versionConflict } from "./errors.ts";
import type { Tables } from "./Tables.ts";

export class Organizations {
  readonly #tables: Tables;
  readonly #now: () => Date;

  constructor(deps: { tables: Tables; now: () => Date }) {
    this.#tables = deps.tables;
    this.#now = deps.now;
  }

  async get(organizationId: OrganizationId): Promise<Organization> {
    return organizationOf(await this.#row(organizationId));
  }

  async rename(organizationId: OrganizationId, actorId: UserId | null, { name, version }: RenameOrganizationInput): Promise<RenamedOrganization> {
    const present = await this.#row(organizationId);
    if (present.updatedAt !== version) throw versionConflict(version, organizationOf(present));
    if (present.name === name) return { ...organizationOf(present), changes: {} };
    const renamed = await unlessConflict(
      this.#tables.of(organizationId).organizations.update(organizationId, { name, updatedAt: later(present.updatedAt, this.#now()) }, {
        where: { updatedAt: version },
        emit: [organizationRenamedEvent.with({ organizationId, changedBy: actorId })],
      }),
    );
    if (!renamed) throw versionConflict(version, await this.get(organizationId));
    return { ...organizationOf(renamed), changes: { name: { from: present.name, to: name } } };
  }

  async listOf(userId: UserId): Promise<OwnOrganization[]> {
    const { items } = await this.#tables.everyMembership.query({ userId }, { sort: { field: "joinedAt", direction: "asc" }, limit: 1_000 });
    if (items.length === 0) return [];
    const organizations = await this.#tables.everyOrganization.query({ id: { in: items.map((membership) => membership.organizationId) } }, { limit: 1_000 });
    const names = new Map(organizations.items.map(({ id, name }) => [id, name]));
    return items.map(({ organizationId, role, status, joinedAt }) => ({ organizationId, name: names.get(organizationId) ?? "", role, status, joinedAt }));
  }

  async listAll({ limit, cursor }: ListInstallationOrganizationsInput): Promise<InstallationOrganizationPage> {
    const { items, nextCursor } = await this.#tables.everyOrganization.query({}, { limit, cursor });
    const groups = await this.#tables.everyMembership.groups({ organizationId: { in: items.map(({ id }) => id) } }, { by: ["organizationId"], limit });
    const members = new Map(groups.map(({ key, count }) => [key.organizationId, count]));
    return { items: items.map(({ id, name, createdAt }) => ({ id, name, createdAt, members: members.get(id) ?? 0 })), nextCursor };
  }

  async #row(organizationId: OrganizationId): Promise<OrganizationRow> {
    const row = await this.#tables.of(organizationId).organizations.get(organizationId);
    if (!row) throw organizationNotFound();
    return row;
  }
}

/** The row's own tag also moves when owners change; what people edit has a version of its own. */
function organizationOf({ id, name, createdAt, updatedAt }: OrganizationRow): Organization {
  return { id, name, createdAt, version: updatedAt };
}

function later(before: string, now: Date): string {
  return new Date(Math.max(now.getTime(), Date.parse(before) + 1)).toISOString();
}
