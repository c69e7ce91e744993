import { defineConfig } from "@playwright/test";
import { CHROMIUM } from "./browser.ts";

export default defineConfig({
  testDir: ".",
  outputDir: "../.tools/test-results",
  testMatch: "*.spec.ts",
  timeout: 180_000,
  expect: { timeout: 20_000 },
  // Files that name the same installation have one together, one after the other: starting one takes longer than most of what is done in it.
  fullyParallel: false,
  workers: 1,
  retries: 0,
  reporter: "list",
  use: {
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Vienna",
    colorScheme: "dark",
    trace: "retain-on-failure",
    actionTimeout: 20_000,
    launchOptions: { executablePath: CHROMIUM },
  },
});
