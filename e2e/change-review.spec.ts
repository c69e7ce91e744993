import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCoderClient, type CoderClient } from "@coder/api/client";
import { ProjectIdSchema } from "@coder/api/workspace";
import type { BrowserContext, Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures.ts";
import { Disk, expect, importArchive, makeArchive, tab } from "./projects.ts";
import { test } from "./served.ts";

const SHOTS = process.env["E2E_SHOTS"];

/** The typed client, as the person whose browser it is. */
async function clientOf(context: BrowserContext, origin: string): Promise<CoderClient> {
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  return createCoderClient({ url: origin, fetch: (input, init) => fetch(input instanceof URL ? input.href : String(input), { ...(init as RequestInit), headers: { ...(init?.headers as Record<string, string>), cookie, origin } }) });
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What git says is different between two states of the same files. */
function gitDiff(before: Readonly<Record<string, string | null>>, after: Readonly<Record<string, string | null>>): string {
  const folder = mkdtempSync(join(tmpdir(), "coder-e2e-diff-"));
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8", env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" } });
  const put = (files: Readonly<Record<string, string | null>>) => {
    for (const [name, text] of Object.entries(files)) {
      if (text === null) rmSync(join(folder, name), { force: true });
      else writeFileSync(join(folder, name), text);
    }
  };
  try {
    git("init", "--quiet");
    put(before);
    git("add", "--all");
    git("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "--allow-empty", "--message", "Before");
    put(after);
    git("add", "--all");
    return git("diff", "--cached", "--no-color");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function hunk(page: Page, name: RegExp) {
  return page.getByRole("listitem", { name });
}

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

test("a proposed change is reviewed line by line, outlives a restart, is applied as accepted, and taken back", async ({ visit, owner, product }) => {
  const archive = makeArchive({ packages: ["ms"], name: "ms" });
  const { page, context, complaints } = await visit({ storageState: owner });
  const projectId = ProjectIdSchema.parse(await importArchive(page, archive.path));
  archive.dispose();
  const disk = new Disk(context, product.url, projectId);
  const files = async () => ({ "index.js": await disk.text("index.js"), "readme.md": await disk.text("readme.md"), "limits.js": await disk.text("limits.js") });
  const before = await files();
  const base = before["index.js"] ?? "";
  const readme = before["readme.md"] ?? "";
  expect(base).toContain("var s = 1000;");

  const proposed = `${base
    .replace("var s = 1000;", "var s = 1_000;")
    .replace("var y = d * 365.25;", "var y = d * 365.2425;\nvar decade = y * 10;\nvar century = y * 100;")}\nmodule.exports.limit = 100;\n`;
  const client = await clientOf(context, product.url);
  const made = await client.execution.createChangeSet.mutate({
    projectId, key: `review-${projectId}`, title: "Count longer times", reason: "Years are a little shorter than that, and decades are missing.", origin: { kind: "person", name: "Review test", version: "1" },
    files: [
      { path: "index.js", kind: "modify", baseHash: hash(base), content: proposed, reason: "The units live here", hunkReasons: [{ line: proposed.split("\n").indexOf("var s = 1_000;") + 1, reason: "Easier to read" }] },
      { path: "limits.js", kind: "create", baseHash: null, content: "module.exports = 100;\n", reason: "The longest text" },
      { path: "readme.md", kind: "delete", baseHash: hash(readme), content: null, reason: "Not needed" },
    ],
  });
  expect(made.counts).toMatchObject({ files: 3, hunks: 5 });

  await test.step("the view lists it, and it opens as a tab", async () => {
    await page.keyboard.press("Control+Shift+y");
    const list = page.getByRole("tree", { name: "Changes" });
    await expect(list.getByRole("treeitem", { name: /Count longer times/ })).toBeVisible();
    await list.getByRole("treeitem", { name: /Count longer times/ }).dblclick();
    await expect(tab(page, /Count longer times/)).toBeVisible();
    await expect(page.getByRole("heading", { name: "Count longer times" })).toBeVisible();
    await expect(page.getByText("Easier to read")).toBeVisible();
    await expect(page.getByText("5 of 5 undecided")).toBeVisible();
    // Its own job has looked at it meanwhile.
    await expect(page.getByText("Syntax passed")).toBeVisible({ timeout: 90_000 });
    await expect(page.locator(".monaco-diff-editor").first()).toBeVisible({ timeout: 30_000 });
    await shot(page, "review-dark");
    await expectAccessible(page, "Review");
    await expectNoSidewaysScroll(page);
  });

  await test.step("hunks are decided by key, lines one by one", async () => {
    const colleague = await visit({ storageState: owner });
    await colleague.page.goto(page.url());
    await colleague.page.keyboard.press("Control+Shift+y");
    await colleague.page.getByRole("treeitem", { name: /Count longer times/ }).dblclick();
    await expect(colleague.page.getByText("5 of 5 undecided")).toBeVisible({ timeout: 60_000 });
    await page.getByRole("heading", { name: "Count longer times" }).click();
    await page.keyboard.press("Alt+a");
    await expect(page.getByText("4 of 5 undecided")).toBeVisible();
    // Whoever else looks at it sees it too.
    await expect(colleague.page.getByText("4 of 5 undecided")).toBeVisible({ timeout: 20_000 });
    await colleague.context.close();
    const years = hunk(page, /^Lines 10–12/);
    await expect(years).toHaveAttribute("data-selected", "true");
    await years.getByRole("button", { name: "Lines", exact: true }).click();
    await years.getByRole("button", { name: /Accept removed line 10/ }).click();
    await years.getByRole("button", { name: /Accept added line 10/ }).click();
    await years.getByRole("button", { name: /Reject added line 11/ }).click();
    await years.getByRole("button", { name: /Accept added line 12/ }).click();
    await expect(years).toHaveAccessibleName(/Decided by line/);
    await page.keyboard.press("F7");
    await page.keyboard.press("Alt+r");
    await expect(page.getByText("2 of 5 undecided")).toBeVisible();
    // Decisions go one after the other: when this one is written, so are those before it, and nobody else's is told that it is too late.
    const undone = page.waitForResponse((response) => response.url().includes("decideChanges") && (response.request().postData() ?? "").includes('"decision":"undecided"'));
    await page.keyboard.press("Alt+u");
    await expect(page.getByText("3 of 5 undecided")).toBeVisible();
    expect((await undone).ok()).toBe(true);
    await expect(hunk(page, /^Lines 165–166, Undecided/)).toHaveAttribute("data-selected", "true");
    // Somebody else is faster: the page says what became of the decision, and shows how things are.
    const slow = Promise.withResolvers<void>();
    await page.route(/decideChanges/, async (route) => {
      await slow.promise;
      await route.continue();
    });
    await page.keyboard.press("Alt+r");
    await expect(page.getByText("2 of 5 undecided")).toBeVisible();
    const [first] = (await client.execution.getChangeSet.query({ id: made.id })).files;
    if (!first) throw new Error("The change has no file");
    await client.execution.decideChanges.mutate({ id: made.id, decision: "undecided", targets: [{ fileId: first.id, version: first.version, hunks: first.hunks.slice(-1).map(({ id }) => ({ id })) }] });
    slow.resolve();
    await expect(page.getByText("This change was decided on elsewhere meanwhile.")).toBeVisible();
    await expect(page.getByText("Load it again")).toHaveCount(0);
    await expect(page.getByText("3 of 5 undecided")).toBeVisible();
    await page.unroute(/decideChanges/);
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.keyboard.press("Shift+F7");
    await years.getByRole("button", { name: "Lines", exact: true }).click();
    await years.getByRole("button", { name: /Comment on added line 11/ }).click();
    const comment = page.getByRole("textbox", { name: "Comment" });
    await comment.fill("Decades are not asked");
    // What is being written outlives a look elsewhere.
    await page.keyboard.press("F7");
    await page.keyboard.press("Shift+F7");
    await expect(comment).toHaveCount(0);
    await years.getByRole("button", { name: "Lines", exact: true }).click();
    await years.getByRole("button", { name: /Comment on added line 11/ }).click();
    await expect(comment).toHaveValue("Decades are not asked");
    await comment.fill("Decades are not asked for");
    await page.keyboard.press("Control+Enter");
    await expect(years.getByText("Decades are not asked for")).toBeVisible();
    const line = years.locator('li[aria-current="true"]');
    await expect(line).toBeFocused();
    await page.keyboard.press("Alt+c");
    await page.keyboard.press("Escape");
    await expect(line).toBeFocused();
    await page.keyboard.press("Alt+c");
    await comment.fill("A second one");
    await page.keyboard.press("Control+Enter");
    const second = years.getByRole("list", { name: "Comments" }).getByRole("listitem").filter({ hasText: "A second one" });
    await second.getByRole("button", { name: "Delete the comment" }).click();
    await expect(second).toHaveCount(0);
    await expect(line).toBeFocused();
    await expect(page.getByRole("tree", { name: "Files of the change" }).getByRole("treeitem", { name: /index\.js/ })).toHaveAttribute("title", /1 comment$/);
  });

  await test.step("the proposal is edited in place", async () => {
    await page.getByRole("tree", { name: "Files of the change" }).getByRole("treeitem", { name: /limits\.js/ }).click();
    // It is kept while a decision on the same file is on its way.
    const held = Promise.withResolvers<void>();
    await page.route(/decideChanges/, async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.getByRole("button", { name: "Accept", exact: true }).click();
    await page.getByRole("button", { name: "Edit the proposal" }).click();
    const right = page.getByRole("textbox", { name: /limits\.js, proposed, being edited/ });
    await expect(right).toBeFocused();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("// In characters.");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Keep the edit" }).click();
    await page.waitForTimeout(500);
    held.resolve();
    await expect(page.getByText("Edited", { exact: true })).toBeVisible();
    await page.unroute(/decideChanges/);
    const accepted = page.waitForResponse((response) => response.url().includes("decideChanges") && (response.request().postData() ?? "").includes('"decision":"accepted"'));
    await page.getByRole("button", { name: "Accept", exact: true }).click();
    await expect(page.getByText("2 of 5 undecided")).toBeVisible();
    await accepted;
    await expect(page.getByText("Somebody decided on this change")).toHaveCount(0);
  });

  await test.step("decisions outlive a reload and a restart", async () => {
    await page.reload();
    await expect(page.getByText("2 of 5 undecided")).toBeVisible({ timeout: 60_000 });
    if (product.restart) {
      await product.restart();
      await page.reload();
      await expect(page.getByText("2 of 5 undecided")).toBeVisible({ timeout: 60_000 });
    }
    await expect(page.getByText("Decades are not asked for")).toBeVisible();
  });

  const accepted = {
    "index.js": base.replace("var s = 1000;", "var s = 1_000;").replace("var y = d * 365.25;", "var y = d * 365.2425;\nvar century = y * 100;"),
    "limits.js": "module.exports = 100;\n// In characters.\n",
    "readme.md": readme,
  };

  await test.step("a file that changed meanwhile is told of, with the part that conflicts", async () => {
    await disk.write("index.js", base.replace("var w = d * 7;", "var w = 7 * d;"));
    await expect(page.getByText("1 file has changed since this was made")).toBeVisible({ timeout: 30_000 });
    await expect(hunk(page, /^Lines 10–12/).getByText("Conflicts with what is in the file now")).toBeVisible();
    await expect(hunk(page, /^Line 5/).getByText("Conflicts with what is in the file now")).toHaveCount(0);
    await shot(page, "review-stale");
    await disk.write("index.js", base);
    await expect(page.getByText("1 file has changed since this was made")).toHaveCount(0, { timeout: 30_000 });
  });

  await test.step("what is accepted is applied, and nothing else", async () => {
    await page.getByRole("button", { name: "Apply 3 of 5" }).click();
    await expect(page.locator("header").getByText("Applied", { exact: true })).toBeVisible({ timeout: 120_000 });
    await expect(page.locator("[data-scope=review]")).toBeFocused();
    const diff = gitDiff(before, await files());
    expect(diff).toBe(gitDiff(before, accepted));
    expect(diff).toContain("+var century = y * 100;");
    await shot(page, "review-applied");
  });

  await test.step("and taken back", async () => {
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(page.locator("header").getByText("Undone", { exact: true })).toBeVisible({ timeout: 120_000 });
    expect(await files()).toEqual(before);
  });

  await test.step("it reads in every theme and on a phone", async () => {
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await expectAccessible(page, `Review, ${scheme}`, ["color-contrast"]);
      await shot(page, `review-${scheme}-after`);
    }
    await page.emulateMedia({ colorScheme: "dark", contrast: "more" });
    await shot(page, "review-contrast");
    await page.emulateMedia({ contrast: "no-preference" });
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScroll(page);
    await shot(page, "review-phone");
  });
  expect(complaints).toEqual([]);
});

test("a change of 2,000 files is gone through by keyboard with only what is in view drawn, and a failing check leads to its line", async ({ visit, owner, product }) => {
  const archive = makeArchive({ packages: ["ms"], name: "ms" });
  const { page, context, complaints } = await visit({ storageState: owner });
  const projectId = ProjectIdSchema.parse(await importArchive(page, archive.path));
  archive.dispose();
  const client = await clientOf(context, product.url);
  const files = Array.from({ length: 2_000 }, (_unused, index) => ({ path: `made/module-${String(index).padStart(4, "0")}.js`, kind: "create" as const, baseHash: null, content: index === 1_000 ? "module.exports = 1;\nfunction ( {\n" : `module.exports = ${index};\n`, reason: "" }));
  await client.execution.createChangeSet.mutate({ projectId, key: `many-${projectId}`, title: "Many modules", reason: "", origin: { kind: "person", name: "Review test", version: "1" }, files });
  await page.keyboard.press("Control+Shift+y");
  await page.getByRole("treeitem", { name: /Many modules/ }).dblclick();
  await expect(page.getByText("2000 of 2000 undecided")).toBeVisible({ timeout: 60_000 });

  const list = page.getByRole("tree", { name: "Files of the change" });
  const current = list.getByRole("treeitem", { selected: true });
  expect(await list.getByRole("treeitem").count(), "rows in the page").toBeLessThan(120);
  for (const name of ["0001", "0002", "0003"]) {
    await page.keyboard.press("Alt+j");
    await expect(current).toHaveAccessibleName(new RegExp(`module-${name}`));
  }
  await page.keyboard.press("Alt+k");
  await expect(current).toHaveAccessibleName(/module-0002/);
  await list.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Decisions on made/module-1999.js" })).toBeVisible();
  expect(await list.getByRole("treeitem").count(), "rows in the page").toBeLessThan(120);

  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Alt+l");
  await expect(page.getByText("1999 of 2000 undecided")).toBeVisible();
  await page.keyboard.press("Alt+c");
  await page.getByRole("textbox", { name: "Comment" }).fill("The last of them");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("The last of them")).toBeVisible();
  await page.keyboard.press("Control+Alt+a");
  await expect(page.getByText("Everything is decided")).toBeVisible();
  const undone = page.waitForResponse((response) => response.url().includes("decideChanges") && (response.request().postData() ?? "").includes('"decision":"undecided"'), { timeout: 120_000 });
  await page.keyboard.press("Alt+u");
  await expect(page.getByText("1999 of 2000 undecided")).toBeVisible();
  expect((await undone).ok()).toBe(true);

  await page.getByRole("button", { name: "Syntax 1 error" }).click({ timeout: 120_000 });
  await page.getByRole("region", { name: "Syntax, what was found" }).getByRole("button", { name: /^made\/module-1000\.js:/ }).click();
  await expect(current).toHaveAccessibleName(/module-1000\.js/);
  await expect(current).toHaveAttribute("title", /created, undecided, 1 error$/);
  await expect(page.getByRole("list", { name: "Messages of checks" })).toBeVisible();
  await expectAccessible(page, "Review of many files");
  // What was decided is there again for whoever looks later.
  await page.reload();
  await expect(page.getByText("1999 of 2000 undecided")).toBeVisible({ timeout: 60_000 });
  expect(complaints).toEqual([]);
});
