import { registry } from "@coder/modules";
import { createTestInstallation, type TestInstallation } from "@coder/testing";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { configure, count, PASSWORD, SignInClient, startedOf } from "./__fixtures__/sign-in-client.ts";

// Sign-in as a whole: two processes, every module, PostgreSQL.

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let installation: TestInstallation;
let urls: readonly [string, string];
let owner: pg.Client;
let addresses = 0;

async function open(yaml?: string): Promise<void> {
  installation = await createTestInstallation();
  await configure(installation, yaml);
  const env = { TRUSTED_PROXIES: "127.0.0.1", REQUESTS_PER_MINUTE: "1000000" };
  const [first, second] = [await installation.host({ modules: registry, roles: ["http", "jobs"], env }), await installation.host({ modules: registry, roles: ["http"], env })];
  urls = [first.url ?? "", second.url ?? ""];
  owner = new pg.Client({ connectionString: installation.database.ownerUrl });
  await owner.connect();
}

async function close(): Promise<void> {
  await owner.end();
  await installation.close();
}

/** Somebody at one of the two processes, from an address of their own. */
function somebody(process = 0, options: ConstructorParameters<typeof SignInClient>[1] = {}): SignInClient {
  addresses += 1;
  return new SignInClient(urls[process % 2] ?? "", { address: `198.18.${(addresses >> 8) & 255}.${addresses & 255}`, ...options });
}

async function rows(table: string): Promise<number> {
  const { rows: counted } = await owner.query<{ n: number }>(`select count(*)::int as n from "${table}"`);
  return counted[0]?.n ?? -1;
}

describe("the first account", () => {
  afterEach(close);

  it("of twelve simultaneous sign-ups is one; the others leave nothing behind", async () => {
    await open();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => somebody(index).signUp(`person${index}@example.com`)));
    expect(count(answers)).toEqual({ done: 1, sign_up_closed: 11 });
    for (const table of ["user_users", "user_organizations", "user_memberships", "auth_accounts", "auth_sessions"]) expect([table, await rows(table)]).toEqual([table, 1]);
    const winner = answers.findIndex(({ code }) => code === "done");
    const { token } = startedOf(await somebody().signIn(`person${winner}@example.com`));
    expect((await somebody(1, { token }).current()).body).toMatchObject({ user: { email: `person${winner}@example.com` }, installationAdmin: true, organization: { role: "owner" } });
    // Who lost can be invited and use the same address.
    expect((await somebody().signIn(`person${(winner + 1) % 12}@example.com`)).code).toBe("invalid_credentials");
  });

  it("of twelve simultaneous sign-ups with one address is one, too", async () => {
    await open("user-management:\n  signUp: open\n");
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => somebody(index).signUp("ada@example.com", { password: `${index} ${PASSWORD}` })));
    expect(count(answers)).toEqual({ done: 1, email_taken: 11 });
    for (const table of ["user_users", "user_organizations", "user_memberships", "auth_accounts", "auth_sessions"]) expect([table, await rows(table)]).toEqual([table, 1]);
    const winner = answers.findIndex(({ code }) => code === "done");
    expect((await somebody(1).signIn("ada@example.com", `${winner} ${PASSWORD}`)).code).toBe("done");
  });
});

describe("sign-in over two processes", () => {
  beforeAll(async () => {
    await open();
    await somebody().signUp("ada@example.com");
  });
  afterAll(close);

  it("ends a session everywhere: a replayed cookie or token is refused by the next request at either process", async () => {
    const answer = await somebody().signIn("ada@example.com", PASSWORD, { delivery: "cookie" });
    expect(startedOf(answer).token).toBeNull();
    const cookie = answer.cookie?.split(";")[0] ?? "";
    expect(answer.cookie).toMatch(/HttpOnly/);
    const token = startedOf(await somebody(1).signIn("ada@example.com")).token;
    for (const process of [0, 1]) {
      expect((await somebody(process, { cookie }).current()).status).toBe(200);
      expect((await somebody(process, { token }).current()).status).toBe(200);
    }
    expect((await somebody(1, { cookie }).ask("POST", "/auth/sign-out", {})).status).toBe(200);
    expect((await somebody(0, { token }).ask("POST", "/auth/sign-out", {})).status).toBe(200);
    for (const process of [0, 1]) {
      expect(await somebody(process, { cookie }).current()).toMatchObject({ status: 401 });
      expect(await somebody(process, { token }).current()).toMatchObject({ status: 401, code: "session_invalid" });
    }
  });

  it("refuses forged and run-out sessions", async () => {
    const { token, sessionId } = startedOf(await somebody().signIn("ada@example.com"));
    const flipped = `${token?.slice(0, -1)}${token?.endsWith("a") ? "b" : "a"}`;
    const hash = await owner.query<{ token_hash: string }>("select token_hash from auth_sessions where id = $1", [sessionId]);
    for (const forged of [flipped, hash.rows[0]?.token_hash ?? "", sessionId, "A".repeat(32), "null"]) expect((await somebody(1, { token: forged }).current()).status).toBe(401);
    for (const cookie of [`coder_session=${token}`, `coder_session=${token}.${"A".repeat(43)}`, "coder_session=."]) expect((await somebody(1, { cookie }).current()).status).toBe(401);
    expect((await somebody(1, { token }).current()).status).toBe(200);
    await owner.query("update auth_sessions set expires_at = now() - interval '1 second' where id = $1", [sessionId]);
    for (const process of [0, 1]) expect((await somebody(process, { token }).current()).code).toBe("session_invalid");
  });

  it("gives at most the configured number of guesses to a hundred parallel ones from everywhere", async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, guess) => somebody(guess).signIn("nobody@example.com", `guess ${guess}`)));
    const counted = count(answers);
    expect(counted["invalid_credentials"]).toBe(5);
    expect(counted["account_locked"]).toBe(95);
    expect(answers.filter(({ code }) => code === "account_locked").every(({ status }) => status === 429)).toBe(true);
  });

  it("answers a flood from one address with 429, and everybody else as before", async () => {
    const flood = Array.from({ length: 150 }, (_, index) => new SignInClient(urls[0], { address: "203.0.113.5" }).signIn(`person${index}@example.com`, "a wrong password"));
    const answers = await Promise.all(flood);
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(90);
    expect((await somebody().signIn("ada@example.com")).status).toBe(200);
  });

  it("takes the organization off the sessions of somebody who was removed", async () => {
    const { token: adminToken } = startedOf(await somebody().signIn("ada@example.com"));
    const admin = somebody(0, { token: adminToken });
    const invitation = await admin.ask("POST", "/users/invitations", { role: "member" });
    const invitationToken = Reflect.get(Object(invitation.body), "token");
    const { token, userId, organizationId } = startedOf(await somebody().signUp("grace@example.com", { invitationToken }));
    expect(organizationId).not.toBeNull();
    expect((await somebody(1, { token }).current()).body).toMatchObject({ organization: { id: organizationId, role: "member" } });
    expect((await admin.ask("DELETE", `/users/members/${userId}`)).status).toBe(200);
    expect((await somebody(1, { token }).current()).body).toMatchObject({ organization: null, organizations: [] });
    await vi.waitFor(async () => {
      const { rows: found } = await owner.query("select 1 from auth_sessions where user_id = $1 and organization_id is null", [userId]);
      expect(found).toHaveLength(1);
    }, 15_000);
    expect((await somebody(1, { token }).current()).status).toBe(200);
  });
});
