import { createHash, randomBytes } from "node:crypto";
import {
  InvitationIdSchema, invitationAcceptedEvent, invitationCreatedEvent, invitationRevokedEvent, type CreatedInvitation, type CreateInvitationInput, type Invitation,
  type InvitationOffer, type InvitationPage, type ListInvitationsInput,
} from "@coder/api/user-management";
import { unlessConflict } from "@coder/db";
import type { OrganizationId, UserId } from "@coder/shared";
import { newId, type ILiveConfig } from "@coder/shared/server";
import type { Authority } from "./Authority.ts";
import type { UserManagementConfig } from "./config.ts";
import type { InvitationRow, MembershipRow, UserRow } from "./entities.ts";
import { alreadyMember, invitationInvalid, invitationNotFound, invitationSettled, limitReached, notAMember, organizationNotFound } from "./errors.ts";
import type { MembershipWriter } from "./MembershipWriter.ts";
import type { People } from "./People.ts";
import type { Tables } from "./Tables.ts";
import { emailKeyOf } from "./user-query.ts";

const HOUR = 3_600_000;

export interface InvitationsDeps {
  readonly tables: Tables;
  readonly authority: Authority;
  readonly people: People;
  readonly writer: MembershipWriter;
  readonly config: ILiveConfig<UserManagementConfig>;
  readonly now: () => Date;
}

/** Single-use links into an organization. */
export class Invitations {
  readonly #deps: InvitationsDeps;

  constructor(deps: InvitationsDeps) {
    this.#deps = deps;
  }

  async list(organizationId: OrganizationId, { limit, cursor }: ListInvitationsInput): Promise<InvitationPage> {
    const page = await this.#deps.tables.of(organizationId).invitations.query({}, {
      limit,
      sort: { field: "createdAt", direction: "desc" },
      cursor,
    });
    return { items: page.items.map((row) => this.#shown(row)), nextCursor: page.nextCursor };
  }

  async create(organizationId: OrganizationId, actorId: UserId | null, { role, email }: CreateInvitationInput): Promise<CreatedInvitation> {
    const { tables, authority, config, now } = this.#deps;
    const { invitations, memberships } = tables.of(organizationId);
    const actor = actorId === null ? null : await memberships.findOne({ userId: actorId });
    if (actorId !== null && actor?.status !== "active") throw notAMember();
    authority.requirePermission(actor, "user-management.invitation.create");
    authority.requireGrant(actor, role);
    const { invitationLifetimeHours, limits } = config.value;
    const createdAt = now();
    const waiting = await invitations.count({ status: "pending", expiresAt: { gt: createdAt.toISOString() } });
    if (waiting >= limits.pendingInvitationsPerOrganization) throw limitReached("invitations that wait to be accepted", limits.pendingInvitationsPerOrganization);
    const id = newId(InvitationIdSchema);
    const token = randomBytes(32).toString("base64url");
    const row = await invitations.insert(
      {
        id, organizationId, role, email, tokenHash: hashOf(token), status: "pending", createdBy: actorId, createdAt: createdAt.toISOString(),
        expiresAt: new Date(createdAt.getTime() + invitationLifetimeHours * HOUR).toISOString(), acceptedBy: null,
      },
      { emit: [invitationCreatedEvent.with({ organizationId, invitationId: id, role, createdBy: actorId })] },
    );
    return { ...this.#shown(row), token };
  }

  async revoke(organizationId: OrganizationId, actorId: UserId | null, id: Invitation["id"]): Promise<Invitation> {
    const { invitations } = this.#deps.tables.of(organizationId);
    const row = await invitations.get(id);
    if (!row) throw invitationNotFound();
    const revoked = await this.#revoke(row, actorId);
    if (revoked) return this.#shown(revoked);
    const present = this.#shown((await invitations.get(id)) ?? row);
    if (present.status === "revoked") return present;
    throw invitationSettled(present.status);
  }

  /** Takes back what somebody handed out who leaves or loses their role. `describe` and `accept` refuse such links anyway. */
  async revokeOf(organizationId: OrganizationId, createdBy: UserId, actorId: UserId | null): Promise<void> {
    const { invitations } = this.#deps.tables.of(organizationId);
    for (;;) {
      const { items } = await invitations.query({ createdBy, status: "pending" }, { limit: 200 });
      await Promise.all(items.map((row) => this.#revoke(row, actorId)));
      if (items.length < 200) return;
    }
  }

  async describe(token: string): Promise<InvitationOffer> {
    const row = await this.#acceptable(token, null);
    const { tables, people } = this.#deps;
    const [organization, inviter] = await Promise.all([tables.of(row.organizationId).organizations.get(row.organizationId), row.createdBy && people.get(row.createdBy)]);
    if (!organization) throw organizationNotFound();
    return { organizationName: organization.name, role: row.role, inviterName: inviter ? inviter.name : null, email: row.email, expiresAt: row.expiresAt };
  }

  /** Throws what keeps somebody with this address from accepting. */
  async check(token: string, email: string): Promise<void> {
    await this.#acceptable(token, { email });
  }

  /** Of parallel accepts one wins. Repeated by the same person it gives the same membership, as long as that exists. */
  async accept(token: string, user: UserRow): Promise<MembershipRow> {
    const { tables, writer } = this.#deps;
    const row = await this.#acceptable(token, user);
    const { organizationId, role } = row;
    const { memberships, invitations } = tables.of(organizationId);
    if (row.status === "accepted") {
      const present = await writer.settledMembership(organizationId, user.id);
      if (present) return present;
      throw invitationInvalid("used");
    }
    if (row.status === "pending") {
      if (await memberships.findOne({ userId: user.id })) throw alreadyMember();
      await this.#requireRoom(organizationId, user.id);
      await this.#claim(row, user.id);
    }
    // An owner begins as a member: only the writer's own protocol makes owners.
    const joined = await writer.join(organizationId, user.id, role === "owner" ? "member" : role, user.id);
    if (role === "owner") await writer.change({ organizationId, userId: user.id, actorId: null, changedBy: user.id, decide: ({ target }) => ({ role, status: target.status }) });
    await unlessConflict(invitations.update(row.id, { status: "accepted" }, { where: { status: "claimed" } }));
    return { ...joined, role };
  }

  async #claim(row: InvitationRow, userId: UserId): Promise<void> {
    const { organizationId, id, role } = row;
    const { invitations } = this.#deps.tables.of(organizationId);
    const claimed = await unlessConflict(
      invitations.update(id, { status: "claimed", acceptedBy: userId }, {
        where: { status: "pending" },
        emit: [invitationAcceptedEvent.with({ organizationId, invitationId: id, role, acceptedBy: userId })],
      }),
    );
    if (claimed) return;
    const present = await invitations.get(id);
    if (present?.acceptedBy !== userId) throw invitationInvalid(present?.status === "revoked" ? "revoked" : "used");
  }

  /** The invitation, if `by` may accept it or has accepted it. A stranger (null) only looks. */
  async #acceptable(token: string, by: { readonly email: string; readonly id?: UserId } | null): Promise<InvitationRow> {
    const { tables, authority, now } = this.#deps;
    const row = await tables.everyInvitation.findOne({ tokenHash: hashOf(token) });
    if (!row) throw invitationInvalid("unknown");
    if (row.status === "revoked") throw invitationInvalid("revoked");
    if (row.status !== "pending") {
      if (by?.id !== undefined && row.acceptedBy === by.id) return row;
      throw invitationInvalid("used");
    }
    if (Date.parse(row.expiresAt) <= now().getTime()) throw invitationInvalid("expired");
    if (by && row.email !== null && emailKeyOf(row.email) !== emailKeyOf(by.email)) throw invitationInvalid("other_email");
    // Null: the product itself invited, and answers for it.
    const inviter = row.createdBy === null ? null : await tables.of(row.organizationId).memberships.findOne({ userId: row.createdBy });
    if (row.createdBy !== null && !(inviter && authority.mayInvite(inviter, row.role))) throw invitationInvalid("inviter");
    return row;
  }

  async #requireRoom(organizationId: OrganizationId, userId: UserId): Promise<void> {
    const { tables, config } = this.#deps;
    const { membersPerOrganization, organizationsPerUser } = config.value.limits;
    const [members, organizations] = await Promise.all([tables.of(organizationId).memberships.count({}), tables.everyMembership.count({ userId })]);
    if (members >= membersPerOrganization) throw limitReached("members of the organization", membersPerOrganization);
    if (organizations >= organizationsPerUser) throw limitReached("organizations of one person", organizationsPerUser);
  }

  #revoke({ organizationId, id, role }: InvitationRow, revokedBy: UserId | null): Promise<InvitationRow | null> {
    return unlessConflict(
      this.#deps.tables.of(organizationId).invitations.update(id, { status: "revoked" }, {
        where: { status: "pending" },
        emit: [invitationRevokedEvent.with({ organizationId, invitationId: id, role, revokedBy })],
      }),
    );
  }

  #shown({ id, role, email, status, createdBy, createdAt, expiresAt, acceptedBy }: InvitationRow): Invitation {
    const expired = status === "pending" && Date.parse(expiresAt) <= this.#deps.now().getTime();
    return { id, role, email, status: expired ? "expired" : status === "claimed" ? "accepted" : status, createdBy, createdAt, expiresAt, acceptedBy };
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
