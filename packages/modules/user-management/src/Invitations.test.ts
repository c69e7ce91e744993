import { createMemoryDatabase } from "@coder/db";
import { outcome } from "@coder/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { AUTH, House, refusal, type TestConfig } from "./__fixtures__/house.ts";
import { dyingAfter, ProcessDied, WatchedDatabase } from "./__fixtures__/watched-database.ts";
import { invitationEntity } from "./entities.ts";

const HOUR = 3_600_000;

describe("invitations", () => {
  let house: House;
  beforeEach(() => {
    house = new House();
  });

  async function reasonOf(token: string): Promise<unknown> {
    const error = await refusal(house.service.describeInvitation(AUTH, { token }));
    expect(error).toMatchObject({ kind: "not_found", code: "invitation_invalid" });
    expect(await outcome(house.service.admitSignUp(AUTH, { email: "new@example.com", invitationToken: token }))).toBe("invitation_invalid");
    return error.details?.["reason"];
  }

  it("say what they offer to whoever holds the link, and are stored as hashes", async () => {
    const owner = await house.founder();
    const created = await house.service.createInvitation(owner, { role: "admin", email: "Bob@Example.com" });
    expect(created).toMatchObject({ role: "admin", status: "pending", email: "Bob@Example.com", createdBy: owner.userId, expiresAt: new Date(house.clock.time + 168 * HOUR).toISOString() });
    expect(await house.service.describeInvitation(AUTH, { token: created.token })).toEqual({
      organizationName: "Ann's organization", role: "admin", inviterName: "Ann", email: "Bob@Example.com", expiresAt: created.expiresAt,
    });
    const rows = await house.database.system("sign-in").repository(invitationEntity).query({});
    expect(JSON.stringify(rows)).not.toContain(created.token);
    expect(JSON.stringify(await house.service.listInvitations(owner, { limit: 50 }))).not.toContain(created.token);
  });

  it("let exactly one of a hundred parallel accepts in", async () => {
    const owner = await house.founder();
    const { token, id } = await house.service.createInvitation(owner, { role: "member", email: null });
    const people = await Promise.all(Array.from({ length: 100 }, () => house.person()));
    const outcomes = await Promise.all(people.map(({ id: userId }) => outcome(house.service.enrol(AUTH, { userId, invitationToken: token }))));
    expect(outcomes.filter((code) => code === "done")).toHaveLength(1);
    expect(outcomes.filter((code) => code === "invitation_invalid")).toHaveLength(99);
    expect((await house.service.listMembers(owner, { limit: 200 })).items).toHaveLength(2);
    expect((await house.service.listInvitations(owner, { limit: 50 })).items).toMatchObject([{ id, status: "accepted" }]);
  });

  it("give one person one membership, however often they accept", async () => {
    const owner = await house.founder();
    const other = await house.founder();
    const { token } = await house.service.createInvitation(owner, { role: "member", email: null });
    const accepted = await Promise.all(Array.from({ length: 20 }, () => house.service.acceptInvitation(other, { token })));
    expect(new Set(accepted.map((answer) => JSON.stringify(answer)))).toEqual(new Set([JSON.stringify({ organizationId: owner.organizationId, userId: other.userId, role: "member" })]));
    expect((await house.service.listMembers(owner, { limit: 50 })).items).toHaveLength(2);
  });

  it("are not used up by whoever is a member already", async () => {
    const owner = await house.founder();
    const member = await house.member(owner, "member");
    const { token } = await house.service.createInvitation(owner, { role: "admin", email: null });
    expect(await outcome(house.service.acceptInvitation(member, { token }))).toBe("already_member");
    await house.service.suspendMember(owner, { userId: member.userId });
    expect(await outcome(house.service.acceptInvitation(member, { token }))).toBe("already_member");
    const user = await house.person();
    expect(await house.service.enrol(AUTH, { userId: user.id, invitationToken: token })).toMatchObject({ role: "admin" });
  });

  it("bring nobody back who was removed", async () => {
    const owner = await house.founder();
    const other = await house.founder();
    const { token } = await house.service.createInvitation(owner, { role: "member", email: null });
    await house.service.acceptInvitation(other, { token });
    await house.service.removeMember(owner, { userId: other.userId });
    expect(await refusal(house.service.acceptInvitation(other, { token }))).toMatchObject({ code: "invitation_invalid", details: { reason: "used" } });
  });

  it("bring nobody back whose acceptance a crash cut off and who was removed since", async () => {
    let died = true;
    for (let survives = 0; died; survives++) {
      const database = createMemoryDatabase();
      const whole = new House({ database });
      const owner = await whole.founder();
      const other = await whole.founder();
      const { token } = await whole.service.createInvitation(owner, { role: "owner", email: null });
      const death = dyingAfter(survives);
      const dying = new House({ database: new WatchedDatabase(database, death.around), config: whole.config, clock: whole.clock });
      await dying.service.acceptInvitation(other, { token }).catch((error: unknown) => {
        if (!(error instanceof ProcessDied)) throw error;
      });
      died = death.died();
      const removed = await outcome(whole.service.removeMember(owner, { userId: other.userId }));
      const again = await outcome(whole.service.acceptInvitation(other, { token }));
      expect([removed, again]).toEqual(removed === "done" ? ["done", "invitation_invalid"] : ["member_not_found", "done"]);
    }
  });

  it("end: unknown, expired, used, taken back, for another address", async () => {
    const owner = await house.founder();
    expect(await reasonOf("x".repeat(43))).toBe("unknown");
    expect(await reasonOf("")).toBe("unknown");
    const bound = await house.service.createInvitation(owner, { role: "member", email: "bob@example.com" });
    expect(await refusal(house.service.admitSignUp(AUTH, { email: "eve@example.com", invitationToken: bound.token }))).toMatchObject({ details: { reason: "other_email" } });
    expect(await outcome(house.service.admitSignUp(AUTH, { email: "BOB@example.com", invitationToken: bound.token }))).toBe("done");
    const stranger = await house.person();
    expect(await outcome(house.service.enrol(AUTH, { userId: stranger.id, invitationToken: bound.token }))).toBe("invitation_invalid");
    await house.service.revokeInvitation(owner, { id: bound.id });
    expect(await reasonOf(bound.token)).toBe("revoked");
    const used = await house.service.createInvitation(owner, { role: "member", email: null });
    await house.service.enrol(AUTH, { userId: stranger.id, invitationToken: used.token });
    expect(await reasonOf(used.token)).toBe("used");
    const late = await house.service.createInvitation(owner, { role: "member", email: null });
    house.clock.time += 168 * HOUR;
    expect(await reasonOf(late.token)).toBe("expired");
    expect((await house.service.listInvitations(owner, { limit: 50 })).items.map(({ status }) => status).sort()).toEqual(["accepted", "expired", "revoked"]);
  });

  it("are worth what their maker may still give", async () => {
    const owner = await house.founder();
    const admin = await house.member(owner, "admin");
    const made = await house.service.createInvitation(admin, { role: "admin", email: null });
    await house.service.changeMemberRole(owner, { userId: admin.userId, role: "member" });
    expect(await reasonOf(made.token)).toBe("revoked");
    // The same when the process died before it took them back.
    await house.database.system("sign-in").repository(invitationEntity).update(made.id, { status: "pending" });
    expect(await reasonOf(made.token)).toBe("inviter");
    await house.service.changeMemberRole(owner, { userId: admin.userId, role: "owner" });
    const second = await house.service.createInvitation(admin, { role: "owner", email: null });
    await house.service.removeMember(owner, { userId: admin.userId });
    expect(await reasonOf(second.token)).toBe("revoked");
  });

  it("stay when their maker gets more", async () => {
    const owner = await house.founder();
    const admin = await house.member(owner, "admin");
    const made = await house.service.createInvitation(admin, { role: "member", email: null });
    await house.service.changeMemberRole(owner, { userId: admin.userId, role: "owner" });
    expect(await house.service.describeInvitation(AUTH, { token: made.token })).toMatchObject({ role: "member" });
  });

  it("are taken back once, and only while they wait", async () => {
    const owner = await house.founder();
    const { id } = await house.service.createInvitation(owner, { role: "member", email: null });
    expect(await house.service.revokeInvitation(owner, { id })).toMatchObject({ status: "revoked" });
    expect(await house.service.revokeInvitation(owner, { id })).toMatchObject({ status: "revoked" });
    const used = await house.service.createInvitation(owner, { role: "member", email: null });
    await house.service.enrol(AUTH, { userId: (await house.person()).id, invitationToken: used.token });
    expect(await refusal(house.service.revokeInvitation(owner, { id: used.id }))).toMatchObject({ code: "invitation_settled", details: { status: "accepted" } });
    expect(await outcome(house.service.revokeInvitation(owner, { id: (await house.service.createInvitation(await house.founder(), { role: "member", email: null })).id }))).toBe("invitation_not_found");
  });

  it("are limited, as organizations and memberships are", async () => {
    const limits = (changes: Partial<TestConfig["value"]["limits"]>) => {
      house.config.value = { ...house.config.value, limits: { membersPerOrganization: 10, pendingInvitationsPerOrganization: 10, organizationsPerUser: 10, ...changes } };
    };
    const owner = await house.founder();
    const other = await house.founder();
    const { token } = await house.service.createInvitation(owner, { role: "member", email: null });
    limits({ pendingInvitationsPerOrganization: 1 });
    expect(await outcome(house.service.createInvitation(owner, { role: "member", email: null }))).toBe("limit_reached");
    limits({ membersPerOrganization: 1 });
    expect(await outcome(house.service.acceptInvitation(other, { token }))).toBe("limit_reached");
    limits({ organizationsPerUser: 1 });
    expect(await outcome(house.service.acceptInvitation(other, { token }))).toBe("limit_reached");
    limits({});
    expect(await outcome(house.service.acceptInvitation(other, { token }))).toBe("done");
  });

  it("are told to others as events, with the write", async () => {
    const database = createMemoryDatabase();
    const told = new House({ database });
    const owner = await told.founder();
    const names = () => database.outbox.items.map(({ message }) => message.name);
    expect(names()).toEqual(["user.organization.created", "user.membership.changed"]);
    const first = await told.service.createInvitation(owner, { role: "member", email: null });
    await told.service.revokeInvitation(owner, { id: first.id });
    await told.member(owner, "owner");
    expect(names().slice(2)).toEqual([
      "user.invitation.created", "user.invitation.revoked", "user.invitation.created", "user.invitation.accepted", "user.membership.changed", "user.membership.changed",
    ]);
  });
});
