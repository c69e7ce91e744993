import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPackages } from "../walls/packages.ts";
import { ROOT } from "../walls/source.ts";
import { z } from "zod";
import { followGuide } from "./follow-guide.ts";
import { makeModule } from "./make-module.ts";

/** A copy of the work tree whose installed packages are the original's, but whose own packages are its own. */
function copyRepository(): string {
  const copy = mkdtempSync(path.join(tmpdir(), "coder-guides-"));
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8", maxBuffer: 64e6 }).split("\0");
  for (const file of new Set(files)) {
    if (file === "" || !existsSync(path.join(ROOT, file))) continue;
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    cpSync(path.join(ROOT, file), path.join(copy, file));
  }
  const modules = path.join(copy, "node_modules");
  mkdirSync(path.join(modules, "@coder"), { recursive: true });
  for (const name of readdirSync(path.join(ROOT, "node_modules"))) {
    if (name === ".bin" || name === ".cache" || name === "@coder" || name.startsWith(".package-lock")) continue;
    symlinkSync(path.join(ROOT, "node_modules", name), path.join(modules, name));
  }
  for (const name of readdirSync(path.join(ROOT, "node_modules/@coder"))) {
    symlinkSync(readlinkSync(path.join(ROOT, "node_modules/@coder", name)), path.join(modules, "@coder", name));
  }
  for (const folder of readPackages().map((item) => path.join(item.folder, "node_modules"))) {
    if (existsSync(path.join(ROOT, folder))) symlinkSync(path.join(ROOT, folder), path.join(copy, folder));
  }
  const generated = path.join(ROOT, "packages/db/generated");
  if (existsSync(generated)) cpSync(generated, path.join(copy, "packages/db/generated"), { recursive: true });
  return copy;
}

const OUTSIDE = { ...process.env, VITEST: undefined, NODE_ENV: undefined };
const ResultsSchema = z.object({ testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })) });

describe("a reader who follows the guides", { timeout: 240_000 }, () => {
  let copy: string;
  const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: copy, encoding: "utf8", stdio: "pipe", env: OUTSIDE });

  beforeAll(() => {
    copy = copyRepository();
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it("adds a module, a procedure, a job, a transfer, a live stream and a table, and all of it type-checks, passes the walls and its own tests", () => {
    expect(makeModule(copy, "release-notes")).toContain("packages/api/src/release-notes");
    symlinkSync("../../packages/modules/release-notes", path.join(copy, "node_modules/@coder/release-notes"));
    expect(followGuide(copy, "docs/guides/add-a-procedure.md")).toBeGreaterThan(5);
    expect(followGuide(copy, "docs/guides/add-a-job.md")).toBeGreaterThan(4);
    expect(followGuide(copy, "docs/guides/add-a-transfer.md")).toBeGreaterThan(7);
    expect(followGuide(copy, "docs/guides/add-a-live-stream.md")).toBeGreaterThan(15);
    expect(followGuide(copy, "docs/guides/add-a-table.md")).toBeGreaterThan(4);
    run("tooling/generate/main.ts");
    run("node_modules/typescript/bin/tsc", "-b", "packages/modules/release-notes", "packages/modules");
    run("node_modules/oxlint/bin/oxlint", "--deny-warnings", "packages/api/src/release-notes", "packages/modules/release-notes");
    const results = path.join(copy, "results.json");
    spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "packages/modules/release-notes", "tooling/walls", "--reporter=json", `--outputFile=${results}`], { cwd: copy, env: OUTSIDE });
    const { testResults } = ResultsSchema.parse(JSON.parse(readFileSync(results, "utf8")));
    const tests = testResults.flatMap((file) => file.assertionResults);
    expect(tests.filter(({ status }) => status !== "passed").map(({ fullName }) => fullName)).toEqual([]);
    expect(tests.length).toBeGreaterThan(30);
  });

  it("cannot make a module twice, or one with a name that fits nowhere", () => {
    expect(() => makeModule(copy, "logging")).toThrow("exists already");
    for (const name of ["Release Notes", "../outside", "releaseNotes", ""]) expect(() => makeModule(copy, name)).toThrow("kebab-case");
    for (const name of ["kernel", "client", "shared", "gateway"]) expect(() => makeModule(copy, name)).toThrow("another part of the product");
  });
});
