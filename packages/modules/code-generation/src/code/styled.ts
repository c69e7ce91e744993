import { ts } from "ts-morph";
import { walk } from "../engine/Sources.ts";
import { type Cut, spacingCuts } from "./spacing.ts";
import type { Style } from "./style.ts";

/**
 * Code as it would be written in the project. What comes in is TypeScript in one fixed form: two spaces, double quotes, semicolons, commas behind the last of
 * several lines. Everything is changed through its syntax tree. @throws where what comes in is no code: a fault of the generator
 */
export function styled(text: string, style: Style): string {
  const typed = style.typescript ? text : withoutTypes(text);
  const tree = parse(typed);
  const cuts: Cut[] = [];
  walk(tree, (node) => {
    if (ts.isStringLiteral(node) && style.quote === "'" && !node.text.includes("'")) cuts.push({ start: node.getStart(), end: node.end, text: `'${node.getText().slice(1, -1).replaceAll('\\"', '"')}'` });
    if (!style.semicolons) dropSemicolon(node, tree, cuts);
    if (!style.trailingCommas) dropTrailingComma(node, tree, cuts);
    cuts.push(...spacingCuts(node, typed, style));
  });
  const changed = apply(typed, cuts);
  const indented = style.indent === "  " ? changed : reindented(changed, style.indent);
  return style.newline === "\n" ? indented : indented.replaceAll("\n", style.newline);
}

/** A syntax tree without faults. */
export function parse(text: string): ts.SourceFile {
  const tree = ts.createSourceFile("made.ts", text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const [fault] = faultsOf(tree);
  if (fault !== undefined) throw new Error(`The generator made what is no code: ${fault}\n${text}`);
  return tree;
}

/** What the parser says of a file. */
export function faultsOf(tree: ts.SourceFile): string[] {
  const { parseDiagnostics = [] } = tree as ts.SourceFile & { readonly parseDiagnostics?: readonly ts.DiagnosticWithLocation[] };
  return parseDiagnostics.map(({ messageText, start }) => `line ${tree.getLineAndCharacterOfPosition(start).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}

/** The same without what only the compiler reads. */
export function withoutTypes(text: string): string {
  const tree = parse(text);
  const cuts: Cut[] = [];
  const drop = (start: number, end: number): void => void cuts.push({ start, end, text: "" });
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || (ts.isImportDeclaration(node) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)) {
      // With its comment and the empty line before it; at the beginning of a file with the one behind it.
      const isFirst = node.getFullStart() === 0;
      const line = text.indexOf("\n", node.end) + 1 || text.length;
      return drop(isFirst ? 0 : text.indexOf("\n", node.getFullStart()) + 1, isFirst && text[line] === "\n" ? line + 1 : line);
    }
    if ((ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isPropertyDeclaration(node)) && node.type) drop(node.name.end, node.type.end);
    if (ts.isFunctionLike(node) && node.type) drop(closingParen(text, node, node.type), node.type.end);
    if ((ts.isFunctionLike(node) || ts.isClassDeclaration(node)) && node.typeParameters) drop(node.typeParameters.pos - 1, text.indexOf(">", node.typeParameters.end) + 1);
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && node.typeArguments) drop(node.typeArguments.pos - 1, text.indexOf(">", node.typeArguments.end) + 1);
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
      // Parentheses were for what is dropped.
      const bare = ts.isParenthesizedExpression(node.expression) && ts.isVariableDeclaration(node.parent);
      if (bare) drop(node.expression.getStart(), node.expression.getStart() + 1);
      const around = ts.isParenthesizedExpression(node.parent) && ts.isPropertyAccessExpression(node.parent.parent) && !ts.isNewExpression(node.parent.parent.parent) && ts.isCallExpression(node.expression) && !ts.isOptionalChain(node.expression) ? node.parent : null;
      if (around) drop(around.getStart(), node.getStart());
      drop(node.expression.end - (bare ? 1 : 0), around?.end ?? node.end);
    }
    if (ts.isNonNullExpression(node)) drop(node.expression.end, node.end);
    if (ts.isImportSpecifier(node) && node.isTypeOnly) throw new Error("Types are imported by statements of their own");
    ts.forEachChild(node, (child) => {
      if (!ts.isTypeNode(child) || ts.isExpressionWithTypeArguments(child)) visit(child);
    });
  };
  visit(tree);
  return apply(text, cuts);
}

function closingParen(text: string, node: ts.SignatureDeclaration, type: ts.TypeNode): number {
  return text.lastIndexOf(")", type.getStart()) + 1 || node.end;
}

/** Spaces, line breaks and comments. */
const TRIVIA = /^(?:\s|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/;

function dropSemicolon(node: ts.Node, tree: ts.SourceFile, cuts: Cut[]): void {
  const ends = ts.isExpressionStatement(node) || ts.isVariableStatement(node) || ts.isReturnStatement(node) || ts.isThrowStatement(node) || ts.isImportDeclaration(node) || ts.isExportAssignment(node) || ts.isExportDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isPropertySignature(node) || ts.isBreakStatement(node) || ts.isContinueStatement(node);
  if (!ends || tree.text[node.end - 1] !== ";") return;
  const rest = tree.text.slice(node.end);
  const [gap = ""] = TRIVIA.exec(rest) ?? [];
  const next = rest.slice(gap.length);
  // Something behind it on the same line, or a next line that would be read as going on.
  if (next !== "" && (!gap.includes("\n") || /^[([`/+\-*]/.test(next))) return;
  cuts.push({ start: node.end - 1, end: node.end, text: "" });
}

function dropTrailingComma(node: ts.Node, tree: ts.SourceFile, cuts: Cut[]): void {
  const list = ts.isObjectLiteralExpression(node) ? node.properties : ts.isArrayLiteralExpression(node) ? node.elements : ts.isCallExpression(node) || ts.isNewExpression(node) ? node.arguments : ts.isNamedImports(node) || ts.isNamedExports(node) || ts.isObjectBindingPattern(node) ? node.elements : null;
  if (!list?.hasTrailingComma) return;
  const comma = tree.text.lastIndexOf(",", list.end);
  cuts.push({ start: comma, end: comma + 1, text: "" });
}

function apply(text: string, cuts: readonly Cut[]): string {
  let [made, at] = ["", 0];
  for (const { start, end, text: replacement } of [...cuts].sort((one, other) => one.start - other.start)) {
    // What lies in something that is gone is gone with it; what only touches it goes on from there.
    if ((end <= at && start < end) || (start < at && replacement !== "")) continue;
    made += text.slice(at, Math.max(at, start)) + replacement;
    at = end;
  }
  return made + text.slice(at);
}

function reindented(text: string, indent: string): string {
  return text.replaceAll(/^(?: {2})+/gm, (spaces) => indent.repeat(spaces.length / 2));
}

/** A string of code. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** `id`, `"content-type"`; what is no property of its own but in brackets has them. */
export function propertyName(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
