import { writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { refusal, restDoor, typedDoor } from "./__fixtures__/doors.ts";
import { openInstallation, type Installation } from "./__fixtures__/installation.ts";
import { journey } from "./__fixtures__/journey.ts";
import { Person } from "./__fixtures__/people.ts";

const opened: Installation[] = [];
afterEach(async () => {
  for (const installation of opened.splice(0)) await installation.close();
});

async function open(): Promise<Installation> {
  const installation = await openInstallation();
  opened.push(installation);
  return installation;
}

/** One process here, with the background work, and a gateway of its own. */
async function twoProcesses() {
  const installation = await open();
  const [here, gateway] = await Promise.all([installation.host({}, ["http", "jobs"]), installation.program("gateway")]);
  return { installation, url: here.url, otherUrl: gateway.url };
}

describe("an empty installation", () => {
  it.each([["REST", restDoor], ["the typed client", typedDoor]])("is taken into use over %s", async (_name, door) => {
    const { url, otherUrl } = await twoProcesses();
    await journey({ url, otherUrl, door });
  }, 120_000);

  it("has one owner after two simultaneous first sign-ups, and nothing is left of the other", async () => {
    const { installation, url, otherUrl } = await twoProcesses();
    const people = [new Person("Ann", url), new Person("Bob", otherUrl)];
    const results = await Promise.allSettled(people.map((person) => person.signUp()));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find((result) => result.status === "rejected")?.reason).toMatchObject(refusal(403, "sign_up_closed"));
    const owner = people[results.findIndex(({ status }) => status === "fulfilled")];
    expect(await owner?.api.auth.currentSession.query({})).toMatchObject({ installationAdmin: true, organization: { role: "owner" } });
    for (const table of ["user_users", "auth_accounts", "auth_sessions", "user_organizations", "user_memberships"]) expect([table, await installation.count(table)]).toEqual([table, 1]);
    // Whoever was refused can come back with an invitation, under the same address.
    const refused = people.find((person) => person !== owner);
    await refused?.signUp({ invitationToken: (await owner?.invite("admin")) ?? "" });
    expect(await refused?.api.auth.currentSession.query({})).toMatchObject({ installationAdmin: false, organization: { role: "admin" } });
  }, 120_000);

  it("lets one of a hundred parallel accepts of an invitation in, and keeps nothing of the others", async () => {
    const installation = await open();
    const { url } = await installation.host({ CODER_AUTH__PASSWORDS__QUEUE_LIMIT: "200", CODER_USER_MANAGEMENT__SIGN_UP: "open" });
    const owner = await new Person("Owner", url).signUp();
    const strangers = await Promise.all(Array.from({ length: 5 }, (_item, at) => new Person(`Stranger ${at}`, url).signUp()));
    const tables = ["user_users", "auth_accounts", "auth_sessions", "user_organizations", "user_memberships"];
    const before = await Promise.all(tables.map((table) => installation.count(table)));
    const token = await owner.invite("member");
    const newcomers = Array.from({ length: 50 }, (_item, at) => new Person(`Newcomer ${at}`, url));
    const results = await Promise.allSettled([
      ...newcomers.map((person) => person.signUp({ invitationToken: token })),
      ...strangers.flatMap((person) => Array.from({ length: 10 }, () => person.at(url).userManagement.acceptInvitation.mutate({ token }))),
    ]);
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    for (const reason of refused) expect(reason).toMatchObject(refusal(404, "invitation_invalid"));
    // Ten accepts of one person are one accept: repeating it gives the same membership.
    const { items } = await owner.api.userManagement.listMembers.query({});
    const [joined] = items.filter(({ role }) => role === "member");
    expect(items.map(({ role }) => role).sort()).toEqual(["member", "owner"]);
    expect([1, ...Array.from({ length: 10 }, (_item, at) => at + 1)]).toContain(results.length - refused.length);
    const after = await Promise.all(tables.map((table) => installation.count(table)));
    const isNew = joined?.name.startsWith("Newcomer") ?? false;
    expect(after).toEqual(before.map((count, at) => count + (tables[at] === "user_memberships" || (isNew && tables[at] !== "user_organizations") ? 1 : 0)));
  }, 120_000);
});

describe("an installation that is open to everybody", () => {
  it("gives each newcomer an organization of their own, from where nothing of the first is seen", async () => {
    const { url, otherUrl } = await twoProcesses();
    const ann = await new Person("Ann", url).signUp();
    const invitation = await ann.api.userManagement.createInvitation.mutate({ role: "member" });
    await ann.api.configurationService.setSetting.mutate({ key: "user-management.signUp", value: "open", version: null });
    const eve = new Person("Eve", otherUrl);
    await vi.waitFor(async () => expect(await eve.at(otherUrl, null).userManagement.installation.query({})).toMatchObject({ signUp: "open" }), { timeout: 10_000 });
    await eve.signUp();
    const first = await ann.whereabouts();
    const own = await eve.whereabouts();
    expect(own.organizationId).not.toBe(first.organizationId);
    expect(await eve.api.auth.currentSession.query({})).toMatchObject({ installationAdmin: false, organization: { name: "Eve's organization", role: "owner" } });

    const [entry] = (await ann.api.logging.listEntries.query({})).items;
    const { userManagement, logging, configurationService, kernel, auth } = eve.api;
    expect((await userManagement.listMembers.query({})).items.map(({ name }) => name)).toEqual(["Eve"]);
    expect((await userManagement.listInvitations.query({})).items).toEqual([]);
    expect((await logging.listEntries.query({})).items.map(({ action }) => action)).toEqual(["auth.signUp"]);
    expect((await logging.listEntries.query({ actorUserId: first.userId })).items).toEqual([]);
    await expect(logging.getEntry.query({ id: entry?.id ?? "" })).rejects.toMatchObject(refusal(404, "entry_not_found"));
    await expect(userManagement.removeMember.mutate({ userId: first.userId })).rejects.toMatchObject(refusal(404, "member_not_found"));
    await expect(userManagement.revokeInvitation.mutate({ id: invitation.id })).rejects.toMatchObject(refusal(404, "invitation_not_found"));
    await expect(auth.switchOrganization.mutate({ organizationId: first.organizationId })).rejects.toMatchObject(refusal(404, "organization_not_found"));
    for (const call of [() => configurationService.listSettings.query({}), () => kernel.health.query(), () => logging.listInstallationEntries.query({})]) {
      await expect(call()).rejects.toMatchObject(refusal(403, "permission_missing"));
    }
    expect(await ann.api.userManagement.listMembers.query({})).toMatchObject({ items: [{ name: "Ann" }] });
  }, 120_000);
});

describe("work across tenants", () => {
  it("is in the installation's log, once for each reason, process and day, and counted on the health page", async () => {
    const installation = await open();
    const { url } = await installation.host();
    const ann = await new Person("Ann", url).signUp();
    const entries = async () => (await ann.api.logging.listInstallationEntries.query({ actionPrefix: "kernel.workAcrossTenants", limit: 100 })).items;
    await vi.waitFor(async () => expect((await entries()).map(({ targetId }) => targetId)).toEqual(expect.arrayContaining(["audit", "membership", "people", "settings", "sign-in"])), { timeout: 10_000 });
    await ann.signIn();
    const found = await entries();
    expect(new Set(found.map(({ targetId }) => targetId)).size).toBe(found.length);
    expect(found.every(({ actorComponent, organizationId, outcome }) => actorComponent === "process.http" && organizationId === null && outcome === "success")).toBe(true);
    const { resources } = await ann.api.kernel.health.query();
    expect(resources.find(({ name }) => name === "database")?.message).toMatch(/since the start: .*audit \d+, .*sign-in \d+/);
  }, 120_000);
});

describe("settings", () => {
  it("say which of the four sources each value comes from, and what it hides", async () => {
    const installation = await open();
    const file = `${installation.env["CODER_DATA"]}/coder.yaml`;
    await writeFile(file, "logging:\n  retentionDays: 90\nuser-management:\n  invitationLifetimeHours: 24\n");
    const { url } = await installation.host({ CODER_LOGGING__RETENTION_DAYS: "30" });
    const ann = await new Person("Ann", url).signUp();
    const { configurationService } = ann.api;
    await configurationService.setSetting.mutate({ key: "auth.sessions.idleMinutes", value: 600, version: null });
    const get = (key: string) => configurationService.getSetting.query({ key });
    expect(await get("logging.retentionDays")).toMatchObject({
      value: 30, source: "environment", where: "CODER_LOGGING__RETENTION_DAYS",
      hides: [{ source: "file", where: `${file}:2`, value: 90 }, { source: "default", value: 365 }],
    });
    expect(await get("user-management.invitationLifetimeHours")).toMatchObject({ value: 24, source: "file", where: `${file}:4`, hides: [{ source: "default", value: 168 }] });
    expect(await get("auth.sessions.idleMinutes")).toMatchObject({ value: 600, source: "database", hides: [{ source: "default", value: 10_080 }] });
    expect(await get("auth.sessions.absoluteHours")).toMatchObject({ value: 720, source: "default", hides: [] });
    const secret = await get("secrets.session");
    expect(JSON.stringify(secret)).not.toContain(installation.env["SESSION_SECRET"]);
    await expect(configurationService.setSetting.mutate({ key: "logging.retentionDays", value: 1, version: null })).rejects.toMatchObject(refusal(409, "locked_by_environment"));
    const { items } = await configurationService.listSettings.query({ limit: 200 });
    expect(items.every(({ source, description }) => source.length > 0 && description.length > 0)).toBe(true);
  });
});
