import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Route } from "@playwright/test";
import { expectNoSidewaysScroll } from "./fixtures.ts";
import { ALPHA, editAtTop, newProject } from "./ide-project.ts";
import { Disk, entry, expect, goToFile, importArchive, shownText, tab, test, tree } from "./projects.ts";

test.use({ installation: "ide" });

const BIG_LINES = 1_040_000;
const ENTRIES = 50_000;
const OFFLINE_MS = 60_000;

/** Uncompressed, because what packs this well is refused as a bomb. */
function archiveOf(name: string, fill: (folder: string) => void): { readonly path: string; dispose(): void } {
  const folder = mkdtempSync(join(tmpdir(), "coder-e2e-large-"));
  mkdirSync(join(folder, name));
  fill(join(folder, name));
  const path = join(folder, `${name}.tar`);
  execFileSync("tar", ["cf", path, "-C", folder, name]);
  return { path, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

test("a file of 100 MB is told of and read in part, and what is no text is not taken for text", async ({ visit, owner }) => {
  const archive = archiveOf("large", (folder) => {
    writeFileSync(join(folder, "big.log"), Array.from({ length: BIG_LINES }, (_unused, index) => `line ${String(index).padStart(8, "0")} ${"x".repeat(86)}\n`).join(""));
    writeFileSync(join(folder, "program.bin"), Buffer.concat([Buffer.from("\u007fELF"), Buffer.alloc(1_000_000)]));
  });
  const { page, complaints } = await visit({ storageState: owner });
  await importArchive(page, archive.path);
  archive.dispose();
  await goToFile(page, "big.log");
  await expect(page.getByRole("heading", { name: /^big\.log is 100(\.\d)? MB$/ })).toBeVisible();
  const fetched = () => page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/file?")).reduce((sum, entry) => sum + (entry instanceof PerformanceResourceTiming ? entry.transferSize : 0), 0));
  await page.getByRole("button", { name: "Read the first part" }).click();
  await expect.poll(() => shownText(page)).toContain("line 00000000 xxx");
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.type("not to be written");
  await expect(tab(page, /^big\.log$/)).toBeVisible();
  expect(await shownText(page)).not.toContain("not to be written");
  expect(await fetched(), "bytes of it that came over the wire").toBeLessThan(4_000_000);
  await goToFile(page, "program.bin");
  await expect(page.getByRole("heading", { name: "program.bin is not text" })).toBeVisible();
  expect(complaints).toEqual([]);
});

test("a minute without the network loses nothing, and a folder of 50,000 entries is gone through by keyboard meanwhile", async ({ visit, owner, product }) => {
  const away = await visit({ storageState: owner });
  const id = await newProject(away.page, "away", { "src/alpha.ts": ALPHA });
  const disk = new Disk(away.context, product.url, id);
  await goToFile(away.page, "alpha.ts");
  await expect.poll(() => shownText(away.page)).toContain("alpha = 1");
  const since = performance.now();
  await away.context.setOffline(true);
  await editAtTop(away.page, "// typed without a network\n");
  await away.page.keyboard.press("Control+s");
  await expect(away.page.getByRole("alert").filter({ hasText: "Save again" })).toBeVisible();
  await expect(tab(away.page, "alpha.ts, unsaved")).toBeVisible();

  const here = await visit({ storageState: owner });
  await test.step("the folder of 50,000", async () => {
    const archive = archiveOf("many", (folder) => {
      for (let index = 0; index < ENTRIES; index += 1) writeFileSync(join(folder, `file-${index}.txt`), "");
      writeFileSync(join(folder, "zz-last.txt"), "the last one\n");
    });
    await importArchive(here.page, archive.path);
    archive.dispose();
    const { page } = here;
    const rows = () => tree(page).getByRole("treeitem").count();
    await page.keyboard.press("Control+Shift+e");
    await expect(tree(page)).toBeFocused();
    await expect(async () => {
      await page.keyboard.press("End");
      await expect(entry(page, "zz-last.txt")).toHaveAttribute("aria-selected", "true", { timeout: 250 });
    }).toPass({ intervals: [0] });
    expect(await rows(), "rows in the page").toBeLessThan(120);
    await page.keyboard.press("PageUp");
    await expect(entry(page, "zz-last.txt")).toHaveAttribute("aria-selected", "false");
    for (let press = 0; press < 20; press += 1) await page.keyboard.press("PageUp");
    for (let press = 0; press < 100; press += 1) await page.keyboard.press("ArrowUp");
    const chosen = tree(page).getByRole("treeitem", { selected: true });
    await expect(chosen).toHaveAttribute("aria-posinset", /^49\d{3}$/);
    await page.keyboard.type("zz");
    await page.keyboard.press("Enter");
    await expect.poll(() => shownText(page)).toContain("the last one");
    expect(await rows(), "rows in the page").toBeLessThan(120);
    await page.keyboard.press("Control+Shift+e");
    await page.keyboard.press("Home");
    await expect(chosen).toHaveAttribute("aria-posinset", "1");
  });
  // What others do meanwhile.
  await new Disk(here.context, product.url, id).write("made-meanwhile.ts", "export const later = true;\n");

  await away.page.waitForTimeout(Math.max(0, OFFLINE_MS - (performance.now() - since)));
  await editAtTop(away.page, "// still typing\n");
  expect(await disk.text("src/alpha.ts"), "nothing came through").toBe(ALPHA);
  await away.context.setOffline(false);
  await expect(entry(away.page, "made-meanwhile.ts"), "what was missed is told").toBeVisible();
  await away.page.locator(".monaco-editor .view-lines").first().click();
  await away.page.keyboard.press("Control+s");
  await expect(tab(away.page, /^alpha\.ts$/)).toBeVisible();
  expect(await disk.text("src/alpha.ts")).toBe(`// still typing\n// typed without a network\n${ALPHA}`);
});

test("code of a page that did not come is asked for again, and the page is there", async ({ visit, owner }) => {
  const first = await visit({ storageState: owner });
  await newProject(first.page, "late-code", { "alpha.ts": ALPHA });
  // Another browser, which has nothing of it yet.
  const { page } = await visit({ storageState: owner });
  await page.goto("/projects");
  const project = page.getByRole("link", { name: /late-code/ }).first();
  await expect(project).toBeVisible();
  await page.waitForLoadState("networkidle");
  const refused = new Set<string>();
  const refuse = (route: Route) => route.fulfill({ status: 503, contentType: "application/json", body: "{}" });
  let refusing = true;
  // With `?again=` too, under which it is asked for anew.
  await page.route(/\/generated\/monaco\/[^/]+\/monaco\.js/, (route) => (refusing ? refuse(route) : route.continue()));
  await page.route("**/_next/static/chunks/*.js", async (route) => {
    const { pathname } = new URL(route.request().url());
    if (refused.has(pathname)) return route.continue();
    refused.add(pathname);
    // What a page needs to be drawn is put in by the loader and by React; what it fetches later by the loader alone.
    await page.waitForFunction((src) => document.querySelectorAll(`script[src="${src}"]`).length > 1, pathname, { timeout: 500 }).catch(() => undefined);
    await refuse(route);
  });
  await project.click();
  await expect(entry(page, "alpha.ts")).toBeVisible();
  expect(refused.size).toBeGreaterThan(1);

  await test.step("what does not come the second time either is told of, and comes when somebody tries again", async () => {
    // The loader itself asks twice for each; nothing fetches this panel before it is shown.
    await page.unroute("**/_next/static/chunks/*.js");
    await page.route("**/_next/static/chunks/*.js", (route) => (refusing ? refuse(route) : route.continue()));
    const output = page.getByRole("region", { name: "Output", exact: true });
    await page.keyboard.press("Control+Shift+u");
    await expect(output.getByRole("button", { name: "Try again" })).toBeVisible();
    await entry(page, "alpha.ts").click();
    const editor = page.getByRole("tabpanel", { name: "alpha.ts", exact: true });
    await expect(editor.getByRole("button", { name: "Try again" })).toBeVisible();
    // Still refused: it says so again.
    const again = page.waitForResponse((response) => response.url().includes("/_next/static/chunks/") && response.status() === 503);
    await output.getByRole("button", { name: "Try again" }).click();
    await again;
    await expect(output.getByRole("button", { name: "Try again" })).toBeVisible();
    refusing = false;
    await output.getByRole("button", { name: "Try again" }).click();
    await expect(output.getByRole("heading", { name: "No output yet" })).toBeVisible();
    await editor.getByRole("button", { name: "Try again" }).click();
    await expect.poll(() => shownText(page)).toContain("alpha = 1");
  });
});

/** Names that mislead terminals, shells, addresses, patterns and readers; the last one is no text. */
const ODD_NAMES: readonly (string | Buffer)[] = [
  " blanks around ", "-dash.txt", "quote'\".txt", "line\nbreak.txt", "back\\slash.txt", "percent%2Fslash.txt", "hash#question?.txt", "glob*[a]{b}!.txt", "file.txt:12", "$(touch evil)`x`;.txt",
  "\u202etxt.exe", "日本語 – ünï 😀.txt", "__proto__", Buffer.from("not \xff\xfe text.txt", "latin1"),
];
const DEPTH = 120;
/** With the folder that they begin in, as deep as an archive may be. */
const STAIRS = 197;

test("names of every kind are opened, saved and found like others, beside a deep tree and links in a circle", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const bytesOf = (name: string | Buffer) => Buffer.from(name);
  const archive = archiveOf("odd", (folder) => {
    mkdirSync(join(folder, "names"));
    for (const [index, name] of ODD_NAMES.entries()) writeFileSync(Buffer.concat([Buffer.from(join(folder, "names/")), bytesOf(name)]), `text number ${index}\n`);
    const deep = join(folder, ...Array.from({ length: DEPTH }, () => "d"));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, "bottom.txt"), "the bottom\n");
    // In each folder of it stands a file beside the next folder: none of them is drawn together with another.
    let stair = join(folder, "stairs");
    mkdirSync(stair);
    for (let step = 0; step < STAIRS; step += 1) {
      writeFileSync(join(stair, "landing.txt"), `landing ${step}\n`);
      stair = join(stair, "s");
      mkdirSync(stair);
    }
    writeFileSync(join(stair, "cellar.txt"), "the cellar\n");
    mkdirSync(join(folder, "links"));
    symlinkSync("..", join(folder, "links/circle"));
    symlinkSync("nowhere", join(folder, "links/broken"));
  });
  const id = await importArchive(page, archive.path);
  archive.dispose();

  await test.step("each is opened from the tree and saved, and stays unsaved text over a reload", async () => {
    await entry(page, "names").click();
    const rows = tree(page).locator("[role=treeitem][aria-level='2']");
    await expect(rows).toHaveCount(ODD_NAMES.length);
    const seen = new Set<number>();
    for (let row = 0; row < ODD_NAMES.length; row += 1) {
      await rows.nth(row).dblclick();
      await expect(page.getByText("Ln 1, Col 1", { exact: true })).toBeVisible();
      await expect.poll(() => shownText(page)).toMatch(/^text number \d+/);
      const index = Number(/\d+/.exec(await shownText(page))?.[0]);
      expect(seen.has(index), `row ${row} opens a file that another opened`).toBe(false);
      seen.add(index);
      await editAtTop(page, `saved ${index} `);
      await page.keyboard.press("Control+s");
      await expect(page.getByRole("tab", { name: /, unsaved/ })).toHaveCount(0);
      await page.keyboard.press("Alt+w");
    }
    const listed = (await (await context.request.get(`${product.url}/api/v1/workspaces/${id}/entries`, { params: { path: "names" } })).json()) as { items: { path: string }[] };
    for (const { path } of listed.items) {
      const address = path.isWellFormed() ? { path } : { pathBytes: Buffer.concat([Buffer.from("names/"), bytesOf(ODD_NAMES.at(-1) ?? "")]).toString("base64url") };
      const response = await context.request.get(`${product.url}/api/v1/workspaces/${id}/file`, { params: address });
      expect(await response.text(), JSON.stringify(path)).toMatch(/^saved (\d+) text number \1\n$/);
    }
    await rows.filter({ hasText: "not " }).dblclick();
    await expect.poll(() => shownText(page)).toContain("text number");
    await editAtTop(page, "kept ");
    await expect(page.getByRole("tab", { name: /, unsaved/ })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("tab", { name: /not .*text\.txt, unsaved/ })).toBeVisible();
    await expect.poll(() => shownText(page)).toMatch(/^kept saved/);
    await page.locator(".monaco-editor .view-lines").first().click();
    await page.keyboard.press("Control+s");
    await expect(page.getByRole("tab", { name: /, unsaved/ })).toHaveCount(0);
  });

  await test.step("each is deleted and brought back, in the tree and by the API", async () => {
    const address = `${product.url}/api/v1/workspaces/${id}`;
    const headers = { origin: product.url };
    const rows = tree(page).locator("[role=treeitem][aria-level='2']");
    const listed = async () => ((await (await context.request.get(`${address}/entries`, { params: { path: "names" } })).json()) as { items: { path: string }[] }).items.map(({ path }) => path);
    const all = await listed();
    for (let row = 0; row < ODD_NAMES.length; row += 1) {
      const shown = (await rows.nth(row).textContent()) ?? "";
      await rows.nth(row).click();
      await page.keyboard.press("Delete");
      await expect(rows).toHaveCount(ODD_NAMES.length - 1);
      await expect.poll(listed).toHaveLength(ODD_NAMES.length - 1);
      await page.getByRole("button", { name: "Undo" }).last().click();
      await expect(rows).toHaveCount(ODD_NAMES.length);
      await expect.poll(listed).toEqual(all);
      await expect(rows.nth(row), "the same name at the same place").toHaveText(shown);
    }
    for (const path of all) {
      const deleted = await context.request.post(`${address}/trash`, { headers, data: { paths: [path] } });
      expect(deleted.status(), JSON.stringify(path)).toBe(200);
      expect(await listed()).not.toContain(path);
      const { trashId } = (await deleted.json()) as { trashId: string };
      const restored = await context.request.post(`${address}/trash/${trashId}/restore`, { headers, data: {} });
      expect(await restored.json(), JSON.stringify(path)).toMatchObject({ items: [{ path }] });
    }
    expect(await listed()).toEqual(all);
    const last = Buffer.concat([Buffer.from("names/"), bytesOf(ODD_NAMES.at(-1) ?? "")]).toString("base64url");
    expect(await (await context.request.get(`${address}/file`, { params: { pathBytes: last } })).text(), "what the one that is no text held").toMatch(/^kept saved \d+ text number \d+\n$/);
  });

  await test.step("two hundred folders deep a file is found by its name, and its place can be read and left", async () => {
    await goToFile(page, "cellar.txt");
    await expect.poll(() => shownText(page)).toContain("the cellar");
    const crumbs = page.getByRole("navigation", { name: "Path of the file" });
    await expect(crumbs.getByRole("button", { name: "cellar.txt", exact: true })).toBeInViewport({ ratio: 1 });
    await expect(crumbs.getByRole("button")).toHaveCount(10);
    await crumbs.getByRole("button", { name: "cellar.txt", exact: true }).click();
    const cellar = entry(page, "cellar.txt");
    await expect(cellar).toHaveAttribute("aria-level", String(STAIRS + 2), { timeout: 60_000 });
    await expect(cellar).toHaveAttribute("aria-selected", "true");
    await expect(cellar.getByText("cellar.txt")).toBeInViewport({ ratio: 1 });
    await page.keyboard.press("Control+Shift+e");
    await page.keyboard.press("ArrowLeft");
    await expect(tree(page).getByRole("treeitem", { selected: true }).getByText("s", { exact: true })).toBeInViewport({ ratio: 1 });
    // Back at the top, nothing is out of sight at the side.
    await page.keyboard.press("Home");
    await expect(tree(page).getByRole("treeitem", { selected: true })).toHaveAttribute("aria-level", "1");
    await expect.poll(() => tree(page).evaluate(({ scrollLeft }) => scrollLeft)).toBe(0);
    await expectNoSidewaysScroll(page);
    await page.keyboard.press("End");
    await expect.poll(() => tree(page).evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
    await page.keyboard.press("Home");
    await entry(page, "stairs").click();
    await expect(entry(page, "stairs")).toHaveAttribute("aria-expanded", "false");
  });

  await test.step("text in them is found", async () => {
    await page.keyboard.press("Control+Shift+f");
    const search = page.getByRole("region", { name: "Search", exact: true });
    await search.getByRole("textbox", { name: "Search", exact: true }).fill("text number");
    await expect(search.getByRole("status"), "once each, however links lead around").toHaveText(`${ODD_NAMES.length} results in ${ODD_NAMES.length} files`);
  });
});
