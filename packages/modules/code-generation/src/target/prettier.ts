import { posix } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { isCode, isRecord, type Place, type Sources } from "../engine/Sources.ts";
import { editorOptions } from "./editor-config.ts";
import { ancestors, type ProjectPackage } from "./packages.ts";
import { plainExport } from "./plain-export.ts";
import { type PrettierOptions, PrettierOptionsSchema } from "./prettier-options.ts";

const PROGRAMS = [".js", ".ts", ".mjs", ".mts", ".cjs", ".cts"].flatMap((ending) => [`.prettierrc${ending}`, `prettier.config${ending}`]);
/** In the order in which Prettier looks for them in a folder; those that are programs are read for plain values, and never run. */
const FILES = ["package.json", ".prettierrc", ".prettierrc.json", ".prettierrc.yml", ".prettierrc.yaml", ".prettierrc.json5", ...PROGRAMS, ".prettierrc.toml"];
/** What YAML takes to be read grows with the square of what there is: nobody has as much to say to Prettier. */
const MAX_YAML_CHARS = 10_000;

const ConfigSchema = PrettierOptionsSchema.extend({ overrides: z.array(z.object({ files: z.union([z.string(), z.array(z.string())]) })) });

/** What a project tells Prettier, with what it leaves to the editor's configuration and to Prettier itself. */
export interface PrettierFound {
  readonly options: PrettierOptions;
  /** Where an option is said, else where the configuration begins. */
  readonly placeOf: (option: keyof PrettierOptions) => Place;
}

/**
 * What the configuration of Prettier that is nearest to a package says of files with an ending. Null where there is none, and where it cannot be read to its end, such as what it
 * takes from a package or says of some of these files: then the sources tell more. https://prettier.io/docs/configuration
 */
export function prettierOf(sources: Sources, of: ProjectPackage): (ending: string) => PrettierFound | null {
  const config = configOf(sources, of);
  if (!config) return () => null;
  const { path, said } = config;
  const defaults = defaultsOf(sources, of);
  return (ending) => {
    const editor = editorOptions(sources, of.folder, ending);
    const ofEditor = Object.fromEntries(Object.entries(editor).flatMap(([option, stated]) => (stated ? [[option, stated.value]] : [])));
    const found = ConfigSchema.safeParse({ ...defaults, overrides: [], ...ofEditor, ...said }).data;
    if (!found || found.overrides.some(({ files }) => [files].flat().some((pattern) => mayMatch(pattern, ending)))) return null;
    const { overrides: _overrides, ...options } = found;
    return { options, placeOf: (option) => (Object.hasOwn(said, option) ? undefined : editor[option]?.place) ?? placeIn(sources, path, option) };
  };
}

/** The file that counts, and what it says; null where there is none, and where that is told only by running a program. */
function configOf(sources: Sources, { folder }: ProjectPackage): { readonly path: string; readonly said: Readonly<Record<string, unknown>> } | null {
  for (const path of ancestors(folder).flatMap((at) => FILES.map((name) => posix.join(at, name)))) {
    if (!sources.has(path)) continue;
    const content = contentOf(sources, path);
    const said = isManifest(path) ? isRecord(content) && content["prettier"] : content;
    if (isManifest(path) && !said) continue;
    return isRecord(said) ? { path, said } : null;
  }
  return null;
}

function isManifest(path: string): boolean {
  return posix.basename(path) === "package.json";
}

/** JSON, YAML, where an empty file says nothing of its own, or a program; what else there is hardly anybody writes. */
function contentOf(sources: Sources, path: string): unknown {
  const text = sources.text(path)?.replace(/^\uFEFF/, "");
  if (text === undefined || /\.(?:json5|toml)$/.test(path)) return null;
  if (isCode(path)) return plainExport(sources.tree(path));
  try {
    if (path.endsWith(".json")) return JSON.parse(text) as unknown;
    return text.length > MAX_YAML_CHARS ? null : ((parse(text) as unknown) ?? {});
  } catch {
    return null;
  }
}

function placeIn(sources: Sources, path: string, option: string): Place {
  const text = sources.text(path) ?? "";
  const start = isManifest(path) ? Math.max(0, text.search(/"prettier"\s*:\s*\{/)) : 0;
  return sources.placeAt(path, start + Math.max(0, text.slice(start).search(new RegExp(`\\b${option}\\b["']?\\s*:`))));
}

/** Whether options for these files may be for files with that ending: all but what ends otherwise for sure. */
function mayMatch(pattern: string, ending: string): boolean {
  const [, one, several] = /\.(?:(\w+)|[{(]([\w,|]+)[})])$/.exec(pattern) ?? [];
  const endings = (one ?? several)?.split(/[,|]/);
  return !endings || endings.includes(ending) || pattern.startsWith("!");
}

/** What Prettier does by itself, which changed with its versions. https://prettier.io/docs/options */
function defaultsOf(sources: Sources, { folder }: ProjectPackage): PrettierOptions {
  const parts = ancestors(folder, "package.json").flatMap((path) => ["devDependencies", "dependencies", "peerDependencies"].map((key) => sources.json(path)?.[key]));
  const range = parts.map((part) => (isRecord(part) ? part["prettier"] : undefined)).find((one) => typeof one === "string");
  const major = Number(/\d+/.exec(range ?? "")?.[0] ?? 3);
  const byVersion = major < 2 ? ({ arrowParens: "avoid", trailingComma: "none", endOfLine: "auto" } as const) : ({ arrowParens: "always", trailingComma: major < 3 ? "es5" : "all", endOfLine: "lf" } as const);
  return { printWidth: 80, tabWidth: 2, useTabs: false, semi: true, singleQuote: false, bracketSpacing: true, ...byVersion };
}
