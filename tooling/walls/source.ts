import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";

export const ROOT = path.resolve(import.meta.dirname, "../..");

export interface SourceImport {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** By `import()`: loaded when it is needed. */
  readonly later: boolean;
  /** What is taken of it; null for all of it (`import *`, `import()`). */
  readonly names: readonly string[] | null;
}

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly isTest: boolean;
  readonly text: string;
  /** Every module specifier of an import, a re-export or a literal `import()`; type-only ones too. */
  readonly imports: readonly SourceImport[];
  /** Values that the file gives away by name, re-exports included. */
  readonly exports: readonly string[];
  readonly hasDefaultExport: boolean;
}

const SKIPPED = new Set(["node_modules", "dist", ".next", ".data", ".tools", ".git"]);
/** Named whole: a module's own folder may be called `template` or `generated`, and is held to the walls like any other. */
const SKIPPED_PATHS = new Set(["tooling/generate/template", "packages/db/generated", "packages/testing/generated", "packages/modules/auth/src/__fixtures__/generated", "apps/web/test-results"]);

/** Reads and parses every TypeScript and JavaScript source below `folders`. A file that does not parse is an error. */
export function readSources(folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) => [...walk(path.join(ROOT, folder))]).map(readSource);
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (SKIPPED.has(entry.name) || SKIPPED_PATHS.has(fromRoot(full))) continue;
    if (entry.isDirectory()) yield* walk(full);
    else if (/\.(ts|tsx|mts|mjs)$/.test(entry.name) && !entry.name.endsWith(".d.ts")) yield full;
  }
}

function fromRoot(file: string): string {
  return path.relative(ROOT, file).replaceAll(path.sep, "/");
}

function readSource(file: string): SourceFile {
  const text = readFileSync(file, "utf8");
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const statics = module.staticImports.map((item) => ({
    specifier: item.moduleRequest.value,
    typeOnly: item.entries.length > 0 && item.entries.every((entry) => entry.isType),
    later: false,
    names: namesOf(item.entries.map((entry) => entry.importName)),
  }));
  const reexports = module.staticExports.flatMap((item) =>
    item.entries.flatMap((entry) => (entry.moduleRequest ? [{ specifier: entry.moduleRequest.value, typeOnly: entry.isType, later: false, names: namesOf([entry.importName]) }] : [])),
  );
  const dynamic = module.dynamicImports.flatMap((item) => {
    const literal = /^["'](.+)["']$/.exec(text.slice(item.moduleRequest.start, item.moduleRequest.end));
    return literal?.[1] ? [{ specifier: literal[1], typeOnly: false, later: true, names: null }] : [];
  });
  return {
    path: fromRoot(file),
    isTest: /\.(test|bench)\.tsx?$/.test(file) || file.includes("/__fixtures__/") || fromRoot(file).startsWith("tooling/test/"),
    text,
    imports: [...statics, ...reexports, ...dynamic],
    exports: module.staticExports.flatMap((item) => item.entries.flatMap((entry) => (entry.isType ? [] : (entry.exportName.name ?? [])))),
    hasDefaultExport: module.staticExports.some((item) => item.entries.some((entry) => entry.exportName.kind === "Default")),
  };
}

function namesOf(imported: readonly { readonly name: string | null }[]): readonly string[] | null {
  const names = imported.flatMap(({ name }) => name ?? []);
  return names.length === imported.length ? names : null;
}
