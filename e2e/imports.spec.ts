import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Page } from "@playwright/test";
import { expectAccessible } from "./fixtures.ts";
import { startGitServer, type GitServer } from "./git-server.ts";
import { makeHostileArchives } from "./hostile-archives.ts";
import { mayMount, type Product, startProduct } from "./product.ts";
import { chooseArchive, Disk, entry, expect, makeArchive, projectId, record, test as base, tree } from "./projects.ts";

const FILES = { "README.md": "# Somebody's project\n", "main.ts": "export const main = true;\n" };

interface Around {
  readonly git: GitServer;
  /** The one folder of the server from which people may import. */
  readonly root: string;
}

const test = base.extend<object, { readonly around: Around }>({
  around: [
    async ({ browserName: _browser }, use) => {
      const git = await startGitServer(FILES);
      const root = mkdtempSync(join(tmpdir(), "coder-e2e-root-"));
      await use({ git, root });
      git.stop();
      rmSync(root, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],
  product: [
    async ({ around: { git, root } }, use) => {
      const variables = { CODER_WORKSPACE__IMPORT__ALLOWED_PRIVATE_HOSTS: git.host, CODER_WORKSPACE__IMPORT__FOLDER_ROOTS: root };
      const product = await startProduct(variables, mayMount() ? git.covers : {});
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: 660_000 },
  ],
});

test.use({ installation: "imports" });

const failed = (page: Page) => page.getByRole("heading", { name: /could not be imported$/ });
const reason = (page: Page) => page.getByRole("alert").filter({ has: failed(page) });

/** Every file below a folder, by its path in it. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => !each.isDirectory()).map((each) => join(each.parentPath, each.name).slice(folder.length + 1));
}

function directoryOf(data: string, id: string): string | null {
  const found = execFileSync("find", [join(data, "workspaces"), "-maxdepth", "2", "-name", id], { encoding: "utf8" }).trim();
  return found === "" ? null : found;
}

/** What is on disk of the page's project: a job removes what an import has left, after the project was told how it ended. */
async function expectLeft({ data }: Product, page: Page, files: readonly string[], what: string): Promise<void> {
  if (data === null) return;
  await expect(() => expect(filesIn(directoryOf(data, projectId(page)) ?? ""), what).toEqual(files)).toPass({ timeout: 30_000 });
}

async function importGit(page: Page, url: string, ref?: string): Promise<void> {
  await page.goto("/projects");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Import a project" });
  await dialog.getByRole("tab", { name: "Git address" }).click();
  await dialog.getByRole("textbox", { name: "Address" }).fill(url);
  await dialog.getByRole("textbox", { name: "Branch, tag or commit" }).fill(ref ?? "");
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
}

test("five thousand files of other people come in, and the page says how far they are", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  const archive = makeArchive({ packages: ["date-fns"], name: "date-fns" });
  const count = Number(execFileSync("sh", ["-c", `tar tzf "$1" | grep -vc '/$'`, "sh", archive.path], { encoding: "utf8" }));
  await page.goto("/projects");
  const shares = await record(page, "[role=progressbar][aria-label^='Import of']", "aria-valuenow");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Import a project" });
  await dialog.locator("input[type=file]").setInputFiles(archive.path);
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
  await expect(tree(page)).toBeVisible({ timeout: 120_000 });
  archive.dispose();
  const told = (await shares()).filter((text) => text !== "").map(Number);
  expect(told.filter((share) => share > 0 && share < 100).length, `shares that were told: ${told.join()}`).toBeGreaterThan(0);
  expect(told, "it never goes back").toEqual(told.toSorted((a, b) => a - b));
  const project = await (await context.request.get(`${product.url}/api/v1/workspaces/${projectId(page)}`)).json();
  expect(count).toBeGreaterThan(5_000);
  expect(project.fileCount).toBe(count);
});

test("a repository is cloned over https, can be stopped and started again, and every wrong address is refused for what it is", async ({ visit, owner, product, around: { git } }) => {
  const { page, context } = await visit({ storageState: owner });
  const url = `https://${git.host}/project.git`;

  await test.step("what holds a password, or is no https, never leaves the form", async () => {
    for (const wrong of ["https://user:secret@example.org/a.git", "http://example.org/a.git", "git@example.org:a.git", "file:///etc"]) {
      await importGit(page, wrong);
      await expect(page.getByRole("textbox", { name: "Address" }), wrong).toBeFocused();
      await expect(page.getByText("Enter an address like https://example.org/team/project.git, without user name and password"), wrong).toBeVisible();
    }
    await expectAccessible(page, "an address that is refused");
  });

  await test.step("other addresses are refused with the reason", async () => {
    const cases: readonly (readonly [address: string, ref: string | undefined, what: RegExp])[] = [
      [`https://127.0.0.1:${git.host.split(":")[1]}/project.git`, undefined, /cannot be cloned from: 127\.0\.0\.1 is not on the public internet/],
      ["https://169.254.169.254/latest/meta-data", undefined, /not on the public internet/],
      ["https://no-such-host.invalid/a.git", undefined, /Could not resolve host: no-such-host\.invalid/],
    ];
    for (const [address, ref, what] of cases) {
      await importGit(page, address, ref);
      await expect(failed(page), address).toBeVisible();
      await expect(reason(page), address).toContainText(what);
      await expectLeft(product, page, [], address);
    }
  });

  test.skip(product.data === null || !mayMount(), "needs a product that trusts this test's server: root, and one of its own");
  await test.step("a repository, a branch that is not there: git's own words", async () => {
    await importGit(page, `https://${git.host}/missing.git`);
    await expect(reason(page)).toContainText(/not found/);
    await importGit(page, url, "nowhere");
    await expect(reason(page)).toContainText(/nowhere/);
  });

  await test.step("it is stopped while it waits for the server, leaves nothing, and is started again", async () => {
    git.held = true;
    await importGit(page, url);
    await expect(page.getByRole("heading", { name: "project is being imported" })).toBeVisible();
    await expect.poll(() => git.waiting()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(reason(page)).toContainText("The import was cancelled.");
    await expectLeft(product, page, [], "a cancelled import");
    await expectAccessible(page, "a cancelled import");
    git.release();
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(entry(page, "main.ts")).toBeVisible();
    await expect(page.getByRole("button", { name: /^Branch main/ })).toBeVisible();
    expect(await new Disk(context, product.url, projectId(page)).text("README.md")).toBe(FILES["README.md"]);
  });
});

test("archives that do harm, or did not arrive whole, say why and leave nothing", async ({ visit, owner, product }) => {
  const { page } = await visit({ storageState: owner });
  const { archives, dispose } = await makeHostileArchives();
  for (const [what, { file, refusal }] of Object.entries(archives)) {
    await chooseArchive(page, file);
    await page.waitForURL(/\/projects\/[0-9a-f-]{36}/);
    await expect(failed(page), what).toBeVisible();
    await expect(reason(page), what).toContainText(refusal);
    await expect(tree(page)).toHaveCount(0);
    // The archive itself is kept, so that it can be tried again once a limit was raised.
    await expectLeft(product, page, ["staging/source"], what);
    if (product.data !== null) expect(execFileSync("find", [product.data, "-name", "evil*"], { encoding: "utf8" }), what).toBe("");
  }
  dispose();
  await expectAccessible(page, "an archive that is refused");

  await test.step("a refused one is thrown away, and then nothing is left of it", async () => {
    const id = projectId(page);
    const name = basename((await page.getByRole("heading", { name: /could not be imported$/ }).textContent()) ?? "").replace(" could not be imported", "");
    await page.getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("heading", { name: `${name} is in the trash` })).toBeVisible();
    await page.goto("/projects");
    await page.getByRole("tab", { name: /Trash/ }).click();
    await page.getByRole("button", { name: `Remove ${name} for good` }).first().click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove for good" }).click();
    if (product.data !== null) await expect.poll(() => directoryOf(product.data ?? "", id)).toBeNull();
  });

  await test.step("what is no archive is refused while it is sent, and is no project", async () => {
    const projects = async () => (await (await page.request.get(`${product.url}/api/v1/workspaces`, { params: { limit: 100 } })).json()).items.length;
    const before = await projects();
    await chooseArchive(page, { name: "none.zip", mimeType: "application/zip", buffer: Buffer.from("no archive at all") });
    await expect(page.getByText("This is not an archive that can be imported.")).toBeVisible();
    await expectAccessible(page, "what is no archive");
    expect(await projects()).toBe(before);
  });
});

test("a folder of the server is copied as it is, and stays as it was", async ({ visit, owner, product, around: { root } }) => {
  test.skip(product.data === null, "needs a product of its own");
  const app = join(root, "app");
  mkdirSync(join(app, "src"), { recursive: true });
  writeFileSync(join(app, "src/run.sh"), "#!/bin/sh\n", { mode: 0o750 });
  const before = statSync(join(app, "src/run.sh"));
  const { page } = await visit({ storageState: owner });
  await page.goto("/projects");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Import a project" });
  await dialog.getByRole("tab", { name: "Folder of the server" }).click();
  await dialog.getByRole("button", { name: basename(root) }).click();
  await dialog.getByRole("button", { name: "app", exact: true }).click();
  await expectAccessible(page, "a folder to import");
  await dialog.getByRole("button", { name: "Import this folder" }).click();
  await expect(entry(page, "src")).toBeVisible();
  const after = statSync(join(app, "src/run.sh"));
  expect([after.uid, after.gid, after.mode, after.mtimeMs, after.ctimeMs, filesIn(root)]).toEqual([before.uid, before.gid, before.mode, before.mtimeMs, before.ctimeMs, ["app/src/run.sh"]]);
});
