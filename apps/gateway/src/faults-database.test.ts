import { isAppError } from "@coder/shared";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openInstallation } from "./__fixtures__/installation.ts";
import { startOwnPostgres } from "./__fixtures__/own-postgres.ts";
import { Person } from "./__fixtures__/people.ts";
import { mayMount, smallDisk as mountSmallDisk } from "./__fixtures__/small-disk.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function smallDisk() {
  const disk = await mountSmallDisk();
  cleanUps.push(() => disk.close());
  return disk;
}

/** What somebody may be told while the database is away. Each says whether the work may have been done. */
const OUTAGE = ["database_unavailable", "audit_unavailable", "queue_unavailable"];
const OWNERS = 6;
const INVITATIONS = 30;
const KILL_AFTER = 50;

describe("PostgreSQL killed under load", () => {
  it("loses nothing that was acknowledged, and the product goes on by itself", async () => {
    const server = await startOwnPostgres();
    cleanUps.push(() => server.close());
    const installation = await openInstallation({ serverUrl: server.url });
    cleanUps.push(() => installation.close());
    const [gateway, worker] = await Promise.all([installation.program("gateway", { CODER_USER_MANAGEMENT__SIGN_UP: "open" }), installation.program("worker")]);
    const first = await new Person("Owner", gateway.url).signUp();
    const owners = [first, ...(await Promise.all(Array.from({ length: OWNERS - 1 }, (_item, at) => new Person(`Owner ${at}`, gateway.url).signUp())))];
    const acknowledged: string[] = [];
    const refused: string[] = [];
    let outage: Promise<void> | null = null;
    const kill = async (): Promise<void> => {
      await server.kill();
      await vi.waitFor(async () => expect((await fetch(`${gateway.url}/ready`)).status).toBe(503), { timeout: 20_000 });
      await server.restart();
      await vi.waitFor(async () => expect((await fetch(`${gateway.url}/ready`)).status).toBe(200), { timeout: 20_000 });
    };
    await Promise.all(
      owners.map(async (owner) => {
        for (let made = 0; made < INVITATIONS; ) {
          if (acknowledged.length >= KILL_AFTER) outage ??= kill();
          try {
            acknowledged.push((await owner.api.userManagement.createInvitation.mutate({ role: "member" })).id);
            made += 1;
          } catch (error) {
            if (!isAppError(error)) throw error;
            expect(error).toMatchObject({ httpStatus: 503, remedy: expect.stringMatching(/[Tt]ry again/) });
            expect(OUTAGE).toContain(error.code);
            refused.push(error.code);
            await outage;
          }
        }
      }),
    );
    await outage;
    expect(refused.length).toBeGreaterThan(0);
    expect(acknowledged).toHaveLength(OWNERS * INVITATIONS);
    const stored = new Set((await installation.sql<{ id: string }>("select id from user_invitations")).map(({ id }) => id));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    // What was done without being acknowledged is at most what was under way.
    expect(stored.size - acknowledged.length).toBeLessThanOrEqual(OWNERS);
    await recordsAreComplete();
    // Nobody had to start anything again, and nobody has to sign in again.
    expect([gateway.running, worker.running]).toEqual([true, true]);
    await vi.waitFor(async () => expect(await installation.count("kernel_outbox")).toBe(0), { timeout: 30_000 });
    for (const owner of owners) expect(await owner.api.auth.currentSession.query({})).toMatchObject({ organization: { role: "owner" } });
    await vi.waitFor(async () => expect(await first.api.kernel.health.query()).toMatchObject({ status: "up" }), { timeout: 20_000 });

    /** Every acknowledged action has its entry, or the intent that becomes one. */
    async function recordsAreComplete(): Promise<void> {
      const entries = new Set((await installation.sql<{ id: string }>("select target_id as id from audit_logs where action = 'userManagement.createInvitation' and outcome = 'success'")).map(({ id }) => id));
      const open = await installation.count("audit_intents");
      expect(acknowledged.filter((id) => !entries.has(id)).length).toBeLessThanOrEqual(open);
      for (const owner of owners) expect(await owner.api.logging.verifyChain.mutate({})).toMatchObject({ intact: true, brokenAt: null });
    }
  });
});

describe("a full disk", () => {
  it.skipIf(!mayMount())("is named in every refusal, reads go on, and it is over when there is space again (needs root, to mount a small disk)", async () => {
    const disk = await smallDisk();
    const server = await startOwnPostgres();
    cleanUps.push(() => server.close());
    const installation = await openInstallation({ serverUrl: server.url });
    cleanUps.push(() => installation.close());
    // The product's tables on the small disk, the server's own journal beside it.
    await disk.holds(installation.databaseUrls);
    const [gateway, worker] = await Promise.all([installation.program("gateway"), installation.program("worker")]);
    const ann = await new Person("Ann", gateway.url).signUp();
    const made = [await ann.api.userManagement.createInvitation.mutate({ role: "member" })];
    await vi.waitFor(async () => expect(await installation.count("kernel_outbox")).toBe(0), { timeout: 20_000 });

    await disk.fill();
    const full = { httpStatus: 503, code: "storage_full", remedy: expect.stringContaining("Free space") };
    expect(await firstRefusal(async () => made.push(await ann.api.userManagement.createInvitation.mutate({ role: "member" })))).toMatchObject(full);
    expect(await firstRefusal(() => new Person("Ann", gateway.url).signIn())).toMatchObject(full);
    expect(await firstRefusal(() => ann.api.userManagement.updatePreferences.mutate({ theme: "dark" }))).toMatchObject(full);
    expect(await ann.api.userManagement.getOrganization.query({})).toMatchObject({ name: "Ann's organization" });
    expect((await ann.api.logging.listEntries.query({})).items.length).toBeGreaterThan(1);
    expect((await ann.api.userManagement.listInvitations.query({ limit: 200 })).items.map(({ id }) => id)).toEqual(expect.arrayContaining(made.map(({ id }) => id)));

    await disk.empty();
    expect(await ann.api.userManagement.updatePreferences.mutate({ theme: "light" })).toMatchObject({ theme: "light" });
    await ann.newSession();
    expect(await ann.api.logging.verifyChain.mutate({})).toMatchObject({ intact: true });
    await vi.waitFor(async () => expect(await installation.count("kernel_outbox")).toBe(0), { timeout: 30_000 });
    await vi.waitFor(async () => expect(await ann.api.kernel.health.query()).toMatchObject({ status: "up" }), { timeout: 20_000 });
    expect([gateway.running, worker.running]).toEqual([true, true]);
  });
});

describe("an action whose end cannot be recorded", () => {
  it("is told as what it is, and gets its entry with an unknown outcome", async () => {
    const installation = await openInstallation();
    cleanUps.push(() => installation.close());
    const { url } = await installation.host();
    const ann = await new Person("Ann", url).signUp();
    const { version } = await ann.api.userManagement.getOrganization.query({});
    await installation.sql("create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$");
    await installation.sql("create trigger refuse before insert on audit_logs execute function refuse()");
    expect(await ann.api.userManagement.renameOrganization.mutate({ name: "Done", version })).toMatchObject({ name: "Done" });
    await expect(ann.api.userManagement.renameOrganization.mutate({ name: "Again", version })).rejects.toMatchObject({ code: "version_conflict", httpStatus: 409 });
    expect(await installation.count("audit_intents")).toBe(2);

    await installation.sql("drop trigger refuse on audit_logs");
    await installation.sql("update audit_intents set started_at = now() - interval '1 hour'");
    await installation.host({}, ["jobs"]);
    await installation.enqueue("logging.entries.settle");
    await vi.waitFor(async () => expect(await installation.count("audit_intents")).toBe(0), { timeout: 20_000 });
    const { items } = await ann.api.logging.listEntries.query({});
    expect(items.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(["userManagement.renameOrganization unknown", "userManagement.renameOrganization unknown", "auth.signUp success"]);
    expect(await ann.api.logging.verifyChain.mutate({})).toMatchObject({ intact: true });
  });
});

/** A full disk still has places in half-full pages: repeats the work until those are used up. */
async function firstRefusal(work: () => Promise<unknown>): Promise<unknown> {
  for (let tries = 0; tries < 200; tries += 1) {
    const error = await work().then(() => null, (thrown: unknown) => thrown);
    if (error !== null) return error;
  }
  throw new Error("The disk was never full");
}
