import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures.ts";
import { Disk, expect, importArchive, makeArchive } from "./projects.ts";
import { type Registry, test } from "./served.ts";

const SHOTS = process.env["E2E_SHOTS"];

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** The sources of `debug` as they were published, with scripts that can be run here. */
function filesFor(registry: Registry) {
  const manifest = {
    name: "debug", version: "4.4.3", main: "./src/index.js", dependencies: registry.dependencies,
    scripts: { test: "node --test --test-reporter=spec", slow: "node slow.js", rewrite: "node rewrite.js" },
  };
  return {
    "package.json": JSON.stringify(manifest, null, 2),
    "package-lock.json": JSON.stringify({ name: "debug", version: "4.4.3", lockfileVersion: 3, requires: true, packages: { "": { name: "debug", version: "4.4.3", dependencies: manifest.dependencies }, ...registry.locked } }),
    "test/debug.test.js": "const { test } = require('node:test'); const assert = require('node:assert'); const debug = require('..');\ntest('names are shown', () => assert.equal(debug('a:b').namespace, 'a:b'));\ntest('time is told', () => assert.equal(debug.humanize(120000), '2m'));\n",
    "slow.js": "console.log('begun'); setInterval(() => console.log('still here'), 200);\n",
    "rewrite.js": "const fs = require('node:fs'); fs.writeFileSync('src/node.js', '// rewritten\\n'); fs.writeFileSync('made.txt', 'made\\n'); fs.rmSync('LICENSE'); console.log('\\u001b[32mrewritten\\u001b[0m');\n",
  };
}

test("other people's code is installed, tested, cancelled, changed by a run, and brought back", async ({ visit, owner, product, registry }) => {
  const archive = makeArchive({ packages: ["debug"], name: "debug", files: filesFor(registry) });
  const { page, context, complaints } = await visit({ storageState: owner });
  const projectId = await importArchive(page, archive.path);
  archive.dispose();
  const disk = new Disk(context, product.url, projectId);
  const [source, license] = [await disk.text("src/node.js"), await disk.text("LICENSE")];

  await page.keyboard.press("Control+Shift+d");
  const view = page.locator("[data-view=run]");
  const output = page.locator("[data-view=output]");
  const state = output.getByRole("status");
  await expect(view.getByText("Dependencies are missing")).toBeVisible();
  await shot(page, "run-missing");

  // Without them nothing is run, and installing is offered.
  await view.getByRole("button", { name: "Run test", exact: true }).click();
  await expect(page.getByText("The dependencies are not installed")).toBeVisible();
  await view.getByRole("button", { name: "Install dependencies" }).click();
  await expect(state).toContainText("Succeeded", { timeout: 120_000 });
  await expect(output).toContainText("Installed from package-lock.json");
  // What came is counted; each of it has a line on demand.
  await expect(output).toContainText(/Fetched \d+ package/);
  await expect(output).not.toContainText("http fetch");
  await page.getByRole("button", { name: "Show each package that is fetched" }).click();
  await expect(output).toContainText("http fetch");
  await expect(view.getByText("Dependencies are missing")).toHaveCount(0, { timeout: 30_000 });
  expect(await disk.text("node_modules/ms/package.json")).toContain(`"version": "${registry.dependencies["ms"]}"`);

  await view.getByRole("button", { name: "Run test", exact: true }).click();
  await expect(state).toContainText("npm run test", { timeout: 30_000 });
  await expect(state).toContainText("Succeeded", { timeout: 120_000 });
  await expect(output).toContainText("time is told");
  await shot(page, "run-tests");
  await page.getByRole("textbox", { name: "Find in the output" }).fill("names are");
  await expect(page.getByText("Not found")).toHaveCount(0);

  await view.getByRole("button", { name: "Run slow", exact: true }).click();
  await expect(output).toContainText("still here", { timeout: 60_000 });
  await page.getByRole("button", { name: /^Cancel the run/ }).click();
  await expect(state).toContainText("Cancelled");
  await expect(page.locator("[data-view=output] .xterm-helper-textarea")).toBeFocused();

  await view.getByRole("button", { name: "Run rewrite", exact: true }).click();
  await expect(state).toContainText("npm run rewrite", { timeout: 30_000 });
  await expect(state).toContainText("3 files changed", { timeout: 120_000 });
  expect([await disk.text("src/node.js"), await disk.text("LICENSE"), await disk.text("made.txt")]).toEqual(["// rewritten\n", null, "made\n"]);
  // What somebody edits afterwards stays.
  await disk.write("README.md", "Edited later\n");

  await view.getByRole("button", { name: "Preview the restore of Before npm run rewrite" }).click();
  const dialog = page.getByRole("dialog", { name: "Restore files" });
  await expect(dialog.getByRole("region", { name: "Change back" })).toContainText("src/node.js");
  await expect(dialog.getByRole("region", { name: "Bring back" })).toContainText("LICENSE");
  await expect(dialog.getByRole("region", { name: "Delete" })).toContainText("made.txt");
  await expect(dialog.getByRole("region", { name: "Changed later, left as they are" })).toContainText("README.md");
  await shot(page, "run-restore");
  await expectAccessible(page, "the preview of a restore");
  await dialog.getByRole("button", { name: "Restore 3" }).click();
  await expect(page.getByText("3 restored")).toBeVisible();
  expect([await disk.text("src/node.js"), await disk.text("LICENSE"), await disk.text("made.txt"), await disk.text("README.md")]).toEqual([source, license, null, "Edited later\n"]);

  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByText("The restore is undone")).toBeVisible();
  expect([await disk.text("src/node.js"), await disk.text("LICENSE"), await disk.text("made.txt"), await disk.text("README.md")]).toEqual(["// rewritten\n", null, "made\n", "Edited later\n"]);

  await expectNoSidewaysScroll(page);
  await expectAccessible(page, "runs and checkpoints");
  // What was printed is there again after a reload.
  await page.reload();
  await expect(page.locator("[data-view=output]")).toContainText("rewritten", { timeout: 60_000 });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await shot(page, `run-${colorScheme}`);
  }
  // On a phone the output stands where the list of runs stood.
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.locator("[data-view=output]")).toHaveCount(0);
  await view.getByRole("button", { name: /npm run test/ }).filter({ hasText: "Succeeded" }).click();
  await expect(page.locator("[data-view=output]")).toContainText("time is told");
  await expectNoSidewaysScroll(page);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(view).toBeVisible();
  expect(complaints).toEqual([]);
});
