import type { CoderClient } from "@coder/api/client";
import { ORGANIZATION_ROLES } from "@coder/shared";
import { newId } from "@coder/shared/server";
import type { Locator, Page } from "@playwright/test";
import { callerOf, DemoJobs } from "./demo-jobs.ts";
import { expectAccessible, expectNoSidewaysScroll, signIn } from "./fixtures.ts";
import { all, asProgram, invite, list, outcome, row, rowOf, sheet, times, toast, untilStates } from "./jobs.ts";
import { TcpGate } from "../packages/testing/src/queue/tcp-gate.ts";
import { expect, OWNER, test } from "./projects.ts";

test.use({ installation: "jobs" });

const MAIL = "demo.mail.send";
const REPORT = "demo.report.render";
const SOURCES = "demo.sources.fetch";
const about = (projectId: string, more = "") => `/jobs?q=${encodeURIComponent(`about:${projectId}${more}`)}`;
const filterField = (page: Page) => page.getByRole("combobox", { name: "Filter jobs" });
const whose = (page: Page) => page.getByRole("combobox", { name: "Whose jobs" });

test("each role sees the jobs it is to see, and does with them what it may", async ({ visit, owner, product }) => {
  const boss = await asProgram(product.url, OWNER);
  const demo = new DemoJobs(product.databaseUrl());
  const projectId = newId();
  const me = await callerOf(boss);
  await demo.work();
  const [failed = ""] = await demo.add(me, "mail", [{ projectId, fails: "The host said no" }]);
  await untilStates(boss, { subject: projectId }, ["failed"]);
  await demo.rest();

  for (const role of ORGANIZATION_ROLES) {
    const { person, api } = await invite(boss, product.url, role);
    const [sees, steers] = [role !== "member", role === "owner" || role === "admin"];
    const [mine = ""] = await demo.add(await callerOf(api), "report", [{ projectId }]);
    const [theirs = ""] = await demo.add(me, "report", [{ projectId }]);
    await expect.poll(async () => (await all(boss, { subject: projectId })).map(({ id }) => id)).toEqual(expect.arrayContaining([mine, theirs]));

    await test.step(`the ${role}, by direct request`, async () => {
      const told = async (calls: Readonly<Record<string, Promise<unknown>>>) => Object.fromEntries(await Promise.all(Object.entries(calls).map(async ([name, call]) => [name, await outcome(call)] as const)));
      const same = (calls: Readonly<Record<string, unknown>>, code: string) => Object.fromEntries(Object.keys(calls).map((name) => [name, code]));
      const { dashboard } = api;
      const [bad, waiting] = [{ queue: MAIL, id: failed }, { queue: REPORT, id: theirs }];
      const span = { from: new Date(Date.now() - 60_000).toISOString(), until: new Date().toISOString() };
      const reads = {
        list: dashboard.listJobs.query({}), count: dashboard.countJobs.query({}), get: dashboard.getJob.query(bad), log: dashboard.listJobLogs.query(bad), failures: dashboard.listFailures.query({}),
        queues: dashboard.listQueues.query({}), history: dashboard.getHistory.query(span), watch: firstOfStream(api),
      };
      expect(await told(reads)).toEqual(same(reads, sees ? "done" : "permission_missing"));
      const steps = { cancel: () => dashboard.cancelJob.mutate(waiting), retry: () => dashboard.retryJob.mutate(waiting), preview: () => dashboard.previewBulk.mutate({ action: "remove", jobs: [waiting] }), remove: () => dashboard.removeJob.mutate(waiting) };
      for (const [name, step] of Object.entries(steps)) expect([name, await outcome(step())]).toEqual([name, steers ? "done" : "permission_missing"]);
      const never = {
        system: dashboard.listSystemJobs.query({}), systemQueues: dashboard.listSystemQueues.query({}), systemHistory: dashboard.getSystemHistory.query(span), pause: dashboard.pauseQueue.mutate({ queue: REPORT }),
        resume: dashboard.resumeQueue.mutate({ queue: REPORT }), settings: api.configurationService.listSettings.query({}), organizations: api.userManagement.listInstallationOrganizations.query({}),
      };
      expect(await told(never)).toEqual(same(never, "permission_missing"));
      // What somebody else started is not among one's own, for whichever action.
      const foreign = { get: dashboard.getOwnJob.query(bad), log: dashboard.listOwnJobLogs.query(bad), cancel: dashboard.cancelOwnJob.mutate(bad), retry: dashboard.retryOwnJob.mutate(bad), remove: dashboard.removeOwnJob.mutate(bad) };
      expect(await told(foreign)).toEqual(same(foreign, "job_not_found"));
      expect((await dashboard.listOwnJobs.query({})).items.map(({ id }) => id)).toEqual([mine]);
      expect((await boss.dashboard.getJob.query(bad)).state).toBe("failed");
    });

    await test.step(`the ${role}, in the page`, async () => {
      const { page, complaints } = await visit();
      await signIn(page, person);
      await page.goto(about(projectId));
      await expect(rowOf(page, mine)).toBeVisible();
      await expect(rowOf(page, failed)).toHaveCount(sees ? 1 : 0);
      if (sees) expect(await whose(page).locator("option").allTextContents()).toEqual([expect.any(String), "Your own"]);
      else await expect(whose(page)).toHaveCount(0);
      // Of one's own each may do what there is to do.
      await expect(page.getByRole("button", { name: /^All (\d+ )?that match/ })).toHaveCount(steers || !sees ? 1 : 0);
      await page.goto(`${about(projectId)}&job=${encodeURIComponent(`${MAIL}/${failed}`)}`);
      if (sees) {
        await expect(sheet(page).getByText("The host said no").first()).toBeVisible();
        await expect(sheet(page).getByRole("button", { name: "Retry", exact: true })).toHaveCount(steers ? 1 : 0);
        await expect(rowOf(page, failed).getByRole("button", { name: "Retry Send an invitation" })).toHaveCount(steers ? 1 : 0);
      } else await expect(sheet(page).getByText("There is no such job.")).toBeVisible();
      await page.goto(`${about(projectId)}&scope=own&job=${encodeURIComponent(`${REPORT}/${mine}`)}`);
      await sheet(page).getByRole("button", { name: "Cancel", exact: true }).click();
      await expect(sheet(page).getByText("Cancelled", { exact: true }).first()).toBeVisible();
      // An address that asks for more shows what there is for this person.
      await page.goto("/jobs?scope=system&view=queues");
      await expect(page.getByRole("tab", { name: /^Queues/, selected: true })).toBeVisible();
      await expect(page.getByRole("button", { name: /^Pause/ })).toHaveCount(0);
      await expect(page.getByText("Of the whole installation")).toHaveCount(0);
      expect(complaints).toEqual([]);
    });
  }

  await test.step("who runs the installation has the product's own jobs besides", async () => {
    const { page } = await visit({ storageState: owner });
    await page.goto("/jobs?scope=system&view=queues");
    await expect(page.getByText("Of the whole installation, all organizations together")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Pause/ }).first()).toBeVisible();
  });
  await demo.stop();
});

/** Ends with the first thing that a stream tells, or the refusal. */
function firstOfStream(api: CoderClient): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const { unsubscribe } = api.dashboard.watchJobs.subscribe({}, { onData: resolve, onError: reject });
  return promise.finally(unsubscribe);
}

test("while the browser is offline the page says so, and afterwards nothing is missing", async ({ visit, owner, product }) => {
  // A browser that is told to be offline keeps the streams it has: the way to the server is closed as well.
  const gate = await TcpGate.before(Number(new URL(product.url).port));
  const way = new URL(product.url);
  way.port = String(gate.port);
  const { page, context } = await visit({ storageState: owner, baseURL: way.href });
  const api = await asProgram(product.url, OWNER);
  const me = await callerOf(api);
  const demo = new DemoJobs(product.databaseUrl());
  await demo.work();
  const lines = async (id: string) => (await api.dashboard.listJobLogs.query({ queue: SOURCES, id })).lines.map(({ message }) => message);
  const shown = () => sheet(page).getByRole("log").locator("span:last-child").allTextContents();

  // The server remembers what it told for 15 s after its last reader has gone. Shorter than that a stream goes on by id, longer it reads anew; beyond that the length changes nothing.
  for (const seconds of [4, 20]) {
    const projectId = newId();
    const [running = "", removed = ""] = [...(await demo.add(me, "sources", [{ projectId, ms: 240_000, steps: 300 }])), ...(await demo.add(me, "report", [{ projectId }], 3_600_000))];
    await page.goto(`${about(projectId)}&job=${encodeURIComponent(`${SOURCES}/${running}`)}`);
    await expect(rowOf(page, running)).toContainText("Running");
    await expect(rowOf(page, removed)).toContainText("Delayed");
    await expect(sheet(page).getByRole("log")).toContainText("Step 2 of 300 done");
    await page.evaluate(() => (document.documentElement.dataset["loaded"] = "once"));
    await context.setOffline(true);
    await gate.close();
    await expect(page.getByText("This browser is offline.")).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: "Offline" })).toBeVisible();
    await expect(rowOf(page, running), "what is open stays readable").toBeVisible();
    await rowOf(page, removed).getByRole("button", { name: "Cancel Render a report" }).click();
    await expect(page.getByText("The server cannot be reached.")).toBeVisible();
    expect((await all(api, { subject: projectId })).find(({ id }) => id === removed)?.state, "nothing is sent later in secret").toBe("delayed");
    // Meanwhile one comes and ends, one comes and fails, one goes, and the open one goes on.
    const [done = "", broken = ""] = [...(await demo.add(me, "report", [{ projectId }])), ...(await demo.add(me, "mail", [{ projectId, fails: "Nobody heard it" }]))];
    await api.dashboard.removeJob.mutate({ queue: REPORT, id: removed });
    await untilStates(api, { subject: projectId }, ["completed", "failed", "running"]);
    const before = (await lines(running)).length;
    const until = Date.now() + seconds * 1_000;
    await expect.poll(async () => Date.now() > until && (await lines(running)).length > before + 5, { timeout: 60_000 }).toBe(true);
    await expect(rowOf(page, done)).toHaveCount(0);
    await gate.open();
    await context.setOffline(false);
    await expect(page.getByText("This browser is offline.")).toHaveCount(0);
    await expect(rowOf(page, done)).toContainText("Completed");
    await expect(rowOf(page, broken)).toContainText("Failed");
    await expect(rowOf(page, removed)).toHaveCount(0);
    await expect.poll(async () => (await shown()).slice(0, before + 5), "the log has every line").toEqual((await lines(running)).slice(0, before + 5));
    expect(await page.evaluate(() => document.documentElement.dataset["loaded"]), "the page was not loaded anew").toBe("once");
    // It is live again.
    await api.dashboard.cancelJob.mutate({ queue: SOURCES, id: running });
    await expect(sheet(page).getByText(`Cancelled by ${OWNER.name}`)).toBeVisible();
  }
  await demo.stop();
  await gate.close();
});

test("a page that is open while the server is killed goes on by itself, and nothing is missing", async ({ visit, owner, product }) => {
  test.skip(product.killGateway === undefined, "needs a product of its own");
  const { page } = await visit({ storageState: owner });
  const api = await asProgram(product.url, OWNER);
  const me = await callerOf(api);
  const demo = new DemoJobs(product.databaseUrl());
  await demo.work();
  const projectId = newId();
  const [running = "", going = ""] = [...(await demo.add(me, "sources", [{ projectId, ms: 240_000, steps: 300 }])), ...(await demo.add(me, "report", [{ projectId }], 3_600_000))];
  await page.goto(`${about(projectId)}&job=${encodeURIComponent(`${SOURCES}/${running}`)}`);
  await expect(sheet(page).getByRole("log")).toContainText("Step 2 of 300 done");
  await expect(rowOf(page, going)).toContainText("Delayed");
  await page.evaluate(() => (document.documentElement.dataset["loaded"] = "once"));

  await product.killGateway?.();
  // The jobs go on without it.
  const [done = "", broken = ""] = [...(await demo.add(me, "report", [{ projectId }])), ...(await demo.add(me, "mail", [{ projectId, fails: "Nobody heard it" }]))];
  await product.ready();
  await api.dashboard.removeJob.mutate({ queue: REPORT, id: going });
  await untilStates(api, { subject: projectId }, ["completed", "failed", "running"]);

  await expect(rowOf(page, done)).toContainText("Completed", { timeout: 40_000 });
  await expect(rowOf(page, broken)).toContainText("Failed");
  await expect(rowOf(page, going)).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: "Connected" })).toBeVisible({ timeout: 40_000 });
  const lines = (await api.dashboard.listJobLogs.query({ queue: SOURCES, id: running })).lines.map(({ message }) => message);
  await expect.poll(async () => (await sheet(page).getByRole("log").locator("span:last-child").allTextContents()).slice(0, lines.length), "the log has every line").toEqual(lines);
  await api.dashboard.cancelJob.mutate({ queue: SOURCES, id: running });
  await expect(sheet(page).getByText(`Cancelled by ${OWNER.name}`), "it is live again").toBeVisible();
  expect(await page.evaluate(() => document.documentElement.dataset["loaded"]), "the page was not loaded anew").toBe("once");
  await demo.stop();
});

/** Presses a key until something is focused, as somebody without a mouse would; everything on the way shows that it is. */
async function reach(page: Page, target: Locator, key = "Tab"): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`80 times ${key} do not lead there: ${String(target)}`);
}

test("everything is done by keyboard alone", async ({ visit, owner, product }) => {
  const { page, complaints } = await visit({ storageState: owner });
  const api = await asProgram(product.url, OWNER);
  const me = await callerOf(api);
  const demo = new DemoJobs(product.databaseUrl());
  const projectId = newId();
  await demo.work();
  await demo.add(me, "mail", times(4, { projectId, fails: "No answer from the host" }));
  await untilStates(api, { subject: projectId }, times(4, "failed"));
  await demo.rest();
  await page.goto("/jobs");
  await expect(list(page)).toBeVisible();

  await test.step("a filter is written, with what is suggested", async () => {
    await reach(page, filterField(page));
    await page.keyboard.type("state:fai");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.keyboard.type(`about:${projectId} `);
    await expect(row(page, "Send an invitation")).toHaveCount(4);
  });

  await test.step("a job is opened, retried, and left", async () => {
    await reach(page, list(page));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(sheet(page)).toBeVisible();
    await expect(list(page)).toBeFocused();
    const first = new URL(page.url()).searchParams.get("job");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => new URL(page.url()).searchParams.get("job"), "details move along with the list").not.toBe(first);
    await page.keyboard.press("F6");
    await reach(page, sheet(page).getByRole("button", { name: "Retry", exact: true }));
    await page.keyboard.press("Enter");
    await expect(toast(page, "Send an invitation retried")).toBeVisible();
    await expect(sheet(page).getByText("Waiting", { exact: true }).first()).toBeVisible();
    await expect(sheet(page).locator(":focus").or(page.locator("main:focus")), "the focus is not lost with the button").toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(sheet(page)).toHaveCount(0);
    await expect(list(page)).toBeFocused();
    await untilStates(api, { subject: projectId }, ["failed", "failed", "failed", "waiting"]);
  });

  await test.step("some are chosen and removed, and a dialogue gives the focus back", async () => {
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+ArrowDown");
    const toolbar = page.getByRole("toolbar", { name: /chosen rows/ });
    await expect(toolbar).toContainText("2 selected");
    const remove = toolbar.getByRole("button", { name: "Remove", exact: true });
    await reach(page, remove);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Remove 2 jobs" });
    await expect(dialog).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(remove).toBeFocused();
    await page.keyboard.press("Enter");
    await reach(page, dialog.getByRole("button", { name: "Remove 2 jobs" }));
    await page.keyboard.press("Enter");
    await expect(dialog.getByRole("status")).toHaveText("2 of 2 jobs removed.");
    await reach(page, dialog.getByRole("button", { name: "Done" }));
    await page.keyboard.press("Enter");
    await expect(dialog).toHaveCount(0);
    await expect(row(page, "Send an invitation")).toHaveCount(1);
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest("main") !== null && document.activeElement !== document.body), "the focus is in the page").toBe(true);
  });

  await test.step("all that match are previewed from a menu, which has the focus again afterwards", async () => {
    const all = page.getByRole("button", { name: /^All 1 that match/ });
    await reach(page, all, "Shift+Tab");
    await page.keyboard.press("Enter");
    // The menu takes the focus when it is there; a key before that would be meant for the button.
    await expect(page.getByRole("menuitem", { name: "Retry all that match…" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog", { name: "Retry 1 job" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(all).toBeFocused();
  });

  await test.step("failures and queues are reached, and a queue is paused and resumed", async () => {
    await reach(page, page.getByRole("tab", { name: "Jobs", exact: true }), "Shift+Tab");
    await page.keyboard.press("ArrowRight");
    const causes = page.getByRole("grid", { name: "Causes of failure" });
    await expect(causes).toBeVisible();
    await reach(page, causes);
    await page.keyboard.press("Enter");
    await expect(list(page)).toBeVisible();
    await expect(page.getByRole("tab", { name: "Jobs", exact: true, selected: true })).toBeVisible();
    await page.goto("/jobs?view=queues&scope=system");
    const queues = page.getByRole("grid", { name: "Queues" });
    await reach(page, queues);
    await page.keyboard.press("End");
    const active = queues.getByRole("row", { selected: true });
    const pause = active.getByRole("button", { name: /^Pause/ });
    await reach(page, pause);
    await page.keyboard.press("Enter");
    const resume = active.getByRole("button", { name: /^Resume/ });
    await expect(resume).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(pause).toBeFocused();
  });
  await demo.stop();
  expect(complaints).toEqual([]);
});

test("no secret leaves the server: not in payload, log, error or stack, by page, request or stream", async ({ visit, owner, product }) => {
  const { page } = await visit({ storageState: owner });
  const api = await asProgram(product.url, OWNER);
  const demo = new DemoJobs(product.databaseUrl());
  const projectId = newId();
  const mark = `canary${Date.now().toString(36)}`;
  const secret = (kind: string) => `${kind}-${mark}-${kind}`;
  const named = { password: secret("pw"), accessToken: secret("at"), connectionString: `Server=db;Pwd=${secret("cs")}`, nested: [{ "private-key": secret("pk"), deep: { client_secret: secret("cl") } }] };
  const texts = [
    `connecting to postgres://ann:${secret("url")}@db.example.org/shop`,
    `sent Authorization: Bearer ${secret("bearer")}`,
    `GET https://api.example.org/v1?access_token=${secret("query")}&page=2`,
    `refused ${named.accessToken}, ${encodeURIComponent(named.connectionString)} and ${JSON.stringify(named.nested[0])}`,
    `the marked one: ${secret("marked")}`,
  ];
  const received: string[] = [];
  page.on("response", (response) => void (/\/api\//.test(response.url()) && !/event-stream/.test(response.headers()["content-type"] ?? "") ? response.text().then((text) => received.push(text), () => undefined) : undefined));
  const streamed: string[] = [];
  const stream = api.dashboard.watchJobs.subscribe({}, { onData: (data) => streamed.push(JSON.stringify(data)) });
  await page.goto(about(projectId));
  await demo.work();
  const [id = ""] = await demo.add(await callerOf(api), "sources", [{ projectId, endpoint: { url: secret("marked"), apiKey: secret("key") }, more: { ...named, note: texts[0] }, logs: texts, fails: `It broke: ${texts.join("; ")}` }]);
  await untilStates(api, { subject: projectId }, ["failed"]);
  await expect.poll(() => streamed.some((text) => text.includes(id) && text.includes("It broke"))).toBe(true);
  stream.unsubscribe();

  await rowOf(page, id).click();
  await expect(sheet(page).getByRole("log")).toContainText("connecting to");
  await expect(sheet(page).getByLabel("Payload of the job")).toContainText("[redacted]");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await sheet(page).getByRole("button", { name: "Copy as JSON" }).click();
  await expect(toast(page, "Job copied as JSON")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const shown = await page.content();
  await page.getByRole("tab", { name: /^Failures/ }).click();
  await expect(page.getByRole("grid", { name: "Causes of failure" }).getByRole("row").filter({ hasText: "It broke" }).first()).toBeVisible();
  const ref = { queue: SOURCES, id };
  const answers = await Promise.all([api.dashboard.getJob.query(ref), api.dashboard.listJobLogs.query(ref), all(api, { subject: projectId }), api.dashboard.listFailures.query({}), api.dashboard.previewBulk.mutate({ action: "retry", jobs: [ref] })]);
  const told = { page: shown, causes: await page.content(), copied, received: received.join(), streamed: streamed.join(), answers: JSON.stringify(answers) };
  // It is told of, so that there is something to find.
  for (const [place, text] of Object.entries(told)) expect([place, text.includes("It broke"), text.includes(mark)]).toEqual([place, true, false]);
  for (const word of [mark, secret("key"), secret("marked")]) expect(await all(api, { text: word }), "nothing of it is searched").toEqual([]);
  await demo.stop();
});

const LOOKS = { dark: { colorScheme: "dark", contrast: "no-preference" }, light: { colorScheme: "light", contrast: "no-preference" }, contrast: { colorScheme: "dark", contrast: "more" } } as const;

/** As everybody is to be able to use it, in each look. A phone has the same colours. `JOBS_PICTURES` names a folder for pictures of it. */
async function looks(page: Page, name: string): Promise<void> {
  await expectNoSidewaysScroll(page);
  const folder = process.env["JOBS_PICTURES"];
  for (const [place, [look, media]] of Object.entries(LOOKS).entries()) {
    await page.emulateMedia(media);
    if (place === 0) await expectAccessible(page, `${name}, ${look}`);
    else if (!name.startsWith("phone")) await expectAccessible(page, `${name}, ${look}`, ["color-contrast"]);
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}-${look}.png`, animations: "disabled" });
  }
  await page.emulateMedia(LOOKS.dark);
}

/** Headers and figures that are cut off: a title may be long, these may not. */
const cutOff = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("[role=columnheader] span, [role=gridcell] time, [class*=figures], [class*=figureValue], [class*=figureName], [class*=caption]")]
      .filter((element) => !element.closest(".visually-hidden") && element.clientWidth > 0)
      .filter((element) => element.scrollWidth > element.clientWidth + 1 || element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map((element) => `${element.className}: ${element.textContent}`),
  );

test("every state can be used by everybody, in every look, on a phone too", async ({ visit, owner, product }) => {
  const api = await asProgram(product.url, OWNER);
  const me = await callerOf(api);
  const demo = new DemoJobs(product.databaseUrl());
  const projectId = newId();
  await demo.work();
  const [running = "", failed = ""] = [
    ...(await demo.add(me, "sources", [{ projectId, ms: 600_000, steps: 1_000, endpoint: { url: "https://mirror.example.org", apiKey: "a-key-to-be-masked" } }])),
    ...(await demo.add(me, "mail", [{ projectId, fails: `No answer from ${"a-host-with-a-very-long-name.".repeat(8)}example.org`, logs: ["A first line", "A second line"] }])),
  ];
  await demo.add(me, "report", [{ projectId }], 3_600_000);
  await demo.add(me, "report", [{ projectId, ms: 1_200 }]);
  await untilStates(api, { subject: projectId }, ["completed", "delayed", "failed", "running"]);

  for (const [size, viewport] of Object.entries({ wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } })) {
    const { page, complaints } = await visit({ storageState: owner, viewport, ...(size === "phone" ? { hasTouch: true, isMobile: true } : {}) });
    const seen = async (name: string) => {
      await looks(page, `${size}-${name}`);
      expect(await cutOff(page), `${size}, ${name}`).toEqual([]);
    };
    await test.step(`${size}: loading, and what cannot be read`, async () => {
      const gate = Promise.withResolvers<void>();
      await page.route(/dashboard\.listJobs/, async (route) => {
        await gate.promise;
        await route.abort("connectionreset");
      });
      await page.goto(about(projectId));
      await expect(page.getByText("Loading jobs")).toBeAttached();
      await seen("loading");
      gate.resolve();
      await expect(page.getByRole("button", { name: "Try again" }).first()).toBeVisible();
      await seen("unread");
      await page.unroute(/dashboard\.listJobs/);
      // As it says, it loads by itself.
      await expect(rowOf(page, failed)).toBeVisible({ timeout: 60_000 });
    });
    await test.step(`${size}: the list`, async () => {
      await expect(rowOf(page, running)).toBeVisible();
      // Each tells how long it took, with or without a column for it.
      await expect(row(page, "Render a report").filter({ hasText: /\d s(?![a-z])/ })).toHaveCount(1);
      await seen("list");
    });
    await test.step(`${size}: details of one that runs, and of one that failed`, async () => {
      await page.goto(`${about(projectId)}&job=${encodeURIComponent(`${SOURCES}/${running}`)}`);
      await expect(sheet(page).getByRole("log")).toContainText("Step 1");
      await seen("running");
      await page.goto(`${about(projectId)}&job=${encodeURIComponent(`${MAIL}/${failed}`)}`);
      await expect(sheet(page).getByLabel("Stack", { exact: false }).last()).toBeVisible();
      await seen("failed");
      await page.goto(`${about(projectId)}&job=${encodeURIComponent(`${MAIL}/${newId()}`)}`);
      await expect(sheet(page).getByText("There is no such job.")).toBeVisible();
      await seen("no-such-job");
    });
    await test.step(`${size}: a preview`, async () => {
      await page.goto(about(projectId, " state:failed"));
      await page.getByRole("button", { name: /^All 1 that match/ }).click();
      await page.getByRole("menuitem", { name: "Remove all that match…" }).click();
      await expect(page.getByRole("dialog", { name: "Remove 1 job" })).toBeVisible();
      await seen("preview");
      await page.keyboard.press("Escape");
    });
    await test.step(`${size}: failures, queues, and nothing at all`, async () => {
      await page.goto("/jobs?view=failures");
      await expect(page.getByRole("grid", { name: "Causes of failure" })).toBeVisible();
      await seen("failures");
      await page.goto("/jobs?view=queues&scope=system");
      await expect(page.getByRole("grid", { name: "Queues" })).toBeVisible();
      await seen("queues");
      await page.goto("/jobs?q=no-job-is-called-so");
      await expect(page.getByText("No job matches")).toBeVisible();
      await seen("no-match");
    });
    expect(complaints).toEqual([]);
  }
  await api.dashboard.cancelJob.mutate({ queue: SOURCES, id: running });
  await demo.stop();
});

test("who has started nothing is told what this is for", async ({ visit, owner: _somebodyIsThere, product }) => {
  const { person } = await invite(await asProgram(product.url, OWNER), product.url, "member");
  const { page } = await visit();
  await signIn(page, person);
  await page.goto("/jobs");
  await expect(page.getByText("You have started no job yet")).toBeVisible();
  await looks(page, "wide-empty");
  await page.goto("/jobs?view=failures");
  await expect(page.getByText("Nothing has failed")).toBeVisible();
});
