import { createHash, timingSafeEqual } from "node:crypto";
import { organizationCreatedEvent, type Admission, type AdmitSignUpInput, type EnrolInput, type Enrolment as Enrolled, type Installation } from "@coder/api/user-management";
import { unlessConflict, unlessExists } from "@coder/db";
import { OrganizationIdSchema, type OrganizationId } from "@coder/shared";
import { newId, type ILiveConfig } from "@coder/shared/server";
import type { UserManagementConfig } from "./config.ts";
import type { InstallationRow, MembershipRow, UserRow } from "./entities.ts";
import { setupCodeUnset, setupCodeWrong, signUpClosed, stillMember, userNotFound } from "./errors.ts";
import type { InstallationRecord } from "./InstallationRecord.ts";
import type { Invitations } from "./Invitations.ts";
import type { MembershipWriter } from "./MembershipWriter.ts";
import type { People } from "./People.ts";
import type { Tables } from "./Tables.ts";

export interface EnrolmentDeps {
  readonly tables: Tables;
  readonly people: People;
  readonly invitations: Invitations;
  readonly installation: InstallationRecord;
  readonly writer: MembershipWriter;
  readonly config: ILiveConfig<UserManagementConfig>;
  /** Whether others than this machine can reach the gateway. */
  readonly exposed: boolean;
  readonly now: () => Date;
}

/** How a new person comes to an organization, and the first one to the installation. */
export class Enrolment {
  readonly #deps: EnrolmentDeps;

  constructor(deps: EnrolmentDeps) {
    this.#deps = deps;
  }

  async installation(): Promise<Installation> {
    const { installation, config } = this.#deps;
    const claimed = installation.isTaken(await installation.get());
    return { claimed, setupCodeRequired: !claimed && this.#needsSetupCode(), signUp: config.value.signUp };
  }

  async admit({ email, invitationToken, setupCode }: AdmitSignUpInput): Promise<Admission> {
    const { installation, invitations, config } = this.#deps;
    if (invitationToken !== undefined) await invitations.check(invitationToken, email);
    else if (!installation.isTaken(await installation.get())) this.#requireSetupCode(setupCode);
    else if (config.value.signUp !== "open") throw signUpClosed();
    return { allowed: true };
  }

  async enrol({ userId, invitationToken, setupCode }: EnrolInput): Promise<Enrolled> {
    const { people, invitations, installation, config } = this.#deps;
    const user = await people.get(userId);
    if (!user) throw userNotFound();
    if (invitationToken !== undefined) return this.#answer(await invitations.accept(invitationToken, user));
    const present = await this.#firstMembership(user);
    if (present) return this.#finished(present);

    const claim = await this.#claim(user, setupCode);
    if (claim) {
      const membership = await this.#found(user, claim.organizationId);
      if (await installation.confirm(claim)) return this.#answer(membership);
    }
    // Another call for the same person may have finished in the meantime.
    const joined = await this.#firstMembership(user);
    if (joined) return this.#finished(joined);
    if (config.value.signUp !== "open") throw signUpClosed();
    return this.#answer(await this.#found(user, await this.#homeOf(user)));
  }

  /** Removes what a sign-up that failed half-way has left. */
  async undo(user: UserRow): Promise<void> {
    const { tables, installation } = this.#deps;
    if ((await tables.everyMembership.count({ userId: user.id })) > 0) throw stillMember();
    const record = await installation.get();
    await installation.release(user.id);
    const claimed = record?.state === "claiming" && record.administratorIds.includes(user.id) ? [record.organizationId] : [];
    for (const organizationId of [...claimed, ...(user.homeOrganizationId ? [user.homeOrganizationId] : [])]) {
      const { organizations, memberships } = tables.of(organizationId);
      if ((await memberships.count({})) === 0) await organizations.delete(organizationId);
    }
  }

  /** The claim on the installation, when this person holds it or gets it now. */
  async #claim(user: UserRow, setupCode: string | undefined): Promise<InstallationRow | null> {
    const { installation } = this.#deps;
    const isTheirs = (row: InstallationRow | null) => row?.state === "claiming" && row.administratorIds.includes(user.id);
    const record = await installation.get();
    if (isTheirs(record)) return record;
    if (installation.isTaken(record)) return null;
    this.#requireSetupCode(setupCode);
    const claim = (await installation.claim(user.id, record)) ?? (await installation.get());
    return isTheirs(claim) ? claim : null;
  }

  /** An organization and its owner. Each step can be repeated: the id is chosen before. */
  async #found(user: UserRow, organizationId: OrganizationId): Promise<MembershipRow> {
    const { tables, writer, now } = this.#deps;
    const time = now().toISOString();
    const row = { id: organizationId, organizationId, name: `${shortened(user.name)}'s organization`, ownerCount: 1, notedChange: null, createdAt: time, updatedAt: time };
    await unlessExists(tables.of(organizationId).organizations.insert(row, { emit: [organizationCreatedEvent.with({ organizationId, ownerId: user.id })] }));
    return writer.join(organizationId, user.id, "owner", user.id);
  }

  /** Chosen in one write, so that parallel calls for one person agree. */
  async #homeOf(user: UserRow): Promise<OrganizationId> {
    const { tables, people } = this.#deps;
    const homeOrganizationId = newId(OrganizationIdSchema);
    if (user.homeOrganizationId) return user.homeOrganizationId;
    if (await unlessConflict(tables.users.update(user.id, { homeOrganizationId }, { where: { homeOrganizationId: null } }))) return homeOrganizationId;
    const present = await people.get(user.id);
    if (!present?.homeOrganizationId) throw userNotFound();
    return present.homeOrganizationId;
  }

  async #firstMembership(user: UserRow): Promise<MembershipRow | null> {
    const { items } = await this.#deps.tables.everyMembership.query({ userId: user.id }, { sort: { field: "joinedAt", direction: "asc" }, limit: 1 });
    return items[0] ?? null;
  }

  /** A crash may have come between the first membership and the confirmation of the claim. */
  async #finished(membership: MembershipRow): Promise<Enrolled> {
    const { installation } = this.#deps;
    const record = await installation.get();
    if (record?.state === "claiming" && record.organizationId === membership.organizationId && record.administratorIds.includes(membership.userId)) await installation.confirm(record);
    return this.#answer(membership);
  }

  async #answer({ organizationId, role, userId }: MembershipRow): Promise<Enrolled> {
    return { organizationId, role, installationAdmin: await this.#deps.installation.isRunBy(userId) };
  }

  #needsSetupCode(): boolean {
    return this.#deps.exposed || this.#deps.config.value.setupCode !== null;
  }

  #requireSetupCode(given: string | undefined): void {
    if (!this.#needsSetupCode()) return;
    const expected = this.#deps.config.value.setupCode;
    if (expected === null) throw setupCodeUnset();
    if (!timingSafeEqual(digest(given ?? ""), digest(expected))) throw setupCodeWrong();
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** By whole characters, so that no half of one is left. */
function shortened(name: string): string {
  return [...name].slice(0, 80).join("").trim();
}
