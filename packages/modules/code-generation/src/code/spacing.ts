import { ts } from "ts-morph";
import type { Style } from "./style.ts";

export interface Cut {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where the parameters of a function begin that has a name, or is a method. */
export function parenthesisOf(node: ts.Node): number | null {
  const hasName = (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)) && node.name !== undefined;
  if (!hasName && !ts.isMethodDeclaration(node) && !ts.isConstructorDeclaration(node) && !ts.isAccessor(node)) return null;
  return node.parameters.pos - 1;
}

/** Whether its one parameter could stand without parentheses. */
export function mayBeBareArrow(node: ts.Node): node is ts.ArrowFunction {
  if (!ts.isArrowFunction(node) || node.typeParameters || node.type || node.parameters.hasTrailingComma) return false;
  const [one, ...others] = node.parameters;
  return one !== undefined && others.length === 0 && ts.isIdentifier(one.name) && !one.type && !one.initializer && !one.dotDotDotToken && !one.questionToken;
}

/** Whether its parameters stand in parentheses. */
export function hasParentheses(arrow: ts.ArrowFunction, text: string): boolean {
  return text.slice(arrow.getStart(), arrow.parameters[0]?.getStart()).includes("(");
}

/** Where the braces begin of something that may be written as `{ a, b }` on one line. */
export function braceOf(node: ts.Node): number | null {
  const members = ts.isObjectLiteralExpression(node) ? node.properties : ts.isObjectBindingPattern(node) || ts.isNamedImports(node) || ts.isNamedExports(node) ? node.elements : ts.isTypeLiteralNode(node) ? node.members : null;
  return members && members.length > 0 ? node.getStart() : null;
}

/** What a node of code in the fixed form loses and gets, for its spaces to be those of the project. */
export function spacingCuts(node: ts.Node, text: string, style: Style): Cut[] {
  const cuts: Cut[] = [];
  const drop = (start: number): void => void cuts.push({ start, end: start + 1, text: "" });
  const parenthesis = style.spaceBeforeParentheses ? parenthesisOf(node) : null;
  if (parenthesis !== null) cuts.push({ start: parenthesis, end: parenthesis, text: " " });
  if (!style.arrowParentheses && mayBeBareArrow(node) && hasParentheses(node, text)) {
    drop(node.parameters.pos - 1);
    drop(text.indexOf(")", node.parameters.end));
  }
  const brace = style.spaceInBraces ? null : braceOf(node);
  // Of what is written on several lines only the end can be on one with what stands before it.
  if (brace !== null && text[brace + 1] === " ") drop(brace + 1);
  if (brace !== null && text[node.end - 2] === " " && /\S/.test(text[node.end - 3] ?? "")) drop(node.end - 2);
  return cuts;
}
