import { existsSync } from "node:fs";

/** The one that draws without a window first: it takes a quarter less of the machine. */
const PLACES = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** An installed browser: none is downloaded. `CHROMIUM` names another. Null without one. */
export const CHROMIUM = process.env["CHROMIUM"] ?? PLACES.find((path) => existsSync(path)) ?? null;
