import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { packageOf, readPackages } from "./packages.ts";
import { readSources, ROOT } from "./source.ts";

/** What every module stands on: a value that nobody takes is one that everybody has to read. Types stand there for whoever writes a signature down. */
const DOORS = [
  ["@coder/shared", "packages/shared/src/index.ts"],
  ["@coder/shared/trpc", "packages/shared/src/trpc/index.ts"],
  ["@coder/shared/server", "packages/shared/src/server/index.ts"],
  ["@coder/db", "packages/db/src/index.ts"],
  ["@coder/sandbox", "packages/sandbox/src/index.ts"],
  ["@coder/work-tree", "packages/work-tree/src/index.ts"],
  ["@coder/testing", "packages/testing/src/index.ts"],
] as const;

const packages = readPackages();
const sources = readSources(["packages", "apps", "tooling", "e2e"]);
/** What modules are made from; it is not code yet, so it is read as text. */
const templates = globSync("tooling/generate/template/**/*.ts", { cwd: ROOT }).map((file) => readFileSync(path.join(ROOT, file), "utf8"));

describe("what a package gives away", () => {
  it.each(DOORS)("%s: every name has a user outside of it", (door, file) => {
    const source = sources.find((each) => each.path === file);
    const home = packageOf(file, packages);
    const outside = sources.filter((each) => packageOf(each.path, packages) !== home);
    const taken = new Set<string>();
    for (const { imports, text } of outside) {
      for (const { specifier, names } of imports.filter((each) => each.specifier === door)) for (const name of names ?? source?.exports.filter((each) => mentions(text, each)) ?? []) taken.add(`${specifier} ${name}`);
    }
    expect(source?.exports.length).toBeGreaterThan(2);
    const unused = source?.exports.filter((name) => !taken.has(`${door} ${name}`) && !templates.some((text) => text.includes(`"${door}"`) && mentions(text, name)));
    expect(unused).toEqual([]);
  });
});

function mentions(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}
