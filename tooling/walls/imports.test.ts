import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { circlesOf } from "./circles.ts";
import { MAY_IMPORT, packageOf, readPackages } from "./packages.ts";
import { readSources, ROOT } from "./source.ts";

const packages = readPackages();
const sources = readSources(["packages", "apps", "tooling"]);
const ofPackages = sources.flatMap((source) => {
  const home = packageOf(source.path, packages);
  return home ? [{ source, home }] : [];
});

/** What only the root needs: test and build tools that every workspace may use in its tests. */
const ROOT_TOOLS = ["vitest", "fast-check", "@playwright/test", "@axe-core/playwright", "@vercel/cosmosdb-server", "oxc-parser", "typescript"];

const LintReportSchema = z.object({ diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })) });

/** A test may stand on the kernel and the published language, whatever its package may. */
const TESTS_MAY_IMPORT = /^@coder\/(testing|shared|api)(\/|$)/;

describe("the dependency rule", () => {
  it("sees the imports (a parser that silently reads nothing would pass everything)", () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap((source) => source.imports).length).toBeGreaterThan(400);
  });

  it("gives every package exactly one role", () => {
    const roles = packages.map(({ name, folder }) => [name, MAY_IMPORT.filter((rule) => rule.folder.test(folder)).length]);
    expect(roles.filter(([, count]) => count !== 1)).toEqual([]);
  });

  it("lets no package import a part of the product that stands above or beside it", () => {
    const wrong = ofPackages.flatMap(({ source, home }) => {
      const rule = MAY_IMPORT.find(({ folder }) => folder.test(home.folder));
      return source.imports
        .filter(({ specifier }) => specifier.startsWith("@coder/") && !rule?.allowed.test(specifier))
        .filter(({ specifier }) => !(source.isTest && TESTS_MAY_IMPORT.test(specifier)))
        .map(({ specifier }) => `${source.path} imports ${specifier}: ${rule?.role} may not`);
    });
    expect(wrong.join("\n")).toBe("");
  });

  it("lets no relative import leave its package", () => {
    const wrong = ofPackages.flatMap(({ source, home }) =>
      source.imports
        .filter(({ specifier }) => specifier.startsWith("."))
        .filter(({ specifier }) => packageOf(path.posix.join(path.posix.dirname(source.path), specifier), packages) !== home)
        .map(({ specifier }) => `${source.path} imports ${specifier}: import the other package by its name`),
    );
    expect(wrong.join("\n")).toBe("");
  });

  it("finds every imported package among the declared dependencies, and every declared door of our own packages", () => {
    const wrong = ofPackages.flatMap(({ source, home }) =>
      source.imports
        .map(({ specifier }) => specifier)
        .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:") && !builtinModules.includes(specifier) && !specifier.startsWith("#"))
        .flatMap((specifier) => {
          const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
          const declared = { ...home.dependencies, ...home.optionalDependencies, ...(source.isTest || home.folder === "tooling" ? home.devDependencies : {}) };
          const rootTool = (source.isTest || home.folder === "tooling" || home.folder === "packages/testing") && ROOT_TOOLS.includes(name);
          if (!(name in declared) && !rootTool && name !== home.name && !(source.isTest && name === "@coder/testing")) return [`${source.path} imports ${specifier}, which ${home.name} does not declare`];
          const target = packages.find((item) => item.name === name);
          const door = specifier === name ? "." : `.${specifier.slice(name.length)}`;
          return target && !(door in target.exports) ? [`${source.path} imports ${specifier}, which is no door of ${name}`] : [];
        }),
    );
    expect(wrong.join("\n")).toBe("");
  });
});

describe("circles", () => {
  it("are seen where there are any, through names of a package's own and for types alone", () => {
    const file = (name: string, ...specifiers: string[]) => ({ path: `apps/web/src/${name}`, isTest: false, text: "", exports: [], hasDefaultExport: false, imports: specifiers.map((specifier) => ({ specifier, typeOnly: true, later: false, names: [] })) });
    const house = [file("a.ts", "./ui/b.ts"), file("ui/b.ts", "#c.ts", "./d.ts"), file("c.ts", "./a.ts"), file("ui/d.ts", "#e.ts"), file("e.ts")];
    expect(circlesOf(house, packages)).toEqual([["apps/web/src/a.ts", "apps/web/src/c.ts", "apps/web/src/ui/b.ts"]]);
  });

  it("are nowhere: what two files need of each other stands in a third", () => {
    expect(circlesOf(sources, packages)).toEqual([]);
  });
});

describe("lint", () => {
  it("refuses, while it is typed, every import that the dependency rule refuses, and no other", async () => {
    const doors = packages.flatMap(({ name, exports }) => Object.keys(exports).filter((door) => !/\.(json|css|yaml)$/.test(door)).map((door) => `${name}${door.slice(1)}`));
    const folders = ["packages/shared", "packages/api", "packages/db", "packages/sandbox", "packages/work-tree", "packages/modules/logging", "apps/gateway", "apps/worker", "apps/web"];
    const root = mkdtempSync(path.join(tmpdir(), "coder-lint-"));
    try {
      copyFileSync(path.join(ROOT, ".oxlintrc.json"), path.join(root, ".oxlintrc.json"));
      for (const folder of folders) {
        mkdirSync(path.join(root, folder, "src"), { recursive: true });
        for (const [place, door] of doors.entries()) writeFileSync(path.join(root, folder, "src", `probe-${place}.ts`), `export { probe } from "${door}";\n`);
      }
      const { stdout } = spawnSync(process.execPath, [path.join(ROOT, "node_modules/oxlint/bin/oxlint"), "--format", "json", "."], { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
      const { diagnostics } = LintReportSchema.parse(JSON.parse(stdout));
      const refused = diagnostics.filter(({ code }) => code.includes("no-restricted-imports")).map(({ filename }) => filename.replaceAll(path.sep, "/"));
      const expected = folders.flatMap((folder) => {
        const rule = MAY_IMPORT.find((each) => each.folder.test(folder));
        return doors.flatMap((door, place) => (rule?.allowed.test(door) ? [] : [`${folder}/src/probe-${place}.ts`]));
      });
      expect(doors.length).toBeGreaterThan(15);
      expect(refused.toSorted()).toEqual(expected.toSorted());
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

describe("browser-safe doors", () => {
  it("reach neither Node nor the server side of tRPC", () => {
    const byPath = new Map(sources.map((source) => [source.path, source]));
    const doors = ["packages/shared/src/index.ts", ...sources.map(({ path: file }) => file).filter((file) => /^packages\/api\/src\/[^/]+\/index\.ts$/.test(file))];
    const wrong = doors.flatMap((door) => {
      const seen = new Set<string>();
      const visit = (file: string): string[] => {
        if (seen.has(file)) return [];
        seen.add(file);
        // A start builds no pages because of it.
        if (file.startsWith("packages/shared/src/server/")) return [`${door} reaches ${file}`];
        return (byPath.get(file)?.imports ?? [])
          .filter(({ typeOnly }) => !typeOnly)
          .flatMap(({ specifier }) => {
            if (specifier.startsWith(".")) return visit(path.posix.join(path.posix.dirname(file), specifier));
            return specifier.startsWith("node:") || specifier.startsWith("@trpc/server") || specifier === "@coder/shared/server" || specifier === "@coder/shared/trpc" ? [`${door} reaches ${specifier} through ${file}`] : [];
          });
      };
      return visit(door);
    });
    expect(doors.length).toBeGreaterThan(4);
    expect(wrong.join("\n")).toBe("");
  });
});

describe("habits", () => {
  it("reads the environment in the configuration loader and the launcher only", () => {
    const reading = /\bprocess\??\.env\b|\bprocess\[["'`]env|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b|from "(node:)?process"/;
    const allowed = [/^packages\/shared\/src\/server\/config\//, /^tooling\//, /^apps\/web\/next\.config\.ts$/, /^packages\/testing\//];
    const wrong = sources.filter((source) => !source.isTest && reading.test(source.text) && !allowed.some((rule) => rule.test(source.path)));
    expect(wrong.map((source) => source.path).join("\n")).toBe("");
  });

  it("exports by name, except where a framework asks for a default", () => {
    const frameworkFiles = [/^apps\/web\/src\/app\/.*\/?(page|layout|error|global-error|not-found|loading|template|default|route)\.tsx?$/, /^apps\/web\/next\.config\.ts$/, /^prisma\.config\.ts$/, /(^|\/)vitest(\.[a-z-]+)?\.config\.ts$/, /playwright\.config\.ts$/, /^tooling\/test\/causes-reporter\.ts$/];
    const wrong = sources.filter((source) => source.hasDefaultExport && !frameworkFiles.some((rule) => rule.test(source.path)));
    expect(wrong.map((source) => source.path).join("\n")).toBe("");
  });

  it("makes a module's refusals in its errors.ts, one for each of its parts, where all its codes stand together", () => {
    const wrong = sources.filter(({ path: file, isTest, text }) => /^packages\/modules\/[^/]+\/src\//.test(file) && !isTest && !file.endsWith("/errors.ts") && text.includes("new AppError("));
    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  it("hides what is a class's own with #, which holds at run time too", () => {
    const wrong = sources.filter(({ path: file, text }) => /\.tsx?$/.test(file) && /^\s+(private|protected|public) (?!constructor\b)[^*]*?[\w#]+\s*[(:=?<!;]/m.test(text));
    expect(wrong.map(({ path: file }) => file)).toEqual([]);
  });

  it("gives runs in the sandbox the machine's network in its own package alone", () => {
    const wrong = sources.filter(({ path: file, isTest, text }) => !file.startsWith("packages/sandbox/") && !isTest && /\bnetwork:\s*["']host["']/.test(text));
    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  it("keeps source files short enough to read at one sitting", () => {
    const long = sources.filter((source) => !source.isTest && source.text.split("\n").length > 500);
    expect(long.map((source) => source.path)).toEqual([]);
  });
});
