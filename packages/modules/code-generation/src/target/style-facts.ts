import type { Fact } from "@coder/api/code-generation";
import { ts } from "ts-morph";
import type { Formatting } from "../code/formatted.ts";
import type { Style } from "../code/style.ts";
import { ENDINGS, isRecord, isText, isTypeScript, type Placed, type Sources } from "../engine/Sources.ts";
import { editorOptions } from "./editor-config.ts";
import { ancestors, type ProjectPackage } from "./packages.ts";
import { prettierOf } from "./prettier.ts";
import type { PrettierOptions } from "./prettier-options.ts";
import { type CountedStyle, votesOf } from "./style-votes.ts";

/** Files that are looked at for style: more say the same. */
const MAX_FILES = 120;

export interface StyleFound {
  readonly style: Style;
  readonly strict: boolean;
  /** Empty where the project has no formatter that is known. */
  readonly formatting: Formatting;
  readonly facts: readonly Fact[];
}

/** How a way of writing is told of, in the order of the telling. */
const FACTS: { readonly [Key in keyof CountedStyle]: (value: CountedStyle[Key]) => Omit<Fact, "place"> } = {
  modules: (value) => ({ kind: "modules", value, label: value === "esm" ? "ES modules" : "CommonJS" }),
  quote: (value) => (value === "'" ? { kind: "quotes", value: "single", label: "Single quotes" } : { kind: "quotes", value: "double", label: "Double quotes" }),
  semicolons: (value) => (value ? { kind: "semicolons", value: "yes", label: "Semicolons" } : { kind: "semicolons", value: "no", label: "No semicolons" }),
  indent: (value) => (value === "\t" ? { kind: "indentation", value: "tab", label: "Tabs" } : { kind: "indentation", value: `${value.length}`, label: `${value.length} spaces` }),
  newline: (value) => (value === "\n" ? { kind: "line-endings", value: "lf", label: "LF" } : { kind: "line-endings", value: "crlf", label: "CRLF" }),
  trailingCommas: (value) => (value ? { kind: "trailing-commas", value: "yes", label: "Trailing commas" } : { kind: "trailing-commas", value: "no", label: "No trailing commas" }),
  spaceBeforeParentheses: (value) => (value ? { kind: "parentheses", value: "space", label: "f (x)" } : { kind: "parentheses", value: "none", label: "f(x)" }),
  arrowParentheses: (value) => (value ? { kind: "arrow-parameters", value: "always", label: "(x) => x" } : { kind: "arrow-parameters", value: "avoid", label: "x => x" }),
  spaceInBraces: (value) => (value ? { kind: "braces", value: "space", label: "{ x }" } : { kind: "braces", value: "none", label: "{x}" }),
  importEnding: (value) => ({ kind: "import-endings", value, label: value === "" ? "No ending" : value }),
};

/** How the sources of a package are written: what its formatter is told counts most, then what most of its code does. */
export function styleOf(sources: Sources, of: ProjectPackage): StyleFound {
  const own = of.sources.length > 0 ? of.sources : sources.sourcePaths;
  const [typed, plain] = [own.filter(isTypeScript), own.filter((path) => !isTypeScript(path))];
  const tsconfig = ancestors(of.folder, "tsconfig.json").find((path) => sources.has(path));
  const typescript = typed.length === plain.length ? tsconfig !== undefined : typed.length > plain.length;
  const shown = (typescript ? tsconfig : undefined) ?? (typescript ? typed : plain)[0];
  const facts: Fact[] = [{ kind: "language", value: typescript ? "typescript" : "javascript", label: typescript ? "TypeScript" : "JavaScript", place: shown === undefined ? null : sources.placeAt(shown, 0) }];

  const sample = own.slice(0, MAX_FILES);
  const votes = votesOf(sources, sample, typescript);
  const extension = extensionOf(typescript ? typed : plain) ?? (typescript ? "ts" : "js");
  const formatterOf = prettierOf(sources, of);
  const formatter = formatterOf(extension);
  const editor = editorOptions(sources, of.folder, extension);
  const stated = <Option extends keyof PrettierOptions, Value>(option: Option, valueOf: (said: NonNullable<PrettierOptions[Option]>) => Value | null): Placed<Value> | null => {
    const found = formatter ? { value: formatter.options[option], place: formatter.placeOf(option) } : editor[option];
    const value = found?.value === undefined ? null : valueOf(found.value);
    return found && value !== null ? { value, place: found.place } : null;
  };
  const choose = <Key extends keyof CountedStyle>(key: Key, said: Placed<CountedStyle[Key]> | null, usual: CountedStyle[Key]): CountedStyle[Key] => {
    const found = said ?? votes[key].best();
    const value = found?.value ?? usual;
    facts.push({ ...FACTS[key](value), place: found?.place ?? null });
    return value;
  };
  // In TypeScript the sources say `import` whatever they are compiled to.
  const modules = choose("modules", votes.modules.best() ?? declaredModules(sources, of), typescript ? "esm" : "cjs");
  const style: Style = {
    typescript,
    extension,
    modules,
    quote: choose("quote", stated("singleQuote", (single) => (single ? "'" : '"')), '"'),
    semicolons: choose("semicolons", stated("semi", (semi) => semi), true),
    indent: choose("indent", stated("useTabs", (tabs) => (tabs ? "\t" : null)) ?? stated("tabWidth", (width) => " ".repeat(width)), "  "),
    newline: choose("newline", stated("endOfLine", (end) => (end === "auto" ? null : end === "lf" ? "\n" : "\r\n")), "\n"),
    trailingCommas: choose("trailingCommas", stated("trailingComma", (commas) => commas !== "none"), false),
    spaceBeforeParentheses: choose("spaceBeforeParentheses", formatter ? { value: false, place: formatter.placeOf("printWidth") } : standardOf(sources, of), false),
    arrowParentheses: choose("arrowParentheses", stated("arrowParens", (parentheses) => parentheses === "always"), true),
    spaceInBraces: choose("spaceInBraces", stated("bracketSpacing", (spacing) => spacing), true),
    importEnding: choose("importEnding", null, modules === "esm" && !typescript ? ".js" : ""),
    useStrict: !typescript && isUsuallyStrict(sources, plain.slice(0, MAX_FILES)),
  };
  const strict = typescript && tsconfig !== undefined ? strictness(sources, tsconfig) : null;
  if (strict) facts.push({ kind: "strictness", value: strict.value ? "strict" : "loose", label: strict.value ? "Strict type checks" : "Loose type checks", place: strict.place });
  if (formatter) facts.push({ kind: "formatter", value: "prettier", label: `Prettier, lines of ${formatter.options.printWidth === Number.POSITIVE_INFINITY ? "any length" : formatter.options.printWidth}`, place: formatter.placeOf("printWidth") });
  const endings = [...ENDINGS.map((ending) => ending.slice(1)), "json"];
  const formatting = new Map(endings.flatMap((ending) => {
    const found = formatterOf(ending);
    return found ? [[ending, found.options]] : [];
  }));
  return { strict: strict?.value ?? false, facts, style, formatting };
}

/** The style of one file where it differs from the rest: what is added to it looks like what is in it. */
export function fileStyle(sources: Sources, path: string, style: Style): Style {
  const typescript = isTypeScript(path);
  const { importEnding: _ofAll, ...votes } = votesOf(sources, [path], typescript);
  const own = Object.fromEntries(Object.entries(votes).flatMap(([key, ballot]) => {
    const best = ballot.best();
    return best ? [[key, best.value]] : [];
  }));
  return { ...style, ...own, typescript };
}

function declaredModules(sources: Sources, { manifest, manifestPath }: ProjectPackage): Placed<"esm" | "cjs"> | null {
  const { type } = manifest;
  const place = type === "module" || type === "commonjs" ? sources.placeOfText(manifestPath ?? "", new RegExp(`"type"\\s*:\\s*"${type}"`)) : null;
  return place && { value: type === "module" ? "esm" : "cjs", place };
}

/** "JavaScript Standard Style" puts a space before all parentheses of a function, which sources that name no function do not show. */
function standardOf(sources: Sources, { dependencies, manifestPath }: ProjectPackage): Placed<true> | null {
  const name = ["standard", "neostandard", "semistandard", "ts-standard", "eslint-config-standard"].find((one) => dependencies.has(one));
  const place = name === undefined || manifestPath === null ? null : sources.placeOfText(manifestPath, `"${name}"`);
  return place && { value: true, place };
}

/** In CommonJS; modules are strict by themselves, and have no directive. */
function isUsuallyStrict(sources: Sources, paths: readonly string[]): boolean {
  const strict = paths.filter((path) => {
    const [first] = sources.tree(path).statements;
    return first && ts.isExpressionStatement(first) && isText(first.expression) && first.expression.text === "use strict";
  });
  return strict.length * 2 > paths.length;
}

function strictness(sources: Sources, path: string): Placed<boolean> | null {
  const options = sources.json(path)?.["compilerOptions"];
  const place = sources.placeOfText(path, /"strict"/);
  return isRecord(options) && typeof options["strict"] === "boolean" && place ? { value: options["strict"], place } : null;
}

/** That most have; those with JSX in them say nothing of others. */
function extensionOf(paths: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const extension = path.slice(path.lastIndexOf(".") + 1);
    if (extension !== "tsx" && extension !== "jsx") counts.set(extension, (counts.get(extension) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}
