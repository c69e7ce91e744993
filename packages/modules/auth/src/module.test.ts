import { membershipChangedEvent } from "@coder/api/user-management";
import { createMemoryDatabase } from "@coder/db";
import { OrganizationIdSchema, SessionIdSchema, systemCaller, UserIdSchema, type OrganizationId } from "@coder/shared";
import { JobControl, loadConfig, newId } from "@coder/shared/server";
import { createServiceClient, type IServiceTransport } from "@coder/shared/trpc";
import { fixedConfig, silentLogger } from "@coder/testing";
import { afterEach, describe, expect, it } from "vitest";
import { AuthConfigSchema } from "./config.ts";
import { sessionEntity } from "./entities.ts";
import { authModule } from "./module.ts";

const SECRETS = { SESSION_SECRET: "s".repeat(32), SERVICE_TOKEN_SECRET: "t".repeat(32) };
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function setUp() {
  const config = await loadConfig({ modules: [authModule], env: SECRETS });
  closers.push(() => config.close());
  const database = createMemoryDatabase();
  const transport: IServiceTransport = { call: () => Promise.reject(new Error("No other module runs here")) };
  const instance = authModule.setup({
    config: fixedConfig(AuthConfigSchema.parse(config.forModule("auth").value)), kernel: config.kernel, configCatalogue: config.catalogue(), permissionCatalogue: {}, resources: { database }, client: (ref) => createServiceClient(ref, transport),
    jobs: new JobControl({ backend: null, modules: () => [], log: silentLogger, secrets: [] }), log: silentLogger,
  });
  return { database, instance, sessions: database.system("sign-in").repository(sessionEntity) };
}

function sessionIn(organizationId: OrganizationId) {
  const now = new Date().toISOString();
  return { id: newId(SessionIdSchema), userId: newId(UserIdSchema), tokenHash: newId(), organizationId, ipAddress: null, userAgent: null, createdAt: now, updatedAt: now, lastUsedAt: now, expiresAt: now };
}

describe("the manifest", () => {
  it("ships the defaults that were decided: Argon2id with 64 MiB, three passes, one lane", async () => {
    const config = await loadConfig({ modules: [authModule], env: SECRETS });
    closers.push(() => config.close());
    expect(config.forModule("auth").value).toMatchObject({
      passwords: { memoryKiB: 65_536, iterations: 3, parallelism: 1, minLength: 12 },
      lockout: { accountAttempts: 5 },
      sessions: { absoluteHours: 720, idleMinutes: 10_080 },
    });
  });

  it("is set up without a call to another module, and is well", async () => {
    const { instance } = await setUp();
    for (const check of Object.values(instance.health ?? {})) expect(await check()).toEqual({ status: "up" });
    await instance.stop?.();
  });

  it("takes the organization off the sessions of whoever left or is suspended, and of nobody else", async () => {
    const { instance, sessions } = await setUp();
    const organizationId = newId(OrganizationIdSchema);
    const [left, suspended, promoted] = [sessionIn(organizationId), sessionIn(organizationId), sessionIn(organizationId)];
    for (const session of [left, suspended, promoted]) await sessions.insert(session);
    const standing = { role: "member", status: "active" } as const;
    const happened = [
      { userId: left.userId, after: null },
      { userId: suspended.userId, after: { ...standing, status: "suspended" as const } },
      { userId: promoted.userId, after: { ...standing, role: "admin" as const } },
    ];
    const [binding] = instance.events ?? [];
    expect(binding?.definition).toBe(membershipChangedEvent);
    for (const { userId, after } of happened) {
      const payload = { organizationId, userId, before: standing, after, changedBy: null };
      await binding?.handle({ id: newId(), name: membershipChangedEvent.name, payload, caller: systemCaller("test"), occurredAt: new Date().toISOString(), signal: new AbortController().signal, log: silentLogger });
    }
    const organizations = await Promise.all([left, suspended, promoted].map(async ({ id }) => (await sessions.get(id))?.organizationId));
    expect(organizations).toEqual([null, null, organizationId]);
  });

  it("binds its scheduled job to a handler that works", async () => {
    const { instance, sessions } = await setUp();
    const past = new Date(Date.now() - 40 * 86_400_000).toISOString();
    await sessions.insert({ ...sessionIn(newId(OrganizationIdSchema)), lastUsedAt: past, expiresAt: past });
    const [job] = instance.jobs ?? [];
    expect(job?.definition).toMatchObject({ name: "auth.session.cleanup", options: { schedule: expect.any(String) } });
    const steps: string[] = [];
    const handler = await job?.load();
    const context = { id: newId(), payload: {}, caller: systemCaller("test"), attempt: 1, log: silentLogger, progress: async (done: number, total: number) => void steps.push(`${done}/${total}`) };
    await handler?.({ ...context, signal: AbortSignal.abort() });
    expect([await sessions.count({}), steps]).toEqual([1, []]);
    await handler?.({ ...context, signal: new AbortController().signal });
    expect([await sessions.count({}), steps]).toEqual([0, ["1/4", "2/4", "3/4", "4/4"]]);
  });
});
