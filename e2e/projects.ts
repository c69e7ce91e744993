import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { APIRequestContext, BrowserContext, Page } from "@playwright/test";
import { areas, expect, fillAccount, PASSWORD, signIn, test as base, type NewPerson } from "./fixtures.ts";

const ROOT = resolve(import.meta.dirname, "..");

export const OWNER: NewPerson = { name: "Grace Hopper", email: "grace@example.org" };

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** An installation that somebody owns, and their browser. */
export const test = base.extend<object, { readonly owner: State }>({
  owner: [
    async ({ browser, product }, use) => {
      const context = await browser.newContext({ baseURL: product.url });
      const page = await context.newPage();
      // It knows at once which of the two it is; every other page passes through the sign-in.
      await page.goto("/setup");
      const first = page.getByRole("heading", { name: "Create the first account" });
      await expect(first.or(page.getByRole("heading", { name: "This installation has an owner" }))).toBeVisible({ timeout: 60_000 });
      if (await first.isVisible()) await fillAccount(page, OWNER);
      else await signIn(page, OWNER);
      await expect(areas(page)).toBeVisible({ timeout: 60_000 });
      const state = await context.storageState();
      await context.close();
      await use(state);
    },
    { scope: "worker", timeout: 180_000 },
  ],
});
export { expect, PASSWORD };

/** A tree of files as text or bytes, by path. */
export type Tree = Readonly<Record<string, string | Uint8Array>>;

/** An archive on disk with what is named: packages of this repository's node_modules, and files beside them. */
export function makeArchive({ packages = [], files = {}, name = "project" }: { readonly packages?: readonly string[]; readonly files?: Tree; readonly name?: string }): { readonly path: string; dispose(): void } {
  const folder = mkdtempSync(join(tmpdir(), "coder-e2e-archive-"));
  const root = join(folder, name);
  mkdirSync(root);
  for (const each of packages) cpSync(join(ROOT, "node_modules", each), packages.length === 1 ? root : join(root, each), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const path = join(folder, `${name}.tar.gz`);
  execFileSync("tar", ["czf", path, "-C", folder, name]);
  return { path, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Brings an archive in through the dialogue and waits until it is open. Resolves with the project's id. `retry`: a failed import is tried again, as people do. */
export async function importArchive(page: Page, path: string, { retry = false } = {}): Promise<string> {
  await chooseArchive(page, path);
  await page.waitForURL(/\/projects\/[0-9a-f-]{36}/);
  const failed = page.getByRole("heading", { name: /could not be imported$/ });
  for (;;) {
    await expect(tree(page).or(failed)).toBeVisible({ timeout: 120_000 });
    if (await tree(page).isVisible()) return projectId(page);
    if (!retry) throw new Error(`The import failed: ${await page.getByRole("alert").allTextContents()}`);
    await page.getByRole("button", { name: "Try again" }).click();
    // It may fail again sooner than anybody looks.
    await failed.waitFor({ state: "hidden", timeout: 5_000 }).catch(() => undefined);
  }
}

/** Chooses an archive in the dialogue and asks for its import. */
export async function chooseArchive(page: Page, file: Parameters<ReturnType<Page["locator"]>["setInputFiles"]>[0]): Promise<void> {
  await page.goto("/projects");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Import a project" });
  await dialog.locator("input[type=file]").setInputFiles(file);
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
}

export function projectId(page: Page): string {
  return /\/projects\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
}

export function tree(page: Page) {
  return page.getByRole("tree", { name: "Files" });
}

export function entry(page: Page, name: string | RegExp) {
  return tree(page).getByRole("treeitem", typeof name === "string" ? { name, exact: true } : { name });
}

export function tab(page: Page, name: string | RegExp) {
  return page.getByRole("tab", { name });
}

/** The text that an editor shows, as far as it is in view. */
export async function shownText(page: Page, group = 0): Promise<string> {
  const lines = page.locator("[data-region^=editors-]").nth(group).locator(".view-lines .view-line");
  const found = await lines.evaluateAll((elements) =>
    elements.map((element) => ({ top: Number.parseFloat(element instanceof HTMLElement ? element.style.top : "0"), text: element.textContent ?? "" })).sort((a, b) => a.top - b.top),
  );
  return found.map(({ text }) => text.replaceAll("\u00a0", " ")).join("\n");
}

/** Runs a command by its name, as people do. */
export async function runCommand(page: Page, name: string): Promise<void> {
  await page.keyboard.press("F1");
  const input = page.getByRole("combobox", { name: "Commands" });
  await input.fill(name);
  await expect(chosenOffer(page, name)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(input).toHaveCount(0);
}

/** What Enter takes of a list of offers, once that is what is wanted: what is offered is what was asked for before until the answer is there. */
export function chosenOffer(page: Page, text: string) {
  return page.getByRole("option", { selected: true }).filter({ hasText: text });
}

/** Opens a file by its name, as people do. */
export async function goToFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press("Control+p");
  const input = page.getByRole("combobox", { name: "Go to a file" });
  await input.fill(name);
  const path = name.replace(/[:#].*$/, "");
  await expect(chosenOffer(page, path.slice(path.lastIndexOf("/") + 1))).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(input).toHaveCount(0);
}

/** Each thing that `selector` said, once, from now until it is asked for: what is there for a moment is not missed. */
export async function record(page: Page, selector: string, attribute?: string): Promise<() => Promise<readonly string[]>> {
  const seen = await page.evaluateHandle(
    ([wanted, named]) => {
      const texts = new Set<string>();
      const look = () => document.querySelectorAll(wanted).forEach((element) => texts.add((named === undefined ? element.textContent : element.getAttribute(named)) ?? ""));
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      look();
      return texts;
    },
    [selector, attribute] as const,
  );
  return () => seen.evaluate((texts) => [...texts]);
}

/** The files of a project, past the pages: what is really on the disk. */
export class Disk {
  readonly #request: APIRequestContext;
  readonly #base: string;
  readonly #origin: string;

  constructor(context: BrowserContext, origin: string, id: string) {
    this.#request = context.request;
    this.#base = `${origin}/api/v1/workspaces/${id}`;
    this.#origin = origin;
  }

  async read(path: string): Promise<Buffer | null> {
    const response = await this.#request.get(`${this.#base}/file`, { params: { path } });
    if (response.status() === 404) return null;
    expect(response.status(), path).toBe(200);
    return response.body();
  }

  async text(path: string): Promise<string | null> {
    return (await this.read(path))?.toString("utf8") ?? null;
  }

  async write(path: string, content: string | Buffer): Promise<void> {
    const response = await this.#request.put(`${this.#base}/file`, { params: { path, base: "any" }, data: Buffer.from(content), headers: { "content-type": "application/octet-stream", origin: this.#origin } });
    expect(response.status(), await response.text()).toBe(200);
  }

  async remove(...paths: readonly string[]): Promise<void> {
    const response = await this.#request.post(`${this.#base}/trash`, { data: { paths }, headers: { origin: this.#origin } });
    expect(response.status(), await response.text()).toBe(200);
  }
}
