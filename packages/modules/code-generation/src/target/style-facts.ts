import type { Fact, FactKind } from "@coder/api/code-generation";
import { ts } from "ts-morph";
import { isRecord, type Place, type Sources, walk } from "../engine/Sources.ts";
import type { Style } from "../code/style.ts";
import type { ProjectPackage } from "./packages.ts";

/** Files that are looked at for style: more say the same. */
const MAX_FILES = 120;
/** Behind the comments that a file begins with. */
const DIRECTIVE = /^(?:#![^\n]*\n)?(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*["']use strict["']/;

export interface StyleFound {
  readonly style: Style;
  readonly strict: boolean;
  readonly facts: readonly Fact[];
}

/** Counts ways of writing one thing; the first place of each is kept. */
class Votes<Value extends string> {
  readonly #counts = new Map<Value, { count: number; place: Place }>();

  add(value: Value, place: () => Place, weight = 1): void {
    const known = this.#counts.get(value);
    if (known) known.count += weight;
    else this.#counts.set(value, { count: weight, place: place() });
  }

  best(): { readonly value: Value; readonly place: Place } | null {
    const [best] = [...this.#counts].sort(([, one], [, other]) => other.count - one.count);
    return best ? { value: best[0], place: best[1].place } : null;
  }
}

/** How the sources of a package are written: what its formatter is told counts most, then what most of its code does. */
export function styleOf(sources: Sources, of: ProjectPackage): StyleFound {
  const prettier = prettierOf(sources, of);
  const facts: Fact[] = [];
  const say = <Value extends string>(kind: FactKind, labels: Readonly<Record<string, string>>, stated: { value: Value; place: Place } | null, counted: { value: Value; place: Place } | null, usual: Value): Value => {
    const found = stated ?? counted;
    const value = found?.value ?? usual;
    facts.push({ kind, value, label: labels[value] ?? value, place: found?.place ?? null });
    return value;
  };

  const own = of.sources.length > 0 ? of.sources : sources.sourcePaths;
  const sample = own.slice(0, MAX_FILES);
  const typed = own.filter((path) => /\.(?:[cm]?ts|tsx)$/.test(path));
  const plain = own.filter((path) => /\.(?:[cm]?js|jsx)$/.test(path));
  const tsconfig = nearest(sources, of.folder, "tsconfig.json");
  const languagePlace = (path: string | undefined) => (path === undefined ? null : sources.placeAt(path, 0));
  const isTyped = typed.length === plain.length ? tsconfig !== null : typed.length > plain.length;
  const language = say("language", { typescript: "TypeScript", javascript: "JavaScript" }, null, ((place) => place && { value: isTyped ? ("typescript" as const) : ("javascript" as const), place })(isTyped && tsconfig !== null ? sources.placeAt(tsconfig, 0) : languagePlace((isTyped ? typed : plain)[0])), "javascript");

  const votes = { modules: new Votes<"esm" | "cjs">(), quote: new Votes<"double" | "single">(), semicolons: new Votes<"yes" | "no">(), indent: new Votes<string>(), newline: new Votes<"lf" | "crlf">(), commas: new Votes<"yes" | "no">(), ending: new Votes<string>() };
  for (const path of sample) count(sources, path, votes, language === "typescript");

  const type = of.manifest["type"];
  const declared = type === "module" || type === "commonjs" ? { value: type === "module" ? ("esm" as const) : ("cjs" as const), place: sources.placeOfText(of.manifestPath ?? "", /"type"\s*:/) } : null;
  // In TypeScript the sources say `import` whatever they are compiled to.
  const modules = say("modules", { esm: "ES modules", cjs: "CommonJS" }, language === "javascript" && votes.modules.best() === null && declared?.place ? { value: declared.value, place: declared.place } : null, votes.modules.best(), declared?.value ?? (language === "typescript" ? "esm" : "cjs"));
  const quote = say("quotes", { double: "Double quotes", single: "Single quotes" }, prettier("singleQuote", (value) => (typeof value === "boolean" ? (value ? "single" : "double") : null)), votes.quote.best(), "double");
  const semicolons = say("semicolons", { yes: "Semicolons", no: "No semicolons" }, prettier("semi", (value) => (typeof value === "boolean" ? (value ? "yes" : "no") : null)), votes.semicolons.best(), "yes");
  const indent = say("indentation", { tab: "Tabs" }, prettier("useTabs", (value) => (value === true ? "tab" : null)) ?? prettier("tabWidth", (value) => (typeof value === "number" && value >= 1 && value <= 8 ? `${value}` : null)) ?? editorConfig(sources, of.folder), votes.indent.best(), "2");
  const newline = say("line-endings", { lf: "LF", crlf: "CRLF" }, prettier("endOfLine", (value) => (value === "lf" || value === "crlf" ? value : null)), votes.newline.best(), "lf");
  const commas = say("trailing-commas", { yes: "Trailing commas", no: "No trailing commas" }, prettier("trailingComma", (value) => (value === "none" ? "no" : value === "es5" || value === "all" ? "yes" : null)), votes.commas.best(), "no");
  const usualEnding = modules === "esm" && language === "javascript" ? ".js" : "";
  const ending = say("import-endings", { "": "No ending", ".js": ".js", ".ts": ".ts" }, null, votes.ending.best(), usualEnding);
  const strict = language === "typescript" && tsconfig !== null ? strictness(sources, tsconfig) : null;
  if (strict) facts.push({ kind: "strictness", value: strict.value ? "strict" : "loose", label: strict.value ? "Strict type checks" : "Loose type checks", place: strict.place });

  const last = facts.find(({ kind }) => kind === "indentation");
  if (last && last.value !== "tab") facts[facts.indexOf(last)] = { ...last, label: `${last.value} spaces` };
  return {
    strict: strict?.value ?? false,
    facts,
    style: {
      typescript: language === "typescript",
      extension: extensionOf(language === "typescript" ? typed : plain, language === "typescript" ? "ts" : "js"),
      modules,
      quote: quote === "single" ? "'" : '"',
      semicolons: semicolons === "yes",
      indent: indent === "tab" ? "\t" : " ".repeat(Number(indent)),
      newline: newline === "crlf" ? "\r\n" : "\n",
      trailingCommas: commas === "yes",
      useStrict: isUsuallyStrict(plain.slice(0, MAX_FILES).map((path) => sources.text(path) ?? "")),
      importEnding: ending === ".js" || ending === ".ts" || ending === ".mjs" || ending === ".cjs" || ending === ".mts" ? ending : "",
    },
  };
}

/** In CommonJS; modules are strict by themselves, and have no directive. */
function isUsuallyStrict(texts: readonly string[]): boolean {
  return texts.filter((text) => DIRECTIVE.test(text)).length * 2 > texts.length;
}

/** The style of one file where it differs from the rest: what is added to it looks like what is in it. */
export function fileStyle(sources: Sources, path: string, style: Style): Style {
  const votes = { modules: new Votes<"esm" | "cjs">(), quote: new Votes<"double" | "single">(), semicolons: new Votes<"yes" | "no">(), indent: new Votes<string>(), newline: new Votes<"lf" | "crlf">(), commas: new Votes<"yes" | "no">(), ending: new Votes<string>() };
  const typescript = /\.(?:[cm]?ts|tsx)$/.test(path);
  count(sources, path, votes, typescript);
  const [quote, semicolons, indent, newline, commas, modules] = [votes.quote.best()?.value, votes.semicolons.best()?.value, votes.indent.best()?.value, votes.newline.best()?.value, votes.commas.best()?.value, votes.modules.best()?.value];
  return {
    ...style,
    typescript,
    ...(quote === undefined ? {} : { quote: quote === "single" ? "'" : '"' }),
    ...(semicolons === undefined ? {} : { semicolons: semicolons === "yes" }),
    ...(indent === undefined ? {} : { indent: indent === "tab" ? "\t" : " ".repeat(Number(indent)) }),
    ...(newline === undefined ? {} : { newline: newline === "crlf" ? "\r\n" : "\n" }),
    ...(commas === undefined ? {} : { trailingCommas: commas === "yes" }),
    ...(modules === undefined ? {} : { modules }),
  };
}

interface AllVotes {
  readonly modules: Votes<"esm" | "cjs">;
  readonly quote: Votes<"double" | "single">;
  readonly semicolons: Votes<"yes" | "no">;
  readonly indent: Votes<string>;
  readonly newline: Votes<"lf" | "crlf">;
  readonly commas: Votes<"yes" | "no">;
  readonly ending: Votes<string>;
}

function count(sources: Sources, path: string, votes: AllVotes, typescript: boolean): void {
  // Nobody writes these by hand.
  if (path.endsWith(".d.ts")) return;
  const text = sources.text(path) ?? "";
  const tree = sources.tree(path);
  const placeOf = (node: ts.Node) => () => sources.placeOf(path, node);
  const sameLanguage = typescript === /\.(?:[cm]?ts|tsx)$/.test(path);
  const firstLine = text.indexOf("\n");
  if (firstLine >= 0) votes.newline.add(text[firstLine - 1] === "\r" ? "crlf" : "lf", () => sources.placeAt(path, 0));
  countIndentation(sources, path, text, votes.indent);
  walk(tree, (node) => {
    if (ts.isStringLiteral(node) && !node.text.includes("'") && !node.text.includes('"') && !ts.isJsxAttribute(node.parent)) votes.quote.add(text[node.getStart()] === "'" ? "single" : "double", placeOf(node));
    if (ts.isExpressionStatement(node) || ts.isVariableStatement(node) || ts.isReturnStatement(node) || ts.isImportDeclaration(node)) votes.semicolons.add(text[node.end - 1] === ";" ? "yes" : "no", placeOf(node));
    const list = ts.isObjectLiteralExpression(node) ? node.properties : ts.isArrayLiteralExpression(node) ? node.elements : null;
    const last = list?.at(-1);
    if (list && last && text.slice(last.end, node.end).includes("\n")) votes.commas.add(list.hasTrailingComma ? "yes" : "no", placeOf(last));
    const specifier = ts.isImportDeclaration(node) ? node.moduleSpecifier : ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "require" ? node.arguments[0] : undefined;
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    if (sameLanguage) votes.modules.add(ts.isImportDeclaration(node) ? "esm" : "cjs", placeOf(node));
    if (sameLanguage && /^\.\.?\/.*[^./]/.test(specifier.text) && !/\.(?:json|css|scss|svg|png)$/.test(specifier.text)) votes.ending.add(/\.[cm]?[jt]s$/.exec(specifier.text)?.[0] ?? "", placeOf(specifier));
  });
  if (sameLanguage && /(?:^|\n)\s*(?:module\.)?exports[.\s=[]/.test(text)) votes.modules.add("cjs", () => sources.placeOfText(path, /(?:module\.)?exports/) ?? sources.placeAt(path, 0));
  if (sameLanguage && /(?:^|\n)export[\s{*]/.test(text)) votes.modules.add("esm", () => sources.placeOfText(path, /(?:^|\n)export[\s{*]/) ?? sources.placeAt(path, 0));
}

function countIndentation(sources: Sources, path: string, text: string, votes: Votes<string>): void {
  let [before, offset] = [0, 0];
  for (const line of text.split("\n").slice(0, 400)) {
    const [lead = ""] = /^[ \t]*/.exec(line) ?? [];
    const here = offset;
    offset += line.length + 1;
    // Lines of comments and of lists that hang are no levels.
    if (line.trim() === "" || /^\s*\*/.test(line)) continue;
    if (lead.startsWith("\t")) votes.add("tab", () => sources.placeAt(path, here));
    else {
      const step = lead.length - before;
      if (step === 2 || step === 4 || step === 3 || step === 8) votes.add(`${step}`, () => sources.placeAt(path, here));
      before = lead.length;
    }
  }
}

/** Asks prettier's options, wherever they stand. */
function prettierOf(sources: Sources, { folder, manifest, manifestPath }: ProjectPackage) {
  const candidates = [folder, ""].flatMap((at) => [".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml"].map((name) => (at === "" ? name : `${at}/${name}`)));
  const path = candidates.find((candidate) => sources.text(candidate) !== null) ?? null;
  const inManifest = isRecord(manifest["prettier"]) ? manifest["prettier"] : null;
  const options = path === null ? inManifest : optionsOf(sources.text(path) ?? "", sources.json(path));
  const where = path ?? manifestPath;
  return <Value extends string>(name: string, read: (value: unknown) => Value | null): { value: Value; place: Place } | null => {
    if (!options || where === null || !(name in options)) return null;
    const value = read(options[name]);
    const place = sources.placeOfText(where, name);
    return value === null || !place ? null : { value, place };
  };
}

function optionsOf(text: string, json: Readonly<Record<string, unknown>> | null): Readonly<Record<string, unknown>> {
  if (text.trimStart().startsWith("{") && json) return json;
  const lines = text.split("\n").flatMap((line) => {
    const match = /^([A-Za-z]+)\s*:\s*["']?([\w-]+)["']?\s*(?:#.*)?$/.exec(line.trim());
    return match?.[1] === undefined ? [] : [[match[1], match[2] === "true" ? true : match[2] === "false" ? false : /^\d+$/.test(match[2] ?? "") ? Number(match[2]) : match[2]] as const];
  });
  return Object.fromEntries(lines);
}

function editorConfig(sources: Sources, folder: string): { value: string; place: Place } | null {
  for (const path of folder === "" ? [".editorconfig"] : [`${folder}/.editorconfig`, ".editorconfig"]) {
    const text = sources.text(path);
    if (text === null) continue;
    const style = /indent_style\s*=\s*(tab|space)/.exec(text)?.[1];
    const size = /indent_size\s*=\s*([1-8])\b/.exec(text)?.[1];
    const place = sources.placeOfText(path, /indent_(?:style|size)/);
    const value = style === "tab" ? "tab" : size;
    if (value !== undefined && place) return { value, place };
  }
  return null;
}

function strictness(sources: Sources, path: string): { readonly value: boolean; readonly place: Place } | null {
  const options = sources.json(path)?.["compilerOptions"];
  const place = sources.placeOfText(path, /"strict"/);
  return isRecord(options) && typeof options["strict"] === "boolean" && place ? { value: options["strict"], place } : null;
}

/** The file of that name in a folder or above it. */
export function nearest(sources: Sources, folder: string, name: string): string | null {
  for (let at = folder; ; at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : "") {
    const path = at === "" ? name : `${at}/${name}`;
    if (sources.has(path)) return path;
    if (at === "") return null;
  }
}

function extensionOf(paths: readonly string[], usual: string): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const extension = path.slice(path.lastIndexOf(".") + 1);
    if (extension === "tsx" || extension === "jsx") continue;
    counts.set(extension, (counts.get(extension) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([, one], [, other]) => other - one);
  return best?.[0] ?? usual;
}
