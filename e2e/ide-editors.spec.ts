import { FILES, LATIN1, newProject } from "./ide-project.ts";
import { Disk, entry, expect, goToFile, shownText, tab, test, tree } from "./projects.ts";

test.use({ installation: "ide" });

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
    await expect(page.getByRole("region", { name: "Editors, group 2 of 2" }).getByRole("textbox", { name: /alpha\.ts$/ })).toBeFocused();
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
  await expect(second.page.locator(".monaco-diff-editor .modified .view-lines[role=presentation]")).toContainText("// second");
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

test("a page that is open while the server is killed goes on by itself, and hears of what happened meanwhile", async ({ visit, owner, product }) => {
  test.skip(product.killGateway === undefined, "needs a product of its own");
  const { page, context } = await visit({ storageState: owner });
  const disk = new Disk(context, product.url, await newProject(page, "killed"));
  await entry(page, "src").click();
  await goToFile(page, "alpha.ts");
  await expect.poll(() => shownText(page)).toContain("alpha = 1");
  await page.evaluate(() => (document.documentElement.dataset["loaded"] = "once"));

  await product.killGateway?.();
  await page.locator(".monaco-editor").first().click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("// typed without a server\n");
  // Whoever is not a page is back at it first: what it does then was never told to this one.
  await product.ready();
  await disk.write("src/made.ts", "made meanwhile\n");
  await disk.write("src/beta.ts", "// changed meanwhile\n");

  await expect(page.getByRole("status").filter({ hasText: "Connected" })).toBeVisible({ timeout: 40_000 });
  await expect(entry(page, "made.ts")).toBeVisible({ timeout: 40_000 });
  await expect.poll(() => shownText(page)).toContain("// typed without a server");
  await page.keyboard.press("Control+s");
  await expect.poll(() => disk.text("src/alpha.ts"), { timeout: 40_000 }).toBe(`// typed without a server\n${FILES["src/alpha.ts"]}`);
  await expect(tab(page, "alpha.ts")).toBeVisible();
  await goToFile(page, "beta.ts");
  await expect.poll(() => shownText(page)).toContain("// changed meanwhile");
  // And it is live again.
  await disk.write("src/beta.ts", "// changed afterwards\n");
  await expect.poll(() => shownText(page)).toContain("// changed afterwards");
  expect(await page.evaluate(() => document.documentElement.dataset["loaded"]), "the page was not loaded anew").toBe("once");
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
    const encoding = page.getByRole("combobox", { name: "Save in which encoding" });
    await expect(encoding).toBeFocused();
    await encoding.fill("UTF-8");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+s");
    await expect.poll(() => disk.text("latin1.txt")).toContain("世");
  });
});
