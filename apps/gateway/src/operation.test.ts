import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { isAppError } from "@coder/shared";
import { freePort } from "@coder/testing";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusal } from "./__fixtures__/doors.ts";
import { openInstallation, type Installation } from "./__fixtures__/installation.ts";
import { Person } from "./__fixtures__/people.ts";
import { forkProgram, PROGRAMS, StartRefused } from "./__fixtures__/program.ts";
import { rawRequest } from "./__fixtures__/raw-request.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let installation: Installation;
const cleanUps: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  installation = await openInstallation();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  await installation.close();
});

/** Makes everything that reads organizations wait until it is called. */
async function holdOrganizations(): Promise<() => Promise<unknown>> {
  const client = new pg.Client({ connectionString: installation.databaseUrls.ownerUrl });
  client.on("error", () => undefined);
  await client.connect();
  cleanUps.push(() => client.end().catch(() => undefined));
  await client.query("begin; lock table user_organizations in access exclusive mode");
  return () => client.query("rollback");
}

async function somebodyWaits(): Promise<void> {
  await vi.waitFor(async () => expect((await installation.sql("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")).length).toBeGreaterThan(0), { timeout: 10_000, interval: 20 });
}

describe("SIGTERM", () => {
  it("lets a request in flight end, refuses new ones, and ends with 0", async () => {
    const gateway = await installation.program("gateway");
    const port = Number(new URL(gateway.url).port);
    const ann = await new Person("Ann", gateway.url).signUp();
    const headers = { authorization: `Bearer ${ann.token}`, host: "localhost" };
    const release = await holdOrganizations();
    const inFlight = rawRequest({ port, path: "/api/v1/users/organization", headers });
    await somebodyWaits();
    gateway.askToStop();
    await vi.waitFor(async () => expect(await rawRequest({ port, path: "/ready" })).toMatchObject({ status: 503, body: { status: "draining" } }), { timeout: 10_000, interval: 20 });
    expect(await rawRequest({ port, path: "/api/v1/users/me", headers })).toMatchObject({ status: 503, body: { error: { code: "draining", remedy: expect.stringContaining("Try again") } } });
    await release();
    expect(await inFlight).toMatchObject({ status: 200, headers: { connection: "close" }, body: { name: "Ann's organization" } });
    expect(await gateway.ended).toBe(0);
    await expect(rawRequest({ port, path: "/health" })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(gateway.log.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("waits no longer than it was told, and still ends with 0", async () => {
    const gateway = await installation.program("gateway", { DRAIN_SECONDS: "1" });
    const ann = await new Person("Ann", gateway.url).signUp();
    await holdOrganizations();
    const inFlight = rawRequest({ port: Number(new URL(gateway.url).port), path: "/api/v1/users/organization", headers: { authorization: `Bearer ${ann.token}`, host: "localhost" } });
    const cut = expect(inFlight).rejects.toMatchObject({ code: "ECONNRESET" });
    await somebodyWaits();
    const before = performance.now();
    expect(await gateway.stop()).toBe(0);
    // Far from the ten seconds for which the database would let the statement wait.
    expect(performance.now() - before).toBeLessThan(8_000);
    await cut;
  });

  it("ends a worker and a module on its own, too", async () => {
    const gateway = await installation.host();
    const programs = await Promise.all([installation.program("worker"), installation.program("logging", { GATEWAY_URL: gateway.url })]);
    expect(await Promise.all(programs.map((program) => program.stop()))).toEqual([0, 0]);
  });
});

describe("a process whose launcher died", () => {
  it("drains and ends, so that nothing is left behind", async () => {
    const gateway = await installation.program("gateway");
    gateway.abandon();
    expect(await gateway.ended).toBe(0);
    expect(gateway.log).toContainEqual(expect.objectContaining({ msg: "Draining", signal: "disconnect" }));
  });

  it("ends as well when that happened before it was ready", async () => {
    const child = forkProgram(PROGRAMS.worker, installation.env);
    child.disconnect();
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  });
});

/** Why a process with this environment does not start: its code, and everything it says. */
async function startProblem(env: Readonly<Record<string, string>>): Promise<{ code: string; told: string }> {
  const error: unknown = await installation.host(env).catch((thrown: unknown) => thrown);
  if (!isAppError(error)) throw new Error("It started, or failed for no reason of its own", { cause: error });
  expect(error.remedy).toMatch(/\w{3}/);
  return { code: error.code, told: `${error.message}\n${error.remedy}` };
}

describe("a start is refused", () => {
  it.each(["gateway", "worker"] as const)("with words on standard error and an exit code that is not 0: %s", async (name) => {
    const refused: unknown = await installation.program(name, { DATABASE_URL: installation.databaseUrls.ownerUrl }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartRefused);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/superuser.*\n.*Connect as a login role that is a member of coder_app/) });
  });

  it("when row-level security would not bind: as a superuser, as the owner, with the roles mixed up", async () => {
    const { ownerUrl, url, systemUrl, name } = installation.databaseUrls;
    const password = new URL(ownerUrl).password;
    const [owner, bypass] = [`owner_of_${name}`, `bypass_of_${name}`];
    await installation.sql(`create role ${owner} login password '${password}' in role coder_app`);
    await installation.sql(`create role ${bypass} login bypassrls password '${password}' in role coder_app`);
    cleanUps.push(() => installation.sql(`alter table user_users owner to current_user; drop owned by ${owner}, ${bypass}; drop role ${owner}; drop role ${bypass}`));
    await installation.sql(`alter table user_users owner to ${owner}`);
    const as = (user: string) => Object.assign(new URL(ownerUrl), { username: user }).toString();
    const cases: readonly [Record<string, string>, RegExp][] = [
      [{ DATABASE_URL: ownerUrl }, /is a superuser/],
      [{ DATABASE_SYSTEM_URL: ownerUrl }, /is a superuser/],
      [{ DATABASE_URL: as(owner) }, /owns tables/],
      [{ DATABASE_URL: as(bypass) }, /has BYPASSRLS/],
      [{ DATABASE_URL: systemUrl }, /is no member of coder_app/],
      [{ DATABASE_SYSTEM_URL: url }, /is no member of coder_system/],
    ];
    for (const [env, reason] of cases) {
      const { code, told } = await startProblem(env);
      expect([code, told]).toEqual(["database_role_unsafe", expect.stringMatching(reason)]);
      expect(told).toContain("Connect as a login role that is a member of");
      expect(told).not.toContain(password);
    }
  });

  it("when the configuration has faults: all are named at once, with file, line, variable and key", async () => {
    const file = path.join(installation.env["CODER_DATA"] ?? "", "coder.yaml");
    await writeFile(file, "server:\n  prot: 3000\nauth:\n  sessions:\n    idleMinutes: never\nlogging:\n  retentionDays: -1\nno-such-module:\n  key: 1\n");
    const { code, told } = await startProblem({ BODY_LIMIT_BYTES: "lots", CODER_AUTH__PASSWORD__MIN_LENGTH: "12", SERVICE_TOKEN_SECRET: "too-little" });
    expect(code).toBe("config_invalid");
    expect(told).toContain("7 problems");
    for (const place of [`${file}:2`, `${file}:5 auth.sessions.idleMinutes`, `${file}:7 logging.retentionDays`, `${file}:8`, "BODY_LIMIT_BYTES server.bodyLimitBytes", "CODER_AUTH__PASSWORD__MIN_LENGTH", "SERVICE_TOKEN_SECRET secrets.serviceToken"]) expect(told).toContain(place);
    expect(told).toMatch(/prot.*did you mean server\.port/);
    expect(told).not.toContain("too-little");
  });

  it.each([
    ["nobody listens where the database should be", { DATABASE_URL: "postgresql://nobody:nothing@127.0.0.1:1/none" }, "database_unavailable", /database does not answer/],
    ["a trusted proxy is no address", { TRUSTED_PROXIES: "proxy.example" }, "trusted_proxy_invalid", /"proxy\.example" in server\.trustedProxies.*10\.0\.0\.0\/8/s],
  ])("when %s", async (_what, env, code, words) => {
    expect(await startProblem(env)).toEqual({ code, told: expect.stringMatching(words) });
  });

  it("when its port is taken, which is named", async () => {
    const { port } = new URL((await installation.host()).url);
    expect(await startProblem({ PORT: port })).toEqual({ code: "port_unavailable", told: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}.*PORT`, "s")) });
  });
});

describe("a gateway whose queue is away", () => {
  it("takes requests, because they leave their jobs in the outbox, and says so on the health page", async () => {
    const host = await installation.host({ REDIS_URL: "redis://127.0.0.1:1" });
    // A database that answers late, on a machine that has much else to do, is not ready for a moment.
    await expect.poll(async () => (await fetch(`${host.url}/ready`)).json()).toMatchObject({ status: "ready", checks: { database: "ok" } });
    expect((await host.health()).resources).toContainEqual(expect.objectContaining({ name: "queue", status: "down" }));
  });
});

describe("an installation that others can reach", () => {
  it("gives its first account to whoever has the code from the terminal", async () => {
    const port = await freePort();
    await installation.host({ HOST: "0.0.0.0", PORT: String(port), SETUP_CODE: "code-from-the-terminal" });
    const url = `http://127.0.0.1:${port}`;
    const ann = new Person("Ann", url);
    expect(await ann.api.userManagement.installation.query({})).toEqual({ claimed: false, setupCodeRequired: true, signUp: "invitation" });
    for (const admission of [{}, { setupCode: "" }, { setupCode: "code-from-the-termina" }]) await expect(ann.signUp(admission)).rejects.toMatchObject(refusal(403, "setup_code_wrong"));
    expect(await installation.count("user_users")).toBe(0);
    await ann.signUp({ setupCode: "code-from-the-terminal" });
    expect(await ann.api.auth.currentSession.query({})).toMatchObject({ installationAdmin: true });
    await expect(new Person("Eve", url).signUp({ setupCode: "code-from-the-terminal" })).rejects.toMatchObject(refusal(403, "sign_up_closed"));
  });

  it("has no first account as long as there is no code", async () => {
    const port = await freePort();
    await installation.host({ HOST: "0.0.0.0", PORT: String(port) });
    await expect(new Person("Ann", `http://127.0.0.1:${port}`).signUp()).rejects.toMatchObject(refusal(403, "setup_code_unset"));
    expect(await installation.count("user_users")).toBe(0);
  });
});

describe("an installation behind a proxy that speaks https", () => {
  const PUBLIC = "https://ide.example.com";
  const setupCode = "code-from-the-terminal";
  const account = { name: "Ann", email: "ann@example.com", password: "correct horse battery staple", setupCode };

  async function start(env: Readonly<Record<string, string>> = {}): Promise<number> {
    const port = await freePort();
    await installation.host({ PUBLIC_URL: PUBLIC, SETUP_CODE: setupCode, PORT: String(port), ...env });
    return port;
  }

  it("gives its first account to whoever has the code, although it listens on this machine alone", async () => {
    const port = await start();
    const { setupCode: _, ...stranger } = account;
    const signUp = { port, path: "/api/v1/auth/sign-up", method: "POST", headers: { host: "ide.example.com", origin: PUBLIC, "x-forwarded-proto": "https" } };
    expect(await rawRequest({ ...signUp, body: stranger })).toMatchObject({ status: 403, body: { error: { code: "setup_code_wrong" } } });
    expect(await installation.count("user_users")).toBe(0);
    expect(await rawRequest({ ...signUp, body: account })).toMatchObject({ status: 200 });
  });

  it("has cookies that no other site, script or plain connection gets, and knows no other name", async () => {
    const port = await start();
    const asPage = { host: "ide.example.com", origin: PUBLIC, "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7" };
    const signUp = await rawRequest({ port, path: "/api/v1/auth/sign-up", method: "POST", headers: asPage, body: account });
    expect(signUp).toMatchObject({ status: 200, body: { token: null } });
    const [cookie = ""] = signUp.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(/^__Host-coder_session=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Expires=/);
    const session = cookie.split(";", 1)[0] ?? "";
    expect(await rawRequest({ port, path: "/api/v1/auth/session", headers: { ...asPage, cookie: session } })).toMatchObject({ status: 200, body: { user: { email: account.email } } });
    expect(await rawRequest({ port, path: "/api/v1/auth/sessions", headers: { ...asPage, cookie: session } })).toMatchObject({ body: { items: [{ address: "203.0.113.7" }] } });
    // The name of the cookie without https is nobody's.
    expect(await rawRequest({ port, path: "/api/v1/auth/session", headers: { ...asPage, cookie: session.replace("__Host-", "") } })).toMatchObject({ status: 401, body: { error: { code: "not_signed_in" } } });
    const signOut = { port, path: "/api/v1/auth/sign-out", method: "POST", body: {} };
    for (const origin of ["https://evil.example", "http://ide.example.com", "https://ide.example.com.evil.example", "null"]) {
      expect(await rawRequest({ ...signOut, headers: { ...asPage, origin, cookie: session } })).toMatchObject({ status: 403, body: { error: { code: "cross_site_request", remedy: expect.stringContaining("PUBLIC_URL") } } });
    }
    expect(await rawRequest({ port, path: "/api/v1/auth/session", headers: { ...asPage, host: "evil.example", cookie: session } })).toMatchObject({ status: 403, body: { error: { code: "host_not_allowed", remedy: expect.stringContaining(PUBLIC) } } });
    const signedOut = await rawRequest({ ...signOut, headers: { ...asPage, cookie: session } });
    expect([signedOut.status, signedOut.headers["set-cookie"]?.[0]]).toEqual([200, expect.stringContaining("__Host-coder_session=; Path=/; HttpOnly; SameSite=Lax; Secure; Expires=Thu, 01 Jan 1970")]);
    expect(await rawRequest({ port, path: "/api/v1/auth/session", headers: { ...asPage, cookie: session } })).toMatchObject({ status: 401 });
  });

  it("believes nobody about where a request comes from whom it was not told to trust", async () => {
    const port = await start({ TRUSTED_PROXIES: "192.0.2.0/24" });
    const headers = { host: "ide.example.com", "x-forwarded-for": "203.0.113.7" };
    const signUp = await rawRequest({ port, path: "/api/v1/auth/sign-up", method: "POST", headers, body: { ...account, delivery: "token" } });
    const authorization = `Bearer ${Reflect.get(Object(signUp.body), "token")}`;
    expect(await rawRequest({ port, path: "/api/v1/auth/sessions", headers: { ...headers, authorization } })).toMatchObject({ body: { items: [{ address: "127.0.0.1" }] } });
    expect(await rawRequest({ port, path: "/api/v1/logs", headers: { ...headers, authorization } })).toMatchObject({ body: { items: [{ action: "auth.signUp", address: "127.0.0.1" }] } });
  });
});
