import type { Fact, FactKind } from "@coder/api/code-generation";
import { posix } from "node:path";
import { bindingsOf } from "../engine/bindings.ts";
import { type Naming, wordsOf } from "../engine/names.ts";
import type { Sources } from "../engine/Sources.ts";
import type { Formatting } from "../code/formatted.ts";
import type { Style } from "../code/style.ts";
import { expressRoutes } from "../routes/express-routes.ts";
import { fastifyRoutes, type FastifyMap } from "../routes/fastify-routes.ts";
import { nextRoutes, type NextMap } from "../routes/next-routes.ts";
import type { RouteMap } from "../routes/route-map.ts";
import { type Answer, answersOf } from "./answers.ts";
import { frameworkOf, type FrameworkFound, packagesOf, type ProjectPackage } from "./packages.ts";
import { styleOf } from "./style-facts.ts";
import { canRunTests, isTestFile, type TestConventions, testsOf } from "./test-facts.ts";

export type Validation = "zod" | "ajv" | "typebox" | "none";

export type FrameworkModel =
  | { readonly kind: "express"; readonly found: FrameworkFound; readonly map: RouteMap }
  | { readonly kind: "fastify"; readonly found: FrameworkFound; readonly map: FastifyMap }
  | { readonly kind: "next-app"; readonly found: FrameworkFound; readonly map: NextMap }
  | { readonly kind: "next-pages"; readonly found: FrameworkFound; readonly map: NextMap };

/** All that generators know of a project. */
export interface TargetModel {
  readonly package: ProjectPackage;
  readonly framework: FrameworkModel | null;
  readonly style: Style;
  readonly formatting: Formatting;
  readonly naming: Naming;
  readonly validation: Validation;
  readonly tests: TestConventions;
  readonly answers: { readonly notFound: Answer; readonly badRequest: Answer };
  readonly facts: readonly Fact[];
}

/** Reads off the project's files how code is written in it. */
export function analyse(sources: Sources): TargetModel {
  const packages = packagesOf(sources);
  const candidates = packages.flatMap((one) => {
    const found = frameworkOf(sources, one);
    return found ? [{ package: one, found }] : [];
  });
  const chosen = candidates.sort((one, other) => depth(one.package.folder) - depth(other.package.folder) || (one.package.folder < other.package.folder ? -1 : 1))[0];
  const root = packages.find(({ folder }) => folder === "") ?? packages[0];
  if (!root) throw new Error("There is always a root");
  const of = chosen?.package ?? root;
  const framework = chosen ? modelOf(sources, chosen.package, chosen.found) : null;
  const style = styleOf(sources, of);
  const tests = testsOf(sources, of);
  const naming = namingOf(sources, of, framework);
  const validation = validationOf(sources, of);
  const facts: Fact[] = [];
  if (framework) facts.push({ kind: "framework", value: framework.kind, label: framework.found.label, place: framework.found.place });
  const named = tests.tests.chosen || canRunTests({ tests: tests.tests, style: style.style, framework });
  const testFacts = tests.facts.filter(({ kind }) => named || kind === "test-runner").map((fact) => (named ? fact : { ...fact, value: "none", label: "No test runner" }));
  facts.push(...style.facts, naming.fact, ...layoutOf(sources, framework), ...testFacts, validation.fact);
  return { package: of, framework, style: style.style, formatting: style.formatting, naming: naming.naming, validation: validation.value, tests: tests.tests, answers: answersOf(sources, of.sources), facts };
}

function depth(folder: string): number {
  return folder === "" ? 0 : folder.split("/").length;
}

function modelOf(sources: Sources, of: ProjectPackage, found: FrameworkFound): FrameworkModel {
  const paths = of.sources.filter((path) => !isTestFile(path));
  if (found.framework === "express") return { kind: "express", found, map: expressRoutes(sources, paths) };
  if (found.framework === "fastify") return { kind: "fastify", found, map: fastifyRoutes(sources, paths) };
  return { kind: found.framework, found, map: nextRoutes(sources, of.folder, found.framework === "next-app" ? "app" : "pages") };
}

const NAMING_LABELS: Readonly<Record<Naming, string>> = { kebab: "kebab-case.ts", camel: "camelCase.ts", pascal: "PascalCase.ts", snake: "snake_case.ts" };

/** How files are named, by those whose names have more than one word. */
function namingOf(sources: Sources, of: ProjectPackage, framework: FrameworkModel | null): { readonly naming: Naming; readonly fact: Fact } {
  const counts = new Map<Naming, { count: number; path: string }>();
  for (const path of of.sources) {
    if (isTestFile(path)) continue;
    const [stem = ""] = posix.basename(path).split(".");
    const naming = /^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(stem) ? "kebab" : /^[a-z0-9]+(?:_[a-z0-9]+)+$/.test(stem) ? "snake" : /^[a-z][a-z0-9]*[A-Z]/.test(stem) ? "camel" : /^[A-Z]/.test(stem) && wordsOf(stem).length > 1 && !/[tj]sx$/.test(path) ? "pascal" : null;
    if (naming) counts.set(naming, { count: (counts.get(naming)?.count ?? 0) + 1, path: counts.get(naming)?.path ?? path });
  }
  const [best] = [...counts].sort(([, one], [, other]) => other.count - one.count);
  const naming = best?.[0] ?? (framework?.kind === "express" ? "camel" : "kebab");
  return { naming, fact: { kind: "file-names", value: naming, label: NAMING_LABELS[naming].replace(".ts", ""), place: best ? sources.placeAt(best[1].path, 0) : null } };
}

function validationOf(sources: Sources, of: ProjectPackage): { readonly value: Validation; readonly fact: Fact } {
  const known: readonly (readonly [Validation, RegExp, string])[] = [["zod", /^zod(?:\/.*)?$/, "zod"], ["typebox", /^(?:@sinclair\/typebox|typebox)$/, "TypeBox"], ["ajv", /^ajv$/, "Ajv"]];
  const uses = new Map<Validation, { count: number; path: string; module: string }>();
  for (const path of of.sources) {
    const text = sources.text(path) ?? "";
    if (!/zod|typebox|ajv/.test(text)) continue;
    for (const { module } of bindingsOf(sources.tree(path))) {
      const value = known.find(([, pattern]) => pattern.test(module))?.[0];
      if (value) uses.set(value, { count: (uses.get(value)?.count ?? 0) + 1, path: uses.get(value)?.path ?? path, module });
    }
  }
  const fact = (value: Validation, label: string, place: Fact["place"]) => ({ value, fact: { kind: "validation" as FactKind, value, label, place } });
  const [used] = [...uses].sort(([, one], [, other]) => other.count - one.count);
  if (used) return fact(used[0], `Checked with ${known.find(([name]) => name === used[0])?.[2] ?? used[0]}`, sources.placeOfText(used[1].path, new RegExp(`["']${used[1].module}["']`)));
  const [, , label] = known.find(([, pattern]) => [...of.dependencies.keys()].some((name) => pattern.test(name))) ?? [];
  const name = [...of.dependencies.keys()].find((dependency) => known.some(([, pattern]) => pattern.test(dependency)));
  const value = known.find(([, , one]) => one === label)?.[0];
  if (value && label !== undefined && name !== undefined && of.manifestPath !== null) return fact(value, `Checked with ${label}`, sources.placeOfText(of.manifestPath, `"${name}"`));
  return fact("none", "Checked by hand: no validation library", null);
}

/** Where routes go. */
function layoutOf(sources: Sources, framework: FrameworkModel | null): Fact[] {
  const holder = framework?.map.holders.find(({ kind, file }) => kind !== "app" && file !== "") ?? framework?.map.holders[0];
  if (!framework || !holder) return [];
  const folder = posix.dirname(holder.file);
  const inApp = holder.kind === "app";
  const value = framework.kind === "next-app" || framework.kind === "next-pages" ? "route-file" : inApp ? "app" : holder.kind;
  const label = value === "route-file" ? `A file per route in ${framework.kind === "next-app" || framework.kind === "next-pages" ? framework.map.root : folder}` : inApp ? `Routes on the app in ${holder.file}` : `${holder.kind === "plugin" ? "Plugins" : "Routers"} in ${folder === "." ? "the root" : folder}`;
  return [{ kind: "layout", value, label, place: sources.placeAt(holder.file, lineStart(sources.text(holder.file) ?? "", holder.line)) }];
}

function lineStart(text: string, line: number): number {
  return text.split("\n").slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
}
