import { setTimeout as delay } from "node:timers/promises";
import { membershipChangedEvent } from "@coder/api/user-management";
import { unlessConflict } from "@coder/db";
import { isAppError, type OrganizationId, type OrganizationRole, type UserId } from "@coder/shared";
import { newId } from "@coder/shared/server";
import type { MembershipRow, NotedChange, OrganizationRow, Standing } from "./entities.ts";
import { concurrentChange, lastOwner, memberNotFound, notAMember, organizationNotFound } from "./errors.ts";
import { permissionEpoch } from "./permission-epoch.ts";
import type { Tables } from "./Tables.ts";

/** Each failed attempt means that somebody else's change went on. */
const MAX_ATTEMPTS = 400;

export interface Situation {
  /** An active member, or null where the product itself asks. */
  readonly actor: MembershipRow | null;
  readonly target: MembershipRow;
}

export interface ChangeRequest {
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  /** Whose rights decide; their standing is read anew for each decision. Null: the product itself asks. */
  readonly actorId: UserId | null;
  /** Whom the event names. */
  readonly changedBy: UserId | null;
  /** Says how the member shall stand, null to end the membership. Throws what forbids it. May be asked again. */
  decide(situation: Situation): Standing | null;
}

export interface StandingChange {
  readonly before: Standing;
  readonly after: Standing | null;
}

/**
 * The only writer of memberships. Who owns an organization is spread over two kinds of rows that no transaction binds, so a change
 * goes in three steps, each one write:
 *
 * 1. the organization's row notes the change and, for a loss, counts one active owner less: here the last owner is refused, and here
 *    whoever decided on an older state has to decide again;
 * 2. the membership is written over the version that the note names;
 * 3. the note is taken away, and the count is corrected by what step 2 left.
 *
 * Whoever finds a note carries out steps 2 and 3 before anything else, so a crash between two steps delays nobody, and two members
 * who demote each other meet in step 1. The count never exceeds the owners there are, so one always remains.
 */
export class MembershipWriter {
  readonly #tables: Tables;
  readonly #now: () => Date;
  readonly #pause: (attempt: number) => Promise<unknown>;

  constructor(deps: { tables: Tables; now: () => Date; pause?: (attempt: number) => Promise<unknown> }) {
    this.#tables = deps.tables;
    this.#now = deps.now;
    this.#pause = deps.pause ?? ((attempt) => delay(Math.random() * 2 ** Math.min(attempt, 5)));
  }

  /** Adds a member, or returns the membership that is there. */
  async join(organizationId: OrganizationId, userId: UserId, role: OrganizationRole, changedBy: UserId | null): Promise<MembershipRow> {
    const { memberships } = this.#tables.of(organizationId);
    const time = this.#now().toISOString();
    const row = { id: newId(), organizationId, userId, role, status: "active" as const, joinedAt: time, updatedAt: time };
    try {
      const emit = [membershipChangedEvent.with({ organizationId, userId, before: null, after: { role, status: "active" }, changedBy })];
      return await memberships.insert(row, { emit });
    } catch (error) {
      const present = isAppError(error) && error.code === "already_exists" ? await memberships.findOne({ userId }) : null;
      if (present) return present;
      throw error;
    } finally {
      permissionEpoch.advance();
    }
  }

  async change(request: ChangeRequest): Promise<StandingChange> {
    const { organizationId, userId, changedBy } = request;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt > 0) await this.#pause(attempt);
      // The organization first: whatever changes after this makes the note fail.
      const organization = await this.#settledOrganization(organizationId);
      if (!organization) continue;
      const decision = await this.#decide(organization, request).catch(async (refusal: unknown) => {
        if (await this.#isStill(organization)) throw refusal;
        return null;
      });
      if (!decision) continue;
      const { target, before, after } = decision;
      if (sameStanding(before, after)) {
        if (await this.#isStill(organization)) return { before, after };
        continue;
      }
      const note = await this.#note(organization, { membershipId: target.id, userId, etag: target.etag, before, after, changedBy });
      if (!note) continue;
      // From here on the change will be carried out, by this call or by the next one.
      await this.#settle(note);
      return { before, after };
    }
    throw concurrentChange();
  }

  /** Reads who is concerned one after the other, so it holds only while the organization's row is the one that was read before. */
  async #decide(organization: OrganizationRow, { userId, actorId, decide }: ChangeRequest): Promise<StandingChange & { readonly target: MembershipRow }> {
    const target = await this.#membership(organization.id, userId);
    if (!target) throw memberNotFound();
    const actor = actorId === null ? null : actorId === userId ? target : await this.#membership(organization.id, actorId);
    if (actorId !== null && actor?.status !== "active") throw notAMember();
    const before = standingOf(target);
    const after = decide({ actor, target });
    if (owns(before) && !owns(after) && organization.ownerCount <= 1) throw lastOwner();
    return { target, before, after };
  }

  async #isStill(organization: OrganizationRow): Promise<boolean> {
    return (await this.#tables.of(organization.id).organizations.get(organization.id))?.etag === organization.etag;
  }

  /** The membership as it is after every change that is under way. */
  async settledMembership(organizationId: OrganizationId, userId: UserId): Promise<MembershipRow | null> {
    await this.#settledOrganization(organizationId);
    return this.#membership(organizationId, userId);
  }

  async #note(organization: OrganizationRow, notedChange: NotedChange): Promise<OrganizationRow | null> {
    const ownerCount = organization.ownerCount - (owns(notedChange.before) ? 1 : 0);
    return unlessConflict(this.#tables.of(organization.id).organizations.update(organization.id, { notedChange, ownerCount }, { etag: organization.etag }));
  }

  /** Null when there was a change under way; it is at its end now. */
  async #settledOrganization(organizationId: OrganizationId): Promise<OrganizationRow | null> {
    const organization = await this.#tables.of(organizationId).organizations.get(organizationId);
    if (!organization) throw organizationNotFound();
    if (!organization.notedChange) return organization;
    await this.#settle(organization);
    return null;
  }

  /** Steps 2 and 3, as far as nobody else has done them. */
  async #settle(organization: OrganizationRow): Promise<void> {
    const { notedChange } = organization;
    if (!notedChange) return;
    const { organizations, memberships } = this.#tables.of(organization.id);
    await this.#write(organization.id, notedChange);
    const present = await memberships.get(notedChange.membershipId);
    const ownerCount = organization.ownerCount + (owns(present) ? 1 : 0);
    await unlessConflict(organizations.update(organization.id, { notedChange: null, ownerCount }, { etag: organization.etag }));
  }

  async #write(organizationId: OrganizationId, change: NotedChange): Promise<void> {
    const { membershipId: id, userId, etag, before, after, changedBy } = change;
    const { memberships, invitations } = this.#tables.of(organizationId);
    // An invitation whose acceptance a crash cut off must not bring back what is taken away here.
    await invitations.updateMany({ acceptedBy: userId, status: "claimed" }, { status: "accepted" });
    const options = { etag, emit: [membershipChangedEvent.with({ organizationId, userId, before, after, changedBy })] };
    const write = after ? memberships.update(id, { ...after, updatedAt: this.#now().toISOString() }, options) : memberships.delete(id, options);
    try {
      await unlessConflict(write);
    } finally {
      permissionEpoch.advance();
    }
  }

  #membership(organizationId: OrganizationId, userId: UserId): Promise<MembershipRow | null> {
    return this.#tables.of(organizationId).memberships.findOne({ userId });
  }
}

export function standingOf({ role, status }: Standing): Standing {
  return { role, status };
}

function owns(standing: Standing | null): boolean {
  return standing?.role === "owner" && standing.status === "active";
}

function sameStanding(one: Standing, other: Standing | null): boolean {
  return one.role === other?.role && one.status === other.status;
}
