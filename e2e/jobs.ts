import { createCoderClient, type CoderClient } from "@coder/api/client";
import type { Job, JobFilter } from "@coder/api/dashboard";
import type { Page } from "@playwright/test";
import type { OrganizationRole } from "@coder/shared";
import type { NewPerson } from "./fixtures.ts";
import { expect, PASSWORD } from "./projects.ts";

// What the journeys through the job dashboard have in common.

export const list = (page: Page) => page.getByRole("grid", { name: "Jobs", exact: true });
export const row = (page: Page, ...texts: readonly string[]) => texts.reduce((found, text) => found.filter({ hasText: text }), list(page).getByRole("row"));
export const rowOf = (page: Page, id: string) => list(page).locator(`[role=row][id$="/${id}"]`);
export const sheet = (page: Page) => page.getByRole("complementary");
export const toast = (page: Page, text: string | RegExp) => page.getByText(text).first();
export const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

export const all = async (api: CoderClient, filter: JobFilter) => (await api.dashboard.listJobs.query({ ...filter, limit: 200 })).items;
export const untilStates = (api: CoderClient, filter: JobFilter, states: readonly Job["state"][]) =>
  expect.poll(async () => (await all(api, filter)).map(({ state }) => state).sort()).toEqual(states.toSorted());

/** The same person as a program. */
export async function asProgram(url: string, { email }: NewPerson): Promise<CoderClient> {
  const { token } = await createCoderClient({ url }).auth.signIn.mutate({ email, password: PASSWORD, delivery: "token" });
  return createCoderClient({ url, ...(token === null ? {} : { token }) });
}

export interface Colleague {
  readonly person: NewPerson;
  readonly api: CoderClient;
}

/** Somebody new in the organization of whoever invites. */
export async function invite(api: CoderClient, url: string, role: OrganizationRole): Promise<Colleague> {
  const { token: invitationToken } = await api.userManagement.createInvitation.mutate({ role });
  return signUp(url, `The ${role}`, role, { invitationToken });
}

/** Somebody with an organization of their own, in an installation that otherwise takes people by invitation. */
export async function foundOrganization(api: CoderClient, url: string, name: string): Promise<Colleague> {
  const { configurationService } = api;
  const key = "user-management.signUp";
  const { setting } = await configurationService.setSetting.mutate({ key, value: "open", version: null });
  let founder: Colleague | null = null;
  await expect(async () => {
    founder ??= await signUp(url, name, name.toLowerCase().replaceAll(" ", "-"));
  }).toPass();
  await configurationService.resetSetting.mutate({ key, version: setting?.version ?? "" });
  if (founder === null) throw new Error("Sign-up was open");
  return founder;
}

/** A new account, as a program. */
export async function signUp(url: string, name: string, address: string, more: { readonly invitationToken?: string } = {}): Promise<Colleague> {
  const person = { name, email: `${address}-${Date.now().toString(36)}@example.org` };
  const { token } = await createCoderClient({ url }).auth.signUp.mutate({ ...person, ...more, password: PASSWORD, delivery: "token" });
  return { person, api: createCoderClient({ url, ...(token === null ? {} : { token }) }) };
}

/** `done`, or the code of the refusal. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(() => "done", (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : String(error)));
}
