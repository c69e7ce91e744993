import { ORGANIZATION_ROLES } from "@coder/shared";
import { expect, vi } from "vitest";
import { typedDoor, refusal, type Door } from "./doors.ts";
import { Person } from "./people.ts";

export interface JourneyOptions {
  readonly url: string;
  /** Another process of the installation. */
  readonly otherUrl: string;
  readonly door?: Door;
}

/** Sees a change of somebody's role, which a process may take a second to notice. */
const SOON = { timeout: 10_000, interval: 50 };

/**
 * What new users do with an empty installation: the first account, an invitation, roles, sessions, sign-out, settings, health, and the
 * audit log that tells all of it. Every refusal on the way has its code and says what to do.
 */
export async function journey({ url, otherUrl, door = typedDoor }: JourneyOptions): Promise<{ ann: Person; ben: Person }> {
  const nobody = door({ url });
  const ann = await firstAccount(new Person("Ann", url, door));
  await expect(new Person("Mallory", url, door).signUp()).rejects.toMatchObject(refusal(403, "sign_up_closed"));
  await expect(nobody.userManagement.listMembers.query({})).rejects.toMatchObject(refusal(401, "not_signed_in"));
  const ben = await invited(ann, new Person("Ben", url, door));
  await mayNot(ben);
  await sessions(ben, otherUrl);
  await roles(ann, ben);
  await expect(door({ url, address: ann.address }).auth.signIn.mutate({ email: ann.email, password: "wrong horse battery", delivery: "token" })).rejects.toMatchObject(refusal(401, "invalid_credentials"));
  await settings(ann, otherUrl);
  await health(ann);
  await auditLog(ann, ben);
  return { ann, ben };
}

async function firstAccount(ann: Person): Promise<Person> {
  const nobody = ann.at(ann.url, null);
  expect(await nobody.userManagement.installation.query({})).toEqual({ claimed: false, setupCodeRequired: false, signUp: "invitation" });
  await expect(nobody.auth.signUp.mutate({ name: "Ann", email: ann.email, password: "short", delivery: "token" })).rejects.toMatchObject(refusal(400, "password_too_weak"));
  await ann.signUp();
  expect(await ann.api.auth.currentSession.query({})).toMatchObject({
    user: { email: ann.email, name: "Ann" },
    organization: { name: "Ann's organization", role: "owner" },
    organizations: [{ role: "owner" }],
    installationAdmin: true,
    permissions: expect.arrayContaining(["kernel.health.read", "logging.entry.read", "user-management.member.update"]),
  });
  expect(await nobody.userManagement.installation.query({})).toMatchObject({ claimed: true });
  return ann;
}

async function invited(ann: Person, ben: Person): Promise<Person> {
  const invitationToken = await ann.invite("member");
  const nobody = ben.at(ben.url, null);
  expect(await nobody.userManagement.describeInvitation.query({ token: invitationToken })).toMatchObject({ organizationName: "Ann's organization", inviterName: "Ann", role: "member" });
  await ben.signUp({ invitationToken });
  expect(await ben.api.auth.currentSession.query({})).toMatchObject({ organization: { name: "Ann's organization", role: "member" }, installationAdmin: false });
  await expect(new Person("Latecomer", ben.url, ben.door).signUp({ invitationToken })).rejects.toMatchObject(refusal(404, "invitation_invalid"));
  return ben;
}

/** What a member without a special role is refused. */
async function mayNot({ api }: Person): Promise<void> {
  const refused = refusal(403, "permission_missing");
  await expect(api.logging.listEntries.query({})).rejects.toMatchObject(refused);
  await expect(api.userManagement.createInvitation.mutate({ role: "member" })).rejects.toMatchObject(refused);
  await expect(api.configurationService.listSettings.query({})).rejects.toMatchObject(refused);
  await expect(api.kernel.health.query()).rejects.toMatchObject(refused);
  await expect(api.logging.listInstallationEntries.query({})).rejects.toMatchObject(refused);
}

/** See and revoke own sessions: refused at once, in the other process too. */
async function sessions(ben: Person, otherUrl: string): Promise<void> {
  const phone = await ben.newSession(otherUrl);
  const { items } = await ben.api.auth.listSessions.query({});
  expect(items).toHaveLength(2);
  expect(items.filter(({ current }) => current)).toHaveLength(1);
  const other = items.find(({ current }) => !current);
  expect(await ben.at(otherUrl, phone).auth.currentSession.query({})).toMatchObject({ sessionId: other?.id });
  expect(await ben.api.auth.revokeSession.mutate({ id: other?.id ?? "" })).toEqual({ revoked: 1 });
  for (const url of [otherUrl, ben.url]) await expect(ben.at(url, phone).auth.currentSession.query({})).rejects.toMatchObject(refusal(401, "session_invalid"));
  await expect(ben.api.auth.revokeSession.mutate({ id: other?.id ?? "" })).rejects.toMatchObject(refusal(404, "session_not_found"));

  const left = ben.token;
  await ben.api.auth.signOut.mutate({});
  for (const url of [otherUrl, ben.url]) await expect(ben.at(url, left).userManagement.getProfile.query({})).rejects.toMatchObject(refusal(401, "session_invalid"));
  await ben.signIn();
}

async function roles(ann: Person, ben: Person): Promise<void> {
  const { userId } = await ben.whereabouts();
  const { items } = await ann.api.userManagement.listMembers.query({});
  expect(items.map(({ name, role, status }) => [name, role, status])).toEqual([["Ann", "owner", "active"], ["Ben", "member", "active"]]);
  const { roles: known } = await ann.api.userManagement.listRoles.query({});
  expect(known.map(({ role }) => role).sort()).toEqual([...ORGANIZATION_ROLES].sort());
  expect(await ann.api.userManagement.changeMemberRole.mutate({ userId, role: "auditor" })).toMatchObject({ role: "auditor", changes: { role: { from: "member", to: "auditor" } } });
  await vi.waitFor(() => ben.api.logging.listEntries.query({}), SOON);
  await expect(ben.api.userManagement.createInvitation.mutate({ role: "member" })).rejects.toMatchObject(refusal(403, "permission_missing"));
  const owner = await ann.whereabouts();
  await expect(ann.api.userManagement.changeMemberRole.mutate({ userId: owner.userId, role: "member" })).rejects.toMatchObject(refusal(409, "last_owner"));
}

const SIGN_UP = "user-management.signUp";

async function settings(ann: Person, otherUrl: string): Promise<void> {
  const { configurationService } = ann.api;
  const before = await configurationService.getSetting.query({ key: SIGN_UP });
  expect(before).toMatchObject({ value: "invitation", source: "default", where: expect.stringContaining("config/default.yaml"), version: null });
  const wrong = configurationService.setSetting.mutate({ key: SIGN_UP, value: "everybody", version: null });
  await expect(wrong).rejects.toMatchObject(refusal(400, /^[a-z_]+$/));
  const { setting } = await configurationService.setSetting.mutate({ key: SIGN_UP, value: "open", version: null });
  expect(setting).toMatchObject({ value: "open", source: "database", hides: [{ source: "default", value: "invitation" }] });
  const elsewhere = ann.at(otherUrl, null);
  await vi.waitFor(async () => expect(await elsewhere.userManagement.installation.query({})).toMatchObject({ signUp: "open" }), SOON);
  await configurationService.resetSetting.mutate({ key: SIGN_UP, version: setting?.version ?? "" });
  await vi.waitFor(async () => expect(await elsewhere.userManagement.installation.query({})).toMatchObject({ signUp: "invitation" }), SOON);
  const { items } = await configurationService.listChanges.query({ key: SIGN_UP });
  expect(items.map(({ action, from, to }) => [action, from, to])).toEqual([["reset", { value: "open" }, null], ["set", null, { value: "open" }]]);
}

async function health({ api }: Person): Promise<void> {
  const summary = await api.kernel.health.query();
  expect(summary.status).toBe("up");
  expect(summary.modules.map(({ name }) => name)).toEqual(expect.arrayContaining(["auth", "configuration-service", "logging", "user-management"]));
  expect(summary.resources.map(({ name, status }) => [name, status])).toEqual(expect.arrayContaining([["database", "up"], ["queue", "up"], ["configuration", "up"]]));
}

/** What happened in the organization, in order, as `who action outcome`. Sign-outs and revocations included, reads not. */
const TOLD = [
  "Ann auth.signUp success",
  "Ann userManagement.createInvitation success",
  "Ben auth.signUp success",
  "Ben userManagement.createInvitation denied permission_missing",
  "Ben auth.signIn success",
  "Ben auth.revokeSession success",
  "Ben auth.revokeSession failure session_not_found",
  "Ben auth.signOut success",
  "Ben auth.signIn success",
  "Ann userManagement.changeMemberRole success",
  "Ben userManagement.createInvitation denied permission_missing",
  "Ann userManagement.changeMemberRole failure last_owner",
  "Ann configurationService.setSetting failure",
  "Ann configurationService.setSetting success",
  "Ann configurationService.resetSetting success",
];

async function auditLog(ann: Person, ben: Person): Promise<void> {
  const names = new Map([[(await ann.whereabouts()).userId, ann.name], [(await ben.whereabouts()).userId, ben.name]]);
  const { items, nextCursor } = await ann.api.logging.listEntries.query({ limit: 100 });
  expect(nextCursor).toBeNull();
  const told = items.toReversed().map(({ actorUserId, action, outcome, errorCode }) => [names.get(actorUserId ?? ""), action, outcome, ...(errorCode === null ? [] : [errorCode])].join(" "));
  expect(told.map((line) => line.replace(/(setSetting failure).*/, "$1"))).toEqual(TOLD);
  expect(items.map(({ sequence }) => sequence)).toEqual(items.map((_item, at) => items.length - at));
  const [entry] = items;
  expect(await ben.api.logging.getEntry.query({ id: entry?.id ?? "" })).toEqual(entry);
  expect(await ann.api.logging.verifyChain.mutate({})).toMatchObject({ intact: true, brokenAt: null });

  const installation = await ann.api.logging.listInstallationEntries.query({ actionPrefix: "auth.", limit: 100 });
  const failed = installation.items.map(({ action, outcome, errorCode, targetId }) => [action, outcome, errorCode, targetId].join(" "));
  expect(failed.sort()).toEqual([
    "auth.signIn denied invalid_credentials ann@example.com",
    "auth.signUp denied sign_up_closed mallory@example.com",
    "auth.signUp failure invitation_invalid latecomer@example.com",
    "auth.signUp failure password_too_weak ann@example.com",
  ]);
  expect(await ann.api.logging.verifyInstallationChain.mutate({})).toMatchObject({ intact: true });
}
