import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Any of these will do; the one that draws without a window comes first, because it takes a quarter less of the machine. */
export const BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** An installed browser: none is downloaded. `CHROMIUM` names another. Null without one. */
export const CHROMIUM = process.env["CHROMIUM"] ?? [...BROWSERS.flatMap((name) => (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name))), MAC].find(mayRun) ?? null;

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
