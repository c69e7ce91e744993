import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const PARENTS = ["apps", "packages", "packages/modules"];
const folders = PARENTS.flatMap((parent) => (existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [])).concat("tooling");

/** One project per package, so that `npx vitest run --project @coder/db` runs one of them alone. End-to-end tests are Playwright's. */
const projects = folders
  .filter((folder) => existsSync(join(folder, "package.json")) && folder !== "packages/modules")
  .map((folder) => ({
    extends: true as const,
    test: {
      name: folder.replace(/^(apps|packages(\/modules)?)\//, "@coder/"),
      root: folder,
      include: ["**/*.test.{ts,tsx,mjs}"],
      exclude: ["**/node_modules/**", "**/dist/**", "**/.next/**", "**/generated/**", "**/generate/template/**"],
    },
  }));

export default defineConfig({
  test: {
    // Real processes: tests kill, bind ports and hold pools. Two at a time keep two cores busy without timing tests out.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    setupFiles: [join(import.meta.dirname, "tooling/test/wait-longer.ts")],
    // `npx vitest run --coverage --project @coder/NAME` counts that package, without --project all of them: patterns are relative to what is counted.
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}", "{apps,packages,packages/modules}/*/src/**/*.{ts,tsx}"],
      exclude: ["**/*.test.*", "**/__fixtures__/**", "**/generated/**"],
      reporter: ["text", "html"],
      reportOnFailure: true,
    },
    projects,
  },
});
