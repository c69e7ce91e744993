import type { Page } from "@playwright/test";
import { callerOf, DemoJobs } from "./demo-jobs.ts";
import { expectAccessible, signIn } from "./fixtures.ts";
import { asProgram, foundOrganization, list, outcome, row, times } from "./jobs.ts";
import { fillWithJobs } from "./many-jobs.ts";
import { expect, OWNER, test } from "./projects.ts";

test.use({ installation: "jobs-many" });

const MANY = 100_000;
const FAILED = MANY / 16;
const CANCELLED = MANY / 50;
const ACTED_ON = 20_000;
/** A product that runs already may hold what a run before put there. */
const NEEDLE = `needle${Date.now().toString(36)}`;

const state = (page: Page, name: string) => page.getByRole("group", { name: "State" }).getByRole("button", { name });
const shown = (count: number) => count.toLocaleString("en");
const footer = (page: Page) => page.getByRole("status").filter({ hasText: / jobs?$/ });

test("one organization gets other limits than all others, for files, jobs and indexes, and only that one", async ({ visit, owner, product }) => {
  const boss = await asProgram(product.url, OWNER);
  const { person, api } = await foundOrganization(boss, product.url, "Eve");
  const theirs = await api.auth.currentSession.query({});
  const organization = theirs.organization?.name ?? "";
  const { page, complaints } = await visit({ storageState: owner });
  const before = { jobs: await boss.dashboard.getUsage.query({}), files: await boss.workspace.getUsage.query({}) };

  await test.step("who runs the installation sets them where its organizations are listed", async () => {
    await page.goto("/settings?tab=organizations");
    const organizations = page.getByRole("grid", { name: "Organizations" });
    await organizations.getByRole("row").filter({ hasText: organization }).click();
    const form = page.getByRole("form", { name: "Limits of the organization" });
    const limits = { "Open jobs": "2", "Failed days": "3", Projects: "1", "Trash days": "5", Chunks: "7" } as const;
    await form.getByLabel("Open jobs").fill("0");
    await form.getByLabel("Kept jobs").focus();
    await expect(form.getByText("Enter at least 1")).toBeVisible();
    for (const [label, value] of Object.entries(limits)) await form.getByLabel(label, { exact: true }).fill(value);
    await expectAccessible(page, "limits of an organization");
    await form.getByRole("button", { name: "Save" }).click();
    // "Save" is disabled while it is saving, too; there is nothing left to discard only when all of it is saved.
    await expect(form.getByRole("button", { name: "Discard" })).toBeHidden();
    await expect(organizations.getByRole("row").filter({ hasText: organization })).toContainText("open jobs 2");
    await page.reload();
    for (const [label, value] of Object.entries(limits)) await expect(form.getByLabel(label, { exact: true })).toHaveValue(value);
    await page.goto("/settings?tab=changes");
    await expect(page.getByRole("row", { name: /dashboard\.organizations/ }).first()).toBeVisible();
  });

  await test.step("that organization sees them where its usage is shown", async () => {
    await expect.poll(async () => (await api.dashboard.getUsage.query({})).open.limit).toBe(2);
    const their = await visit();
    await signIn(their.page, person);
    await their.page.goto("/jobs");
    await expect(their.page.getByRole("region", { name: "Overview" })).toContainText("0 of 2 open");
    await expect(their.page.getByRole("region", { name: "Overview" })).toContainText("failed 3");
    expect(await api.workspace.getUsage.query({})).toMatchObject({ projects: { used: 0, limit: 1 }, retention: { trashDays: 5 } });
  });

  await test.step("they are enforced there, and nobody else feels it", async () => {
    const project = await api.workspace.createProject.mutate({ name: "The only one" });
    expect(await outcome(api.workspace.createProject.mutate({ name: "One too many" }))).toBe("quota_exceeded");
    expect((await api.embeddings.getIndex.query({ projectId: project.id })).usage.chunks.limit).toBe(7);
    const demo = new DemoJobs(product.databaseUrl());
    await demo.work();
    await demo.rest();
    await demo.add(await callerOf(api), "report", times(2, {}), 3_600_000);
    await expect.poll(async () => (await api.dashboard.getUsage.query({})).open.used).toBe(2);
    expect(await outcome(api.embeddings.startIndex.mutate({ projectId: project.id }))).toBe("job_quota_exceeded");
    await demo.stop();
    const own = await boss.workspace.createProject.mutate({ name: "Mine" });
    await boss.workspace.createProject.mutate({ name: "Mine too" });
    expect(await outcome(boss.embeddings.startIndex.mutate({ projectId: own.id }))).toBe("done");
    const after = { jobs: await boss.dashboard.getUsage.query({}), files: await boss.workspace.getUsage.query({}) };
    const limits = ({ jobs, files }: typeof before) => [jobs.open.limit, jobs.kept.limit, jobs.retention, files.projects.limit, files.bytes.limit, files.retention, 0];
    expect(limits(after)).toEqual(limits(before));
    // Nor may they see or set any of it.
    expect(await outcome(api.userManagement.listInstallationOrganizations.query({}))).toBe("permission_missing");
    expect(await outcome(api.configurationService.setSetting.mutate({ key: "dashboard.organizations", value: {}, version: null }))).toBe("permission_missing");
  });

  await test.step("taken away, everybody's hold again", async () => {
    await page.goto(`/settings?tab=organizations&organization=${theirs.organization?.id ?? ""}`);
    const form = page.getByRole("form", { name: "Limits of the organization" });
    await form.getByLabel("Open jobs").fill("");
    await form.getByRole("button", { name: "Save" }).click();
    await expect.poll(async () => (await api.dashboard.getUsage.query({})).open.limit).toBe(before.jobs.open.limit);
    expect((await api.dashboard.getUsage.query({})).retention.failedDays).toBe(3);
  });
  expect(complaints).toEqual([]);
});

// How quick it is, the benchmark of the job list tells: on a machine that does much else at once, a time says nothing.
test("with 100,000 jobs the page is right, live, and as light as with few", async ({ visit, owner, product }) => {
  const { page, complaints } = await visit({ storageState: owner });
  const api = await asProgram(product.url, OWNER);
  const { user, organization } = await api.auth.currentSession.query({});
  const organizationId = organization?.id ?? "";
  // Or those that are too many are forgotten within five minutes.
  const { value, version } = await api.configurationService.getSetting.query({ key: "dashboard.organizations" });
  await api.configurationService.setSetting.mutate({ key: "dashboard.organizations", value: { ...Object(value), [organizationId]: { keptJobs: 2 * MANY, openJobs: 2 * ACTED_ON } }, version });
  const demo = new DemoJobs(product.databaseUrl());
  await demo.work();
  await demo.rest();
  // As the page lists them: without the deliveries of events.
  const listed = { kinds: ["jobs" as const] };
  const before = await api.dashboard.countJobs.query(listed);
  const [failed, cancelled] = [FAILED + before.failed, CANCELLED + before.cancelled];
  const total = MANY + Object.values(before).reduce((sum, each) => sum + each, 0);
  await fillWithJobs(product.databaseUrl(), { organizationId, userId: user.id, count: MANY, needle: NEEDLE });

  await test.step("it opens, and counts right", async () => {
    await page.goto("/jobs");
    await expect(footer(page)).toHaveText(`100 of ${shown(total)} jobs`);
    await expect(state(page, `Failed ${shown(failed)}`)).toBeVisible();
    await expect(state(page, `Cancelled ${shown(cancelled)}`)).toBeVisible();
    const counts = await api.dashboard.countJobs.query(listed);
    expect([counts.failed, counts.cancelled, Object.values(counts).reduce((sum, each) => sum + each, 0)]).toEqual([failed, cancelled, total]);
  });

  await test.step("however far somebody scrolls, no more is drawn than is seen", async () => {
    const drawn = () => page.evaluate(() => ({ nodes: document.querySelectorAll("*").length, rows: document.querySelectorAll("[role=grid] [role=row]").length }));
    const first = await drawn();
    await list(page).focus();
    const read = () => footer(page).textContent().then((text) => Number(/^([\d,]+)/.exec(text ?? "")?.[1]?.replaceAll(",", "")));
    let most = first;
    for (let pages = 1; pages <= 25; pages += 1) {
      await page.keyboard.press("End");
      await expect.poll(read).toBeGreaterThan(pages * 100);
      const now = await drawn();
      most = { nodes: Math.max(most.nodes, now.nodes), rows: Math.max(most.rows, now.rows) };
    }
    expect(await read()).toBeGreaterThanOrEqual(2_600);
    expect(most.rows).toBeLessThan(first.rows + 30);
    expect(most.nodes).toBeLessThan(first.nodes * 1.35);
    await page.keyboard.press("Home");
  });

  await test.step("states, words and causes are found, and their numbers are right", async () => {
    await state(page, `Failed ${shown(failed)}`).click();
    await expect(footer(page)).toHaveText(`100 of ${shown(failed)} jobs`);
    await state(page, `Failed ${shown(failed)}`).click();
    await page.getByRole("combobox", { name: "Filter jobs" }).fill(NEEDLE);
    await expect(footer(page)).toHaveText("1 of 1 job");
    await page.getByRole("combobox", { name: "Filter jobs" }).fill("thisstandsinnojob");
    await expect(page.getByText("No job matches")).toBeVisible();
    await page.getByRole("tab", { name: /^Failures/ }).click();
    await expect(page.getByRole("grid", { name: "Causes of failure" }).getByRole("row").filter({ hasText: /No answer from host [A-T]/ })).toHaveCount(20);
    const { items } = await api.dashboard.listFailures.query({});
    expect(items.reduce((sum, { count }) => sum + count, 0)).toBe(failed);
  });

  await test.step("tens of thousands that come at once are counted live", async () => {
    await page.goto("/jobs?q=queue%3Ademo.sources.fetch");
    await expect(page.getByText("No job matches")).toBeVisible();
    const caller = await callerOf(api);
    for (let added = 0; added < ACTED_ON; added += 2_000) await demo.add(caller, "sources", times(2_000, {}), 24 * 3_600_000);
    await expect(state(page, `Delayed ${shown(ACTED_ON)}`)).toBeVisible({ timeout: 240_000 });
    await expect(row(page, "Fetch sources").first()).toBeVisible();
  });

  await test.step("an action on them names how many they are, and is stopped on its way", async () => {
    await page.getByRole("button", { name: `All ${shown(ACTED_ON)} that match` }).click();
    await page.getByRole("menuitem", { name: "Cancel all that match…" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toHaveAccessibleName("Cancel 20,000 jobs", { timeout: 60_000 });
    await expect(dialog.getByText("20,000 delayed")).toBeVisible();
    await expectAccessible(page, "preview of very many");
    await dialog.getByRole("button", { name: "Cancel 20,000 jobs" }).click();
    const progress = dialog.getByRole("progressbar");
    await expect.poll(async () => Number((await progress.getAttribute("aria-valuetext"))?.split(" of ").at(0)?.replaceAll(",", ""))).toBeGreaterThan(100);
    await dialog.getByRole("button", { name: "Stop" }).click();
    await expect(dialog.getByRole("status")).toHaveText(/^Stopped: [\d,]+ of 20,000 jobs cancelled\.$/);
    const told = Number(/^Stopped: ([\d,]+)/.exec((await dialog.getByRole("status").textContent()) ?? "")?.[1]?.replaceAll(",", ""));
    expect(told).toBeLessThan(ACTED_ON);
    await dialog.getByRole("button", { name: "Done" }).click();
    // Up to as many as are changed side by side may have been changed after the word to stop.
    await expect.poll(async () => Math.abs((await api.dashboard.countJobs.query({ queues: ["demo.sources.fetch"] })).cancelled - told)).toBeLessThanOrEqual(20);
  });
  await demo.stop();
  expect(complaints).toEqual([]);
});
