import { existsSync } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** An installed browser: none is downloaded. `CHROMIUM` names another. */
export const CHROMIUM = process.env["CHROMIUM"] ?? PLACES.find((path) => existsSync(path)) ?? "/usr/bin/chromium";
