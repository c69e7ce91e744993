import { posix } from "node:path";
import { ts } from "ts-morph";
import type { Snapshot } from "./snapshot.ts";

export const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"] as const;

/** TypeScript or JavaScript, by its name. */
export function isCode(path: string): boolean {
  return ENDINGS.some((ending) => path.endsWith(ending));
}

export function isTypeScript(path: string): boolean {
  return /\.(?:[cm]?ts|tsx)$/.test(path);
}

export interface Place {
  readonly path: string;
  readonly line: number;
  readonly excerpt: string;
}

/** Something, and where a project says or shows it. */
export interface Placed<Value> {
  readonly value: Value;
  readonly place: Place;
}

/** The files of a snapshot with their syntax trees, parsed when they are first asked for. */
export class Sources {
  readonly snapshot: Snapshot;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #paths: ReadonlySet<string>;
  readonly #parsed = new Map<string, ts.SourceFile>();

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
    this.#texts = new Map(snapshot.files.map(({ path, text }) => [path, text]));
    this.#paths = new Set(snapshot.paths);
  }

  /** Of those that were read. */
  get sourcePaths(): string[] {
    return this.snapshot.files.flatMap(({ path }) => (isCode(path) ? [path] : []));
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  text(path: string): string | null {
    return this.#texts.get(path) ?? null;
  }

  tree(path: string): ts.SourceFile {
    const known = this.#parsed.get(path);
    if (known) return known;
    const parse = (text: string) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, scriptKindOf(path));
    const tree = unlessTooDeep(() => parse(this.text(path) ?? "")) ?? parse("");
    this.#parsed.set(path, tree);
    return tree;
  }

  json(path: string): Readonly<Record<string, unknown>> | null {
    const text = this.text(path);
    if (text === null) return null;
    // Configurations may hold comments; what is no object says nothing.
    const config: unknown = unlessTooDeep(() => ts.parseConfigFileTextToJson(path, text).config);
    return isRecord(config) ? config : null;
  }

  /** Where a text stands first in a file. */
  placeOfText(path: string, needle: string | RegExp): Place | null {
    const text = this.text(path);
    if (text === null) return null;
    const at = typeof needle === "string" ? text.indexOf(needle) : text.search(needle);
    return at < 0 ? null : this.placeAt(path, at);
  }

  placeOf(path: string, node: ts.Node): Place {
    return this.placeAt(path, node.getStart());
  }

  placeAt(path: string, offset: number): Place {
    const text = this.text(path) ?? "";
    const line = text.slice(0, offset).split("\n").length;
    return { path, line, excerpt: (text.split("\n")[line - 1] ?? "").trim().slice(0, 200) };
  }

  /** The file that a relative specifier means; null for packages and for what is not there. */
  resolve(from: string, specifier: string): string | null {
    if (!specifier.startsWith(".")) return null;
    const base = posix.join(posix.dirname(from), specifier).replace(/\/$/, "").replace(/^\.$/, "");
    const withoutEnding = base.replace(/\.[cm]?js$/, "");
    const candidates = [base, ...ENDINGS.map((ending) => `${base}${ending}`), ...(withoutEnding === base ? [] : ENDINGS.map((ending) => `${withoutEnding}${ending}`)), ...ENDINGS.map((ending) => (base === "" ? `index${ending}` : `${base}/index${ending}`))];
    return candidates.find((path) => this.#texts.has(path)) ?? null;
  }
}

export function scriptKindOf(path: string): ts.ScriptKind {
  if (/\.[cm]?ts$/.test(path)) return ts.ScriptKind.TS;
  if (path.endsWith(".tsx")) return ts.ScriptKind.TSX;
  return path.endsWith(".json") ? ts.ScriptKind.JSON : ts.ScriptKind.JSX;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is nested deeper than its parser can follow says nothing: the rest of a project still does. */
function unlessTooDeep<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Each node of a tree, parents first. Not by recursion: `"a" + "b" + …` over some thousand lines is as deep as it is long. */
export function walk(root: ts.Node, visit: (node: ts.Node) => void): void {
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    visit(node);
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => void children.push(child));
    for (const child of children.reverse()) open.push(child);
  }
}

/** Without parentheses, casts, awaits and assignments around it: `module.exports = express()` → `express()`. */
export function bare(node: ts.Expression): ts.Expression {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node) || ts.isAwaitExpression(node)) return bare(node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) return bare(node.right);
  return node;
}

export function isText(node: ts.Node | undefined): node is ts.StringLiteralLike {
  return node !== undefined && ts.isStringLiteralLike(node);
}

/** `require("./x")` → `./x`. */
export function requiredModule(node: ts.Expression): string | null {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== "require") return null;
  const [argument] = node.arguments;
  return isText(argument) ? argument.text : null;
}
