// Takes the pictures of the README from an installation that runs: `CODER_E2E_URL=… node e2e/images.ts EMAIL PASSWORD [FILE]`
import { chromium, type Page } from "@playwright/test";
import { join, resolve } from "node:path";
import { CHROMIUM } from "./browser.ts";

const IMAGES = resolve(import.meta.dirname, "../docs/images");
const [email = "", password = "", file = ""] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: CHROMIUM });

async function take(colorScheme: "dark" | "light", pictures: Readonly<Record<string, (page: Page) => Promise<unknown>>>): Promise<void> {
  const context = await browser.newContext({ baseURL: process.env["CODER_E2E_URL"] ?? "http://localhost:3000", viewport: { width: 1280, height: 720 }, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Areas" }).waitFor();
  for (const [name, prepare] of Object.entries(pictures)) {
    await prepare(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(IMAGES, `${name}.png`), animations: "disabled", caret: "hide" });
  }
  await context.close();
}

await take("dark", {
  // Of the project that is first in the list, with the named file, or the one that is found first.
  "ide-dark": async (page) => {
    await page.goto("/projects");
    await page.getByRole("row").nth(1).dblclick();
    await page.getByRole("tree", { name: "Files" }).waitFor();
    await page.keyboard.press("Control+p");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.type(file);
    await page.getByRole("option", { name: file }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".monaco-editor .view-line").first().waitFor();
  },
  "audit-dark": async (page) => {
    await page.goto("/audit");
    await page.getByRole("row", { name: /Change member role/ }).first().click();
    await page.getByRole("complementary").getByText("What changed").waitFor();
  },
});
await browser.close();
