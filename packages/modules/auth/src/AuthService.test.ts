import { ANONYMOUS, OrganizationIdSchema, SessionIdSchema, systemCaller, UserIdSchema } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { outcome } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { House, OTHER_PASSWORD, outcomes, PASSWORD } from "./__fixtures__/house.ts";
import { accountEntity, sessionEntity } from "./entities.ts";

async function signedIn(house = new House()) {
  const session = await house.signUp();
  const caller = await house.callerOf(session.token);
  if (!caller) throw new Error("The session does not open anything");
  return { house, session, caller, me: house.as(caller) };
}

describe("signing in and out", () => {
  it("signs the new account in, and says who that is in one call", async () => {
    const { session, caller, me } = await signedIn();
    const current = await me.currentSession({});
    expect(current).toMatchObject({
      sessionId: session.sessionId,
      user: { id: session.userId, email: "ada@example.com", name: "Ada Lovelace" },
      organization: { id: caller.organizationId, role: "owner" },
      installationAdmin: true,
    });
    expect(current.organizations).toHaveLength(1);
    expect(current.permissions).toContain("as.owner");
  });

  it("gives a new token at each sign-in and keeps only its hash", async () => {
    const { house, session } = await signedIn();
    const second = await house.signIn();
    expect(second.token).not.toBe(session.token);
    expect(second.token).toMatch(/^[A-Za-z0-9]{32}$/);
    const stored = JSON.stringify(await house.database.system("sign-in").repository(sessionEntity).query({}));
    expect(stored).not.toContain(session.token);
    expect(stored).not.toContain(second.token);
    expect(stored).not.toContain(PASSWORD);
  });

  it("answers with a cookie unless the client asks for the token", async () => {
    const { house } = await signedIn();
    const answer = await house.anybody.signIn({ email: "ada@example.com", password: PASSWORD });
    expect(answer.token).toBeNull();
    expect(house.cookies).toHaveLength(1);
    expect(await house.callerOf(house.cookies[0] ?? null)).toMatchObject({ sessionId: answer.sessionId });
    const withToken = await house.signIn();
    expect(house.cookies).toHaveLength(1);
    expect(withToken.token).not.toBeNull();
  });

  it("ends the session at sign-out, in every process, and clears the cookie", async () => {
    const { house, session, me } = await signedIn();
    const elsewhere = new House({ database: house.database, users: house.users });
    expect(await elsewhere.callerOf(session.token)).not.toBeNull();
    await me.signOut({});
    expect(house.cookies.at(-1)).toBeNull();
    expect(await house.callerOf(session.token)).toBeNull();
    expect(await elsewhere.callerOf(session.token)).toBeNull();
    expect(await outcome(me.currentSession({}))).toBe("session_ended");
    await me.signOut({});
    expect(house.events.filter((name) => name === "auth.session.revoked")).toHaveLength(1);
  });

  it("does not find the address whatever its case, twice", async () => {
    const { house } = await signedIn();
    expect(await outcome(house.signIn("ADA@Example.com"))).toBe("done");
    house.users.signUpIs = "open";
    expect(await outcome(house.signUp("Ada@EXAMPLE.com"))).toBe("email_taken");
  });

  it("replaces the session a browser had when it signs in again", async () => {
    const { house, session, me } = await signedIn();
    const again = await me.signIn({ email: "ada@example.com", password: PASSWORD, delivery: "token" });
    expect(await house.callerOf(session.token)).toBeNull();
    expect(await house.callerOf(again.token)).not.toBeNull();
  });

  it("refuses forged tokens without asking the store", async () => {
    const { house, session } = await signedIn();
    const before = house.database.systemWork.uses.get("sign-in") ?? 0;
    const forged = ["", "x", "undefined", `${session.token}x`, "é".repeat(32), "\0".repeat(32), "../".repeat(11), "a".repeat(100_000)];
    for (const token of forged) expect(await house.callerOf(token)).toBeNull();
    expect(house.database.systemWork.uses.get("sign-in")).toBe(before);
    expect(await house.callerOf("A".repeat(32))).toBeNull();
    const [row] = (await house.database.system("sign-in").repository(sessionEntity).query({})).items;
    expect(await house.callerOf(row?.tokenHash ?? "")).toBeNull();
  });

  it("emits what happened together with what was stored", async () => {
    const { house } = await signedIn();
    expect(house.events).toEqual(["user.account.registered", "auth.session.created"]);
    const [registered, created] = house.database.outbox.items;
    expect(registered?.message.payload).toMatchObject({ userId: [...house.users.users.keys()][0] });
    expect(created?.message.payload).toMatchObject({ organizationId: expect.any(String) });
  });
});

describe("one's own sessions", () => {
  it("lists them, last used first, and says which one this is", async () => {
    const { house, session, me } = await signedIn();
    house.pass(10_000);
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const second = await house.as(ANONYMOUS, { address: "2001:db8::1", userAgent: `${firefox}\0\u0007` }).signIn({ email: "ada@example.com", password: PASSWORD, delivery: "token" });
    const { items, nextCursor } = await me.listSessions({});
    expect(nextCursor).toBeNull();
    expect(items.map(({ id, current }) => [id, current])).toEqual([[second.sessionId, false], [session.sessionId, true]]);
    expect(items[0]).toMatchObject({ device: "Firefox on Linux", userAgent: firefox, address: "2001:db8::1" });
    const page = await me.listSessions({ limit: 1 });
    expect(page.items.map(({ id }) => id)).toEqual([second.sessionId]);
    expect((await me.listSessions({ limit: 1, cursor: page.nextCursor ?? "" })).items.map(({ id }) => id)).toEqual([session.sessionId]);
  });

  it("ends one, or all others, with effect on the next request", async () => {
    const { house, session, me } = await signedIn();
    const others = [await house.signIn(), await house.signIn(), await house.signIn()];
    const [first] = others;
    expect(await me.revokeSession({ id: first?.sessionId ?? "" })).toEqual({ revoked: 1 });
    expect(await house.callerOf(first?.token ?? null)).toBeNull();
    expect(await outcome(me.revokeSession({ id: first?.sessionId ?? "" }))).toBe("session_not_found");
    expect(await me.revokeOtherSessions({})).toEqual({ revoked: 2 });
    for (const { token } of others) expect(await house.callerOf(token)).toBeNull();
    expect(await house.callerOf(session.token)).not.toBeNull();
  });

  it("cannot see or end somebody else's", async () => {
    const { house, session } = await signedIn();
    house.users.signUpIs = "open";
    const other = await house.signUp("eve@example.com", OTHER_PASSWORD);
    const eve = house.as((await house.callerOf(other.token)) ?? ANONYMOUS);
    expect((await eve.listSessions({})).items.map(({ id }) => id)).toEqual([other.sessionId]);
    expect(await outcome(eve.revokeSession({ id: session.sessionId }))).toBe("session_not_found");
    expect(await eve.revokeOtherSessions({})).toEqual({ revoked: 0 });
    expect(await house.callerOf(session.token)).not.toBeNull();
  });

  it("is ended once by a hundred calls at the same time", async () => {
    const { house, session, me } = await signedIn();
    const other = await house.signIn();
    expect(await outcomes(Array.from({ length: 100 }, () => me.revokeSession({ id: other.sessionId })))).toEqual({ done: 1, session_not_found: 99 });
    expect(house.events.filter((name) => name === "auth.session.revoked")).toHaveLength(1);
    expect(await house.callerOf(session.token)).not.toBeNull();
  });

  it("says no to callers that are no person", async () => {
    const house = new House();
    const machine = house.as(systemCaller("test"));
    expect(await outcomes([machine.signOut({}), machine.currentSession({}), machine.listSessions({}), machine.revokeOtherSessions({}), machine.switchOrganization({ organizationId: newId() })])).toEqual({ person_needed: 5 });
  });
});

describe("the organization a session acts in", () => {
  it("is switched among one's own, kept for the next sign-in, and refused elsewhere", async () => {
    const { house, caller, session, me } = await signedIn();
    const second = house.users.join(caller.userId, "member");
    expect(await me.switchOrganization({ organizationId: second })).toEqual({ organizationId: second });
    expect(await house.callerOf(session.token)).toMatchObject({ organizationId: second });
    expect((await me.currentSession({})).organization).toMatchObject({ id: second, role: "member" });
    expect((await house.signIn()).organizationId).toBe(second);
    expect(await outcome(me.switchOrganization({ organizationId: newId() }))).toBe("organization_not_found");
    expect(await house.callerOf(session.token)).toMatchObject({ organizationId: second });
  });

  it("is not one where the person is suspended", async () => {
    const { house, caller, me } = await signedIn();
    const second = house.users.join(caller.userId, "member");
    const memberships = house.users.memberships.get(caller.userId) ?? [];
    house.users.memberships.set(caller.userId, memberships.map((item) => (item.organizationId === second ? { ...item, status: "suspended" } : item)));
    expect(await outcome(me.switchOrganization({ organizationId: second }))).toBe("organization_not_found");
    expect((await me.currentSession({})).organizations).toHaveLength(1);
  });

  it("is taken off every session of somebody who left, once per event, and no other's", async () => {
    const { house, caller, session } = await signedIn();
    const organizationId = OrganizationIdSchema.parse(caller.organizationId);
    const second = await house.signIn();
    expect(await house.parts.sessions.leaveOrganization(caller.userId, organizationId, "event-1")).toBe(2);
    for (const { token } of [session, second]) expect(await house.callerOf(token)).toMatchObject({ organizationId: null });
    expect((await house.as(caller).currentSession({})).organization).toBeNull();
    await house.as(caller).switchOrganization({ organizationId });
    expect(await house.parts.sessions.leaveOrganization(caller.userId, organizationId, "event-1")).toBe(0);
    expect(await house.callerOf(session.token)).toMatchObject({ organizationId });
  });

  it("cannot be switched after the session ended", async () => {
    const { caller, me } = await signedIn();
    await me.signOut({});
    expect(await outcome(me.switchOrganization({ organizationId: caller.organizationId ?? "" }))).toBe("session_ended");
  });
});

describe("what other modules ask", () => {
  it("lists and ends somebody's sessions, one or all", async () => {
    const { house, session } = await signedIn();
    const others = [await house.signIn(), await house.signIn()];
    const module = house.asModule;
    expect((await module.listSessionsOf({ userId: session.userId })).items).toHaveLength(3);
    expect(await module.revokeSessionsOf({ userId: session.userId, sessionId: others[0]?.sessionId ?? "" })).toEqual({ revoked: 1 });
    expect(await module.revokeSessionsOf({ userId: session.userId, sessionId: others[0]?.sessionId ?? "" })).toEqual({ revoked: 0 });
    expect(await module.revokeSessionsOf({ userId: newId(), sessionId: others[1]?.sessionId ?? "" })).toEqual({ revoked: 0 });
    expect(await module.revokeSessionsOf({ userId: session.userId })).toEqual({ revoked: 2 });
    expect((await module.listSessionsOf({ userId: session.userId })).items).toEqual([]);
  });

  it("says when members were last seen in an organization", async () => {
    const { house, session } = await signedIn();
    house.pass(5_000);
    await house.signIn();
    const seen = await house.asModule.lastSeenOf({ organizationId: session.organizationId ?? "", userIds: [session.userId, newId()] });
    expect(seen.items).toEqual([{ userId: session.userId, lastUsedAt: new Date(house.now).toISOString() }]);
    expect((await house.asModule.lastSeenOf({ organizationId: newId(), userIds: [session.userId] })).items).toEqual([]);
  });

  it("is closed to the edge", async () => {
    const { house, me, session } = await signedIn();
    const { userId } = session;
    const asked = [
      me.resolveSession({ token: "x" }), me.listSessionsOf({ userId }), me.revokeSessionsOf({ userId }), me.resetPassword({ email: "ada@example.com" }),
      me.lastSeenOf({ organizationId: newId(), userIds: [] }), house.anybody.resetPassword({ email: "ada@example.com" }),
    ];
    expect(await outcomes(asked)).toEqual({ no_such_operation: asked.length });
  });
});

describe("permissions", () => {
  it("are asked for everything that is not open, and nothing happens without", async () => {
    const { house, caller, session } = await signedIn();
    const id = SessionIdSchema.parse(newId());
    const calls = (client: typeof house.anybody) => [
      client.signOut({}), client.currentSession({}), client.listSessions({}), client.revokeSession({ id }), client.revokeOtherSessions({}),
      client.changePassword({ currentPassword: PASSWORD, newPassword: OTHER_PASSWORD }), client.switchOrganization({ organizationId: newId() }),
    ];
    expect(await outcomes(calls(house.anybody))).toEqual({ not_signed_in: 7 });
    expect(await outcomes(calls(house.as(caller, { allowed: false })))).toEqual({ permission_missing: 7 });
    expect(await house.callerOf(session.token)).not.toBeNull();
    expect(await outcome(house.signIn())).toBe("done");
  });
});

describe("the audit log", () => {
  it("names who signed in and where, and never holds a password or a token", async () => {
    const { house, session, me } = await signedIn();
    await outcome(house.signIn("ada@example.com", "this is a wrong password"));
    await outcome(house.anybody.signIn({ email: "a password in the wrong field", password: PASSWORD }));
    await me.changePassword({ currentPassword: PASSWORD, newPassword: OTHER_PASSWORD });
    await me.switchOrganization({ organizationId: session.organizationId ?? "" });
    await me.revokeSession({ id: session.sessionId });
    await house.asModule.resetPassword({ email: "ada@example.com" });
    await outcome(house.asModule.resetPassword({ email: "nobody@example.com" }));

    expect(house.audited.map(({ action, result }) => [action, result?.outcome])).toEqual([
      ["signUp", "success"], ["signIn", "denied"], ["signIn", "failure"], ["changePassword", "success"], ["switchOrganization", "success"],
      ["revokeSession", "success"], ["resetPassword", "success"], ["resetPassword", "failure"],
    ]);
    const [signUp, wrong, misplaced, , switched, , reset, unknown] = house.audited.map(({ result }) => result);
    expect(signUp).toMatchObject({ actorUserId: session.userId, organizationId: session.organizationId, target: { type: "session", id: session.sessionId } });
    expect(wrong).toMatchObject({ errorCode: "invalid_credentials", target: { type: "email", id: "ada@example.com" } });
    expect(misplaced?.target).toBeUndefined();
    expect(switched).toMatchObject({ organizationId: session.organizationId });
    expect(reset).toMatchObject({ target: { type: "user", id: session.userId }, details: { revoked: 0 } });
    expect(unknown).toMatchObject({ errorCode: "user_not_found", target: { type: "email", id: "nobody@example.com" } });
    const written = JSON.stringify(house.audited);
    for (const secret of [PASSWORD, OTHER_PASSWORD, session.token ?? "", "this is a wrong password", "a password in the wrong field"]) expect(written).not.toContain(secret);
  });
});

describe("the way into better-auth", () => {
  it("keeps an account's password hash out of reach of the caller's own scope", async () => {
    const { house, caller } = await signedIn();
    expect(() => house.database.for(caller).repository(accountEntity).query({})).toThrow();
    const sessions = house.database.for({ ...caller, userId: UserIdSchema.parse(newId()) }).repository(sessionEntity);
    expect((await sessions.query({})).items).toEqual([]);
  });
});
