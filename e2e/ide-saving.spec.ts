import { execFileSync } from "node:child_process";
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { APIRequestContext, BrowserContext, Page } from "@playwright/test";
import { areas, fillAccount, type NewPerson } from "./fixtures.ts";
import { ALPHA, editAtTop, newProject } from "./ide-project.ts";
import { mayMount } from "./product.ts";
import { Disk, entry, expect, goToFile, importArchive, makeArchive, projectId, shownText, tab, test, tree } from "./projects.ts";

test.use({ installation: "ide" });

const AUDITOR: NewPerson = { name: "Alan Turing", email: "alan@example.org" };

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
  // The text does not wait for what is live.
  await expect.poll(() => live.size).toBe(8);
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
  const usage = async () => (await context.request.get(`${product.url}/api/v1/workspaces/usage`)).json();
  const before = await usage();
  const id = await newProject(page, "full", { "src/alpha.ts": ALPHA });
  const disk = new Disk(context, product.url, id);
  // The archive is given back a moment after the project can be opened.
  await expect.poll(async () => (await usage()).bytes.used).toBe(before.bytes.used + ALPHA.length);
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
