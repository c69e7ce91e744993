import { execFileSync } from "node:child_process";
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { APIRequestContext, BrowserContext, Page, Route } from "@playwright/test";
import { areas, expectNoSidewaysScroll, fillAccount, type NewPerson } from "./fixtures.ts";
import { mayMount } from "./product.ts";
import { Disk, entry, expect, goToFile, importArchive, makeArchive, projectId, shownText, tab, test, tree, type Tree } from "./projects.ts";

test.use({ installation: "ide" });

const ALPHA = "export const alpha = 1;\n";
const BIG_LINES = 1_040_000;
const ENTRIES = 50_000;
const OFFLINE_MS = 60_000;
const AUDITOR: NewPerson = { name: "Alan Turing", email: "alan@example.org" };

async function newProject(page: Page, name: string, files: Tree): Promise<string> {
  const archive = makeArchive({ name, files });
  try {
    return await importArchive(page, archive.path);
  } finally {
    archive.dispose();
  }
}

/** Uncompressed, because what packs this well is refused as a bomb. */
function archiveOf(name: string, fill: (folder: string) => void): { readonly path: string; dispose(): void } {
  const folder = mkdtempSync(join(tmpdir(), "coder-e2e-large-"));
  mkdirSync(join(folder, name));
  fill(join(folder, name));
  const path = join(folder, `${name}.tar`);
  execFileSync("tar", ["cf", path, "-C", folder, name]);
  return { path, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

async function editAtTop(page: Page, text: string): Promise<void> {
  await page.locator(".monaco-editor .view-lines").first().click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type(text);
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

test("two tabs of one browser that save one file lose nothing of each other", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const id = await newProject(page, "two-tabs", { "src/alpha.ts": ALPHA });
  const disk = new Disk(context, product.url, id);
  const other = await context.newPage();
  for (const each of [page, other]) {
    // What is drawn is drawn in front alone.
    await each.bringToFront();
    await each.goto(`/projects/${id}?file=src/alpha.ts`);
    await expect.poll(() => shownText(each)).toContain("alpha = 1");
  }
  await editAtTop(other, "// other\n");
  await page.bringToFront();
  await editAtTop(page, "// one\n");
  await Promise.all([page.keyboard.press("Control+s"), other.keyboard.press("Control+s")]);
  const told = "The file has changed on the disk since you began to edit it.";
  await expect(async () => expect((await page.getByText(told).count()) + (await other.getByText(told).count())).toBe(1)).toPass();
  const [first, second] = (await page.getByText(told).count()) === 0 ? [page, other] : [other, page];
  const [firstText, secondText] = first === page ? ["// one\n", "// other\n"] : ["// other\n", "// one\n"];
  await expect(tab(first, /^alpha\.ts$/)).toBeVisible();
  expect(await disk.text("src/alpha.ts")).toBe(firstText + ALPHA);
  await second.bringToFront();
  await expect.poll(() => shownText(second)).toContain(secondText.trim());
  await second.getByRole("button", { name: "Overwrite" }).click();
  await expect.poll(() => disk.text("src/alpha.ts")).toBe(secondText + ALPHA);
});

test("eight tabs of one browser are all live at once, load, save, and hear of each other", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const id = await newProject(page, "eight-tabs", Object.fromEntries(Array.from({ length: 8 }, (_unused, index) => [`tab-${index}.ts`, ALPHA])));
  const disk = new Disk(context, product.url, id);
  // A browser opens six connections to one server: streams that are requests would hold all of them, and the seventh page would never load.
  const requests: string[] = [];
  const live = new Set<Page>();
  context.on("request", (request) => {
    if (request.headers()["accept"]?.includes("text/event-stream")) requests.push(request.url());
  });
  context.on("page", (opened) => opened.on("websocket", (socket) => void (new URL(socket.url()).pathname === "/api/live" && live.add(opened))));
  const pages = await Promise.all(Array.from({ length: 8 }, async (_unused, index) => {
    const opened = await context.newPage();
    await opened.goto(`/projects/${id}?file=tab-${index}.ts`);
    await expect(opened.locator(".monaco-editor .view-lines").first()).toContainText("alpha", { timeout: 120_000 });
    return opened;
  }));
  expect(requests).toEqual([]);
  expect(live.size).toBe(8);
  for (const [index, opened] of pages.entries()) {
    await editAtTop(opened, `// ${index}\n`);
    await opened.keyboard.press("Control+s");
    await expect.poll(() => disk.text(`tab-${index}.ts`)).toBe(`// ${index}\n${ALPHA}`);
  }
  await disk.write("heard-by-all.ts", "export const all = true;\n");
  for (const opened of pages) await expect(entry(opened, "heard-by-all.ts")).toBeVisible();
});

/** Sets one value of the installation and puts back what there was. */
async function withSetting<Result>(request: APIRequestContext, origin: string, key: string, value: unknown, use: () => Promise<Result>): Promise<Result> {
  const url = `${origin}/api/v1/configuration/settings/${key}`;
  const set = await request.put(url, { data: { value, version: null }, headers: { origin } });
  expect(set.status(), await set.text()).toBe(200);
  try {
    return await use();
  } finally {
    const { version } = await (await request.get(url)).json();
    const reset = await request.delete(url, { params: { version }, headers: { origin } });
    expect(reset.status(), await reset.text()).toBe(200);
  }
}

test("what does not fit into the quota is refused, on import and on save, and said so", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const id = await newProject(page, "full", { "src/alpha.ts": ALPHA });
  const disk = new Disk(context, product.url, id);
  const usage = async () => (await context.request.get(`${product.url}/api/v1/workspaces/usage`)).json();
  const { bytes } = await usage();
  await withSetting(context.request, product.url, "workspace.quota.bytes", bytes.used + 1, async () => {
    await expect.poll(async () => (await usage()).bytes.limit).toBe(bytes.used + 1);
    await test.step("a save", async () => {
      await goToFile(page, "alpha.ts");
      await expect.poll(() => shownText(page)).toContain("alpha = 1");
      await editAtTop(page, "// more than ten bytes of text\n");
      await page.keyboard.press("Control+s");
      await expect(page.getByRole("alert").filter({ hasText: /limit of .* for projects is reached/ })).toBeVisible();
      expect(await disk.text("src/alpha.ts"), "the old file is whole").toBe(ALPHA);
      await expect(tab(page, "alpha.ts, unsaved")).toBeVisible();
    });
    await test.step("an import", async () => {
      const importing = await context.newPage();
      const archive = makeArchive({ name: "too-much", files: { "a.txt": "a".repeat(10_000) } });
      await importing.goto("/projects");
      await expect(importing.getByText(/^Nearly full: /)).toBeVisible();
      await importing.getByRole("button", { name: "Import", exact: true }).click();
      const dialog = importing.getByRole("dialog", { name: "Import a project" });
      await dialog.locator("input[type=file]").setInputFiles(archive.path);
      await dialog.getByRole("button", { name: "Import", exact: true }).click();
      await expect(importing.getByText(/limit of .* for projects is reached/)).toBeVisible();
      archive.dispose();
      expect((await usage()).bytes.used).toBe(bytes.used);
    });
  });
  await expect.poll(async () => (await usage()).bytes.limit).toBe(bytes.limit);
  await page.getByRole("button", { name: "Save again" }).click();
  await expect(tab(page, /^alpha\.ts$/)).toBeVisible();
  expect(await disk.text("src/alpha.ts")).toBe(`// more than ten bytes of text\n${ALPHA}`);
  await test.step("with room again, imports succeed: the process that does them has the new limit a moment after the one that was asked", async () => {
    const archive = makeArchive({ name: "fits", files: { "a.txt": "a".repeat(10_000) } });
    const importing = await context.newPage();
    await importArchive(importing, archive.path, { retry: true });
    archive.dispose();
  });
});

/** Makes a file as large as its disk lets it become, whatever else is written there meanwhile. */
function fill(file: string): void {
  const handle = openSync(file, "w");
  try {
    for (;;) writeSync(handle, Buffer.alloc(4_096));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    closeSync(handle);
  }
}

test("a full disk on save leaves the old file whole and is said; with room, the text is saved", async ({ visit, owner, product }) => {
  test.skip(product.data === null || !mayMount(), "needs a disk to fill: root, and a product of its own");
  const { page, context } = await visit({ storageState: owner });
  const id = await newProject(page, "disk", { "src/alpha.ts": ALPHA });
  const directory = execFileSync("find", [join(product.data ?? "", "workspaces"), "-maxdepth", "2", "-name", id], { encoding: "utf8" }).trim();
  const aside = mkdtempSync(join(tmpdir(), "coder-e2e-disk-"));
  // What is there moves onto a small disk of its own, owners and all.
  execFileSync("cp", ["-a", `${directory}/.`, aside]);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", directory]);
  try {
    execFileSync("cp", ["-a", `${aside}/.`, directory]);
    await page.goto(`/projects/${id}?file=src/alpha.ts`);
    await expect.poll(() => shownText(page)).toContain("alpha = 1");
    const ballast = join(directory, "ballast");
    await editAtTop(page, `// ${"long ".repeat(20)}\n`);
    fill(ballast);
    await page.keyboard.press("Control+s");
    await expect(page.getByRole("alert").filter({ hasText: "The server's disk is full." })).toBeVisible();
    expect(execFileSync("cat", [join(directory, "tree/src/alpha.ts")], { encoding: "utf8" }), "the old file is whole").toBe(ALPHA);
    await expect(tab(page, "alpha.ts, unsaved")).toBeVisible();
    rmSync(ballast);
    await page.getByRole("button", { name: "Save again" }).click();
    await expect(tab(page, /^alpha\.ts$/)).toBeVisible();
    expect(await new Disk(context, product.url, id).text("src/alpha.ts")).toBe(`// ${"long ".repeat(20)}\n${ALPHA}`);
  } finally {
    execFileSync("umount", ["-l", directory]);
    if (existsSync(directory)) cpSync(aside, directory, { recursive: true });
    rmSync(aside, { recursive: true, force: true });
  }
});

async function joinAs(owner: BrowserContext, origin: string, page: Page, role: string, person: NewPerson): Promise<void> {
  const made = await owner.request.post(`${origin}/api/v1/users/invitations`, { data: { role }, headers: { origin } });
  expect(made.status(), await made.text()).toBe(200);
  await page.goto(`/invite/${(await made.json()).token}`);
  await fillAccount(page, person);
  await expect(areas(page)).toBeVisible();
}

test("whoever may not change files can only look, whoever may not look is told who grants it, and the server holds both", async ({ visit, owner, product }) => {
  const mine = await visit({ storageState: owner });
  const id = await newProject(mine.page, "roles", { "src/alpha.ts": ALPHA });
  const base = `${product.url}/api/v1/workspaces/${id}`;
  const origin = { origin: product.url };

  await test.step("an auditor sees that there are projects, and nothing in them", async () => {
    const { page, context } = await visit();
    await joinAs(mine.context, product.url, page, "auditor", AUDITOR);
    await page.goto(`/projects/${id}`);
    await expect(page.getByRole("heading", { name: "You may not open the files of projects" })).toBeVisible();
    await expect(page.getByText(/owner or admin of the organization can give you a role/)).toBeVisible();
    await expect(tree(page)).toHaveCount(0);
    const { request } = context;
    const refused = await Promise.all([
      request.get(`${base}/file`, { params: { path: "src/alpha.ts" } }),
      request.put(`${base}/file`, { params: { path: "src/alpha.ts", base: "any" }, data: Buffer.from("x"), headers: { ...origin, "content-type": "application/octet-stream" } }),
      request.post(`${base}/trash`, { data: { paths: ["src"] }, headers: origin }),
      request.get(`${base}/entries`, { params: { path: "" } }),
      request.get(`${base}/search`, { params: { query: "alpha" } }),
      request.get(`${base}/git/status`),
      request.get(`${base}/archive`, { params: { format: "zip" } }),
    ]);
    expect(refused.map((response) => `${new URL(response.url()).pathname.slice(-12)} ${response.status()}`)).toEqual(refused.map((response) => `${new URL(response.url()).pathname.slice(-12)} 403`));
  });

  await test.step("without the right to write, nothing in the page writes", async () => {
    const { page } = await visit({ storageState: owner });
    // No role of today reads and does not write: the session that the page is told of is one of those.
    await page.route(/auth\.currentSession/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replaceAll('"workspace.file.write"', '"workspace.file.none"') });
    });
    const writes: string[] = [];
    page.on("request", (request) => {
      if (request.method() !== "GET" && /file\?|createFolder|moveEntries|copyEntries|deleteEntries|saveBuffer/.test(request.url())) writes.push(request.url());
    });
    await page.goto(`/projects/${id}?file=src/alpha.ts`);
    await expect.poll(() => shownText(page)).toContain("alpha = 1");
    await editAtTop(page, "not to be written");
    await page.keyboard.press("Control+s");
    expect(await shownText(page)).not.toContain("not to be written");
    await expect(page.getByRole("button", { name: "New file" })).toHaveCount(0);
    await page.keyboard.press("Control+Shift+e");
    await entry(page, "src").click();
    for (const key of ["Delete", "F2", "Control+x", "Control+v", "Alt+n"]) await page.keyboard.press(key);
    await expect(page.getByRole("textbox", { name: /name of/i })).toHaveCount(0);
    await expect(entry(page, "src")).toBeVisible();
    await entry(page, "src").click({ button: "right" });
    await expect(page.getByRole("menuitem", { name: "Copy path" })).toBeVisible();
    for (const name of ["Delete", "Rename", "Cut", "Paste", "New file", "Upload files"]) await expect(page.getByRole("menuitem", { name }), name).toHaveCount(0);
    expect(writes).toEqual([]);
    expect(projectId(page)).toBe(id);
  });
  expect(await new Disk(mine.context, product.url, id).text("src/alpha.ts")).toBe(ALPHA);
});
