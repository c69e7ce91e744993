import type { Locator, Page } from "@playwright/test";
import { callerOf, DemoJobs } from "./demo-jobs.ts";
import { all, asProgram, row, rowOf, sheet, times, toast, untilStates } from "./jobs.ts";
import { expect, importArchive, makeArchive, OWNER, test } from "./projects.ts";

test.use({ installation: "jobs" });

const INDEX = "embeddings.project.index";
const SECRETS = ["sk-live-5f3a9c", "https://mirror.example.org/private"];
/** A product that runs already may hold what a run before failed with. */
const HOST = `mail-${[...String(Date.now())].map((digit) => "abcdefghij"[Number(digit)]).join("")}.example.org`;
const REFUSED = `No answer from ${HOST}`;
const UNKNOWN = `${HOST} knows nobody with the address`;

/** The numbers that a progress bar said, from now until it is asked for. */
async function recordProgress(page: Page, name: string): Promise<() => Promise<readonly number[]>> {
  const seen = await page.evaluateHandle((label) => {
    const values = new Set<number>();
    const look = () => document.querySelectorAll(`[role=grid] [role=progressbar][aria-label="${label}"]`).forEach((bar) => values.add(Number(bar.getAttribute("aria-valuenow"))));
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
    return values;
  }, `Progress of ${name}`);
  return () => seen.evaluate((values) => [...values]);
}

test("every job of a project of other people is seen live, found, and steered", async ({ visit, owner, product }) => {
  const { page, complaints } = await visit({ storageState: owner });
  const other = await visit({ storageState: owner });
  const api = await asProgram(product.url, OWNER);
  const me = await callerOf(api);
  const demo = new DemoJobs(product.databaseUrl());
  const archive = makeArchive({ packages: ["zod/src", "openai/src", "date-fns/locale"], name: `sources-${Date.now().toString(36)}` });
  let projectId = "";

  await test.step("what somebody starts in another browser appears by itself, tells how far it is, and ends", async () => {
    await page.goto("/jobs");
    await expect(page.getByRole("region", { name: "Overview" })).toBeVisible();
    await page.evaluate(() => (document.documentElement.dataset["loaded"] = "once"));
    projectId = await importArchive(other.page, archive.path);
    archive.dispose();
    // What the queue knows at once is listed a moment later.
    const imports = { subject: projectId, queues: ["workspace.project.import"] };
    await untilStates(api, imports, ["completed"]);
    const [imported] = await all(api, imports);
    await expect(rowOf(page, imported?.id ?? "")).toContainText("Completed");
    const progress = await recordProgress(page, "Index a project");
    const { job } = await api.embeddings.startIndex.mutate({ projectId });
    await expect(rowOf(page, job.id)).toContainText("Running");
    await expect(rowOf(page, job.id)).toContainText("Completed", { timeout: 60_000 });
    const values = await progress();
    expect(values.length, `progress that was shown: ${values.join(", ")}`).toBeGreaterThan(1);
    expect(values).toEqual(values.toSorted((left, right) => left - right));
    expect(await page.evaluate(() => document.documentElement.dataset["loaded"]), "the page was not loaded anew").toBe("once");
  });

  await test.step("a job tells who started it, when, how often, how long, with what, and what it logged", async () => {
    const [job] = await all(api, { queues: [INDEX], subject: projectId });
    if (!job) throw new Error("The index job is there");
    await rowOf(page, job.id).click();
    const open = sheet(page);
    await expect(open.getByText("Completed", { exact: true }).first()).toBeVisible();
    await expect(open.getByRole("definition").filter({ hasText: OWNER.name })).toBeVisible();
    await expect(open.getByRole("definition").filter({ hasText: "1 of 3" })).toBeVisible();
    await expect(open.getByRole("definition").filter({ hasText: /^[\d.]+ (ms|s|min)/ })).toBeVisible();
    await expect(open.getByRole("listitem")).toHaveText([/Enqueued/, /Started.*after/, /Completed.*after/]);
    await expect(open.getByRole("log")).toContainText("Indexed");
    await expect(open.getByLabel("Payload of the job")).toContainText(projectId);
    await expect(open.getByRole("link", { name: "Open the project" })).toHaveAttribute("href", `/projects/${projectId}`);
    expect(new URL(page.url()).searchParams.get("job")).toBe(`${INDEX}/${job.id}`);
    await page.keyboard.press("Escape");
    await expect(open).toHaveCount(0);
  });

  await demo.work();
  await test.step("a running job shows progress and log as they come, and none of its secrets", async () => {
    const [id = ""] = await demo.add(me, "sources", [{ projectId, ms: 240_000, steps: 300, endpoint: { url: SECRETS[1] ?? "", apiKey: SECRETS[0] ?? "" } }]);
    await rowOf(page, id).click();
    const open = sheet(page);
    const percent = async () => Number(await open.getByRole("progressbar").getAttribute("aria-valuenow"));
    const log = open.getByRole("log");
    await expect(log).toContainText("Step 2 of 300 done");
    const before = await percent();
    await expect.poll(percent).toBeGreaterThan(before);
    await expect.poll(() => log.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight), "the log follows its end").toBeLessThan(24);
    const payload = open.getByLabel("Payload of the job");
    await expect(payload).toContainText("[redacted]");
    const told = JSON.stringify([await open.innerText(), await api.dashboard.getJob.query({ queue: "demo.sources.fetch", id }), await all(api, { subject: projectId })]);
    for (const secret of SECRETS) expect(told).not.toContain(secret);
    expect(await all(api, { text: SECRETS[0] ?? "" }), "nothing of a payload is found").toEqual([]);
  });

  await test.step("it is cancelled, retried and removed, and each says so", async () => {
    const open = sheet(page);
    await open.getByRole("button", { name: "Cancel", exact: true }).click();
    await expect(open.getByText(`Cancelled by ${OWNER.name}`)).toBeVisible();
    await untilStates(api, { queues: ["demo.sources.fetch"], subject: projectId }, ["cancelled"]);
    const [{ queue = "", id = "" } = {}] = await all(api, { queues: ["demo.sources.fetch"], subject: projectId });
    const { cancelled, finishedAt } = await api.dashboard.getJob.query({ queue, id });
    expect(Date.parse(finishedAt ?? "") - Date.parse(cancelled?.at ?? ""), "by the word, long before it would have ended by itself").toBeLessThan(30_000);
    await open.getByRole("button", { name: "Retry", exact: true }).click();
    await expect(open.getByText("Running", { exact: true })).toBeVisible();
    await open.getByRole("button", { name: "Cancel", exact: true }).click();
    await expect(open.getByRole("button", { name: "Remove", exact: true })).toBeVisible();
    await open.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("alertdialog").or(page.getByRole("dialog", { name: "Remove Fetch sources?" })).getByRole("button", { name: "Remove", exact: true }).click();
    await expect(toast(page, "Fetch sources removed")).toBeVisible();
    await untilStates(api, { queues: ["demo.sources.fetch"], subject: projectId }, []);
  });

  await test.step("failures stand together by cause, and exactly what was previewed is tried again", async () => {
    await demo.add(me, "mail", times(5, { projectId }).map((each, at) => ({ ...each, fails: `${REFUSED} after ${100 + at} ms` })));
    await demo.add(me, "mail", times(3, { projectId }).map((each, at) => ({ ...each, fails: `${UNKNOWN} reader-${at}@example.org` })));
    await untilStates(api, { queues: ["demo.mail.send"], subject: projectId }, times(8, "failed"));
    await page.getByRole("tab", { name: /^Failures/ }).click();
    const causes = page.getByRole("grid", { name: "Causes of failure" });
    await expect(causes.getByRole("row").filter({ hasText: `${REFUSED} after <n> ms` })).toContainText(/^5/);
    await expect(causes.getByRole("row").filter({ hasText: `${UNKNOWN} <address>` })).toContainText(/^3/);
    const failed = await all(api, { queues: ["demo.mail.send"], subject: projectId });
    const [touched, ...rest] = failed.filter(({ error }) => error?.message.startsWith(REFUSED));
    if (!touched) throw new Error("One of them");

    await causes.getByRole("row").filter({ hasText: REFUSED }).getByRole("button", { name: "Retry all" }).click();
    const dialog = page.getByRole("dialog", { name: "Retry 5 jobs" });
    await expect(dialog.getByText("5 failed")).toBeVisible();
    await expect(dialog.getByRole("listitem").filter({ hasText: REFUSED })).toHaveCount(5);
    // Between preview and action: one of them is changed by somebody else, and another fails for the same reason.
    await api.dashboard.retryJob.mutate({ queue: touched.queue, id: touched.id });
    await expect.poll(async () => (await api.dashboard.getJob.query({ queue: touched.queue, id: touched.id })).state).toBe("failed");
    const [late = ""] = await demo.add(me, "mail", [{ projectId, fails: `${REFUSED} after 999 ms` }]);
    await untilStates(api, { queues: ["demo.mail.send"], subject: projectId }, times(9, "failed"));
    await demo.rest();
    await dialog.getByRole("button", { name: "Retry 5 jobs" }).click();
    await expect(dialog.getByRole("status")).toHaveText("4 of 5 jobs retried, 1 left alone because they had changed.");
    await dialog.getByRole("button", { name: "Done" }).click();
    // What the queue knows at once is listed a moment later.
    await expect.poll(async () => (await all(api, { queues: ["demo.mail.send"], subject: projectId })).filter(({ state }) => state === "waiting").length).toBe(4);
    const now = new Map((await all(api, { queues: ["demo.mail.send"], subject: projectId })).map((job) => [job.id, job.state]));
    expect([...now].filter(([, state]) => state === "waiting").map(([id]) => id).sort()).toEqual(rest.map(({ id }) => id).sort());
    expect([now.get(touched.id), now.get(late)]).toEqual(["failed", "failed"]);
    await demo.work();
    await untilStates(api, { queues: ["demo.mail.send"], subject: projectId }, times(9, "failed"));
  });

  await test.step("jobs are found by words and terms, and the address holds the view", async () => {
    await causeOf(page, UNKNOWN).click();
    await expect(row(page, "Send an invitation")).toHaveCount(3);
    const filter = page.getByRole("combobox", { name: "Filter jobs" });
    await page.getByRole("button", { name: "Clear the filter" }).or(page.getByRole("button", { name: "Clear" })).first().click();
    await filter.fill(`${HOST} reader-1@example.org`);
    await expect(row(page, "Send an invitation")).toHaveCount(1);
    await page.reload();
    await expect(row(page, "Send an invitation")).toHaveCount(1);
    await page.goto(`/jobs?q=${encodeURIComponent(`state:completed queue:${INDEX} user:me about:${projectId}`)}`);
    await expect(row(page, "Index a project")).toHaveCount(1);
    await expect(page.getByRole("group", { name: "State" }).getByRole("button", { name: /^Completed/ })).toHaveAttribute("aria-pressed", "true");
    await page.goto("/jobs?q=no-job-is-called-so");
    await expect(page.getByText("No job matches")).toBeVisible();
  });

  await test.step("a queue is paused: what comes waits, and goes on when it is resumed", async () => {
    await page.goto("/jobs?view=queues&scope=system");
    const queues = page.getByRole("grid", { name: "Queues" });
    const queue = queues.getByRole("row").filter({ hasText: INDEX });
    await queue.getByRole("button", { name: "Pause Index a project" }).click();
    await expect(queue.getByText("Paused", { exact: true })).toBeVisible();
    await expect(page.getByRole("button", { name: /^Queue paused/ })).toBeVisible();
    await api.embeddings.startIndex.mutate({ projectId });
    await untilStates(api, { queues: [INDEX], subject: projectId }, ["completed", "waiting"]);
    await queue.getByRole("button", { name: "Resume Index a project" }).click();
    await untilStates(api, { queues: [INDEX], subject: projectId }, ["completed", "completed"]);
    await expect(queue.getByText("Paused", { exact: true })).toHaveCount(0);
    // Every queue that the product knows is there, with what it holds.
    const { items } = await api.dashboard.listSystemQueues.query({});
    await expect(queues).toHaveAttribute("aria-rowcount", String(items.length + 1));
    expect(items.map(({ queue: name }) => name)).toEqual(expect.arrayContaining([INDEX, "workspace.project.import", "events.embeddings", "logging.retention.apply"]));
  });

  await test.step("what became of jobs is drawn over time", async () => {
    await page.goto("/jobs");
    const chart = page.getByRole("img", { name: /^Ended per minute/ });
    await expect(chart).toHaveAttribute("aria-label", /: [1-9]\d* jobs completed, (9|[1-9]\d+) jobs failed$/);
    await expect(chart.locator("canvas")).toBeVisible();
    await expect(page.getByRole("img", { name: /^Waiting time: (95 % within|no job waited)/ })).toBeVisible();
    await page.getByRole("combobox", { name: "Time of the charts" }).selectOption("day");
    await expect(page.getByRole("img", { name: /^Ended per hour/ })).toBeVisible();
    await page.getByRole("combobox", { name: "Time of the charts" }).selectOption("hour");
  });

  await demo.stop();
  expect(complaints).toEqual([]);
  expect(other.complaints).toEqual([]);
});

function causeOf(page: Page, cause: string): Locator {
  return page.getByRole("grid", { name: "Causes of failure" }).getByRole("row").filter({ hasText: cause }).getByText(cause);
}
