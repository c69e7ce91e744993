import { newId } from "@coder/shared/server";
import { setCookieToHeader } from "better-auth/cookies";
import { describe, expect, it, vi } from "vitest";
import { House, OTHER_PASSWORD, PASSWORD } from "../__fixtures__/house.ts";
import { sessionEntity } from "../entities.ts";

const account = { email: "ada@example.com", password: PASSWORD, name: "Ada" };

describe("better-auth inside the module", () => {
  it("runs its own flows on this wiring: people at user-management, passwords by Argon2id, tokens as hashes", async () => {
    // better-auth itself reads the system's clock.
    const house = new House({ startsAt: Date.now() });
    const { api } = house.parts.betterAuth;
    const response = await api.signUpEmail({ body: account, asResponse: true });
    const headers = new Headers();
    setCookieToHeader(headers)({ response });
    const current = await api.getSession({ headers });
    expect(current?.user).toMatchObject({ email: "ada@example.com", id: [...house.users.users.keys()][0] });
    const signedIn = await api.signInEmail({ body: account });
    expect(await house.callerOf(signedIn.token)).toMatchObject({ userId: current?.user.id });
    await expect(api.signInEmail({ body: { ...account, password: OTHER_PASSWORD } })).rejects.toMatchObject({ statusCode: 401 });
    await api.changePassword({ headers, body: { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD, revokeOtherSessions: true } });
    expect(await house.callerOf(signedIn.token)).toBeNull();
    expect((await api.signInEmail({ body: { ...account, password: OTHER_PASSWORD } })).user.id).toBe(current?.user.id);
    expect(house.parts.hasher.done).toBeGreaterThan(4);
  });

  it("has no table for what this module does not know", async () => {
    const { adapter } = await new House().parts.betterAuth.$context;
    await expect(adapter.findMany({ model: "passkey" })).rejects.toThrow();
  });

  it("starts a session the same way when a plugin does it: hashed, told, and in an organization", async () => {
    const house = new House();
    const { userId, organizationId } = await house.signUp();
    const { internalAdapter } = await house.parts.betterAuth.$context;
    const started = await internalAdapter.createSession(userId);
    expect(started).toMatchObject({ userId, organizationId, token: expect.stringMatching(/^[A-Za-z0-9]{32}$/) });
    expect(await house.callerOf(started.token)).toMatchObject({ sessionId: started.id, organizationId });
    expect(house.events.filter((name) => name === "auth.session.created")).toHaveLength(2);
    expect((await internalAdapter.findSession(started.token))?.user.email).toBe("ada@example.com");
    await internalAdapter.deleteSession(started.token);
    expect(await house.callerOf(started.token)).toBeNull();
    expect(house.events.at(-1)).toBe("auth.session.revoked");
  });

  it("gives a single-use value to one of a hundred", async () => {
    const house = new House();
    const { internalAdapter } = await house.parts.betterAuth.$context;
    await internalAdapter.createVerificationValue({ identifier: "reset-password:abc", value: newId(), expiresAt: new Date(Date.now() + 60_000) });
    const taken = await Promise.all(Array.from({ length: 100 }, () => internalAdapter.consumeVerificationValue("reset-password:abc")));
    expect(taken.filter((value) => value !== null)).toHaveLength(1);
  });

  it("says what it has to say to our log only, quietly", async () => {
    const house = new House();
    const written = [vi.spyOn(console, "warn"), vi.spyOn(console, "log"), vi.spyOn(console, "error")];
    await house.signUp();
    await house.parts.betterAuth.api.signInEmail({ body: { email: "ada@example.com", password: "not the password" } }).catch(() => null);
    for (const spy of written) expect(spy).not.toHaveBeenCalled();
    expect(house.logs.some(({ level, message }) => level === "debug" && message.startsWith("better-auth: "))).toBe(true);
    expect(house.logs.some(({ message }) => message.includes(PASSWORD))).toBe(false);
    const { items } = await house.database.system("sign-in").repository(sessionEntity).query({});
    expect(items).toHaveLength(1);
  });
});
