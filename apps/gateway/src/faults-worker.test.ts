import { loggingClient } from "@coder/api/logging/router";
import { OrganizationIdSchema, systemCaller, type OrganizationId } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { TcpGate } from "@coder/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openInstallation, type Installation } from "./__fixtures__/installation.ts";
import { Person } from "./__fixtures__/people.ts";
import type { Program } from "./__fixtures__/program.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let installation: Installation;
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
const ORGANIZATIONS = 24;
const KILLS = 2;
const OLD = 6;
const NEW = 3;

type Host = Awaited<ReturnType<Installation["host"]>>;

/** Audit entries as they would have been written at that time. */
async function record(host: Host, organizationId: OrganizationId, at: Date, entries: number): Promise<void> {
  vi.setSystemTime(at);
  const logging = host.client(loggingClient)(systemCaller("test", organizationId));
  for (let count = 0; count < entries; count += 1) {
    const { id } = await logging.beginEntry({ caller: systemCaller("test", organizationId), action: "test.past", address: "", userAgent: "", traceId: "" });
    await logging.completeEntry({ id, outcome: "success" });
  }
}

describe("a worker whose database hangs", () => {
  it("ends in the time it has to end, and with 0", async () => {
    installation = await openInstallation();
    cleanUps.push(() => installation.close());
    const gate = await TcpGate.before(Number(new URL(installation.databaseUrls.url).port));
    cleanUps.push(() => gate.close());
    const through = (url: string) => Object.assign(new URL(url), { port: String(gate.port) }).toString();
    const { url, systemUrl } = installation.databaseUrls;
    const worker = await installation.program("worker", { DATABASE_URL: through(url), DATABASE_SYSTEM_URL: through(systemUrl), DRAIN_SECONDS: "1" });
    // A relay looks at its outbox every second, and waits for its answer now.
    await gate.freezeAt("kernel_outbox");
    const before = performance.now();
    expect(await worker.stop()).toBe(0);
    expect(performance.now() - before).toBeLessThan(15_000);
  });
});

describe("a worker killed in the middle of a job", () => {
  it("leaves the rest to the next one, and each effect happens exactly once", async () => {
    installation = await openInstallation();
    cleanUps.push(() => installation.close());
    const host = await installation.host();
    const organizations = Array.from({ length: ORGANIZATIONS }, () => newId(OrganizationIdSchema));
    vi.useFakeTimers({ toFake: ["Date"] });
    const now = Date.now();
    for (const organization of organizations) await record(host, organization, new Date(now - 2 * KEPT_DAYS * DAY_MS), OLD);
    for (const organization of organizations) await record(host, organization, new Date(now), NEW);
    vi.useRealTimers();

    // Each deletion takes a moment, so that there is a middle to be killed in.
    await installation.sql("create function wait_a_moment() returns trigger language plpgsql as $$ begin perform pg_sleep(0.1); return null; end $$");
    await installation.sql("create trigger wait before delete on audit_logs for each statement execute function wait_a_moment()");
    await installation.sql("create table deletions (id text not null)");
    await installation.sql("create function note_deletion() returns trigger language plpgsql security definer as $$ begin insert into public.deletions values (old.id); return old; end $$");
    await installation.sql("create trigger note after delete on audit_logs for each row when (old.organization_id is not null) execute function note_deletion()");

    const id = await installation.enqueue("logging.retention.apply");
    // What belongs to no organization is not what is counted here.
    const left = () => installation.count("audit_logs where organization_id is not null");
    const env = { CODER_LOGGING__RETENTION_DAYS: String(KEPT_DAYS) };
    let worker: Program = await installation.program("worker", env);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const goal = ORGANIZATIONS * (NEW + OLD) - (kill * ORGANIZATIONS * OLD) / (KILLS + 1);
      await vi.waitFor(async () => expect(await left()).toBeLessThanOrEqual(goal), { timeout: 60_000, interval: 5 });
      await worker.kill();
      expect(await left()).toBeGreaterThan(ORGANIZATIONS * NEW);
      worker = await installation.program("worker", env);
    }
    await vi.waitFor(async () => expect(await installation.sql("select state::text from bullmq.job where id = $1", [id])).toEqual([{ state: "completed" }]), { timeout: 60_000, interval: 100 });

    expect(await left()).toBe(ORGANIZATIONS * NEW);
    const [deletions] = await installation.sql<{ all: number; once: number }>(`select count(*)::int as "all", count(distinct id)::int as once from deletions`);
    expect(deletions).toEqual({ all: ORGANIZATIONS * OLD, once: ORGANIZATIONS * OLD });
    for (const organization of organizations) {
      const report = await host.client(loggingClient)(systemCaller("test", organization)).verifyChain({});
      expect(report).toMatchObject({ intact: true, checked: NEW, firstSequence: OLD + 1, lastSequence: OLD + NEW });
    }
    expect(worker.running).toBe(true);
  });

  it("still takes removed members' sessions out of the organization, and hands on every event of before once", async () => {
    installation = await openInstallation();
    cleanUps.push(() => installation.close());
    const { url } = await installation.host();
    const ann = await new Person("Ann", url).signUp();
    const members: Person[] = [];
    for (let count = 0; count < 8; count += 1) members.push(await new Person(`Member ${count}`, url).signUp({ invitationToken: await ann.invite() }));
    const sessions = await Promise.all(members.map(async (member) => (await member.api.auth.currentSession.query({})).sessionId));
    const ids = await Promise.all(members.map(async (member) => (await member.whereabouts()).userId));
    for (const userId of ids) await ann.api.userManagement.removeMember.mutate({ userId });
    await installation.sql("create function wait_a_moment() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return null; end $$");
    await installation.sql("create trigger wait before update on auth_sessions for each statement execute function wait_a_moment()");
    const inside = async () => Number((await installation.sql<{ n: string }>("select count(*) as n from auth_sessions where organization_id is not null and id = any($1)", [sessions]))[0]?.n);
    expect(await inside()).toBe(members.length);

    const worker = await installation.program("worker");
    await vi.waitFor(async () => expect(await inside()).toBeLessThan(members.length), { timeout: 30_000, interval: 5 });
    await worker.kill();
    const next = await installation.program("worker");
    await vi.waitFor(async () => expect([await inside(), await installation.count("kernel_outbox")]).toEqual([0, 0]), { timeout: 60_000, interval: 100 });
    await vi.waitFor(async () => expect(await installation.sql("select state::text from bullmq.job where state in ('waiting', 'active', 'failed')")).toEqual([]), { timeout: 60_000, interval: 100 });
    // They belong nowhere and can still sign out: nobody was thrown out of their account.
    expect(await members[0]?.api.auth.currentSession.query({})).toMatchObject({ organization: null });
    expect(await ann.api.auth.currentSession.query({})).toMatchObject({ organization: { role: "owner" } });
    expect(next.running).toBe(true);
  });
});
