import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expectAccessible, goTo } from "./fixtures.ts";
import { mayMount, startProduct } from "./product.ts";
import { expect, goToFile, importArchive, runCommand, test as base } from "./projects.ts";
import { ThirdParty } from "./third-party.ts";

const BUBBLEWRAP = "/usr/bin/bwrap";

const test = base.extend<object, object>({
  product: [
    async ({ installation: _name }, use) => {
      // Something that is no program stands where bubblewrap would: it is as if it was not installed.
      const folder = mkdtempSync(join(tmpdir(), "coder-e2e-isolation-"));
      const nothing = join(folder, "nothing");
      writeFileSync(nothing, "");
      const product = await startProduct({}, mayMount() ? { [BUBBLEWRAP]: nothing } : {});
      await use(product);
      await product.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 660_000 },
  ],
});

test.use({ installation: "isolation" });

/** What a program of a project sees of the machine. */
const probe = (data: string) => `echo "uid $(id -u)"
env | grep -cE 'DATABASE|CODER_(DATA|AUTH|SECRET)|PORT' | sed 's/^/variables /'
ls ${data} >/dev/null 2>&1 && echo "sees the data" || echo "sees no data"
cat ${data}/run/state.json >/dev/null 2>&1 && echo "reads the state" || echo "reads no state"
`;

test("without bubblewrap nothing of a project runs until the owner allows it, and what they allowed is told and recorded", async ({ visit, owner, product }) => {
  test.skip(product.data === null || !mayMount(), "needs a product that finds no bubblewrap: root, and one of its own");
  const { page } = await visit({ storageState: owner });
  const source = await ThirdParty.make({ ms: "ms" });
  writeFileSync(join(source.tree, "probe.sh"), probe(product.data ?? ""));
  await importArchive(page, await source.zip("ms.zip"));
  await source.dispose();
  const health = await page.context().newPage();
  const sandbox = health.getByRole("row").filter({ has: health.getByRole("rowheader", { name: "sandbox", exact: true }) });

  await test.step("the health page says what is missing, and what can be done", async () => {
    await health.goto("/system/health");
    await expect(sandbox).toContainText("Works with less");
    await expect(sandbox).toContainText("Bubblewrap (bwrap) is not installed.");
    await expect(sandbox).toContainText("apt-get install bubblewrap");
    await expect(sandbox).toContainText("sandbox.allowBareProcess");
    await expectAccessible(health, "health without a sandbox");
  });

  await test.step("files are edited all the same; search and git say why they do not work", async () => {
    await page.keyboard.press("Control+Shift+g");
    await expect(page.getByRole("region", { name: "Source control" })).toContainText("Bubblewrap (bwrap) is not installed.");
    await page.keyboard.press("Control+Shift+f");
    const search = page.getByRole("region", { name: "Search", exact: true });
    await search.getByRole("textbox", { name: "Search", exact: true }).fill("parse");
    await expect(search).toContainText("Bubblewrap (bwrap) is not installed.");
    await expectAccessible(page, "a search that cannot run");
  });

  await test.step("the owner allows bare processes, and the health page says what that costs", async () => {
    const settings = await page.context().newPage();
    await settings.goto("/settings?q=allowBareProcess");
    const setting = settings.getByRole("article", { name: "sandbox.allowBareProcess" });
    await setting.getByRole("checkbox").check();
    await expect(setting.getByText("Set here")).toBeVisible();
    await settings.close();
    await expect(sandbox).toContainText("Each run has a uid of its own and cannot enter the data directory, except its work tree.", { timeout: 30_000 });
    await expect(sandbox).toContainText("Runs reach the network, this machine's own services included.");
    await expect(sandbox).toContainText("Works with less");
  });

  await test.step("now git, search and programs work", async () => {
    await page.keyboard.press("Control+Shift+g");
    const changes = page.getByRole("region", { name: "Source control" });
    await expect(async () => {
      await runCommand(page, "Ask git again");
      await expect(changes.getByRole("treeitem", { name: /probe\.sh/ })).toBeVisible({ timeout: 3_000 });
    }).toPass();
    await page.keyboard.press("Control+Shift+f");
    const search = page.getByRole("region", { name: "Search", exact: true });
    await search.getByRole("textbox", { name: "Search", exact: true }).fill("function parse");
    await expect(search.getByRole("status")).toHaveText(/^\d+ results? in/);
  });

  await test.step("a program has a uid of its own, no variable of the product, and no way into its data", async () => {
    const output = page.locator("[data-view=output]");
    await openAndRun(page, "probe.sh");
    await expect(output).toContainText(/uid [1-9]\d{4,}/, { timeout: 60_000 });
    await expect(output).toContainText("variables 0");
    await expect(output).toContainText("sees no data");
    await expect(output).toContainText("reads no state");
  });

  await test.step("who allowed it stands in the audit log", async () => {
    await goTo(health, "Audit log");
    const entry = health.getByRole("grid", { name: "Audit entries" }).getByRole("row", { name: /Set setting/ }).first();
    await entry.click();
    await expect(health.getByRole("complementary")).toContainText("sandbox.allowBareProcess");
    await expect(health.getByRole("complementary")).toContainText("true");
  });

  await test.step("taken back, nothing runs any more", async () => {
    const settings = await page.context().newPage();
    await settings.goto("/settings?q=allowBareProcess");
    await settings.getByRole("article", { name: "sandbox.allowBareProcess" }).getByRole("checkbox").uncheck();
    await expect(async () => {
      await runCommand(page, "Ask git again");
      await page.keyboard.press("Control+Shift+g");
      await expect(page.getByRole("region", { name: "Source control" })).toContainText("Bubblewrap (bwrap) is not installed.", { timeout: 3_000 });
    }).toPass();
  });
});

async function openAndRun(page: Page, name: string): Promise<void> {
  await goToFile(page, name);
  await expect(page.getByText("Ln 1, Col 1", { exact: true })).toBeVisible();
  await page.keyboard.press("Control+F5");
}
