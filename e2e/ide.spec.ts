import type { Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures.ts";
import { Disk, entry, expect, goToFile, importArchive, makeArchive, projectId, runCommand, shownText, tab, test, tree } from "./projects.ts";

test.use({ installation: "ide" });

const LATIN1 = Buffer.from("Gr\u00fc\u00dfe\nZweite Zeile\n", "latin1");
const UTF16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("first\r\nsecond\r\n", "utf16le")]);
const FILES = {
  "src/alpha.ts": "export const alpha = 1;\n",
  "src/beta.ts": "export const beta = 2;\n",
  "src/deep/nested/gamma.ts": "export const gamma = 3;\n",
  "src/deep/nested/delta.ts": "export const delta = 4;\n",
  "docs/notes.md": "# Notes\n",
  "latin1.txt": LATIN1,
  "utf16.txt": UTF16,
  "crlf.txt": "one\r\ntwo\r\n",
  "binary.bin": Buffer.from([0, 1, 2, 3, 0, 255, 254]),
  "many/0.txt": "",
} as const;

/** A project of its own for each test: none sees what another left. */
async function newProject(page: Page, name: string): Promise<string> {
  const archive = makeArchive({ name, files: { ...FILES, ...Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`many/${index}.txt`, ""])) } });
  try {
    return await importArchive(page, archive.path);
  } finally {
    archive.dispose();
  }
}

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

test("tabs and groups do what they do elsewhere, and stand as they were left", async ({ visit, owner }) => {
  const { page } = await visit({ storageState: owner });
  await newProject(page, "tabs");

  await test.step("what is only looked at makes room for the next", async () => {
    await entry(page, "src").click();
    await entry(page, "alpha.ts").click();
    await expect(tab(page, /alpha\.ts, preview/)).toBeVisible();
    await entry(page, "beta.ts").click();
    await expect(tab(page, /alpha\.ts/)).toHaveCount(0);
    await entry(page, "beta.ts").dblclick();
    await expect(tab(page, "beta.ts")).toBeVisible();
    await goToFile(page, "gamma");
    await goToFile(page, "notes.md");
    await expect(page.getByRole("tablist", { name: "Open editors" }).getByRole("tab")).toHaveCount(3);
  });

  await test.step("the middle button closes, and what was closed comes back", async () => {
    await tab(page, "gamma.ts").click({ button: "middle" });
    await expect(tab(page, "gamma.ts")).toHaveCount(0);
    await page.keyboard.press("Alt+Shift+t");
    await expect(tab(page, "gamma.ts")).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Alt+w");
    await expect(tab(page, "gamma.ts")).toHaveCount(0);
  });

  await test.step("a split shows the same text on both sides", async () => {
    await goToFile(page, "alpha.ts");
    await page.keyboard.press("Control+\\");
    await expect(page.getByRole("region", { name: "Editors, group 2 of 2" })).toBeVisible();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("// typed on the right\n");
    await expect.poll(() => shownText(page, 0)).toContain("typed on the right");
    await expect(tab(page, "alpha.ts, unsaved")).toHaveCount(2);
  });

  await test.step("a tab is dragged into the other group", async () => {
    await page.getByRole("region", { name: "Editors, group 1 of 2" }).getByRole("tab", { name: "beta.ts" }).dragTo(page.getByRole("region", { name: "Editors, group 2 of 2" }).getByRole("tab", { name: /alpha\.ts/ }));
    await expect(page.getByRole("region", { name: "Editors, group 2 of 2" }).getByRole("tab", { name: "beta.ts" })).toBeVisible();
  });

  await test.step("all of it is there again after a reload, the cursor too", async () => {
    await goToFile(page, "delta.ts:1:8");
    await expect(page.getByText("Ln 1, Col 8")).toBeVisible();
    await page.keyboard.press("Control+b");
    await expect(tree(page)).toHaveCount(0);
    // It is noted by itself; leaving at once must do no harm either.
    await page.reload();
    const right = page.getByRole("region", { name: "Editors, group 2 of 2" });
    await expect(right.getByRole("tab", { name: "delta.ts" })).toHaveAttribute("aria-selected", "true");
    await expect(page.getByText("Ln 1, Col 8")).toBeVisible();
    await expect(page.getByRole("region", { name: "Editors, group 1 of 2" }).getByRole("tab", { name: "alpha.ts, unsaved" })).toBeVisible();
    await expect(tree(page)).toHaveCount(0);
  });

  await test.step("closing unsaved text asks once, and cancelling keeps it", async () => {
    await page.keyboard.press("Control+b");
    for (const group of [1, 2]) await page.getByRole("region", { name: `Editors, group ${group} of 2` }).getByRole("tab", { name: "alpha.ts, unsaved" }).click();
    await page.keyboard.press("Alt+w");
    // The other group still shows it: nothing is lost, nothing is asked.
    await expect(tab(page, "alpha.ts, unsaved")).toHaveCount(1);
    await tab(page, "alpha.ts, unsaved").click();
    await page.keyboard.press("Alt+w");
    const question = page.getByRole("dialog", { name: "Save what you changed in alpha.ts?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    await expect(tab(page, "alpha.ts, unsaved")).toBeVisible();
    await page.keyboard.press("Alt+w");
    await question.getByRole("button", { name: "Save", exact: true }).click();
    await expect(tab(page, /alpha\.ts/)).toHaveCount(0);
  });
});

test("the second of two saves is told, and nothing is lost", async ({ visit, owner, product }) => {
  const first = await visit({ storageState: owner });
  const id = await newProject(first.page, "two-saves");
  const disk = new Disk(first.context, product.url, id);
  const second = await visit({ storageState: owner });
  await second.page.goto(`/projects/${id}?file=src/alpha.ts`);
  await goToFile(first.page, "alpha.ts");
  for (const { page } of [first, second]) await expect.poll(() => shownText(page)).toContain("alpha = 1");

  await second.page.locator(".monaco-editor").first().click();
  await second.page.keyboard.press("Control+Home");
  await second.page.keyboard.type("// second\n");
  await first.page.keyboard.press("Control+Home");
  await first.page.keyboard.type("// first\n");
  await first.page.keyboard.press("Control+s");
  await expect(tab(first.page, "alpha.ts")).toBeVisible();
  await expect.poll(() => disk.text("src/alpha.ts")).toBe(`// first\n${FILES["src/alpha.ts"]}`);

  const told = second.page.getByText("The file has changed on the disk since you began to edit it.");
  await expect(told).toBeVisible();
  await second.page.keyboard.press("Control+s");
  await expect(told).toBeVisible();
  expect(await disk.text("src/alpha.ts"), "a stale save writes nothing").toBe(`// first\n${FILES["src/alpha.ts"]}`);

  await second.page.getByRole("button", { name: "Compare" }).click();
  await expect(second.page.locator(".monaco-diff-editor")).toBeVisible();
  await expect(second.page.locator(".monaco-diff-editor .original .view-lines")).toContainText("// first");
  await expect(second.page.locator(".monaco-diff-editor .modified .view-lines")).toContainText("// second");
  await second.page.getByRole("button", { name: "Overwrite" }).click();
  await expect.poll(() => disk.text("src/alpha.ts")).toBe(`// second\n${FILES["src/alpha.ts"]}`);
  await expect.poll(() => shownText(first.page), "what is not edited follows the disk").toContain("// second");
});

test("what is typed is there again after a reload, in another browser, and after the server was killed", async ({ visit, owner, product }) => {
  const { page } = await visit({ storageState: owner });
  const id = await newProject(page, "hot-exit");
  await goToFile(page, "alpha.ts");
  await expect.poll(() => shownText(page)).toContain("alpha = 1");
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("// unsaved text\n");
  // At once: the last keys are still on their way.
  await page.reload();
  await expect(tab(page, "alpha.ts, unsaved")).toBeVisible();
  await expect.poll(() => shownText(page)).toContain("// unsaved text");

  const other = await visit({ storageState: owner });
  await other.page.goto(`/projects/${id}`);
  await expect(tab(other.page, "alpha.ts, unsaved")).toBeVisible();
  await expect.poll(() => shownText(other.page)).toContain("// unsaved text");
  await other.context.close();

  if (product.killGateway) {
    await page.locator(".monaco-editor").first().click();
    await page.keyboard.press("Control+Home");
    await product.killGateway();
    await page.keyboard.type("// while the server was gone\n");
    await product.ready();
    await page.waitForTimeout(4_000);
    await page.reload();
    await expect.poll(() => shownText(page)).toContain("// while the server was gone");
  }

  await page.locator(".monaco-editor").first().click();
  for (let undo = 0; undo < 60 && (await tab(page, "alpha.ts, unsaved").count()) > 0; undo += 1) await page.keyboard.press("Control+z");
  await expect(tab(page, "alpha.ts"), "undo leads back to what is on the disk").toBeVisible();
  await expect.poll(() => shownText(page)).not.toContain("unsaved text");
});

test("encodings and line ends are kept, and what is no text says what it is", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const disk = new Disk(context, product.url, await newProject(page, "encodings"));
  const edit = async (name: string) => {
    await goToFile(page, name);
    await expect(tab(page, name)).toHaveAttribute("aria-selected", "true");
    await expect(page.getByText(/^Ln 1, Col 1$/)).toBeVisible();
    await page.keyboard.type("x");
    await page.keyboard.press("Control+s");
    await expect(tab(page, name)).toBeVisible();
  };
  await edit("latin1.txt");
  await expect.poll(async () => (await disk.read("latin1.txt"))?.toString("latin1")).toBe(`x${LATIN1.toString("latin1")}`);
  await expect(page.getByRole("button", { name: /Encoding, Latin-1/ })).toBeVisible();
  await edit("utf16.txt");
  await expect.poll(async () => (await disk.read("utf16.txt"))?.toString("hex")).toBe(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("xfirst\r\nsecond\r\n", "utf16le")]).toString("hex"));
  await edit("crlf.txt");
  await expect.poll(() => disk.text("crlf.txt")).toBe("xone\r\ntwo\r\n");
  await goToFile(page, "binary.bin");
  await expect(page.getByRole("heading", { name: "binary.bin is not text" })).toBeVisible();

  await test.step("a character that the encoding does not have is not written as another one", async () => {
    await goToFile(page, "latin1.txt");
    await page.keyboard.press("Control+Home");
    await page.keyboard.insertText("世");
    await page.keyboard.press("Control+s");
    await expect(page.getByText("The text holds characters that Latin-1 (Windows 1252) does not have.")).toBeVisible();
    expect((await disk.read("latin1.txt"))?.toString("latin1")).toBe(`x${LATIN1.toString("latin1")}`);
    await page.getByRole("button", { name: /Encoding, Latin-1/ }).click();
    await page.getByRole("menuitem", { name: "Save in another encoding…" }).click();
    await page.keyboard.type("UTF-8");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+s");
    await expect.poll(() => disk.text("latin1.txt")).toContain("世");
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

const LOOKS = {
  dark: { colorScheme: "dark", contrast: "no-preference" },
  light: { colorScheme: "light", contrast: "no-preference" },
  "high contrast dark": { colorScheme: "dark", contrast: "more" },
  "high contrast light": { colorScheme: "light", contrast: "more" },
} as const;

test("an open project can be used by everybody, in every theme and on a phone", async ({ visit, owner }) => {
  test.setTimeout(400_000);
  const start = await visit({ storageState: owner });
  await newProject(start.page, "looks");
  const id = projectId(start.page);
  await goToFile(start.page, "notes.md");
  await expect(tab(start.page, "notes.md")).toBeVisible();
  await start.page.keyboard.press("Control+\\");
  await expect(start.page.getByRole("region", { name: "Editors, group 2 of 2" })).toBeVisible();
  // The layout is noted a moment after it changed.
  await start.page.waitForTimeout(1_500);

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
