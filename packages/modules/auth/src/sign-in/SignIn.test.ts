import { ANONYMOUS, isAppError } from "@coder/shared";
import { outcome } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { House, OTHER_PASSWORD, outcomes, PASSWORD } from "../__fixtures__/house.ts";
import { accountEntity, sessionEntity } from "../entities.ts";
import { hashingBusy } from "../errors.ts";

const WRONG = "certainly not my password";

async function withAccount(options: ConstructorParameters<typeof House>[0] = {}) {
  const house = new House(options);
  const session = await house.signUp();
  return { house, session };
}

async function refusal(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : null;
    if (isAppError(cause)) return cause;
  }
  throw new Error("It was not refused");
}

describe("the answer to a wrong sign-in", () => {
  it("is the same, after the same work, whether or not somebody has the address", async () => {
    const { house } = await withAccount();
    const attempt = async (email: string) => {
      const hashes = house.parts.hasher.done;
      house.users.calls.length = 0;
      const statements = house.database.systemWork.uses.get("sign-in") ?? 0;
      const { code, message, remedy, details } = await refusal(house.signIn(email, WRONG));
      return {
        answer: { code, message, remedy, details },
        hashes: house.parts.hasher.done - hashes,
        asked: [...house.users.calls],
        statements: (house.database.systemWork.uses.get("sign-in") ?? 0) - statements,
      };
    };
    const known = await attempt("ada@example.com");
    expect(await attempt("nobody@example.com")).toEqual(known);
    expect(known).toMatchObject({ answer: { code: "invalid_credentials" }, hashes: 1 });
  });

  it("stays the same up to the lock and while it is locked", async () => {
    const { house } = await withAccount();
    const codes = async (email: string) => {
      const found: string[] = [];
      for (let guess = 0; guess < 8; guess++) found.push(await outcome(house.signIn(email, WRONG)));
      return found;
    };
    const known = await codes("ada@example.com");
    expect(known).toEqual([...Array.from({ length: 5 }, () => "invalid_credentials"), "account_locked", "account_locked", "account_locked"]);
    expect(await codes("nobody@example.com")).toEqual(known);
    expect(JSON.stringify(await refusal(house.signIn("nobody@example.com", WRONG)))).toBe(JSON.stringify(await refusal(house.signIn("ada@example.com", WRONG))));
  });

  it("is the same for an account that has no password", async () => {
    const { house, session } = await withAccount();
    const accounts = house.database.system("sign-in").repository(accountEntity);
    await accounts.updateMany({ userId: session.userId }, { password: null });
    expect(await outcome(house.signIn())).toBe("invalid_credentials");
  });
});

describe("the lock on an account", () => {
  it("lets no more guesses through than configured, however parallel and from wherever they come", async () => {
    const { house } = await withAccount({ config: { passwords: { concurrency: 16 } } });
    const processes = [house, new House({ database: house.database, users: house.users }), new House({ database: house.database, users: house.users })];
    const before = processes.map(({ parts }) => parts.hasher.done).reduce((sum, done) => sum + done, 0);
    const guesses = Array.from({ length: 300 }, (_, guess) => processes[guess % 3]?.signIn("ada@example.com", `${WRONG} ${guess}`, `198.51.100.${guess % 250}`) ?? Promise.resolve());
    const counted = await outcomes(guesses);
    const hashes = processes.map(({ parts }) => parts.hasher.done).reduce((sum, done) => sum + done, 0) - before;
    expect(hashes).toBe(5);
    expect(counted["invalid_credentials"]).toBe(5);
    expect(counted["account_locked"]).toBe(295);
  });

  it("keeps out the right password too, says for how long, and opens by itself", async () => {
    const { house } = await withAccount();
    for (let guess = 0; guess < 5; guess++) await outcome(house.signIn("ada@example.com", WRONG));
    expect((await refusal(house.signIn())).details).toEqual({ retryAfterSeconds: 60 });
    house.pass(59_000);
    expect((await refusal(house.signIn())).details).toEqual({ retryAfterSeconds: 1 });
    house.pass(1_000);
    expect(await outcome(house.signIn())).toBe("done");
    // And the count starts again.
    for (let guess = 0; guess < 4; guess++) await outcome(house.signIn("ada@example.com", WRONG));
    expect(await outcome(house.signIn())).toBe("done");
  });

  it("grows with each further wrong password, up to a limit, and is forgotten after a day", async () => {
    const { house } = await withAccount();
    for (let guess = 0; guess < 4; guess++) await outcome(house.signIn("ada@example.com", WRONG));
    const waits: unknown[] = [];
    for (let guess = 0; guess < 9; guess++) {
      await outcome(house.signIn("ada@example.com", WRONG));
      const { details } = await refusal(house.signIn());
      waits.push(details?.["retryAfterSeconds"]);
      house.pass(Number(details?.["retryAfterSeconds"]) * 1000);
    }
    expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    house.pass(25 * 3_600_000);
    expect(await outcome(house.signIn("ada@example.com", WRONG))).toBe("invalid_credentials");
    expect(await outcome(house.signIn())).toBe("done");
  });

  it("is told once, with the person, and only for an account there is", async () => {
    const { house, session } = await withAccount();
    for (let guess = 0; guess < 7; guess++) await outcome(house.signIn("ada@example.com", WRONG));
    for (let guess = 0; guess < 7; guess++) await outcome(house.signIn("nobody@example.com", WRONG));
    const locked = house.database.outbox.items.filter(({ message }) => message.name === "auth.account.locked");
    expect(locked.map(({ message }) => message.payload)).toEqual([{ userId: session.userId, failures: 5, lockedUntil: new Date(house.now + 60_000).toISOString() }]);
  });

  it("waits for its own length, not for the clock, when the clock is set back", async () => {
    const { house } = await withAccount();
    for (let guess = 0; guess < 5; guess++) await outcome(house.signIn("ada@example.com", WRONG));
    house.clockError = -3_600_000;
    expect((await refusal(house.signIn())).details).toEqual({ retryAfterSeconds: 60 });
    house.pass(60_000);
    expect(await outcome(house.signIn())).toBe("done");
  });
});

describe("the wait of a network", () => {
  it("stops spraying over many accounts, for its own address only, and ends by itself", async () => {
    const { house } = await withAccount({ config: { lockout: { networkAttempts: 10 } } });
    const spray = async (address: string) => {
      const found: string[] = [];
      for (let guess = 0; guess < 12; guess++) found.push(await outcome(house.signIn(`person-${guess}@example.com`, WRONG, address)));
      return found.filter((code) => code === "invalid_credentials").length;
    };
    expect(await spray("203.0.113.9")).toBe(10);
    expect(await outcome(house.signIn("ada@example.com", PASSWORD, "203.0.113.9"))).toBe("too_many_attempts");
    expect(await outcome(house.signIn("ada@example.com", PASSWORD, "203.0.113.10"))).toBe("done");
    house.pass(60_000);
    expect(await outcome(house.signIn("ada@example.com", PASSWORD, "203.0.113.9"))).toBe("done");
  });

  it("counts the whole /64 of an IPv6 address", async () => {
    const { house } = await withAccount({ config: { lockout: { networkAttempts: 10 } } });
    const hashes = house.parts.hasher.done;
    const guesses = Array.from({ length: 40 }, (_, guess) => house.signIn(`person-${guess}@example.com`, WRONG, `2001:db8:1:2::${guess.toString(16)}`));
    expect(await outcomes(guesses)).toEqual({ invalid_credentials: 10, too_many_attempts: 30 });
    expect(house.parts.hasher.done - hashes).toBe(10);
  });

  it("does not count what succeeds, nor guesses at an account that is locked anyway", async () => {
    const { house } = await withAccount({ config: { lockout: { networkAttempts: 8 } } });
    for (let turn = 0; turn < 20; turn++) expect(await outcome(house.signIn())).toBe("done");
    for (let guess = 0; guess < 20; guess++) await outcome(house.signIn("ada@example.com", WRONG));
    expect(await outcome(house.signIn("nobody@example.com", WRONG))).toBe("invalid_credentials");
  });
});

describe("a flood of sign-ins", () => {
  it("is answered with 429 beyond the queue, is no wrong guess, and leaves the rest working", async () => {
    const { house } = await withAccount({ config: { passwords: { concurrency: 2, queueLimit: 8 }, lockout: { accountAttempts: 100_000, networkAttempts: 100_000 } } });
    const flood = await outcomes(Array.from({ length: 200 }, (_, guess) => house.signIn(`person-${guess}@example.com`, WRONG)));
    expect(flood["hashing_busy"]).toBeGreaterThan(100);
    expect((flood["hashing_busy"] ?? 0) + (flood["invalid_credentials"] ?? 0)).toBe(200);
    expect(hashingBusy().httpStatus).toBe(429);
    expect(await house.parts.hasher.health()).toMatchObject({ status: "degraded" });
    expect(await outcome(house.signIn())).toBe("done");
    house.pass(61_000);
    expect(await house.parts.hasher.health()).toEqual({ status: "up" });
  });

  it("does not use up the owner's attempts when hashing is busy", async () => {
    const { house } = await withAccount({ config: { lockout: { networkAttempts: 5 } } });
    const usual = house.config.value;
    house.config.value = { ...usual, passwords: { ...usual.passwords, concurrency: 0, queueLimit: 0 } };
    for (let attempt = 0; attempt < 10; attempt++) expect(await outcome(house.signIn())).toBe("hashing_busy");
    house.config.value = usual;
    expect(await outcome(house.signIn())).toBe("done");
  });
});

describe("a sign-in beside a change of password", () => {
  it("does not survive with the old one", async () => {
    const { house, session } = await withAccount();
    const caller = await house.callerOf(session.token);
    if (!caller) throw new Error("Not signed in");
    let changed = false;
    // The membership is asked while the session begins: after the password was checked, before the session is there.
    house.users.before = async (operation) => {
      if (operation !== "listMemberships" || changed) return;
      changed = true;
      await house.as(caller).changePassword({ currentPassword: PASSWORD, newPassword: OTHER_PASSWORD });
    };
    expect(await outcome(house.signIn())).toBe("invalid_credentials");
    expect(changed).toBe(true);
    expect((await house.database.system("sign-in").repository(sessionEntity).query({})).items.map(({ id }) => id)).toEqual([session.sessionId]);
    expect(await outcome(house.signIn("ada@example.com", OTHER_PASSWORD))).toBe("done");
  });

  it("goes on when only the costs of the hash changed, and renews the hash", async () => {
    const { house, session } = await withAccount();
    const accounts = house.database.system("sign-in").repository(accountEntity);
    const hashOf = async () => (await accounts.findOne({ userId: session.userId }))?.password ?? "";
    house.config.value = { ...house.config.value, passwords: { ...house.config.value.passwords, iterations: 2 } };
    expect(house.parts.hasher.isOutdated(await hashOf())).toBe(true);
    expect(await outcomes(Array.from({ length: 4 }, () => house.signIn()))).toEqual({ done: 4 });
    expect(house.parts.hasher.isOutdated(await hashOf())).toBe(false);
    expect(await outcome(house.signIn())).toBe("done");
  });
});

describe("hostile input", () => {
  it("is refused as input or answered like any wrong sign-in, and stored nowhere", async () => {
    const { house } = await withAccount();
    const long = "x".repeat(10_000);
    const emails = ["", "no address", "a@b", `${long}@example.com`, "ada@example.com\0", "\u202Eada@example.com", "ädä@exämple.com", "' or 1=1 --@example.com", "ada@example.com,eve@example.com", "ADA@EXAMPLE.COM\r\nBcc: eve@example.com"];
    for (const email of emails) expect(["invalid_input", "invalid_credentials"]).toContain(await outcome(house.anybody.signIn({ email, password: PASSWORD })));
    expect(await outcome(house.anybody.signIn({ email: "ada@example.com", password: long }))).toBe("invalid_input");
    for (const password of ["\0", "\uD800", "\u202E", `${PASSWORD}\0`, "🦦".repeat(100)]) expect(await outcome(house.signIn("ada@example.com", password, `198.51.100.${password.length}`))).toMatch(/invalid_credentials|account_locked/);
    const odd = house.as(ANONYMOUS, { address: `not an address ${long}`, userAgent: `\0\u001b[31m${long}` });
    house.pass(3_600_000);
    const session = await odd.signIn({ email: "ada@example.com", password: PASSWORD, delivery: "token" });
    const row = await house.database.system("sign-in").repository(sessionEntity).get(session.sessionId);
    expect(row?.userAgent).toHaveLength(500);
    expect(row?.userAgent).not.toContain("\0");
    expect(row?.ipAddress).toHaveLength(100);
  });
});
