import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";

export const PICTURES = resolve(import.meta.dirname, "../docs/images");
const WANTED = process.env["E2E_PICTURES"] !== undefined;

/** Small enough to be read where it is shown small. */
export const LOOK = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: WANTED ? 1.5 : 1 } as const;

/** Keeps what the page shows as a picture of the README; nothing unless `node e2e/images.ts` asks for pictures. */
export async function picture(page: Page, name: string, colorScheme: "dark" | "light" = "dark"): Promise<void> {
  if (!WANTED) return;
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  // What tells of something done before hides what the picture is of.
  const toasts = page.getByRole("region", { name: "Notifications" });
  for (const close of await toasts.getByRole("button", { name: "Dismiss" }).all()) await close.click();
  await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled", caret: "hide" });
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: null });
}
