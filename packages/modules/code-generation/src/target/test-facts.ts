import type { Fact } from "@coder/api/code-generation";
import { posix } from "node:path";
import { bindingsOf } from "../engine/bindings.ts";
import type { Style } from "../code/style.ts";
import { isRecord, type Place, type Sources } from "../engine/Sources.ts";
import type { ProjectPackage } from "./packages.ts";

export type TestRunner = "vitest" | "jest" | "node:test" | "mocha";

export interface TestConventions {
  readonly runner: TestRunner;
  /** `describe` and `it` are there without an import. */
  readonly globals: boolean;
  /** `beside`: in the folder of what is tested. `__tests__`: in a folder of that name there. `folder`: in `folder`. */
  readonly place: "beside" | "__tests__" | "folder";
  /** From the project's root; of `folder` only. */
  readonly folder: string;
  /** `.test`, `.spec`, `-test`, or nothing. */
  readonly suffix: string;
  readonly asserts: "expect" | "assert" | "chai";
  /** The project says what runs its tests. */
  readonly chosen: boolean;
  /** Node runs them with nothing beside it: no loader, and no compiler before it. */
  readonly byNodeAlone: boolean;
}

/** What has Node run TypeScript whose imports it would not find by itself. */
const LOADERS = ["tsx", "ts-node", "@swc-node/register", "esbuild-register", "esbuild-runner"];

/** What in a script says that Node runs more than it finds by itself: a loader, or a compiler before it. */
const HELPED = /\s(?:--import|--require|-r|--(?:experimental-)?loader)\b|\b(?:tsx|ts-node|tsc|swc|esbuild|babel|tsup|rollup|webpack|borp|build|compile)\b|\b(?:dist|out)\//;

/** What has to be known of a project to say whether a test runs in it. */
interface Tested {
  readonly tests: TestConventions;
  readonly style: Style;
  readonly framework: { readonly kind: string; readonly map: { readonly routes: readonly unknown[]; readonly json?: string } } | null;
}

/** Whether a test of an endpoint can run: Node alone finds imports of modules, and all of TypeScript's, only by their whole names. */
export function canRunTests({ tests, style: { typescript, modules, importEnding }, framework }: Tested): boolean {
  if (!tests.byNodeAlone) return true;
  // `next/server` has no ending, and route files are modules whatever the rest is.
  if (framework?.kind === "next-app" && framework.map.json === "NextResponse") return false;
  const areModules = modules === "esm" || framework?.kind === "next-app" || framework?.kind === "next-pages";
  return typescript ? importEnding === ".ts" || importEnding === ".mts" : !areModules || importEnding !== "";
}

/** What is told instead of a test. */
export function whyNoTest({ tests: { chosen }, style: { typescript } }: Pick<Tested, "tests" | "style">): string {
  if (!chosen) return `No test was made: the project has no test runner, and Node alone does not run its ${typescript ? "TypeScript" : "modules"}. Add one, such as Vitest, and generate again.`;
  return "No test was made: the project has Node alone run its tests, which does not find imports as this project writes them. Have a loader help it, such as `node --import tsx --test`, and generate again.";
}

const RUNNER_LABELS: Readonly<Record<TestRunner, string>> = { vitest: "Vitest", jest: "Jest", "node:test": "node:test", mocha: "Mocha" };
const TEST_FILE = /(?:^|\/)(?:[^/]+?)([.\-_](?:test|spec))\.[cm]?[jt]sx?$/;

export function isTestFile(path: string): boolean {
  return TEST_FILE.test(path) || /(?:^|\/)(?:tests?|__tests__|spec)\//.test(path);
}

/** By which runner and where the package's tests lie: its manifest says it, or its tests do. */
export function testsOf(sources: Sources, of: ProjectPackage): { readonly tests: TestConventions; readonly facts: readonly Fact[] } {
  const tests = of.sources.filter((path) => isTestFile(path) && /\b(?:describe|it|test)\s*\(/.test(sources.text(path) ?? ""));
  const runner = runnerOf(sources, of, tests);
  const value = runner?.value ?? "node:test";
  // Where there are tests of routes they are the example.
  const example = tests.find((path) => TEST_FILE.test(path) && /\/(?:routes|api)\//.test(path)) ?? tests.find((path) => TEST_FILE.test(path)) ?? tests[0];
  const importsRunner = tests.some((path) => bindingsOf(sources.tree(path)).some(({ module }) => module === "vitest" || module === "@jest/globals"));
  const suffix = example === undefined ? ".test" : (TEST_FILE.exec(example)?.[1] ?? "");
  const located = example === undefined ? null : placeOfTests(example, tests, of);
  const usual = usualFolder(sources, of);
  const where = located ?? (usual === null ? { place: "beside" as const, folder: "" } : { place: "folder" as const, folder: usual });
  const chai = tests.find((path) => bindingsOf(sources.tree(path)).some(({ module, imported }) => module === "chai" && imported === "expect"));
  const facts: Fact[] = [
    { kind: "test-runner", value, label: RUNNER_LABELS[value], place: runner?.place ?? null },
    { kind: "test-place", value: where.place === "folder" ? where.folder : where.place, label: where.place === "beside" ? "Tests beside the code" : where.place === "__tests__" ? "Tests in __tests__" : `Tests in ${where.folder}`, place: example === undefined ? null : sources.placeAt(example, 0) },
  ];
  return {
    facts,
    tests: {
      runner: value,
      globals: value === "mocha" || (value === "jest" && !importsRunner) || (value === "vitest" && tests.length > 0 && !importsRunner),
      place: where.place,
      folder: where.folder,
      suffix,
      chosen: runner !== null,
      byNodeAlone: value === "node:test" && isNodeAlone(of, runner !== null),
      asserts: value === "vitest" || value === "jest" ? "expect" : chai === undefined ? "assert" : "chai",
    },
  };
}

/** Where its manifest does not say how, tests that are there run somehow. */
function isNodeAlone({ manifest: { scripts }, dependencies }: ProjectPackage, chosen: boolean): boolean {
  if (!chosen) return !LOADERS.some((name) => dependencies.has(name));
  const script = isRecord(scripts) ? ["pretest", "test"].map((name) => scripts[name]).filter((text) => typeof text === "string").join(" && ") : "";
  return /\bnode\b.*\s--test\b/.test(script) && !HELPED.test(script);
}

function runnerOf(sources: Sources, of: ProjectPackage, tests: readonly string[]): { readonly value: TestRunner; readonly place: Place } | null {
  const { manifestPath, manifest, dependencies } = of;
  const scripts = manifest["scripts"];
  const script = isRecord(scripts) && typeof scripts["test"] === "string" ? scripts["test"] : "";
  const patterns: readonly (readonly [TestRunner, RegExp])[] = [["vitest", /\bvitest\b/], ["jest", /\bjest\b|react-scripts test/], ["mocha", /\bmocha\b/], ["node:test", /(?:\bnode|\btsx)\b.*\s--test\b|\bborp\b|\bc8 node --test|\btap\b.*node:test/]];
  const inScript = patterns.find(([, pattern]) => pattern.test(script));
  if (inScript && manifestPath !== null) {
    const place = sources.placeOfText(manifestPath, /"test"\s*:/);
    if (place) return { value: inScript[0], place };
  }
  for (const path of tests) {
    for (const { module } of bindingsOf(sources.tree(path))) {
      const value = module === "vitest" ? "vitest" : module === "@jest/globals" ? "jest" : module === "node:test" ? "node:test" : null;
      const place = value && sources.placeOfText(path, new RegExp(`["']${module}["']`));
      if (value && place) return { value, place };
    }
  }
  for (const value of ["vitest", "jest", "mocha"] as const) {
    const place = dependencies.has(value) && manifestPath !== null ? sources.placeOfText(manifestPath, new RegExp(`"${value}"\\s*:`)) : null;
    if (place) return { value, place };
  }
  return null;
}

function placeOfTests(example: string, tests: readonly string[], { folder }: ProjectPackage): { readonly place: TestConventions["place"]; readonly folder: string } {
  if (tests.filter((path) => path.includes("/__tests__/")).length * 2 > tests.length) {
    // One folder at the top is a folder of tests like any other.
    const top = folder === "" ? "__tests__/" : `${folder}/__tests__/`;
    return example.startsWith(top) ? { place: "folder", folder: top.slice(0, -1) } : { place: "__tests__", folder: "" };
  }
  const inside = folder === "" ? example : example.slice(folder.length + 1);
  const root = /^((?:src\/)?(?:tests?|spec|__tests__)(?:\/(?:unit|integration|api|e2e|routes))?)\//.exec(inside)?.[1];
  return root === undefined ? { place: "beside", folder: "" } : { place: "folder", folder: folder === "" ? root : `${folder}/${root}` };
}

function usualFolder(sources: Sources, { folder }: ProjectPackage): string | null {
  const at = folder === "" ? "" : `${folder}/`;
  return ["test", "tests"].map((name) => `${at}${name}`).find((name) => sources.snapshot.paths.some((path) => path.startsWith(`${name}/`))) ?? null;
}

/** Where the test of a file goes. */
export function testPathOf(tested: string, stem: string, tests: TestConventions, extension: string): string {
  const folder = posix.dirname(tested) === "." ? "" : posix.dirname(tested);
  const name = `${stem}${tests.suffix}.${extension}`;
  if (tests.place === "folder") return `${tests.folder}/${name}`;
  const beside = tests.place === "__tests__" ? "__tests__/" : "";
  return folder === "" ? `${beside}${name}` : `${folder}/${beside}${name}`;
}

