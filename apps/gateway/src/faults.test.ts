import { createHash } from "node:crypto";
import { AppErrorDataSchema } from "@coder/shared";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { refusal } from "./__fixtures__/doors.ts";
import { openInstallation, type Installation } from "./__fixtures__/installation.ts";
import { freshAddress, Person } from "./__fixtures__/people.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

// Bad input to the whole product: what it answers, and that nothing of it stays.

const TABLES = ["user_users", "user_organizations", "user_memberships", "user_invitations", "auth_accounts", "auth_sessions"];
const RestErrorSchema = z.object({ error: AppErrorDataSchema, traceId: z.string().min(1) });
const TrpcErrorSchema = z.object({ error: z.object({ data: z.object({ error: AppErrorDataSchema }) }) });

let installation: Installation;
let url: string;
let ann: Person;

beforeAll(async () => {
  installation = await openInstallation();
  ({ url } = await installation.host({ CODER_USER_MANAGEMENT__SIGN_UP: "open" }));
  ann = await new Person("Ann", url).signUp();
});
afterAll(() => installation.close());

const stored = () => Promise.all(TABLES.map(async (table) => [table, await installation.count(table)]));

/** What both doors answer to these bytes. */
async function post(body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}) {
  const send = (path: string) => fetch(`${url}${path}`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${ann.token}`, "x-forwarded-for": freshAddress(), ...headers }, body });
  const [rest, trpc] = await Promise.all([send("/api/v1/users/invitations"), send("/api/trpc/userManagement.createInvitation")]);
  return [
    { status: rest.status, ...RestErrorSchema.parse(await rest.json()).error },
    { status: trpc.status, ...TrpcErrorSchema.parse(await trpc.json()).error.data.error },
  ];
}

describe("bodies", () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, number, string]>([
    ["that break off", '{"role":"member"', {}, 400, "malformed_json"],
    ["that are no text", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), {}, 400, "malformed_json"],
    ["that are no JSON", "role=member", { "content-type": "application/x-www-form-urlencoded" }, 415, "unsupported_media_type"],
    ["with a NUL", '{"role":"member","email":"a\\u0000@example.com"}', {}, 400, "hostile_input"],
    ["that reach for the prototype", '{"role":"member","__proto__":{"role":"owner"}}', {}, 400, "hostile_input"],
    ["nested without end", `{"role":${"[".repeat(5_000)}${"]".repeat(5_000)}}`, {}, 400, "too_deep"],
    ["with a role that is none", '{"role":"emperor"}', {}, 400, "invalid_input"],
    ["larger than the limit", JSON.stringify({ role: "member", email: "x".repeat(1_100_000) }), {}, 413, "body_too_large"],
  ])("%s are refused with a code and a remedy, and change nothing", async (_what, body, headers, status, code) => {
    const before = await stored();
    for (const answer of await post(body, headers)) expect(answer).toMatchObject({ status, code, message: expect.stringMatching(/\w{3}/), remedy: expect.stringMatching(/\w{3}/) });
    expect(await stored()).toEqual(before);
  });
});

describe("hostile names", () => {
  const MARKUP = `<script>alert(1)</script>"'--; drop table user_users;`;
  /** Text that is strange and a name all the same: stored and shown as it was typed. */
  const KEPT = [MARKUP, "${7*7}{{7*7}}%s%n", "../../etc/passwd", "\u0645\u062d\u0645\u062f", "👩‍👩‍👧‍👦 家族", "constructor", "null", "=cmd|' /C calc'!A0"];
  const REFUSED: readonly [string, string][] = [
    ["turned round", "\u202egnp.exe"], ["with a hidden mark", "a\u200bb"], ["of two lines", "line\nbreak"], ["with a NUL", "a\u0000b"], ["with half a character", "a\ud800"],
    ["of spaces", "   "], ["of nothing", ""], ["too long", "x".repeat(201)],
  ];

  it.each(KEPT)("%j is kept as it was typed, wherever it is shown", async (name) => {
    const person = new Person(`someone ${createHash("sha256").update(name).digest("hex").slice(0, 8)}`, url);
    const { email, password } = person;
    const { token } = await person.api.auth.signUp.mutate({ name, email, password, delivery: "token" });
    person.token = token;
    const { organization, user } = await person.api.auth.currentSession.query({});
    expect(user.name).toBe(name.normalize("NFC"));
    expect(organization?.name).toContain([...name.normalize("NFC")].slice(0, 5).join(""));
    const { version } = await person.api.userManagement.getOrganization.query({});
    await person.api.userManagement.renameOrganization.mutate({ name, version });
    const { items } = await person.api.logging.listEntries.query({ limit: 1 });
    expect(items[0]?.details).toMatchObject({ changes: { name: { to: name.normalize("NFC") } } });
    expect(await person.api.logging.verifyChain.mutate({})).toMatchObject({ intact: true });
    const answer = await fetch(`${url}/api/v1/users/organization`, { headers: { authorization: `Bearer ${token}` } });
    expect([answer.headers.get("content-type"), answer.headers.get("x-content-type-options")]).toEqual(["application/json; charset=utf-8", "nosniff"]);
  });

  it.each(REFUSED)("%s are no names, and nobody of that name is left behind", async (_what, name) => {
    const before = await stored();
    const person = new Person("Nobody", url);
    const signUp = person.api.auth.signUp.mutate({ name, email: person.email, password: person.password, delivery: "token" });
    await expect(signUp).rejects.toMatchObject(refusal(400, /^(invalid_input|hostile_input|malformed_json)$/));
    expect(await stored()).toEqual(before);
  });

  it("in headers are recorded, and break nothing", async () => {
    const person = await new Person("Header", url).signUp();
    const agent = `${"A".repeat(3_000)}<img src=x onerror=alert(1)>`;
    const signIn = await fetch(`${url}/api/v1/auth/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": agent, "x-forwarded-for": `${"1.2.3.4, ".repeat(50)}not an address`, traceparent: "00-zz-zz-01" },
      body: JSON.stringify({ email: person.email, password: person.password, delivery: "token" }),
    });
    expect(signIn.status).toBe(200);
    const { items } = await person.api.auth.listSessions.query({});
    expect(items).toHaveLength(2);
    expect(items.every(({ userAgent }) => (userAgent ?? "").length <= 500)).toBe(true);
    expect(await person.api.logging.verifyChain.mutate({})).toMatchObject({ intact: true });
  });
});

describe("sessions", () => {
  const session = (headers: Record<string, string>) => fetch(`${url}/api/v1/auth/session`, { headers });

  async function expectRefused(headers: Record<string, string>): Promise<void> {
    const response = await session(headers);
    expect([response.status, RestErrorSchema.parse(await response.json()).error]).toMatchObject([401, { code: expect.stringMatching(/^(session_invalid|not_signed_in)$/), remedy: expect.stringMatching(/Sign in/) }]);
  }

  it("that are made up or of another installation are refused", async () => {
    const person = await new Person("Forged", url).signUp();
    const other = await installation.host({ SESSION_SECRET: "another installation's secret, long enough" });
    // The same rows behind both: only the signature tells their cookies apart.
    const cookieOf = async (at: string): Promise<string> => {
      const { email, password } = person;
      const response = await fetch(`${at}/api/v1/auth/sign-in`, { method: "POST", headers: { "content-type": "application/json", origin: at }, body: JSON.stringify({ email, password }) });
      return response.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
    };
    const [good, stranger] = [await cookieOf(url), await cookieOf(other.url)];
    expect((await fetch(`${other.url}/api/v1/auth/session`, { headers: { cookie: stranger } })).status).toBe(200);
    expect((await session({ cookie: good })).status).toBe(200);
    for (const cookie of [stranger, good.slice(0, -2), good.replace("=", "=x"), `coder_session=${person.token}`]) await expectRefused({ cookie });
    for (const token of ["A".repeat(43), `${person.token}x`, `${person.token?.slice(1)}`]) await expectRefused({ authorization: `Bearer ${token}` });
  });

  it("that have run out, or ended, are refused however often they are shown again", async () => {
    const person = await new Person("Replayed", url).signUp();
    const [expired, idle, signedOut, replaced] = [await person.newSession(), await person.newSession(), await person.newSession(), await person.newSession()];
    const endingOf = async (token: string) => (await person.at(url, token).auth.currentSession.query({})).sessionId;
    await installation.sql("update auth_sessions set expires_at = now() - interval '1 second' where id = $1", [await endingOf(expired)]);
    await installation.sql("update auth_sessions set last_used_at = now() - interval '8 days' where id = $1", [await endingOf(idle)]);
    await person.at(url, signedOut).auth.signOut.mutate({});
    await person.api.auth.changePassword.mutate({ currentPassword: person.password, newPassword: "another horse battery staple" });
    for (const token of [expired, idle, signedOut, replaced]) for (let again = 0; again < 2; again += 1) await expectRefused({ authorization: `Bearer ${token}` });
    expect(await person.api.auth.listSessions.query({})).toMatchObject({ items: [{ current: true }] });
  });
});

describe("a flood of sign-ins", () => {
  it("is answered with 429 and when to come back, while everybody else is served", async () => {
    const address = freshAddress();
    const attempt = (at: number) =>
      fetch(`${url}/api/v1/auth/sign-in`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": address },
        body: JSON.stringify({ email: `victim${at % 7}@example.com`, password: `guess number ${at}`, delivery: "token" }),
      });
    const flood = Array.from({ length: 300 }, (_item, at) => attempt(at));
    // One after the other: many attempts on one account at once are guesses, whoever makes them.
    for (let visit = 0; visit < 10; visit += 1) {
      await new Person("Ann", url, ann.door).signIn();
      expect(await ann.api.userManagement.listMembers.query({})).toMatchObject({ items: [{ name: "Ann" }] });
    }
    const answers = await Promise.all(flood);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(240);
    expect(answers.filter(({ status }) => status !== 429 && status !== 401)).toEqual([]);
    for (const answer of refused) {
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(RestErrorSchema.parse(await answer.json()).error).toMatchObject({ kind: "rate_limited", code: expect.stringMatching(/^[a-z_]+$/), remedy: expect.stringMatching(/[Ww]ait/) });
    }
  });
});
