import type { MemoryDatabase } from "@coder/db";
import { AppError } from "@coder/shared";
import { outcome } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { House, OTHER_PASSWORD, outcomes, PASSWORD } from "../__fixtures__/house.ts";
import { accountEntity, sessionEntity, throttleEntity } from "../entities.ts";

async function leftIn(database: MemoryDatabase) {
  const scope = database.system("sign-in");
  return { accounts: await scope.repository(accountEntity).count({}), sessions: await scope.repository(sessionEntity).count({}) };
}

describe("the first sign-up", () => {
  it("of fifty at once has one winner; the others leave nothing behind", async () => {
    const house = new House();
    // Everybody passes the first look before anybody is enrolled.
    let waiting = 0;
    let open = () => {};
    const everybodyLooked = new Promise<void>((resolve) => (open = resolve));
    house.users.before = async (operation) => {
      if (operation !== "enrol") return;
      if (++waiting === 50) open();
      await everybodyLooked;
    };
    expect(await outcomes(Array.from({ length: 50 }, (_, index) => house.signUp(`person-${index}@example.com`)))).toEqual({ done: 1, sign_up_closed: 49 });
    expect(house.users.users.size).toBe(1);
    expect(await leftIn(house.database)).toEqual({ accounts: 1, sessions: 1 });
    expect(house.events.filter((name) => name === "user.account.registered")).toHaveLength(1);
  });

  it("of fifty at once with one address has one winner, whose password holds", async () => {
    const house = new House();
    house.users.signUpIs = "open";
    const passwords = Array.from({ length: 50 }, (_, index) => `${index} ${PASSWORD} ${index}`);
    const outcomesOf = await Promise.all(passwords.map((password) => outcome(house.signUp("ada@example.com", password))));
    expect(outcomesOf.filter((code) => code === "done")).toHaveLength(1);
    expect(outcomesOf.filter((code) => code === "email_taken")).toHaveLength(49);
    expect(house.users.users.size).toBe(1);
    expect(await leftIn(house.database)).toEqual({ accounts: 1, sessions: 1 });
    expect(await outcome(house.signIn("ada@example.com", passwords[outcomesOf.indexOf("done")]))).toBe("done");
  });

  it("needs the code where there is one, and wrong ones cost", async () => {
    const house = new House({ config: { lockout: { networkAttempts: 3 } } });
    house.users.setupCode = "tin-drum-9";
    const attempt = (setupCode?: string) => outcome(house.anybody.signUp({ email: "ada@example.com", password: PASSWORD, name: "Ada", ...(setupCode ? { setupCode } : {}) }));
    expect([await attempt(), await attempt("tin-drum-8"), await attempt("tin-drum-7"), await attempt("tin-drum-9")]).toEqual(["setup_code_wrong", "setup_code_wrong", "setup_code_wrong", "too_many_attempts"]);
    house.pass(60_000);
    expect(await attempt("tin-drum-9")).toBe("done");
  });
});

describe("later sign-ups", () => {
  it("come by invitation, once", async () => {
    const house = new House();
    await house.signUp();
    const invited = (email: string) => house.anybody.signUp({ email, password: OTHER_PASSWORD, name: "Grace", invitationToken: "an invitation", delivery: "token" });
    expect(await outcome(invited("grace@example.com"))).toBe("invitation_invalid");
    house.users.invitations.add("an invitation");
    const session = await invited("grace@example.com");
    expect((await house.as((await house.callerOf(session.token)) ?? { kind: "anonymous" }).currentSession({})).organization).toMatchObject({ role: "member" });
    expect(await outcome(invited("eve@example.com"))).toBe("invitation_invalid");
  });

  it("are refused before anything is looked up or hashed where sign-up is closed, known address or not", async () => {
    const house = new House();
    await house.signUp();
    const hashes = house.parts.hasher.done;
    house.users.calls.length = 0;
    expect(await outcome(house.signUp("ada@example.com", OTHER_PASSWORD))).toBe("sign_up_closed");
    expect(await outcome(house.signUp("nobody@example.com", OTHER_PASSWORD))).toBe("sign_up_closed");
    expect(house.users.calls).toEqual(["admitSignUp", "admitSignUp"]);
    expect(house.parts.hasher.done).toBe(hashes);
  });

  it("give everybody an organization of their own where sign-up is open", async () => {
    const house = new House();
    house.users.signUpIs = "open";
    const sessions = await Promise.all(Array.from({ length: 10 }, (_, index) => house.signUp(`person-${index}@example.com`)));
    expect(new Set(sessions.map(({ organizationId }) => organizationId)).size).toBe(10);
  });

  it("probing for addresses counts against the network", async () => {
    const house = new House({ config: { lockout: { networkAttempts: 5 } } });
    await house.signUp();
    house.users.signUpIs = "open";
    for (let probe = 0; probe < 5; probe++) expect(await outcome(house.signUp("ada@example.com", OTHER_PASSWORD))).toBe("email_taken");
    expect(await outcome(house.signUp("grace@example.com", OTHER_PASSWORD))).toBe("too_many_attempts");
  });
});

describe("a sign-up that fails half-way", () => {
  it("leaves nothing behind when the organization refuses, and can be repeated", async () => {
    const house = new House();
    let refusals = 2;
    house.users.before = (operation) => {
      if (operation === "enrol" && refusals-- > 0) throw new AppError("forbidden", "sign_up_closed", "Closed.", { remedy: "None." });
    };
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await outcome(house.signUp("ada@example.com", `${PASSWORD} ${attempt}`))).toBe("sign_up_closed");
      expect(house.users.users.size).toBe(0);
      expect(await leftIn(house.database)).toEqual({ accounts: 0, sessions: 0 });
    }
    expect(house.events).toEqual([]);
    expect(await outcome(house.signUp())).toBe("done");
    expect(house.events).toEqual(["user.account.registered", "auth.session.created"]);
  });

  // Where the process dies: before each call to user-management, and so between every two steps.
  const steps = ["admitSignUp", "createUser", "findUser", "enrol", "listMemberships"] as const;
  it.each(steps)("goes on where it stopped when the process dies before %s", async (step) => {
    const house = new House();
    house.users.before = (operation) => {
      if (operation === step || operation === "deleteUser") throw new Error("The process died");
    };
    await house.signUp().catch(() => null);
    house.users.before = () => {};
    if (step === "listMemberships") expect(house.users.users.size).toBe(1);
    // Nobody can take the unfinished account over with another password, once there is one.
    if ((await leftIn(house.database)).accounts === 1 && step !== "listMemberships") expect(await outcome(house.signUp("ada@example.com", OTHER_PASSWORD))).toBe("email_taken");
    const done = step === "listMemberships" ? await house.signIn() : await house.signUp();
    expect(await house.as((await house.callerOf(done.token)) ?? { kind: "anonymous" }).currentSession({})).toMatchObject({ installationAdmin: true, organization: { role: "owner" } });
    expect(house.users.users.size).toBe(1);
    expect((await leftIn(house.database)).accounts).toBe(1);
    expect(house.events.filter((name) => name === "user.account.registered")).toHaveLength(1);
  });

  it("is completed by signing in, too", async () => {
    const house = new House();
    house.users.before = (operation) => {
      if (operation === "enrol" || operation === "deleteUser") throw new Error("The process died");
    };
    await house.signUp().catch(() => null);
    expect(await leftIn(house.database)).toEqual({ accounts: 1, sessions: 0 });
    // Several at once get as far as the organization together; one of them completes the sign-up.
    let waiting = 0;
    let open = () => {};
    const together = new Promise<void>((resolve) => (open = resolve));
    house.users.before = async (operation) => {
      if (operation !== "enrol") return;
      if (++waiting === 3) open();
      await together;
    };
    const sessions = await Promise.all(Array.from({ length: 3 }, () => house.signIn()));
    expect(new Set(sessions.map(({ organizationId }) => organizationId)).size).toBe(1);
    expect(sessions[0]?.organizationId).not.toBeNull();
    expect(house.events.filter((name) => name === "user.account.registered")).toHaveLength(1);
  });

  it("does not give a password to somebody who signs in another way", async () => {
    const house = new House();
    house.users.signUpIs = "open";
    const { userId } = await house.signUp();
    const accounts = house.database.system("sign-in").repository(accountEntity);
    const [own] = (await accounts.query({ userId })).items;
    if (!own) throw new Error("There is no account");
    await accounts.update(own.id, { providerId: "another-provider", accountId: "12345", password: null });
    expect(await outcome(house.signUp("ada@example.com", OTHER_PASSWORD))).toBe("email_taken");
    expect(await accounts.count({ userId })).toBe(1);
  });

  it("gives its address back after a while, unless it let somebody in", async () => {
    const cutOffBefore = async (step: string) => {
      const house = new House({ startsAt: Date.now() });
      house.users.signUpIs = "open";
      await house.signUp("owner@example.com");
      house.users.before = (operation) => {
        if (operation === step || operation === "deleteUser") throw new Error("The process died");
      };
      await house.signUp().catch(() => null);
      house.users.before = () => {};
      return house;
    };
    const unfinished = await cutOffBefore("enrol");
    expect(await outcome(unfinished.signUp("ada@example.com", OTHER_PASSWORD))).toBe("email_taken");
    unfinished.pass(11 * 60_000);
    const session = await unfinished.signUp("ada@example.com", OTHER_PASSWORD);
    expect(session.organizationId).not.toBeNull();
    expect(await outcome(unfinished.signIn())).toBe("invalid_credentials");
    expect(await outcome(unfinished.signIn("ada@example.com", OTHER_PASSWORD))).toBe("done");

    const letIn = await cutOffBefore("enrol");
    for (const { id, email } of letIn.users.users.values()) if (email === "ada@example.com") letIn.users.join(id, "owner");
    letIn.pass(11 * 60_000);
    expect(await outcome(letIn.signUp("ada@example.com", OTHER_PASSWORD))).toBe("email_taken");
    expect(await outcome(letIn.signIn())).toBe("done");
  });

  it("lets nobody in who was never admitted", async () => {
    const house = new House();
    house.users.before = (operation) => {
      if (operation === "enrol" || operation === "deleteUser") throw new Error("The process died");
    };
    await house.signUp("eve@example.com", OTHER_PASSWORD).catch(() => null);
    house.users.before = () => {};
    await house.signUp();
    expect(await outcome(house.signIn("eve@example.com", OTHER_PASSWORD))).toBe("sign_up_closed");
    expect((await leftIn(house.database)).sessions).toBe(1);
  });
});

describe("hostile names and passwords", () => {
  it("are refused or kept as text", async () => {
    const house = new House();
    house.users.signUpIs = "open";
    const signUp = (name: string, index: number) => house.anybody.signUp({ email: `person-${index}@example.com`, password: PASSWORD, name });
    const refused = ["", "   ", "a\0b", "\u202Emoc.live", "line\nbreak", "x".repeat(10_000), "\u200b", "\ud800"];
    for (const [index, name] of refused.entries()) expect(await outcome(signUp(name, index))).toBe("invalid_input");
    const kept = ["<script>alert(1)</script>", "'; drop table users; --", "عبد الله", "שרה", "李小龍", "Zoë 🦦", "O\u2019Brien", "${7*7}", "../../etc/passwd", "null"];
    for (const [index, name] of kept.entries()) expect(await outcome(signUp(name, index))).toBe("done");
    expect([...house.users.users.values()].map(({ name }) => name)).toEqual(kept);
    expect(house.users.users.size).toBe(kept.length);
  });

  it("sends weak passwords back with every reason, without counting them as attacks", async () => {
    const house = new House({ config: { lockout: { networkAttempts: 3 } } });
    for (const password of ["password", "Password123!", "ada@example.com", "adalovelace1815", "aaaaaaaaaaaaaaaa", "abcdefghijklmnop", "123456789012"]) {
      expect(await outcome(house.signUp("ada@example.com", password))).toBe("password_too_weak");
    }
    expect(house.users.users.size).toBe(0);
    const throttled = await house.database.system("sign-in").repository(throttleEntity).query({});
    expect(throttled.items.map(({ failures }) => failures)).toEqual([0]);
    expect(await outcome(house.signUp())).toBe("done");
  });
});
