import { createMemoryDatabase } from "@coder/db";
import { OrganizationIdSchema, systemCaller, UserIdSchema } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { outcome } from "@coder/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { AUTH, callerOf, House, refusal } from "./__fixtures__/house.ts";

describe("profiles", () => {
  let house: House;
  beforeEach(() => {
    house = new House();
  });

  it("show who somebody is and what they may do where they are", async () => {
    const owner = await house.founder();
    const profile = await house.service.getProfile(owner);
    expect(profile).toMatchObject({ id: owner.userId, name: "Ann", role: "owner", installationAdmin: true });
    expect(profile.permissions).toContain("kernel.settings.update");
    const nowhere = await house.service.getProfile({ ...owner, organizationId: null });
    expect(nowhere).toMatchObject({ role: null });
    expect(nowhere.permissions).not.toContain("user-management.member.read");
  });

  it("change over the version that was read, and tell both versions otherwise", async () => {
    const owner = await house.founder();
    const { version } = await house.service.getProfile(owner);
    const changed = await house.service.updateProfile(owner, { version, name: "Ada", image: "https://example.com/a.png" });
    expect(changed).toMatchObject({ name: "Ada", changes: { name: { from: "Ann", to: "Ada" }, image: { from: null, to: "https://example.com/a.png" } } });
    const stale = await refusal(house.service.updateProfile(owner, { version, name: "Eve" }));
    expect(stale.toJSON()).toMatchObject({ kind: "conflict", code: "version_conflict", details: { sent: version, current: { name: "Ada", version: changed.version } } });
    expect(await house.service.updateProfile(owner, { version: changed.version, name: "Ada" })).toMatchObject({ version: changed.version, changes: {} });
  });

  it("let one of ten parallel changes of one version win", async () => {
    const owner = await house.founder();
    const { version } = await house.service.getProfile(owner);
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_unused, index) => outcome(house.service.updateProfile(owner, { version, name: `Name ${index}` }))));
    expect(outcomes.filter((code) => code === "done")).toHaveLength(1);
    expect(outcomes.filter((code) => code === "version_conflict")).toHaveLength(9);
  });

  it("hold preferences that only their owner sees", async () => {
    const [one, other] = [await house.founder(), await house.founder()];
    expect(await house.service.getPreferences(one)).toEqual({ theme: "system", locale: null, timeZone: null });
    await Promise.all([house.service.updatePreferences(one, { theme: "dark" }), house.service.updatePreferences(one, { timeZone: "Europe/Vienna" })]);
    expect(await house.service.updatePreferences(one, { locale: "de-AT" })).toEqual({ theme: "dark", locale: "de-AT", timeZone: "Europe/Vienna" });
    expect(await house.service.getPreferences(other)).toEqual({ theme: "system", locale: null, timeZone: null });
  });

  it("are a person's: the product itself and deleted people have none", async () => {
    expect(await outcome(house.service.getProfile(systemCaller("test")))).toBe("person_needed");
    const gone = callerOf(newId(UserIdSchema), newId(OrganizationIdSchema));
    expect(await outcome(house.service.getProfile(gone))).toBe("user_not_found");
    expect(await outcome(house.service.updateProfile(gone, { version: "x" }))).toBe("user_not_found");
  });
});

describe("organizations", () => {
  it("are renamed over the version that was read, which changes of owners do not touch", async () => {
    const house = new House();
    const owner = await house.founder();
    const before = await house.service.getOrganization(owner);
    expect(before.name).toBe("Ann's organization");
    const second = await house.member(owner, "member");
    await house.service.changeMemberRole(owner, { userId: second.userId, role: "owner" });
    const renamed = await house.service.renameOrganization(owner, { version: before.version, name: "Works" });
    expect(renamed).toMatchObject({ name: "Works", changes: { name: { from: "Ann's organization", to: "Works" } } });
    const stale = await refusal(house.service.renameOrganization(second, { version: before.version, name: "Other" }));
    expect(stale).toMatchObject({ code: "version_conflict", details: { sent: before.version, current: { name: "Works", version: renamed.version } } });
    expect(await house.service.renameOrganization(owner, { version: renamed.version, name: "Works" })).toMatchObject({ changes: {} });
  });

  it("let one of ten parallel renames of one version win", async () => {
    const house = new House();
    const owner = await house.founder();
    const { version } = await house.service.getOrganization(owner);
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_unused, index) => outcome(house.service.renameOrganization(owner, { version, name: `Name ${index}` }))));
    expect(outcomes.filter((code) => code === "done")).toHaveLength(1);
  });

  it("are listed for whoever belongs to several", async () => {
    const house = new House();
    const [one, other] = [await house.founder(), await house.founder()];
    const { token } = await house.service.createInvitation(other, { role: "auditor", email: null });
    await house.service.acceptInvitation(one, { token });
    const { items } = await house.service.listOrganizations(one);
    expect(items.map(({ organizationId, role, status }) => ({ organizationId, role, status }))).toEqual([
      { organizationId: one.organizationId, role: "owner", status: "active" },
      { organizationId: other.organizationId, role: "auditor", status: "active" },
    ]);
    expect(await house.service.listMemberships(AUTH, { userId: one.userId })).toEqual({ items });
    expect(await house.service.listOrganizations(callerOf(newId(UserIdSchema), one.organizationId))).toEqual({ items: [] });
  });

  it("need one to act in", async () => {
    const house = new House();
    const owner = await house.founder();
    expect(await outcome(house.service.getOrganization({ ...owner, organizationId: null }))).toBe("no_organization");
    expect(await outcome(house.service.getOrganization({ ...owner, organizationId: newId(OrganizationIdSchema) }))).toBe("organization_not_found");
  });
});

describe("members", () => {
  let house: House;
  beforeEach(() => {
    house = new House();
  });

  it("are listed page by page, oldest first, with their names", async () => {
    const owner = await house.founder();
    const others = [];
    for (const role of ["admin", "member", "auditor", "member"] as const) {
      house.clock.time += 1_000;
      others.push(await house.member(owner, role));
    }
    const first = await house.service.listMembers(owner, { limit: 3 });
    expect(first.items.map(({ role }) => role)).toEqual(["owner", "admin", "member"]);
    expect(first.items[0]).toMatchObject({ userId: owner.userId, name: "Ann", status: "active", lastSeenAt: null });
    const second = await house.service.listMembers(owner, { limit: 3, cursor: first.nextCursor ?? "" });
    expect([second.items.map(({ role }) => role), second.nextCursor]).toEqual([["auditor", "member"], null]);
    expect((await house.service.listMembers(owner, { limit: 50, role: "member" })).items).toHaveLength(2);
    await house.service.suspendMember(owner, { userId: others[0]?.userId ?? owner.userId });
    expect((await house.service.listMembers(owner, { limit: 50, status: "suspended" })).items.map(({ role }) => role)).toEqual(["admin"]);
  });

  it("tell what a change changed, for the audit log", async () => {
    const owner = await house.founder();
    const { userId } = await house.member(owner, "member");
    const standing = { organizationId: owner.organizationId, userId };
    expect(await house.service.changeMemberRole(owner, { userId, role: "admin" })).toEqual({ ...standing, role: "admin", status: "active", changes: { role: { from: "member", to: "admin" } } });
    expect(await house.service.changeMemberRole(owner, { userId, role: "admin" })).toMatchObject({ changes: {} });
    expect(await house.service.suspendMember(owner, { userId })).toMatchObject({ status: "suspended", changes: { status: { from: "active", to: "suspended" } } });
    expect(await house.service.reactivateMember(owner, { userId })).toMatchObject({ status: "active", changes: { status: { from: "suspended", to: "active" } } });
    expect(await house.service.removeMember(owner, { userId })).toEqual({ ...standing, role: "admin" });
    expect(await outcome(house.service.removeMember(owner, { userId }))).toBe("member_not_found");
  });

  it("lose all access at once when suspended, and have it back when reactivated", async () => {
    const owner = await house.founder();
    const admin = await house.member(owner, "admin");
    const held = async () => (await house.service.permissionsOf(AUTH, { userId: admin.userId, organizationId: owner.organizationId })).permissions;
    const before = await held();
    await house.service.suspendMember(owner, { userId: admin.userId });
    expect((await held()).sort()).toEqual(["user-management.invitation.accept", "user-management.profile.read", "user-management.profile.update"]);
    expect(await house.service.getProfile(admin)).toMatchObject({ role: null });
    expect(await outcome(house.service.suspendMember(admin, { userId: owner.userId }))).toBe("not_a_member");
    expect(await outcome(house.service.createInvitation(admin, { role: "member", email: null }))).toBe("not_a_member");
    await house.service.reactivateMember(owner, { userId: admin.userId });
    expect(await held()).toEqual(before);
  });

  it("keep a last owner, whatever is tried", async () => {
    const owner = await house.founder();
    const admin = await house.member(owner, "admin");
    const { userId } = owner;
    expect(await outcome(house.service.leaveOrganization(owner))).toBe("last_owner");
    expect(await outcome(house.service.removeMember(owner, { userId }))).toBe("last_owner");
    expect(await outcome(house.service.changeMemberRole(owner, { userId, role: "member" }))).toBe("last_owner");
    expect(await outcome(house.service.suspendMember(owner, { userId }))).toBe("own_membership");
    await house.service.changeMemberRole(owner, { userId: admin.userId, role: "owner" });
    await house.service.suspendMember(admin, { userId });
    expect(await outcome(house.service.leaveOrganization(admin))).toBe("last_owner");
    await house.service.reactivateMember(admin, { userId });
    await house.service.leaveOrganization(admin);
    expect(await house.standings(owner.organizationId)).toMatchObject({ ownerCount: 1, owners: 1, noted: null });
  });

  it("keep owners out of admins' reach, and nobody gives what they do not hold", async () => {
    const owner = await house.founder();
    const second = await house.member(owner, "owner");
    const admin = await house.member(owner, "admin");
    const member = await house.member(owner, "member");
    for (const attempt of [
      house.service.changeMemberRole(admin, { userId: second.userId, role: "member" }),
      house.service.suspendMember(admin, { userId: second.userId }),
      house.service.reactivateMember(admin, { userId: second.userId }),
      house.service.removeMember(admin, { userId: second.userId }),
      house.service.changeMemberRole(admin, { userId: member.userId, role: "owner" }),
      house.service.changeMemberRole(admin, { userId: admin.userId, role: "owner" }),
      house.service.createInvitation(admin, { role: "owner", email: null }),
      house.service.revokeMemberSessions(admin, { userId: second.userId }),
    ]) expect(await outcome(attempt)).toBe("owner_protected");
    expect(await outcome(house.service.changeMemberRole(admin, { userId: member.userId, role: "admin" }))).toBe("done");
    // The kernel asks before; these are the same answers for whoever gets past it.
    const auditor = await house.member(owner, "auditor");
    expect(await refusal(house.service.changeMemberRole(auditor, { userId: member.userId, role: "member" }))).toMatchObject({ code: "permission_missing", details: { permission: "user-management.member.update" } });
    expect(await refusal(house.service.createInvitation(auditor, { role: "auditor", email: null }))).toMatchObject({ code: "permission_missing" });
  });

  it("are not found in another organization", async () => {
    const [one, other] = [await house.founder(), await house.founder()];
    const { userId } = await house.member(other, "member");
    const invitation = await house.service.createInvitation(other, { role: "member", email: null });
    for (const attempt of [
      house.service.changeMemberRole(one, { userId, role: "admin" }),
      house.service.suspendMember(one, { userId }),
      house.service.reactivateMember(one, { userId }),
      house.service.removeMember(one, { userId }),
      house.service.listMemberSessions(one, { userId }),
      house.service.revokeMemberSessions(one, { userId }),
      house.service.explainPermission(one, { userId, permission: "logging.entry.read" }),
      house.service.revokeInvitation(one, { id: invitation.id }),
    ]) expect(await refusal(attempt)).toMatchObject({ kind: "not_found" });
    expect((await house.service.listMembers(one, { limit: 50 })).items).toHaveLength(1);
    expect((await house.service.listInvitations(one, { limit: 50 })).items).toEqual([]);
  });
});

describe("members' sessions", () => {
  const time = "2026-03-01T11:00:00.000Z";

  it("are shown and ended as far as they act in the organization", async () => {
    const sessions: NonNullable<ConstructorParameters<typeof House>[0]>["sessions"] = [];
    const house = new House({ sessions });
    const owner = await house.founder();
    const member = await house.member(owner, "member");
    const [here, elsewhere] = [newId(), newId()];
    sessions.push({ id: here, userId: member.userId, organizationId: owner.organizationId, lastUsedAt: time }, { id: elsewhere, userId: member.userId, organizationId: newId(), lastUsedAt: time });
    expect((await house.service.listMembers(owner, { limit: 50 })).items.find(({ userId }) => userId === member.userId)).toMatchObject({ lastSeenAt: time });
    expect(await house.service.listMemberSessions(owner, { userId: member.userId })).toMatchObject({ items: [{ id: here, device: "Firefox on Linux" }] });
    expect(await house.service.revokeMemberSessions(owner, { userId: member.userId })).toEqual({ userId: member.userId, revoked: 1 });
    expect(sessions.map(({ id }) => id)).toEqual([elsewhere]);
  });

  it("are unknown, and the list of members still there, while auth is away", async () => {
    const house = new House({ authFault: () => new Error("connect ECONNREFUSED") });
    const owner = await house.founder();
    expect((await house.service.listMembers(owner, { limit: 50 })).items).toMatchObject([{ lastSeenAt: null }]);
    await expect(house.service.listMemberSessions(owner, { userId: owner.userId })).rejects.toThrow("ECONNREFUSED");
  });
});

describe("permissions", () => {
  it("are explained: the rule, what somebody has, and who could grant it", async () => {
    const house = new House();
    const owner = await house.founder();
    const admin = await house.member(owner, "admin");
    const member = await house.member(owner, "member");
    const explain = (permission: string, userId = member.userId) => house.service.explainPermission(owner, { permission, userId });
    const denied = await explain("logging.entry.read");
    expect(denied).toMatchObject({ allowed: false, reason: "The role member does not include it.", has: { role: "member", installationAdmin: false }, grantedBy: { roles: ["owner", "admin", "auditor"] } });
    expect(denied.whoCanGrant.map(({ userId, role }) => ({ userId, role }))).toEqual([{ userId: owner.userId, role: "owner" }, { userId: admin.userId, role: "admin" }]);
    // The named grant flips the answer.
    await house.service.changeMemberRole({ ...owner, userId: denied.whoCanGrant[1]?.userId ?? owner.userId }, { userId: member.userId, role: "auditor" });
    expect(await explain("logging.entry.read")).toMatchObject({ allowed: true, reason: "The role auditor includes it.", whoCanGrant: [] });
    expect((await explain("billing.account.close")).whoCanGrant.map(({ role }) => role)).toEqual(["owner"]);
    expect(await explain("kernel.settings.update")).toMatchObject({ allowed: false, reason: "Only people who run this installation may do this.", whoCanGrant: [] });
    expect(await explain("kernel.settings.update", owner.userId)).toMatchObject({ allowed: true, reason: "They run this installation." });
    expect(await explain("user-management.profile.read")).toMatchObject({ allowed: true, grantedBy: { self: true } });
    await house.service.suspendMember(owner, { userId: member.userId });
    expect(await explain("logging.entry.read")).toMatchObject({ allowed: false, reason: "The membership is suspended." });
    expect(await outcome(explain("no.such.permission"))).toBe("permission_unknown");
    expect(await outcome(explain("constructor"))).toBe("permission_unknown");
    expect(await house.service.explainPermission(owner, { permission: "billing.account.close" })).toMatchObject({ allowed: true, has: { role: "owner" } });
  });

  it("are listed by role", async () => {
    const { roles, permissions } = await new House().service.listRoles();
    expect(roles.map(({ role }) => role)).toEqual(["owner", "admin", "member", "auditor"]);
    expect(roles.find(({ role }) => role === "auditor")?.permissions).toContain("logging.entry.read");
    expect(permissions.find(({ id }) => id === "kernel.settings.update")).toMatchObject({ installation: true, self: false });
  });
});

describe("what auth keeps here", () => {
  it("is made, found, changed and deleted", async () => {
    const house = new House();
    const user = await house.service.createUser(AUTH, { name: "Ann", email: "Ann@Example.com", emailVerified: false, image: null });
    expect(await house.service.findUser(AUTH, { email: "ann@example.COM" })).toEqual({ user });
    expect(await house.service.findUser(AUTH, { id: user.id })).toEqual({ user });
    expect(await outcome(house.service.createUser(AUTH, { name: "Eve", email: "aNN@example.com", emailVerified: false, image: null }))).toBe("already_exists");
    const { user: changed } = await house.service.updateUser(AUTH, { id: user.id, changes: { email: "ada@example.com", emailVerified: true } });
    expect(changed).toMatchObject({ email: "ada@example.com", emailVerified: true, name: "Ann" });
    expect(await house.service.findUser(AUTH, { email: "ann@example.com" })).toEqual({ user: null });
    expect(await outcome(house.service.updateUser(AUTH, { id: user.id, changes: { name: "Eve" }, version: user.version }))).toBe("version_conflict");
    expect(await house.service.updateUser(AUTH, { id: newId(UserIdSchema), changes: {} })).toEqual({ user: null });
    const deleted = await Promise.all(Array.from({ length: 5 }, () => house.service.deleteUser(AUTH, { id: user.id })));
    expect(deleted.filter(({ user: gone }) => gone !== null)).toHaveLength(1);
    expect(await house.service.deleteUser(AUTH, { id: user.id })).toEqual({ user: null });
  });

  it("tells others of a change, with the write and without the values", async () => {
    const database = createMemoryDatabase();
    const house = new House({ database });
    const user = await house.person();
    await house.service.updateUser(AUTH, { id: user.id, changes: { name: "Ada", emailVerified: false } });
    await house.service.updateUser(AUTH, { id: user.id, changes: { updatedAt: house.clock.now().toISOString() } });
    expect(database.outbox.items.map(({ message }) => message)).toEqual([{ kind: "event", name: "user.profile.updated", payload: { userId: user.id, fields: ["name"] } }]);
  });

  it("does not lose a member", async () => {
    const house = new House();
    const owner = await house.founder();
    expect(await outcome(house.service.deleteUser(AUTH, { id: owner.userId }))).toBe("still_member");
  });
});
