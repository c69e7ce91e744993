import { defineConfig } from "@playwright/test";
import { CHROMIUM } from "../tooling/test/browser.ts";

export default defineConfig({
  testDir: ".",
  outputDir: "../.tools/test-results",
  testMatch: "*.spec.ts",
  // A journey is long, and twice as long on a slow machine; what hangs is mostly told of by an expectation.
  timeout: 900_000,
  expect: { timeout: 30_000 },
  // Files of one worker that name the same installation have one together, one after the other: starting one takes longer than most of what is done in it.
  fullyParallel: false,
  // While one waits, the other goes on; a product that runs already is one installation for all.
  workers: process.env["CODER_E2E_URL"] === undefined ? 2 : 1,
  retries: 0,
  reporter: "list",
  use: {
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Vienna",
    colorScheme: "dark",
    // `--trace retain-on-failure` films all of it, which takes as much of the machine as the browser does.
    screenshot: "only-on-failure",
    actionTimeout: 30_000,
    launchOptions: { executablePath: CHROMIUM ?? "chromium" },
  },
});
