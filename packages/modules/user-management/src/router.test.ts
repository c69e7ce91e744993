import { membershipChangedEvent, type Roles } from "@coder/api/user-management";
import { userManagementRef, userManagementRouter } from "@coder/api/user-management/router";
import { createMemoryDatabase } from "@coder/db";
import { ANONYMOUS, ORGANIZATION_ROLES, systemCaller, type Caller, type UserCaller } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { createCallerFactory, createServiceClient, type RequestContext } from "@coder/shared/trpc";
import { somebody, testContext, type AuditedCall } from "@coder/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { AUTH, House } from "./__fixtures__/house.ts";
import { PermissionPort } from "./PermissionPort.ts";

/** The router with the real permission port, called at the edge. */
class Edge {
  readonly house: House;
  readonly audited: AuditedCall[] = [];
  readonly #permissions: PermissionPort;

  constructor(house: House) {
    this.house = house;
    const internal = (procedure: string, input: unknown) => this.call(systemCaller("kernel"), procedure, input, "service");
    this.#permissions = new PermissionPort({
      users: createServiceClient<typeof userManagementRouter>({ module: "user-management" }, { call: ({ procedure, input }) => internal(procedure, input) }),
      caller: systemCaller("kernel"),
    });
  }

  /** Untyped on purpose: what arrives at the edge is. */
  call(caller: Caller, procedure: string, input: unknown, via: RequestContext["via"] = "edge"): Promise<unknown> {
    const target: unknown = Reflect.get(createCallerFactory(userManagementRouter)(this.#context(caller, via)), procedure);
    if (typeof target !== "function") throw new Error(`There is no ${procedure}`);
    return target(input);
  }

  /** What a client would see: a status-like word, or the error's code. */
  async outcome(caller: Caller, procedure: string, input: unknown): Promise<string> {
    try {
      await this.call(caller, procedure, input);
      return "allowed";
    } catch (error) {
      if (error instanceof Error && "cause" in error && error.cause instanceof Error && "code" in error.cause) return String(error.cause.code);
      throw error;
    }
  }

  #context(caller: Caller, via: RequestContext["via"]): RequestContext {
    return testContext({ ref: userManagementRef, service: this.house.service, caller, via, audited: this.audited, permissions: this.#permissions });
  }
}

const MetaSchema = z.object({ permission: z.string().optional(), audience: z.string().optional() });
const META = new Map(Object.entries(userManagementRouter._def.procedures).map(([name, procedure]) => [name, MetaSchema.parse(procedure._def.meta)]));

/** An input for each procedure that gets past its schema. `member` is somebody of the same organization. */
function inputs(member: UserCaller, version: string): Record<string, unknown> {
  const userId = member.userId;
  const token = "x".repeat(43);
  return {
    installation: {}, getProfile: {}, updateProfile: { version, name: "Ann" }, getPreferences: {}, updatePreferences: { theme: "dark" }, listOrganizations: {}, listInstallationOrganizations: {}, getOrganization: {},
    renameOrganization: { version, name: "Works" }, leaveOrganization: {}, listMembers: {}, changeMemberRole: { userId, role: "member" }, suspendMember: { userId },
    reactivateMember: { userId }, removeMember: { userId }, listMemberSessions: { userId }, revokeMemberSessions: { userId }, listInvitations: {},
    createInvitation: { role: "auditor" }, revokeInvitation: { id: newId() }, describeInvitation: { token }, acceptInvitation: { token }, listRoles: {},
    explainPermission: { permission: "user-management.member.read" }, admitSignUp: { email: "a@example.com" }, enrol: { userId }, createUser: { name: "A", email: "a@example.com" },
    findUser: { id: userId }, queryUsers: {}, countUsers: {}, updateUser: { id: userId, changes: {} }, deleteUser: { id: userId }, listMemberships: { userId },
    permissionsOf: { userId, organizationId: member.organizationId },
  };
}

describe("the permission matrix", () => {
  const names = Object.keys(userManagementRouter._def.procedures);
  /** Written out: a change of who may do what is a change of this table. */
  const ALLOWED: Record<string, readonly string[]> = {
    everybody: ["installation", "describeInvitation"],
    "signed in": ["getProfile", "updateProfile", "getPreferences", "updatePreferences", "listOrganizations", "acceptInvitation"],
    member: ["getOrganization", "leaveOrganization", "listMembers", "listRoles", "explainPermission"],
    auditor: ["getOrganization", "leaveOrganization", "listMembers", "listRoles", "explainPermission", "listInvitations"],
    admin: [
      "getOrganization", "leaveOrganization", "listMembers", "listRoles", "explainPermission", "listInvitations", "renameOrganization", "changeMemberRole", "suspendMember",
      "reactivateMember", "removeMember", "listMemberSessions", "revokeMemberSessions", "createInvitation", "revokeInvitation",
    ],
  };
  const isInternal = (procedure: string) => META.get(procedure)?.audience === "internal";

  it("has a line for every procedure", () => {
    expect(Object.keys(inputs(somebody(), "")).sort()).toEqual([...names].sort());
  });

  it.each(names)("holds for %s", async (procedure) => {
    const who = ["nobody", "without organization", "of another organization", "suspended", ...ORGANIZATION_ROLES] as const;
    for (const kind of who) {
      const edge = new Edge(new House());
      const owner = await edge.house.founder();
      const target = await edge.house.member(owner, "member");
      const caller = await (async (): Promise<Caller> => {
        if (kind === "nobody") return ANONYMOUS;
        if (kind === "owner") return edge.house.member(owner, "owner");
        if (kind === "without organization") return { ...(await edge.house.founder()), organizationId: null };
        if (kind === "of another organization") return { ...(await edge.house.founder()), organizationId: owner.organizationId };
        const member = await edge.house.member(owner, kind === "suspended" ? "admin" : kind);
        if (kind === "suspended") await edge.house.service.suspendMember(owner, { userId: member.userId });
        return member;
      })();
      const seen = await edge.outcome(caller, procedure, inputs(target, "stale")[procedure]);
      const roles = kind === "owner" ? ALLOWED["admin"] : (ALLOWED[kind] ?? []);
      const allowed = ALLOWED["everybody"]?.includes(procedure) || (kind !== "nobody" && ALLOWED["signed in"]?.includes(procedure)) || roles?.includes(procedure);
      const refused = isInternal(procedure) ? "no_such_operation" : kind === "nobody" ? "not_signed_in" : "permission_missing";
      if (allowed) expect([kind, ["permission_missing", "not_signed_in"].includes(seen)]).toEqual([kind, false]);
      else expect([kind, seen]).toEqual([kind, refused]);
    }
  });

  it("lets people who run the installation see which organizations there are, and nobody else", async () => {
    const edge = new Edge(new House());
    const [first, second] = [await edge.house.founder(), await edge.house.founder()];
    await edge.house.member(second, "member");
    const list = (caller: UserCaller, input: object) => edge.call(caller, "listInstallationOrganizations", input);
    expect(await edge.outcome(second, "listInstallationOrganizations", {})).toBe("permission_missing");
    const page = { id: first.organizationId, name: expect.any(String), createdAt: expect.any(String), members: 1 };
    expect(await list(first, {})).toEqual({ items: [page, { ...page, id: second.organizationId, members: 2 }], nextCursor: null });
    expect(await list(first, { limit: 1 })).toEqual({ items: [page], nextCursor: expect.any(String) });
  });

  it("lists the same in the catalogue that people see", async () => {
    const { roles }: Roles = await new House().service.listRoles();
    for (const { role, permissions } of roles) {
      const allowed = names.filter((procedure) => permissions.includes(META.get(procedure)?.permission ?? ""));
      expect(allowed.sort()).toEqual([...(ALLOWED[role === "owner" ? "admin" : role] ?? [])].sort());
    }
  });
});

describe("the audit log", () => {
  let edge: Edge;
  beforeEach(() => {
    edge = new Edge(new House({ database: createMemoryDatabase() }));
  });

  it("tells who was changed, from what to what", async () => {
    const owner = await edge.house.founder();
    const member = await edge.house.member(owner, "member");
    const target = { type: "member", id: member.userId };
    await edge.call(owner, "changeMemberRole", { userId: member.userId, role: "admin" });
    await edge.outcome(member, "changeMemberRole", { userId: owner.userId, role: "member" });
    await edge.call(owner, "suspendMember", { userId: member.userId });
    await edge.call(owner, "reactivateMember", { userId: member.userId });
    await edge.call(owner, "revokeMemberSessions", { userId: member.userId });
    await edge.call(owner, "listMemberSessions", { userId: member.userId });
    await edge.call(owner, "removeMember", { userId: member.userId });
    await edge.outcome(owner, "leaveOrganization", {});
    expect(edge.audited).toEqual([
      { action: "changeMemberRole", outcome: "success", target, details: { changes: { role: { from: "member", to: "admin" } } } },
      { action: "changeMemberRole", outcome: "denied", errorCode: "owner_protected", target: { type: "member", id: owner.userId } },
      { action: "suspendMember", outcome: "success", target, details: { changes: { status: { from: "active", to: "suspended" } } } },
      { action: "reactivateMember", outcome: "success", target, details: { changes: { status: { from: "suspended", to: "active" } } } },
      { action: "revokeMemberSessions", outcome: "success", target, details: { revoked: 0 } },
      { action: "listMemberSessions", outcome: "success", target },
      { action: "removeMember", outcome: "success", target, details: { role: "admin" } },
      { action: "leaveOrganization", outcome: "failure", errorCode: "last_owner" },
    ]);
  });

  it("tells of invitations without their tokens, into the log of the organization that was joined", async () => {
    const owner = await edge.house.founder();
    const other = await edge.house.founder();
    const created = await edge.house.service.createInvitation(owner, { role: "member", email: null });
    await edge.call(owner, "createInvitation", { role: "member", email: "bob@example.com" });
    await edge.call(other, "acceptInvitation", { token: created.token });
    await edge.outcome(other, "acceptInvitation", { token: "not a token" });
    expect(edge.audited).toMatchObject([
      { action: "createInvitation", target: { type: "invitation" }, details: { role: "member", email: "bob@example.com" } },
      { action: "acceptInvitation", organizationId: owner.organizationId, target: { type: "member", id: other.userId }, details: { role: "member" } },
      { action: "acceptInvitation", outcome: "failure", errorCode: "invalid_input" },
    ]);
    expect(JSON.stringify(edge.audited)).not.toContain(created.token);
  });

  it("tells of changed names and preferences", async () => {
    const owner = await edge.house.founder();
    const { version } = await edge.house.service.getProfile(owner);
    await edge.call(owner, "updateProfile", { version, name: "Ada" });
    const organization = await edge.house.service.getOrganization(owner);
    await edge.call(owner, "renameOrganization", { version: organization.version, name: "Works" });
    await edge.call(owner, "updatePreferences", { theme: "dark" });
    expect(edge.audited).toEqual([
      { action: "updateProfile", outcome: "success", target: { type: "user", id: owner.userId }, details: { changes: { name: { from: "Ann", to: "Ada" } } } },
      { action: "renameOrganization", outcome: "success", target: { type: "organization", id: owner.organizationId }, details: { changes: { name: { from: "Ann's organization", to: "Works" } } } },
      { action: "updatePreferences", outcome: "success", details: { theme: "dark", locale: null, timeZone: null } },
    ]);
  });
});

describe("input", () => {
  it.each<[string, string, unknown]>([
    ["a name with NUL", "updateProfile", { name: "a\0b" }],
    ["a name that turns the text round", "updateProfile", { name: "Ann\u202Egpj.exe" }],
    ["a name of 201 characters", "updateProfile", { name: "n".repeat(201) }],
    ["an invisible name", "updateProfile", { name: "\u200D\u0301" }],
    ["half a character", "updateProfile", { name: "\uD800" }],
    ["a picture that runs", "updateProfile", { image: "javascript:alert(1)" }],
    ["a picture that is a page", "updateProfile", { image: "data:text/html;base64,PHNjcmlwdD4=" }],
    ["a picture over plain HTTP", "updateProfile", { image: "http://example.com/a.png" }],
    ["a time zone that is a path", "updatePreferences", { timeZone: "../../etc/passwd" }],
    ["a member who is no id", "removeMember", { userId: "' or 1=1" }],
    ["a role there is not", "changeMemberRole", { userId: newId(), role: "root" }],
    ["an address that is none", "createInvitation", { role: "member", email: "bob" }],
    ["more members than a page holds", "listMembers", { limit: 10_000 }],
    ["nothing at all", "changeMemberRole", undefined],
  ])("with %s is refused", async (_what, procedure, input) => {
    const edge = new Edge(new House());
    const owner = await edge.house.founder();
    const fields = procedure === "updateProfile" && typeof input === "object" ? { version: "x", ...input } : input;
    expect(await edge.outcome(owner, procedure, fields)).toBe("invalid_input");
  });

  it("keeps names as people write them: normalised, and HTML as text", async () => {
    const edge = new Edge(new House());
    const owner = await edge.house.founder();
    for (const [given, kept] of [["  Zoe\u0301   O'Hara ", "Zo\u00e9 O'Hara"], ["<script>alert(1)</script>", "<script>alert(1)</script>"], ["علی‌رضا", "علی‌رضا"], ["👩‍👩‍👧", "👩‍👩‍👧"], ["n".repeat(200), "n".repeat(200)]]) {
      const { version } = await edge.house.service.getProfile(owner);
      expect(await edge.call(owner, "updateProfile", { version, name: given })).toMatchObject({ name: kept });
    }
  });

  it("of a stranger's token says only that it is not known", async () => {
    const edge = new Edge(new House());
    expect(await edge.outcome(ANONYMOUS, "describeInvitation", { token: "A".repeat(43) })).toBe("invitation_invalid");
    expect(await edge.outcome(ANONYMOUS, "describeInvitation", { token: "../x" })).toBe("invalid_input");
  });
});

it("publishes events that fit their definitions", async () => {
  const database = createMemoryDatabase();
  const house = new House({ database });
  const owner = await house.founder();
  await house.member(owner, "member");
  const payloads = database.outbox.items.filter(({ message }) => message.name === membershipChangedEvent.name).map(({ message }) => membershipChangedEvent.schema.safeParse(message.payload).success);
  expect(payloads).toEqual([true, true]);
  expect(await house.service.permissionsOf(AUTH, { userId: owner.userId, organizationId: null })).toMatchObject({ role: null, installationAdmin: true });
});
