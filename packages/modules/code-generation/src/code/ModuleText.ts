import { posix } from "node:path";
import { quoted, styled } from "./styled.ts";
import type { Style } from "./style.ts";

/** Something that a file takes from another one or from a package. */
export interface Import {
  /** A package, or the path of a file of the project with `file` set. */
  readonly from: string;
  readonly file: boolean;
  /** `default`, `*`, or the name that it is exported by. */
  readonly name: string;
  /** How it is called here. */
  readonly as: string;
  readonly type?: boolean;
}

export function fromPackage(from: string, name: string, as = name): Import {
  return { from, file: false, name, as };
}

export function typeFromPackage(from: string, name: string): Import {
  return { from, file: false, name, as: name, type: true };
}

export function fromFile(from: string, name: string, as = name): Import {
  return { from, file: true, name, as };
}

/** `./users.js`, as a file of the project would write it. */
export function specifierOf(target: string, importer: string, style: Style): string {
  const relative = posix.relative(posix.dirname(importer), target);
  const dotted = relative.startsWith(".") ? relative : `./${relative}`;
  if (style.importEnding === "") return dotted.replace(/\.[cm]?[jt]sx?$/, "").replace(/\/index$/, "") || ".";
  if (style.importEnding === ".ts" || style.importEnding === ".mts") return dotted;
  return dotted.replace(/\.([cm]?)[jt]sx?$/, (_match, kind: string) => `.${kind}js`);
}

/** Statements that bring in what a file needs, one per module, in the form that `styled` takes. */
export function importLines(imports: readonly Import[], importer: string, style: Style): string[] {
  const wanted = imports.filter(({ type }) => style.typescript || type !== true);
  const byModule = new Map<string, Import[]>();
  for (const one of wanted) {
    const specifier = one.file ? specifierOf(one.from, importer, style) : one.from;
    const known = byModule.get(specifier) ?? [];
    if (!known.some(({ name, as, type }) => name === one.name && as === one.as && type === one.type)) byModule.set(specifier, [...known, one]);
  }
  const order = ([one, [a]]: [string, Import[]], [other, [b]]: [string, Import[]]) => rank(one, a) - rank(other, b) || (one < other ? -1 : 1);
  return [...byModule].sort(order).flatMap(([specifier, all]) => (style.modules === "cjs" && !style.typescript ? requires(specifier, all) : esm(specifier, all)));
}

/** Node's own first, then packages, then files. */
function rank(specifier: string, one: Import | undefined): number {
  if (specifier.startsWith("node:")) return 0;
  return one?.file ? 2 : 1;
}

function esm(specifier: string, all: readonly Import[]): string[] {
  const lines: string[] = [];
  const from = ` from ${quoted(specifier)};`;
  const sorted = [...all].sort((one, other) => (one.as < other.as ? -1 : 1));
  const whole = sorted.find(({ name }) => name === "*");
  if (whole) lines.push(`import * as ${whole.as}${from}`);
  const [main, ...others] = sorted.filter(({ name }) => name === "default" || name === "=");
  const names = (types: boolean) => sorted.filter(({ name, type }) => !["default", "=", "*"].includes(name) && (type === true) === types).map(({ name, as }) => (name === as ? name : `${name} as ${as}`));
  const values = names(false);
  if (main || values.length > 0) lines.push(`import ${[...(main ? [main.as] : []), ...(values.length > 0 ? [`{ ${values.join(", ")} }`] : [])].join(", ")}${from}`);
  for (const { as } of others) lines.push(`import ${as}${from}`);
  const types = names(true);
  if (types.length > 0) lines.push(`import type { ${types.join(", ")} }${from}`);
  return lines;
}

function requires(specifier: string, all: readonly Import[]): string[] {
  const whole = all.filter(({ name }) => ["default", "=", "*"].includes(name));
  const names = all.filter(({ name }) => !["default", "=", "*"].includes(name)).sort((one, other) => (one.as < other.as ? -1 : 1));
  const parts = names.map(({ name, as }) => (name === as ? name : `${name}: ${as}`));
  return [...whole.map(({ as }) => `const ${as} = require(${quoted(specifier)});`), ...(parts.length > 0 ? [`const { ${parts.join(", ")} } = require(${quoted(specifier)});`] : [])];
}

/** A new file, in the style of the project. */
export class ModuleText {
  readonly path: string;
  readonly imports: Import[] = [];
  /** Blocks of code, between which stands an empty line. */
  readonly blocks: string[] = [];
  /** Names that others import; `default` of a name is written as such. */
  readonly exported: { readonly name: string; readonly isDefault: boolean }[] = [];

  constructor(path: string) {
    this.path = path;
  }

  render(style: Style): string {
    const isCommonJs = style.modules === "cjs" && !style.typescript;
    const imports = importLines(this.imports, this.path, style);
    const names = new Set(this.exported.filter(({ isDefault }) => !isDefault).map(({ name }) => name));
    const body = this.blocks.map((block) => (isCommonJs ? block : exporting(block, names)));
    const main = this.exported.find(({ isDefault }) => isDefault);
    const closing: string[] = [];
    if (isCommonJs && main) closing.push(`module.exports = ${main.name};`);
    else if (main && !body.some((block) => block.includes("export default "))) closing.push(`export default ${main.name};`);
    if (isCommonJs && !main && names.size > 0) closing.push(`module.exports = { ${[...names].filter((name) => !this.blocks.some((block) => new RegExp(`^(?:interface|type) ${name}\\b`, "m").test(block))).join(", ")} };`);
    const parts = [isCommonJs && style.useStrict ? '"use strict";' : "", imports.join("\n"), ...body, ...closing].filter((part) => part !== "");
    return styled(`${parts.join("\n\n")}\n`, style);
  }
}

/** With `export` in front of what is exported. */
function exporting(block: string, names: ReadonlySet<string>): string {
  return block.replace(/^((?:async )?(?:function|const|class|interface|type) (\w+))/gm, (whole, _head, name: string) => (names.has(name) ? `export ${whole}` : whole));
}
