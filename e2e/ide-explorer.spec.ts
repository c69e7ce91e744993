import { FILES, newProject } from "./ide-project.ts";
import { chosenOffer, Disk, entry, expect, goToFile, importArchive, makeArchive, runCommand, shownText, tab, test, tree } from "./projects.ts";

test.use({ installation: "ide" });

test("a package of somebody else is imported from its archive and opened", async ({ visit, owner }) => {
  const archive = makeArchive({ packages: ["zod"], name: "zod" });
  const { page, complaints } = await visit({ storageState: owner });
  await importArchive(page, archive.path);
  archive.dispose();
  await expect(page.getByRole("heading", { level: 1, name: "zod" })).toBeVisible();
  await entry(page, "package.json").click();
  await expect(tab(page, /package\.json, preview/)).toBeVisible();
  await expect.poll(() => shownText(page)).toContain('"name": "zod"');
  // Workers and styles of the editor come from here and break no rule of the page.
  expect(complaints).toEqual([]);
});

test("files are made, named, moved and thrown away by keyboard, and come back", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const disk = new Disk(context, product.url, await newProject(page, "keys"));

  await test.step("arrows open and close folders, letters find names", async () => {
    await page.keyboard.press("Control+Shift+e");
    await expect(tree(page)).toBeFocused();
    await page.keyboard.press("Home");
    await page.keyboard.type("sr");
    await page.keyboard.press("ArrowRight");
    await expect(entry(page, "alpha.ts")).toBeVisible();
    await page.keyboard.press("ArrowRight");
    // A folder that holds one folder and nothing else stands in one row with it.
    await page.keyboard.press("ArrowRight");
    await expect(entry(page, "deep/nested")).toHaveAttribute("aria-expanded", "true");
    await page.keyboard.press("ArrowLeft");
    await expect(entry(page, "deep/nested")).toHaveAttribute("aria-expanded", "false");
    await page.keyboard.press("ArrowLeft");
    await expect(entry(page, "src")).toHaveAttribute("aria-selected", "true");
  });

  await test.step("a new file brings its folders along, and is open", async () => {
    await page.keyboard.press("Alt+n");
    const name = page.getByLabel("Name of the new file");
    await expect(name).toBeFocused();
    await name.fill("alpha.ts");
    await page.keyboard.press("Enter");
    await expect(page.getByText("There is something called alpha.ts here already")).toBeVisible();
    await name.fill("made/here.ts");
    await page.keyboard.press("Enter");
    await expect(tab(page, "here.ts")).toHaveAttribute("aria-selected", "true");
    expect(await disk.text("src/made/here.ts")).toBe("");
  });

  await test.step("F2 renames, and what is open goes along", async () => {
    await page.keyboard.press("Control+Shift+e");
    await page.keyboard.press("F2");
    const name = page.getByLabel("New name of here.ts");
    await expect(name).toBeFocused();
    // The name without its ending is chosen.
    await page.keyboard.type("there");
    await page.keyboard.press("Enter");
    await expect(tab(page, "there.ts")).toBeVisible();
    await expect(tree(page)).toBeFocused();
    await expect.poll(() => disk.text("src/made/there.ts")).toBe("");
    expect(await disk.read("src/made/here.ts")).toBeNull();
  });

  await test.step("Delete puts away, undo brings back, focus stays", async () => {
    await page.keyboard.press("Delete");
    await expect(entry(page, "there.ts")).toHaveCount(0);
    await expect(tab(page, "there.ts")).toHaveCount(0);
    await expect.poll(() => disk.read("src/made/there.ts")).toBeNull();
    await expect(tree(page)).toBeFocused();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(entry(page, "there.ts")).toBeVisible();
    await expect.poll(() => disk.text("src/made/there.ts")).toBe("");
  });

  await test.step("several are copied and moved at once", async () => {
    await entry(page, "alpha.ts").click();
    await entry(page, "beta.ts").click({ modifiers: ["Shift"] });
    await page.keyboard.press("Control+c");
    await entry(page, "docs").click();
    await page.keyboard.press("Control+v");
    await expect.poll(() => disk.text("docs/beta.ts")).toBe(FILES["src/beta.ts"]);
    expect(await disk.text("docs/alpha.ts")).toBe(FILES["src/alpha.ts"]);
    await expect(entry(page, "beta.ts")).toHaveCount(2);
    await page.keyboard.press("Control+v");
    await expect(entry(page, "beta copy.ts")).toBeVisible();
    await entry(page, "beta copy.ts").dragTo(entry(page, "src"));
    await expect.poll(() => disk.text("src/beta copy.ts")).toBe(FILES["src/beta.ts"]);
    await expect(page.getByText("Moved beta copy.ts to src")).toBeVisible();
  });

  await test.step("a file that is renamed before its text has come is shown under its new name", async () => {
    const read = /\/file\?path=crlf\.txt/;
    const asked = page.waitForRequest(read);
    const moved = page.waitForResponse(/workspace\.moveEntries/);
    await page.route(read, async (route) => {
      await moved;
      await route.continue();
    });
    await entry(page, "crlf.txt").click();
    await asked;
    await page.keyboard.press("F2");
    await page.keyboard.type("renamed");
    await page.keyboard.press("Enter");
    await expect.poll(() => shownText(page)).toContain("one\ntwo");
    await expect(tab(page, /renamed\.txt/)).toBeVisible();
    await expect(tab(page, /deleted on disk/)).toHaveCount(0);
  });

  await test.step("a folder of many is a few rows of the page", async () => {
    await entry(page, "many").click();
    await expect(entry(page, "0.txt")).toBeVisible();
    expect(await tree(page).getByRole("treeitem").count()).toBeLessThan(120);
  });
});

test("what is done to files is done from the palette too, whatever is in sight, and can be taken back later", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const disk = new Disk(context, product.url, await newProject(page, "palette"));
  await goToFile(page, "alpha.ts");
  await expect.poll(() => shownText(page)).toContain("alpha = 1");
  await page.keyboard.press("Control+Shift+f");
  const search = page.getByRole("region", { name: "Search", exact: true });
  await search.getByRole("textbox", { name: "Search", exact: true }).fill("ta = ");
  await expect(search.getByRole("status")).toHaveText("2 results in 2 files");

  await test.step("with the search in sight, the file that is worked in is renamed", async () => {
    await runCommand(page, "Explorer: Rename");
    await expect(page.getByLabel("New name of alpha.ts")).toBeFocused();
    await page.keyboard.type("omega");
    await page.keyboard.press("Enter");
    await expect(tab(page, "omega.ts")).toBeVisible();
    await expect.poll(() => disk.text("src/omega.ts")).toBe(FILES["src/alpha.ts"]);
  });

  await test.step("a new file belongs beside it, and without the side bar the next command acts on that", async () => {
    await page.keyboard.press("Control+Shift+f");
    await runCommand(page, "Explorer: New file");
    await expect(page.getByLabel("Name of the new file")).toBeFocused();
    await page.keyboard.type("new.ts");
    await page.keyboard.press("Enter");
    await expect(tab(page, "new.ts")).toHaveAttribute("aria-selected", "true");
    expect(await disk.text("src/new.ts")).toBe("");
    await page.keyboard.press("Control+b");
    await expect(tree(page)).toHaveCount(0);
    await runCommand(page, "Explorer: Delete");
    await expect(tab(page, "new.ts")).toHaveCount(0);
    await expect.poll(() => disk.read("src/new.ts")).toBeNull();
    await runCommand(page, "Undo: Deleted new.ts");
    await expect.poll(() => disk.text("src/new.ts")).toBe("");
  });

  await test.step("results of the search are still there, and F4 goes through them from anywhere", async () => {
    await page.keyboard.press("F4");
    await expect(tab(page, /beta\.ts/)).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Control+Shift+f");
    await expect(search.getByRole("status")).toHaveText("2 results in 2 files");
    await expect(search.getByRole("treeitem", { selected: true })).toHaveAttribute("title", /export const beta/);
    await page.keyboard.press("F4");
    await expect(tab(page, /delta\.ts/)).toHaveAttribute("aria-selected", "true");
    await expect(search.getByRole("treeitem", { selected: true })).toHaveAttribute("title", /export const delta/);
  });

  await test.step("Ctrl+Z in the tree takes back what was done last there, and then what was done before", async () => {
    await page.keyboard.press("Control+Shift+e");
    await entry(page, "beta.ts").click();
    await page.keyboard.press("F2");
    await page.keyboard.type("renamed");
    await page.keyboard.press("Enter");
    await expect.poll(() => disk.text("src/renamed.ts")).toBe(FILES["src/beta.ts"]);
    await expect(tree(page)).toBeFocused();
    await page.keyboard.press("Control+z");
    await expect.poll(() => disk.text("src/beta.ts")).toBe(FILES["src/beta.ts"]);
    await page.keyboard.press("Control+z");
    await expect.poll(() => disk.read("src/new.ts"), "the new file").toBeNull();
    await page.keyboard.press("Control+z");
    await expect.poll(() => disk.text("src/alpha.ts"), "the first rename").toBe(FILES["src/alpha.ts"]);
  });

  await test.step("what was deleted is found again long after its note is gone", async () => {
    await entry(page, "docs").click();
    await page.keyboard.press("Delete");
    await expect.poll(() => disk.read("docs/notes.md")).toBeNull();
    await page.reload();
    await expect(entry(page, "src")).toBeVisible();
    await runCommand(page, "Restore something deleted");
    await page.getByRole("combobox", { name: "Restore what was deleted" }).fill("docs");
    await expect(chosenOffer(page, "docs")).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(entry(page, "docs")).toBeVisible();
    expect(await disk.text("docs/notes.md")).toBe("# Notes\n");
  });

  await test.step("a folder is searched alone", async () => {
    await entry(page, "docs").click();
    await page.keyboard.press("Alt+Shift+f");
    await expect(search.getByLabel("Only in")).toHaveValue("docs/**");
    await search.getByRole("textbox", { name: "Search", exact: true }).fill("o");
    await expect(search.getByRole("status")).toHaveText("1 result in 1 file");
  });
});

test("changes on the disk show at once, and take neither focus nor choice", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const disk = new Disk(context, product.url, await newProject(page, "live"));
  await entry(page, "src").click();
  await goToFile(page, "alpha.ts");
  await expect.poll(() => shownText(page)).toContain("alpha = 1");
  await page.keyboard.press("Control+Shift+e");
  await entry(page, "beta.ts").click();
  await expect(tree(page)).toBeFocused();

  await disk.write("src/aaa.ts", "made elsewhere");
  await expect(entry(page, "aaa.ts")).toBeVisible();
  await expect(tree(page)).toBeFocused();
  await expect(entry(page, "beta.ts")).toHaveAttribute("aria-selected", "true");
  await disk.write("src/beta.ts", "// changed elsewhere\n");
  await expect.poll(() => shownText(page)).toContain("// changed elsewhere");
  await disk.remove("src/aaa.ts", "src/beta.ts");
  await expect(entry(page, "aaa.ts")).toHaveCount(0);
  await expect(tab(page, /beta\.ts, deleted on disk/)).toBeVisible();
  await expect(page.getByText("The file was deleted on the disk. Its text is still here.")).toBeVisible();
  await page.getByRole("button", { name: "Write it again" }).click();
  await expect.poll(() => disk.text("src/beta.ts")).toBe("// changed elsewhere\n");
  await expect(entry(page, "beta.ts")).toBeVisible();
});

test("files of the person's machine are dropped into a folder", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const disk = new Disk(context, product.url, await newProject(page, "uploads"));
  await entry(page, "docs").click();
  const drop = async (files: Readonly<Record<string, string>>) => {
    const transfer = await page.evaluateHandle((contents) => {
      const data = new DataTransfer();
      for (const [name, text] of Object.entries(contents)) data.items.add(new File([text], name));
      return data;
    }, files);
    await entry(page, "docs").dispatchEvent("drop", { dataTransfer: transfer });
  };
  await drop({ "dropped.txt": "dropped", "other.txt": "other" });
  await expect.poll(() => disk.text("docs/dropped.txt")).toBe("dropped");
  await expect(entry(page, "other.txt")).toBeVisible();
  await drop({ "dropped.txt": "again" });
  await expect(page.getByText("docs/dropped.txt is there already. Replace it?")).toBeVisible();
  expect(await disk.text("docs/dropped.txt")).toBe("dropped");
  await page.getByRole("button", { name: "Replace" }).click();
  await expect.poll(() => disk.text("docs/dropped.txt")).toBe("again");
});
