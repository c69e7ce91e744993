import { outcome } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { House, OTHER_PASSWORD, outcomes, PASSWORD } from "../__fixtures__/house.ts";
import { accountEntity } from "../entities.ts";

async function signedIn() {
  const house = new House();
  const session = await house.signUp();
  const caller = await house.callerOf(session.token);
  if (!caller) throw new Error("Not signed in");
  return { house, session, me: house.as(caller) };
}

const change = { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD };

describe("changing one's password", () => {
  it("needs the present one, ends the other sessions, and says so", async () => {
    const { house, session, me } = await signedIn();
    const others = [await house.signIn(), await house.signIn()];
    expect(await outcome(me.changePassword({ ...change, currentPassword: "not my password" }))).toBe("invalid_credentials");
    expect(await me.changePassword(change)).toEqual({ revoked: 2 });
    for (const { token } of others) expect(await house.callerOf(token)).toBeNull();
    expect(await house.callerOf(session.token)).not.toBeNull();
    expect(await outcome(house.signIn())).toBe("invalid_credentials");
    expect(await outcome(house.signIn("ada@example.com", OTHER_PASSWORD))).toBe("done");
    expect(house.events.slice(4, 7)).toEqual(["user.password.changed", "auth.session.revoked", "auth.session.revoked"]);
  });

  it("refuses a weak new one and keeps the old", async () => {
    const { house, me } = await signedIn();
    for (const newPassword of ["short", "password1234", "ada@example.com", "Ada Lovelace!"]) expect(await outcome(me.changePassword({ ...change, newPassword }))).toBe("password_too_weak");
    expect(await outcome(house.signIn())).toBe("done");
  });

  it("is won by one of many at the same time", async () => {
    const { house, me } = await signedIn();
    const wanted = Array.from({ length: 4 }, (_, index) => `${OTHER_PASSWORD} ${index}`);
    const counted = await outcomes(wanted.map((newPassword) => me.changePassword({ ...change, newPassword })));
    expect(counted).toEqual({ done: 1, invalid_credentials: 3 });
    expect(house.events.filter((name) => name === "user.password.changed")).toHaveLength(1);
    expect((await outcomes(wanted.map((password) => house.signIn("ada@example.com", password))))["done"]).toBe(1);
  });

  it("cannot be used to guess the password with somebody's session", async () => {
    const { house, me } = await signedIn();
    const hashes = house.parts.hasher.done;
    const guesses = await outcomes(Array.from({ length: 40 }, (_, guess) => me.changePassword({ ...change, currentPassword: `guess number ${guess}` })));
    expect(guesses).toEqual({ invalid_credentials: 5, account_locked: 35 });
    expect(house.parts.hasher.done - hashes).toBe(5);
  });
});

describe("resetting a password", () => {
  it("sets one that opens the account, ends all sessions, and unlocks it", async () => {
    const { house, session } = await signedIn();
    await house.signIn();
    for (let guess = 0; guess < 6; guess++) await outcome(house.signIn("ada@example.com", "not the password"));
    const reset = await house.asModule.resetPassword({ email: "ADA@example.com" });
    expect(reset).toMatchObject({ userId: session.userId, revoked: 2 });
    expect(reset.password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect(await house.callerOf(session.token)).toBeNull();
    expect(await outcome(house.signIn())).toBe("invalid_credentials");
    expect(await outcome(house.signIn("ada@example.com", reset.password))).toBe("done");
    const changed = house.database.outbox.items.filter(({ message }) => message.name === "user.password.changed");
    expect(changed.map(({ message }) => message.payload)).toEqual([{ userId: session.userId, by: "administrator" }]);
    expect(JSON.stringify(house.database.outbox.items)).not.toContain(reset.password);
    expect(JSON.stringify(house.logs)).not.toContain(reset.password);
  });

  it("gives a password to somebody who has none, and is never the same twice", async () => {
    const { house, session } = await signedIn();
    await house.database.system("sign-in").repository(accountEntity).deleteMany({ userId: session.userId });
    const resets = await Promise.all(Array.from({ length: 3 }, () => house.asModule.resetPassword({ email: "ada@example.com" })));
    expect(new Set(resets.map(({ password }) => password)).size).toBe(3);
    const opened = await outcomes(resets.map(({ password }) => house.signIn("ada@example.com", password)));
    expect(opened).toEqual({ done: 1, invalid_credentials: 2 });
  });

  it("names an address that nobody has", async () => {
    const { house } = await signedIn();
    expect(await outcome(house.asModule.resetPassword({ email: "nobody@example.com" }))).toBe("user_not_found");
  });
});
