import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures.ts";
import { Disk, entry, expect, goToFile, projectId, record, runCommand, shownText, tab, test, tree } from "./projects.ts";
import { ThirdParty } from "./third-party.ts";

test.use({ installation: "ide" });

const SCHEMAS = "zod/v4/core/schemas.ts";
const UTIL = "zod/v4/core/util.ts";
const ERRORS = "zod/v4/core/errors.ts";
const NEEDLE = "readonly";
/** What `floatSafeRemainder` does, in none of its words. */
const QUESTION = "modulo of decimal numbers that does not suffer from rounding";
const ANSWER = /floatSafeRemainder/;
/** A product that runs already may hold what a run before made. */
const NAME = `sources ${Date.now().toString(36)}`;
const OFFLINE_MS = 6_000;
const TOLD = "The file has changed on the disk since you began to edit it.";

test("a project of other people is imported, worked in, searched, indexed and exported, and nothing that is typed is lost", async ({ visit, owner, product }) => {
  const source = await ThirdParty.make({ zod: "zod/src", openai: "openai/src" });
  const { page, context, complaints } = await visit({ storageState: owner, acceptDownloads: true });
  const local = (path: string) => join(source.tree, path);
  let disk = new Disk(context, product.url, "");
  let id = "";

  await test.step("a zip with a repository in it becomes a project, and says how far it is", async () => {
    await page.goto("/projects");
    await expect(page.getByRole("heading", { name: "Projects", level: 1 })).toBeVisible();
    const told = await record(page, "[role=progressbar][aria-label^='Upload'], [role=progressbar][aria-label^='Import of']", "aria-label");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Import a project" });
    await dialog.locator("input[type=file]").setInputFiles(await source.zip(`${NAME}.zip`));
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    await page.waitForURL(/\/projects\/[0-9a-f-]{36}/);
    id = projectId(page);
    await expect(tree(page)).toBeVisible({ timeout: 60_000 });
    expect(new Set((await told()).map((text) => text.replace(/ .*/, "")))).toEqual(new Set(["Upload", "Import"]));
    disk = new Disk(context, product.url, id);
    expect((await source.hashes()).size).toBeGreaterThan(500);
    await expect(page.getByRole("heading", { level: 1, name: NAME })).toBeVisible();
    await expect(page.getByRole("button", { name: /^Branch main/ })).toBeVisible();
  });

  await test.step("files are made, named, moved and deleted by keyboard alone, and come back", async () => {
    await page.keyboard.press("Control+Shift+e");
    await expect(tree(page)).toBeFocused();
    await page.keyboard.type("zo");
    await page.keyboard.press("ArrowRight");
    await expect(entry(page, "locales")).toBeVisible();
    await page.keyboard.press("Alt+n");
    await page.getByLabel("Name of the new file").fill("made.ts");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Ln 1, Col 1", { exact: true })).toBeVisible();
    await expect(page.getByRole("textbox", { name: /made\.ts$/ })).toBeFocused();
    await page.keyboard.press("Control+Shift+e");
    await expect(tree(page)).toBeFocused();
    await page.keyboard.press("F2");
    await expect(page.getByLabel("New name of made.ts")).toBeFocused();
    await page.keyboard.type("named");
    await page.keyboard.press("Enter");
    await expect(entry(page, /^named\.ts/)).toBeVisible();
    await expect(tree(page)).toBeFocused();
    // The new name shows before the server has it, and whoever moves the file there before that finds none.
    await expect.poll(() => disk.text("zod/named.ts")).toBe("");
    await page.keyboard.press("Control+x");
    await expect(page.getByText("Cut zod/named.ts")).toBeVisible();
    await page.keyboard.type("op");
    await expect(entry(page, "openai")).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Control+v");
    await expect(page.getByText("Moved named.ts to openai")).toBeVisible();
    await expect.poll(() => disk.text("openai/named.ts")).toBe("");
    await page.getByRole("button", { name: "Undo" }).first().click();
    await expect.poll(() => disk.text("zod/named.ts")).toBe("");
    await expect.poll(() => disk.read("openai/named.ts")).toBeNull();
    await entry(page, /^named\.ts/).click();
    await page.keyboard.press("Delete");
    await expect(entry(page, /^named\.ts/)).toHaveCount(0);
    await expect.poll(() => disk.read("zod/named.ts")).toBeNull();
    await expect(page.getByText("Deleted named.ts")).toBeVisible();
    // What was moved was undone, and its note is gone: this is the only one.
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(entry(page, /^named\.ts/)).toBeVisible();
    await expect.poll(() => disk.text("zod/named.ts")).toBe("");
    await writeFile(local("zod/named.ts"), "");
  });

  await test.step("parts of a name open a file, and what is saved is on the disk", async () => {
    await page.keyboard.press("Control+p");
    await page.getByRole("combobox", { name: "Go to a file" }).fill("v4coreschem");
    await expect(page.getByRole("option").first()).toContainText("schemas.ts");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Ln 1, Col 1", { exact: true })).toBeVisible();
    await page.keyboard.type("// Read by somebody\n");
    await expect(tab(page, /^schemas\.ts, .*unsaved/)).toBeVisible();
    await page.keyboard.press("Control+s");
    await expect(tab(page, /^schemas\.ts.*unsaved/)).toHaveCount(0);
    const text = `// Read by somebody\n${await readFile(local(SCHEMAS), "utf8")}`;
    expect(await disk.text(SCHEMAS)).toBe(text);
    await writeFile(local(SCHEMAS), text);
  });

  await test.step("the second of two saves of one file is told, and nothing is lost", async () => {
    const other = await context.newPage();
    await other.goto(`/projects/${id}?file=${ERRORS}`);
    await goToFile(page, ERRORS);
    const before = await readFile(local(ERRORS), "utf8");
    for (const each of [page, other]) await expect.poll(() => shownText(each)).toContain(before.split("\n")[0] ?? "");
    await editor(other).click();
    await other.keyboard.press("Control+Home");
    await other.keyboard.type("// Second\n");
    await editor(page).click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("// First\n");
    await page.keyboard.press("Control+s");
    await expect.poll(() => disk.text(ERRORS)).toBe(`// First\n${before}`);
    await expect(other.getByText(TOLD)).toBeVisible();
    await other.keyboard.press("Control+s");
    await expect(other.getByText(TOLD)).toBeVisible();
    expect(await disk.text(ERRORS), "a save over somebody else's writes nothing").toBe(`// First\n${before}`);
    await expect.poll(() => shownText(other)).toContain("// Second");
    await other.getByRole("button", { name: "Overwrite" }).click();
    await expect.poll(() => disk.text(ERRORS)).toBe(`// Second\n${before}`);
    await expect.poll(() => shownText(page), "what nobody edits follows the disk").toContain("// Second");
    await writeFile(local(ERRORS), `// Second\n${before}`);
    await other.close();
  });

  await test.step("unsaved text is there after a reload, and after the product was started again", async () => {
    await goToFile(page, UTIL);
    await expect(page.getByText("Ln 1, Col 1", { exact: true })).toBeVisible();
    await page.keyboard.type("// Not saved yet\n");
    await page.reload();
    await expect(tab(page, /^util\.ts, .*unsaved/)).toBeVisible();
    await expect.poll(() => shownText(page)).toContain("// Not saved yet");
    if (product.restart) {
      await product.restart();
      await expect(page.getByText(/^The server cannot be reached|^Reconnecting/)).toHaveCount(0, { timeout: 60_000 });
      await page.reload();
      await expect(tab(page, /^util\.ts, .*unsaved/)).toBeVisible();
      await expect.poll(() => shownText(page)).toContain("// Not saved yet");
    }
    expect(await disk.text(UTIL), "nobody saved it").toBe(await readFile(local(UTIL), "utf8"));
    await editor(page).click();
    await page.keyboard.press("Control+s");
    await expect(tab(page, /^util\.ts.*unsaved/)).toHaveCount(0);
    const text = `// Not saved yet\n${await readFile(local(UTIL), "utf8")}`;
    expect(await disk.text(UTIL)).toBe(text);
    await writeFile(local(UTIL), text);
  });

  await test.step("every action is a command", async () => {
    await runCommand(page, "split right");
    await expect(page.getByRole("region", { name: "Editors, group 2 of 2" })).toBeVisible();
    await page.keyboard.press("Alt+w");
    await expect(page.getByRole("region", { name: "Editors, group 2 of 2" })).toHaveCount(0);
  });

  await test.step("text is found in as many places as ripgrep finds it, and opened there", async () => {
    await page.keyboard.press("Control+Shift+f");
    const view = page.getByRole("region", { name: "Search", exact: true });
    await view.getByRole("textbox", { name: "Search", exact: true }).fill(NEEDLE);
    const { matches, files } = source.count(NEEDLE);
    await expect(view.getByRole("status")).toHaveText(`${matches.toLocaleString("en")} results in ${files.toLocaleString("en")} files`);
    expect(matches).toBeGreaterThan(100);
    const found = view.getByRole("tree", { name: "Search results" });
    await found.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page.getByText(new RegExp(`\\(${NEEDLE.length} selected\\)`))).toBeVisible();
  });

  await test.step("source control shows what changed, and the two sides of it", async () => {
    await page.keyboard.press("Control+Shift+g");
    const changes = page.getByRole("tree", { name: "Changes" });
    await expect(changes.getByRole("treeitem").filter({ hasText: /[MU]$/ })).toHaveText([/named\.ts/, /errors\.ts/, /schemas\.ts/, /util\.ts/]);
    await changes.getByRole("treeitem").filter({ hasText: "schemas.ts" }).dblclick();
    const diff = page.locator(".monaco-diff-editor");
    await expect(diff.locator(".modified .view-lines[role=presentation]")).toContainText("// Read by somebody");
    await expect(diff.locator(".original .view-lines")).not.toContainText("// Read by somebody");
  });

  await test.step("an index is made as a job that can be followed, and finds what the words do not say", async () => {
    await page.keyboard.press("Control+Shift+m");
    const view = page.getByRole("region", { name: "Search by meaning" });
    const inView = await record(page, "[data-view='meaning'] [role='status']");
    const inBar = await record(page, "footer button[aria-label^='Your jobs']", "aria-label");
    await view.getByRole("button").filter({ hasText: "Index this project" }).click();
    await expect(view.getByText(/^\d[\d,]* parts of \d[\d,]* files/)).toBeVisible({ timeout: 90_000 });
    expect((await inView()).filter((text) => /^Indexing: [\d,]+ of [\d,]+ files$/.test(text)).length, "progress in the view").toBeGreaterThan(0);
    expect((await inBar()).filter((text) => text.endsWith("%")).length, "progress in the status bar").toBeGreaterThan(0);
    const question = view.getByRole("textbox", { name: "What the code does" });
    await question.fill(QUESTION);
    await page.keyboard.press("Enter");
    const hits = view.getByRole("tree", { name: "Results" }).getByRole("treeitem");
    await expect(hits.filter({ hasText: ANSWER }).first()).toBeVisible();
    const names = await hits.allTextContents();
    expect(names.findIndex((text) => ANSWER.test(text)), names.slice(0, 5).join("\n")).toBeLessThan(5);
    await hits.filter({ hasText: ANSWER }).first().dblclick();
    await expect.poll(() => shownText(page)).toMatch(ANSWER);
  });

  await test.step("the job stands in the status bar and in the dashboard", async () => {
    await page.getByRole("button", { name: /^Your jobs/ }).click();
    await page.getByRole("menuitem", { name: /index.*completed/i }).first().click();
    await expect(page).toHaveURL(/\/jobs\?/);
    await expect(page.getByRole("complementary").getByText(/index/i).first()).toBeVisible();
    await page.goto(`/projects/${id}`);
    await expect(page.getByRole("region", { name: "Search by meaning" }).getByRole("tree", { name: "Results" })).toBeVisible();
  });

  await test.step("without a connection editing goes on; with it, everything is as if it had never been away", async () => {
    await goToFile(page, UTIL);
    await expect(page.getByRole("textbox", { name: new RegExp(`${UTIL}$`) })).toBeFocused();
    await page.keyboard.press("Control+Home");
    await expect.poll(() => shownText(page)).toContain("// Not saved yet");
    await page.keyboard.press("Control+Shift+e");
    const elsewhere = await visit({ storageState: owner });
    const theirs = new Disk(elsewhere.context, product.url, id);
    await context.setOffline(true);
    await expect(page.getByText("This browser is offline.")).toBeVisible();
    await editor(page).click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("// Typed offline\n");
    await page.keyboard.press("Control+s");
    await expect(tab(page, /^util\.ts, .*unsaved/)).toBeVisible();
    await theirs.write("zod/meanwhile.ts", "// Written meanwhile\n");
    await page.waitForTimeout(OFFLINE_MS);
    await expect.poll(() => shownText(page)).toContain("// Typed offline");
    await context.setOffline(false);
    await expect(page.getByText("This browser is offline.")).toHaveCount(0);
    await expect(entry(page, /^meanwhile\.ts/), "what happened meanwhile is not missed").toBeVisible();
    await editor(page).click();
    await page.keyboard.press("Control+s");
    await expect(tab(page, /^util\.ts.*unsaved/)).toHaveCount(0);
    const text = `// Typed offline\n${await readFile(local(UTIL), "utf8")}`;
    await expect.poll(() => disk.text(UTIL)).toBe(text);
    await theirs.write("zod/afterwards.ts", "");
    await expect(entry(page, /^afterwards\.ts/), "live again").toBeVisible();
    await writeFile(local(UTIL), text);
    await writeFile(local("zod/meanwhile.ts"), "// Written meanwhile\n");
    await writeFile(local("zod/afterwards.ts"), "");
  });

  await test.step("what is exported is what is there, byte for byte", async () => {
    await page.goto("/projects");
    await page.getByRole("button", { name: `Actions for ${NAME}` }).click();
    const downloading = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: "Export as .tar.gz" }).click();
    const download = await downloading;
    const exported = await source.hashesOfArchive(await download.path());
    expect([...exported]).toEqual([...(await source.hashes())]);
  });

  await test.step("every screen can be used by everybody", async () => {
    for (const colorScheme of ["dark", "light"] as const) {
      const look = await visit({ storageState: owner, colorScheme });
      await expectScreens(look.page, id, colorScheme);
      expect(look.complaints).toEqual([]);
      await look.context.close();
    }
    const phone = await visit({ storageState: owner, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await phone.page.goto("/projects");
    await expect(phone.page.getByRole("row", { name: new RegExp(NAME) })).toBeVisible();
    await expectNoSidewaysScroll(phone.page);
    await phone.page.goto(`/projects/${id}?file=${ERRORS}`);
    await expect(editor(phone.page)).toBeVisible();
    await expectNoSidewaysScroll(phone.page);
    await expectAccessible(phone.page, "phone");
  });

  expect(complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED/.test(text))).toEqual([]);
  await source.dispose();
});

function editor(page: Page): Locator {
  return page.locator(".monaco-editor .view-lines").first();
}

/** The project with each of its views, the page of projects with its dialogue, and the jobs. */
async function expectScreens(page: Page, id: string, look: string): Promise<void> {
  await page.goto("/projects");
  await expect(page.getByRole("row", { name: new RegExp(NAME) })).toBeVisible();
  await expectAccessible(page, `projects, ${look}`);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("dialog", { name: "Import a project" })).toBeVisible();
  await expectAccessible(page, `import, ${look}`);
  await page.goto(`/projects/${id}?file=${ERRORS}`);
  await expect(editor(page)).toBeVisible();
  for (const [keys, view] of [["e", "Explorer"], ["f", "Search"], ["m", "Search by meaning"], ["g", "Source control"]] as const) {
    await page.keyboard.press(`Control+Shift+${keys}`);
    await expect(page.getByRole("region", { name: view, exact: true }).getByRole("tree").first()).toBeVisible();
    await expectAccessible(page, `${view}, ${look}`);
  }
  await page.getByRole("tree", { name: "Changes" }).getByRole("treeitem").filter({ hasText: "schemas.ts" }).dblclick();
  await expect(page.locator(".monaco-diff-editor .view-line").first()).toBeVisible();
  await expectAccessible(page, `diff, ${look}`);
  await page.keyboard.press("Control+p");
  await expect(page.getByRole("option").first()).toBeVisible();
  await expectAccessible(page, `quick open, ${look}`);
  await page.keyboard.press("Escape");
  await expectNoSidewaysScroll(page);
}
