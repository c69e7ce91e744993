import { posix } from "node:path";
import { ts } from "ts-morph";
import { braceOf, hasParentheses, mayBeBareArrow, parenthesisOf } from "../code/spacing.ts";
import { IMPORT_ENDINGS, type Style } from "../code/style.ts";
import { isText, isTypeScript, type Place, type Placed, requiredModule, type Sources, walk } from "../engine/Sources.ts";

/** What is written in one way or another all over the sources. */
export type CountedStyle = Pick<Style, "modules" | "quote" | "semicolons" | "indent" | "newline" | "trailingCommas" | "spaceBeforeParentheses" | "arrowParentheses" | "spaceInBraces" | "importEnding">;

/** Counts ways of writing one thing; the first place of each is kept. */
class Votes<Value> {
  readonly #counts = new Map<Value, { count: number; readonly place: Place }>();

  add(value: Value, place: () => Place): void {
    const known = this.#counts.get(value);
    if (known) known.count += 1;
    else this.#counts.set(value, { count: 1, place: place() });
  }

  best(): Placed<Value> | null {
    const [best] = [...this.#counts].sort(([, one], [, other]) => other.count - one.count);
    return best ? { value: best[0], place: best[1].place } : null;
  }
}

/** One ballot for each. */
export type StyleVotes = { readonly [Key in keyof CountedStyle]: Votes<CountedStyle[Key]> };

/** What files show, with the modules and endings of those in the one language only. */
export function votesOf(sources: Sources, paths: readonly string[], typescript: boolean): StyleVotes {
  const votes: StyleVotes = {
    modules: new Votes(), quote: new Votes(), semicolons: new Votes(), indent: new Votes(), newline: new Votes(), trailingCommas: new Votes(), spaceBeforeParentheses: new Votes(), arrowParentheses: new Votes(),
    spaceInBraces: new Votes(), importEnding: new Votes(),
  };
  for (const path of paths) countVotes(sources, path, votes, typescript);
  return votes;
}

const EXPORTS = [["cjs", /^[ \t]*(?:module\.)?exports[.\s=[]/m], ["esm", /^export[\s{*]/m]] as const;

function countVotes(sources: Sources, path: string, votes: StyleVotes, typescript: boolean): void {
  const text = sources.text(path) ?? "";
  const placeOf = (node: ts.Node) => () => sources.placeOf(path, node);
  const sameLanguage = typescript === isTypeScript(path);
  const firstLine = text.indexOf("\n");
  if (firstLine >= 0) votes.newline.add(text[firstLine - 1] === "\r" ? "\r\n" : "\n", () => sources.placeAt(path, 0));
  countIndentation(sources, path, text, votes.indent);
  walk(sources.tree(path), (node) => {
    if (ts.isStringLiteral(node) && !/["']/.test(node.text) && !ts.isJsxAttribute(node.parent)) votes.quote.add(text[node.getStart()] === "'" ? "'" : '"', placeOf(node));
    if (ts.isExpressionStatement(node) || ts.isVariableStatement(node) || ts.isReturnStatement(node) || ts.isImportDeclaration(node)) votes.semicolons.add(text[node.end - 1] === ";", placeOf(node));
    const list = ts.isObjectLiteralExpression(node) ? node.properties : ts.isArrayLiteralExpression(node) ? node.elements : null;
    const last = list?.at(-1);
    if (list && last && text.slice(last.end, node.end).includes("\n")) votes.trailingCommas.add(list.hasTrailingComma, placeOf(last));
    const parenthesis = parenthesisOf(node);
    if (parenthesis !== null) votes.spaceBeforeParentheses.add(/\s/.test(text[parenthesis - 1] ?? ""), () => sources.placeAt(path, parenthesis));
    if (mayBeBareArrow(node)) votes.arrowParentheses.add(hasParentheses(node, text), placeOf(node));
    const brace = braceOf(node);
    if (brace !== null && !/[\r\n}]/.test(text[brace + 1] ?? "")) votes.spaceInBraces.add(text[brace + 1] === " ", placeOf(node));
    const specifier = ts.isImportDeclaration(node) ? node.moduleSpecifier : ts.isCallExpression(node) && requiredModule(node) !== null ? node.arguments[0] : undefined;
    if (!sameLanguage || !isText(specifier)) return;
    votes.modules.add(ts.isImportDeclaration(node) ? "esm" : "cjs", placeOf(node));
    const ending = importEndingOf(sources, path, specifier.text);
    if (ending !== null) votes.importEnding.add(ending, placeOf(specifier));
  });
  for (const [modules, pattern] of sameLanguage ? EXPORTS : []) {
    const place = sources.placeOfText(path, pattern);
    if (place) votes.modules.add(modules, () => place);
  }
}

/** Null of what says nothing of endings: packages, folders, and files that are called by their whole name, such as `./styles.css`. */
function importEndingOf(sources: Sources, from: string, specifier: string): Style["importEnding"] | null {
  if (!/^\.\.?\/.*[^./]/.test(specifier)) return null;
  const ending = /\.[cm]?[jt]s$/.exec(specifier)?.[0];
  if (ending === undefined) return sources.has(posix.join(posix.dirname(from), specifier)) ? null : "";
  return IMPORT_ENDINGS.find((known) => known === ending) ?? null;
}

function countIndentation(sources: Sources, path: string, text: string, votes: Votes<string>): void {
  let [before, offset] = [0, 0];
  for (const line of text.split("\n", 400)) {
    const [lead = ""] = /^[ \t]*/.exec(line) ?? [];
    const here = offset;
    offset += line.length + 1;
    // Lines of comments and of lists that hang are no levels.
    if (line.trim() === "" || /^\s*\*/.test(line)) continue;
    const step = lead.length - before;
    before = lead.length;
    // Tabs count as often as spaces: where it goes one level in.
    const level = lead.startsWith("\t") ? (step > 0 ? "\t" : null) : [2, 3, 4, 8].includes(step) ? " ".repeat(step) : null;
    if (level !== null) votes.add(level, () => sources.placeAt(path, here));
  }
}
