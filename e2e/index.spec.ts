import type { Page } from "@playwright/test";
import { startEmbeddings, type EmbeddingsServer } from "./embeddings.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures.ts";
import { startProduct } from "./product.ts";
import { Disk, expect, importArchive, makeArchive, record, runCommand, shownText, test as base, type Tree } from "./projects.ts";

const test = base.extend<object, { readonly embeddings: EmbeddingsServer }>({
  embeddings: [
    async ({ browserName: _browser }, use) => {
      const server = await startEmbeddings();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  product: [
    // On this machine the endpoint has a private address, which is the operator's to allow; secrets are theirs to keep.
    async ({ embeddings: _first }, use) => {
      const product = await startProduct({ CODER_EMBEDDINGS__ENDPOINT__ALLOW_PRIVATE_ADDRESS: "true", CODER_EMBEDDINGS__ENDPOINT__API_KEY: KEY });
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: 660_000 },
  ],
});

test.use({ installation: "index" });

const KEY = "key-of-the-operator";
const SHOP: Tree = {
  "src/total.ts": "export function totalPrice(items: readonly Item[]): number {\n  return items.reduce((sum, item) => sum + item.price, 0);\n}\n",
  "src/session.ts": "/** Stops a session. */\nexport function revokeSession(id: string): void {\n  store.delete(id);\n}\n",
  "src/text.py": "def edit_distance(left, right):\n    return matrix(left, right)[-1][-1]\n",
  "src/plain.ts": Array.from({ length: 20 }, (_unused, index) => `export function helper${index}() {\n  return ${index};\n}\n`).join("\n"),
};
const MADE = "/** Turns an image by a quarter, clockwise. */\nexport function rotateClockwise(pixels: number[][]): number[][] {\n  return pixels[0]?.map((_row, at) => pixels.map((row) => row[at] ?? 0).reverse()) ?? [];\n}\n";

const view = (page: Page) => page.getByRole("region", { name: "Search by meaning" });
const hits = (page: Page) => view(page).getByRole("tree", { name: "Results" }).getByRole("treeitem");
const indexed = (page: Page) => view(page).getByText(/^\d[\d,]* parts of \d[\d,]* files/);
const lastRun = (page: Page) => view(page).getByText(/^Last run: /);
const outcome = (page: Page) => view(page).getByRole("status").filter({ hasText: /results in \d+ ms|Nothing here/ });

async function openProject(page: Page, name: string, content: { readonly packages?: readonly string[]; readonly files?: Tree }): Promise<string> {
  const archive = makeArchive({ name, ...content });
  try {
    return await importArchive(page, archive.path);
  } finally {
    archive.dispose();
  }
}

async function ask(page: Page, question: string): Promise<void> {
  await view(page).getByRole("textbox", { name: "What the code does" }).fill(question);
  await page.keyboard.press("Enter");
}

test("an index is followed, cancelled and made, follows what changes, and outlives a worker", async ({ visit, owner, product }) => {
  const { page, context, complaints } = await visit({ storageState: owner });
  const id = await openProject(page, "date-fns", { packages: ["date-fns"] });
  const disk = new Disk(context, product.url, id);
  let asked = 0;
  page.on("request", (request) => {
    if (/embeddings\.getIndex/.test(request.url())) asked += 1;
  });

  await test.step("it begins by a command, with the explorer in view, and is cancelled in the view", async () => {
    const bar = await record(page, "footer button[aria-label^='Your jobs']", "aria-label");
    await runCommand(page, "Index this project");
    await page.keyboard.press("Control+Shift+m");
    const told = await record(page, "[data-view='meaning'] [role='status']");
    await expect.poll(async () => (await told()).filter((text) => /^Indexing: [1-9]/.test(text)).length, "different numbers in the view").toBeGreaterThan(1);
    await expect.poll(async () => (await bar()).filter((text) => text.endsWith("%")).length, "progress in the status bar").toBeGreaterThan(0);
    await view(page).getByRole("button", { name: "Cancel indexing" }).first().click();
    await expect(view(page).getByText("Indexing was cancelled.")).toBeVisible();
    await page.getByRole("button", { name: /^Your jobs/ }).click();
    await expect(page.getByRole("menuitem", { name: /^Index a project: cancelled/ })).toBeVisible();
    await page.keyboard.press("Escape");
    await expectAccessible(page, "a cancelled index");
  });

  const files = await test.step("it is made, and found things say why", async () => {
    await view(page).getByRole("button", { name: "Index this project" }).last().click();
    await expect(indexed(page)).toBeVisible({ timeout: 120_000 });
    await expect(lastRun(page)).toHaveText(/^Last run: [\d,]+ files parsed in /);
    await ask(page, "how many days lie between two dates");
    await expect(hits(page).first()).toContainText(/differenceIn\w*Days|interval|days/i);
    for (const text of (await hits(page).allTextContents()).slice(0, 5)) expect(text).toMatch(/(name|documentation|code) has |spelled like/i);
    await expect(outcome(page)).toHaveText(/built-in ranking$/);
    const sent = await context.request.get(`${product.url}/api/v1/ai/egress`);
    expect(await sent.json(), "without a model and an endpoint nothing is sent").toMatchObject({ items: [] });
    return /of ([\d,]+) files/.exec((await indexed(page).textContent()) ?? "")?.[1] ?? "";
  });

  await test.step("brought up to date with nothing changed, it parses nothing", async () => {
    await view(page).getByRole("button", { name: "Update", exact: true }).click();
    await expect(lastRun(page)).toHaveText(/^Last run: nothing to parse/, { timeout: 60_000 });
    expect(asked, "questions how it stands, until now").toBeLessThan(150);
  });

  await test.step("it follows a change by itself, parses that file alone, and what is shown follows too", async () => {
    await ask(page, "turn a picture by ninety degrees to the right, quarter clockwise");
    await expect(outcome(page)).toBeVisible();
    await expect(hits(page).filter({ hasText: "rotateClockwise" })).toHaveCount(0);
    await disk.write("made.ts", MADE);
    await expect(lastRun(page)).toHaveText(/^Last run: 1 file parsed/, { timeout: 60_000 });
    await expect(hits(page).first()).toContainText("rotateClockwise");
    await expect(hits(page).first()).toContainText(/documentation has/i);
    await hits(page).first().dblclick();
    await expect.poll(() => shownText(page)).toContain("rotateClockwise");
  });

  await test.step("a worker that is killed while it indexes leaves the old index whole, and another one brings it to its end", async () => {
    test.skip(product.killWorker === undefined, "needs a product of its own");
    await runCommand(page, "Index every file anew");
    await expect(view(page).getByText(/^Indexing: [1-9]/)).toBeVisible();
    await product.killWorker?.();
    await ask(page, "rotate clockwise");
    await expect(hits(page).first(), "what was indexed can be searched meanwhile").toContainText("rotateClockwise");
    await expect(lastRun(page)).toHaveText(/^Last run: [\d,]{4,} files parsed/, { timeout: 150_000 });
    expect(Number(/of ([\d,]+) files/.exec((await indexed(page).textContent()) ?? "")?.[1]?.replaceAll(",", ""))).toBe(Number(files.replaceAll(",", "")) + 1);
    await expect(hits(page).first()).toContainText("rotateClockwise");
  });

  await test.step("a project that is deleted while it is indexed stops that; restored, it is as it was", async () => {
    await runCommand(page, "Index every file anew");
    await expect(view(page).getByText(/^Indexing: [1-9]/)).toBeVisible();
    const deleted = await context.request.delete(`${product.url}/api/v1/workspaces/${id}`, { headers: { origin: product.url } });
    expect(deleted.status(), await deleted.text()).toBe(200);
    await expect(page.getByRole("heading", { name: "date-fns is in the trash" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Your jobs: Jobs done" }), "nothing runs any more").toBeVisible();
    await page.getByRole("button", { name: "Restore" }).click();
    await expect(view(page).getByText(/^Cancelled\. [\d,]+ parts of/)).toBeVisible();
    await ask(page, "rotate clockwise");
    await expect(hits(page).first()).toContainText("rotateClockwise");
  });

  await test.step("removed, it is gone", async () => {
    await runCommand(page, "Remove the index");
    await expect(view(page).getByRole("heading", { name: "Find code by what it does" })).toBeVisible();
  });
  expect(complaints).toEqual([]);
});

test("an embeddings endpoint is set in the settings, checked, joins the ranking, and may fail in any way", async ({ visit, owner, embeddings }) => {
  const { page, complaints } = await visit({ storageState: owner });
  const id = await openProject(page, "shop", { files: SHOP });
  await page.keyboard.press("Control+Shift+m");
  await runCommand(page, "Index this project");
  await expect(lastRun(page)).toBeVisible({ timeout: 90_000 });
  await ask(page, "basket cost");
  await expect(outcome(page)).toBeVisible();
  await expect(hits(page).filter({ hasText: "totalPrice" }), "no word of the question is in it").toHaveCount(0);

  const settings = await page.context().newPage();
  const set = async (key: string, value: string) => {
    await settings.goto(`/settings?q=${key}`);
    const row = settings.getByRole("article", { name: key });
    await row.getByRole("textbox").fill(value);
    await row.getByRole("button", { name: "Save" }).click();
    return row;
  };
  await test.step("it is set, and checked", async () => {
    const refused = await set("embeddings.endpoint.url", embeddings.url);
    await expect(refused.getByText("An endpoint needs a model: set embeddings.endpoint.model")).toBeVisible();
    await expect((await set("embeddings.endpoint.model", "themes-1")).getByText("Set here")).toBeVisible();
    await expect((await set("embeddings.endpoint.url", embeddings.url)).getByText("Set here")).toBeVisible();
    await settings.goto("/settings?q=embeddings.endpoint.apiKey");
    await expect(settings.getByRole("article", { name: "embeddings.endpoint.apiKey" })).toContainText("set, not shown");
    await expect(settings.getByText(KEY)).toHaveCount(0);
    await settings.getByRole("tab", { name: "Models" }).click();
    const check = settings.getByRole("button", { name: "Check the endpoint" });
    await expect(async () => {
      await check.click();
      await expect(settings.getByText(`themes-1 at ${embeddings.url} gives 4 dimensions`)).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await expectAccessible(settings, "models with a checked endpoint");
    embeddings.manner = "refuses the key";
    await check.click();
    await expect(settings.getByText("The embeddings endpoint refuses the key (401).")).toBeVisible();
    embeddings.manner = "works";
  });

  await test.step("until the index has its vectors, the search says what to do; then it takes part, and says so per hit", async () => {
    await ask(page, "what does a basket cost");
    await expect(view(page).getByText(/takes no part yet: the index holds no vectors of themes-1/)).toBeVisible();
    await expect(outcome(page)).toHaveText("Nothing here says that. Try other words.");
    await view(page).getByRole("button", { name: "Update", exact: true }).click();
    await expect(lastRun(page)).toHaveText(/vectors of themes-1$/, { timeout: 60_000 });
    await expect(hits(page).first()).toContainText("totalPrice");
    await expect(hits(page).first()).toContainText("alike for the embeddings endpoint", { ignoreCase: true });
    await expect(outcome(page)).toHaveText(/with the embeddings endpoint$/);
    await expect(view(page).getByText(/takes no part/)).toHaveCount(0);
    expect(embeddings.received.some(({ text, key }) => text.includes("totalPrice") && key === `Bearer ${KEY}`)).toBe(true);
    await expectAccessible(page, "hits of an endpoint");
  });

  await test.step("what was sent to it is in the ledger, with the project and who started it", async () => {
    await settings.goto("/settings?tab=models");
    const table = settings.getByRole("table", { name: /Requests to endpoints/ });
    const { host } = new URL(embeddings.url);
    for (const purpose of ["Check", "Index", "Search by meaning"]) {
      const row = table.getByRole("row").filter({ has: settings.getByRole("cell", { name: new RegExp(`^${purpose}`) }) }).first();
      await expect(row).toContainText(`${host}themes-1`);
      if (purpose !== "Check") await expect(row).toContainText("shop");
      await expect(row.getByRole("cell").nth(3), "who started it").toHaveText(/^[A-Z]\w+/);
    }
    await expect(table.getByRole("row").filter({ hasText: "Search by meaning" }).first()).toContainText("Answered");
    expect(embeddings.received.filter(({ text }) => text.includes("totalPrice")).length).toBeGreaterThan(0);
    await expectAccessible(settings, "what was sent");
    await expectNoSidewaysScroll(settings);
  });

  await test.step("whatever is wrong with it is said, and the built-in ranking answers", async () => {
    const answersWithout = async (question: string, what: RegExp) => {
      await ask(page, question);
      await expect(view(page).getByText(what)).toBeVisible();
      await expect(view(page).getByText("These results come from the built-in ranking.", { exact: false })).toBeVisible();
      await expect(hits(page).first()).toContainText("revokeSession");
      await expect(outcome(page)).toHaveText(/built-in ranking$/);
    };
    embeddings.manner = "refuses the key";
    await answersWithout("revoke one session", /refuses the key \(401\)/);
    embeddings.manner = "other dimensions";
    await answersWithout("revoke two sessions", /gives 2 dimensions where 4 are expected/);
    await embeddings.stop();
    await answersWithout("revoke three sessions", /cannot be reached: nothing listens there/);
    await embeddings.start();
    embeddings.manner = "works";
    await ask(page, "revoke four sessions");
    await expect(outcome(page), "it is asked again as soon as it works").toHaveText(/with the embeddings endpoint$/);
    embeddings.manner = "silent";
    await answersWithout("revoke five sessions", /did not answer within 5 s/);
    await expectAccessible(page, "an endpoint that fails");
    // Not again 5 s for the next question.
    const before = embeddings.received.length;
    await answersWithout("revoke six sessions", /did not answer within 5 s/);
    expect(embeddings.received.length).toBe(before);
  });

  await test.step("it fits a phone", async () => {
    const phone = await visit({ storageState: owner, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await phone.page.goto(`/projects/${id}`);
    await expect(view(phone.page)).toBeVisible();
    await expect(hits(phone.page).first()).toBeVisible();
    await expectNoSidewaysScroll(phone.page);
  });
  expect(complaints).toEqual([]);
});
