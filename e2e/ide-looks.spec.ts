import { expectAccessible, expectNoSidewaysScroll, LOOKS } from "./fixtures.ts";
import { newProject } from "./ide-project.ts";
import { entry, expect, goToFile, projectId, shownText, tab, test, tree } from "./projects.ts";

test.use({ installation: "ide" });

test("the page of projects renames, throws away, brings back and removes for good", async ({ visit, owner }) => {
  const { page } = await visit({ storageState: owner });
  await page.goto("/projects");
  await page.getByRole("button", { name: "New project" }).first().click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Begun here");
  await page.keyboard.press("Enter");
  await expect(page.getByText("No files yet")).toBeVisible();

  await page.goto("/projects?q=here");
  const row = (name: string) => page.getByRole("row", { name: new RegExp(name) });
  await row("Begun here").getByRole("button", { name: /Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Rename…" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Renamed here");
  await page.keyboard.press("Enter");
  await expect(row("Renamed here")).toBeVisible();
  await row("Renamed here").getByRole("button", { name: /Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(row("Renamed here")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row("Renamed here")).toBeVisible();
  await row("Renamed here").getByRole("button", { name: /Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("tab", { name: /Trash/ }).click();
  await page.getByRole("button", { name: "Remove Renamed here for good" }).click();
  const question = page.getByRole("alertdialog", { name: "Remove Renamed here for good?" });
  await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
  await question.getByRole("button", { name: "Remove for good" }).click();
  await expect(row("Renamed here")).toHaveCount(0);
});

test("an open project can be used by everybody, in every theme and on a phone", async ({ visit, owner }) => {
  const start = await visit({ storageState: owner });
  await newProject(start.page, "looks");
  const id = projectId(start.page);
  await goToFile(start.page, "notes.md");
  await expect(tab(start.page, "notes.md")).toBeVisible();
  const noted = start.page.waitForResponse((response) => response.url().includes("putLayout") && /"activeGroup":2\b/.test(response.request().postData() ?? ""));
  await start.page.keyboard.press("Control+\\");
  await expect(start.page.getByRole("region", { name: "Editors, group 2 of 2" })).toBeVisible();
  // The layout is noted a moment after it changed.
  await noted;

  for (const [name, look] of Object.entries(LOOKS)) {
    const { page, complaints } = await visit({ ...look, viewport: { width: 1280, height: 720 }, storageState: owner });
    for (const [path, ready] of [
      ["/projects", page.getByRole("row", { name: /looks/ }).first()],
      [`/projects/${id}`, page.locator(".monaco-editor .view-lines").first()],
    ] as const) {
      await page.goto(path);
      await expect(ready, path).toBeVisible();
      await expectAccessible(page, name);
      await expectNoSidewaysScroll(page);
    }
    expect(complaints, name).toEqual([]);
    await page.context().close();
  }

  const phone = await visit({ storageState: owner, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await phone.page.goto(`/projects/${id}`);
  await expect(tree(phone.page)).toBeVisible();
  await expectNoSidewaysScroll(phone.page);
  await entry(phone.page, "docs").tap();
  await entry(phone.page, "notes.md").tap();
  await expect(phone.page.locator(".monaco-editor .view-lines").first()).toBeVisible();
  await expect(tree(phone.page)).toHaveCount(0);
  await expectNoSidewaysScroll(phone.page);
  await expectAccessible(phone.page, "phone");
});

test("F6 goes around the parts of a project and back into its text", async ({ visit, owner }) => {
  const { page } = await visit({ storageState: owner });
  await newProject(page, "regions");
  await goToFile(page, "notes.md");
  await expect.poll(() => shownText(page)).toContain("# Notes");
  const region = () => page.evaluate(() => document.activeElement?.closest("[data-region]")?.getAttribute("data-region") ?? "none");
  await expect.poll(region).toBe("editors-1");
  const seen: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    await page.keyboard.press("F6");
    seen.push(await region());
  }
  expect(new Set(seen), seen.join(" → ")).toEqual(new Set(["status", "title", "areas", "side-bar", "editors-1"]));
  expect(await region()).toBe("editors-1");
  await page.keyboard.type("typed after F6 ");
  await expect.poll(() => shownText(page)).toContain("typed after F6");
});
