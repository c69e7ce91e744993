import type { SessionPage } from "@coder/api/auth";
import type { authRouter } from "@coder/api/auth/router";
import type { ChangedMembership, EndedMembership, ListMembersInput, MemberPage, MemberSession } from "@coder/api/user-management";
import { actorOf, type Caller, type OrganizationId, type OrganizationRole, type UserId } from "@coder/shared";
import type { ILogger, ServiceClient } from "@coder/shared/trpc";
import type { Authority } from "./Authority.ts";
import type { MembershipRow } from "./entities.ts";
import { memberNotFound, ownMembership } from "./errors.ts";
import type { Invitations } from "./Invitations.ts";
import { standingOf, type ChangeRequest, type MembershipWriter, type StandingChange } from "./MembershipWriter.ts";
import type { People } from "./People.ts";
import type { Tables } from "./Tables.ts";

export interface MembersDeps {
  readonly tables: Tables;
  readonly people: People;
  readonly writer: MembershipWriter;
  readonly authority: Authority;
  readonly invitations: Invitations;
  readonly auth: ServiceClient<typeof authRouter>;
  readonly log: ILogger;
}

/** Who belongs to an organization, and every change of how. */
export class Members {
  readonly #deps: MembersDeps;

  constructor(deps: MembersDeps) {
    this.#deps = deps;
  }

  async list(caller: Caller, organizationId: OrganizationId, { role, status, limit, cursor }: ListMembersInput): Promise<MemberPage> {
    const { tables, people } = this.#deps;
    const filter = { ...(role === undefined ? {} : { role }), ...(status === undefined ? {} : { status }) };
    const page = await tables.of(organizationId).memberships.query(filter, { limit, sort: { field: "joinedAt", direction: "asc" }, cursor });
    const userIds = page.items.map((membership) => membership.userId);
    const [persons, seen] = await Promise.all([people.byId(userIds), this.#lastSeen(caller, organizationId, userIds)]);
    const items = page.items.map((membership) => {
      const person = persons.get(membership.userId);
      const { userId, joinedAt } = membership;
      return { userId, name: person?.name ?? "", email: person?.email ?? "", image: person?.image ?? null, ...standingOf(membership), joinedAt, lastSeenAt: seen.get(userId) ?? null };
    });
    return { items, nextCursor: page.nextCursor };
  }

  async changeRole(organizationId: OrganizationId, actorId: UserId | null, userId: UserId, role: OrganizationRole): Promise<ChangedMembership> {
    const change = await this.#change(organizationId, actorId, userId, "user-management.member.update", ({ actor, target }) => {
      this.#deps.authority.requireGrant(actor, role);
      return { role, status: target.status };
    });
    return changed(organizationId, userId, change);
  }

  async suspend(organizationId: OrganizationId, actorId: UserId | null, userId: UserId): Promise<ChangedMembership> {
    if (actorId === userId) throw ownMembership();
    const change = await this.#change(organizationId, actorId, userId, "user-management.member.update", ({ target }) => ({ role: target.role, status: "suspended" }));
    return changed(organizationId, userId, change);
  }

  async reactivate(organizationId: OrganizationId, actorId: UserId | null, userId: UserId): Promise<ChangedMembership> {
    const change = await this.#change(organizationId, actorId, userId, "user-management.member.update", ({ actor, target }) => {
      this.#deps.authority.requireGrant(actor, target.role);
      return { role: target.role, status: "active" };
    });
    return changed(organizationId, userId, change);
  }

  async remove(organizationId: OrganizationId, actorId: UserId | null, userId: UserId): Promise<EndedMembership> {
    const { before } = await this.#change(organizationId, actorId, userId, "user-management.member.remove", () => null);
    return { organizationId, userId, role: before.role };
  }

  async leave(organizationId: OrganizationId, userId: UserId): Promise<EndedMembership> {
    const { before } = await this.#change(organizationId, userId, userId, "user-management.organization.leave", () => null);
    return { organizationId, userId, role: before.role };
  }

  /** Only sign-ins that act in this organization: what a member does elsewhere is none of its business. */
  async sessions(caller: Caller, organizationId: OrganizationId, userId: UserId): Promise<MemberSession[]> {
    await this.#member(organizationId, userId);
    const found: MemberSession[] = [];
    let cursor: string | null = null;
    do {
      const page: SessionPage = await this.#deps.auth(caller).listSessionsOf({ userId, limit: 200, ...(cursor === null ? {} : { cursor }) });
      for (const session of page.items) {
        const { id, device, address, createdAt, lastUsedAt, expiresAt } = session;
        if (session.organizationId === organizationId) found.push({ id, device, address, createdAt, lastUsedAt, expiresAt });
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    return found;
  }

  async revokeSessions(caller: Caller, organizationId: OrganizationId, userId: UserId): Promise<number> {
    const actorId = actorOf(caller);
    const [actor, target] = await Promise.all([actorId === null ? null : this.#member(organizationId, actorId), this.#member(organizationId, userId)]);
    this.#deps.authority.requireReach(actor, target);
    const sessions = await this.sessions(caller, organizationId, userId);
    const ended = await Promise.all(sessions.map(({ id }) => this.#deps.auth(caller).revokeSessionsOf({ userId, sessionId: id })));
    return ended.reduce((sum, { revoked }) => sum + revoked, 0);
  }

  /** A list of members is worth showing without this, so auth being away does not take it away too. */
  async #lastSeen(caller: Caller, organizationId: OrganizationId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, string>> {
    try {
      const { items } = await this.#deps.auth(caller).lastSeenOf({ organizationId, userIds: [...userIds] });
      return new Map(items.map(({ userId, lastUsedAt }) => [userId, lastUsedAt]));
    } catch (error) {
      this.#deps.log.warn({ err: error }, "When members were last seen is not known now");
      return new Map();
    }
  }

  async #member(organizationId: OrganizationId, userId: UserId): Promise<MembershipRow> {
    const member = await this.#deps.tables.of(organizationId).memberships.findOne({ userId });
    if (!member) throw memberNotFound();
    return member;
  }

  async #change(organizationId: OrganizationId, actorId: UserId | null, userId: UserId, permission: string, decide: ChangeRequest["decide"]): Promise<StandingChange> {
    const { writer, authority, invitations } = this.#deps;
    const change = await writer.change({
      organizationId,
      userId,
      actorId,
      changedBy: actorId,
      decide: (situation) => {
        authority.requirePermission(situation.actor, permission);
        authority.requireReach(situation.actor, situation.target);
        return decide(situation);
      },
    });
    if (authority.loses(change.before, change.after)) await invitations.revokeOf(organizationId, userId, actorId);
    return change;
  }
}

function changed(organizationId: OrganizationId, userId: UserId, { before, after }: StandingChange): ChangedMembership {
  const now = after ?? before;
  const changes = Object.fromEntries((["role", "status"] as const).flatMap((field) => (before[field] === now[field] ? [] : [[field, { from: before[field], to: now[field] }]])));
  return { organizationId, userId, ...now, changes };
}
