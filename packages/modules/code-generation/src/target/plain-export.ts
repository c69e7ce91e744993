import { ts } from "ts-morph";
import { bare, isText } from "../engine/Sources.ts";

/** What a program exports, where that is plain values; undefined where it, or a part of it, is told only by running the program. */
export function plainExport(tree: ts.SourceFile): unknown {
  const constants = new Map<string, ts.Expression>();
  let exported: ts.Expression | undefined;
  for (const statement of tree.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) if (initializer && ts.isIdentifier(name)) constants.set(name.text, initializer);
    } else if (ts.isExportAssignment(statement)) exported = statement.expression;
    else if (ts.isExpressionStatement(statement) && isExport(statement.expression)) exported = statement.expression;
    // Whatever else it does may change what it exports.
    else if (!ts.isImportDeclaration(statement) && !(ts.isExpressionStatement(statement) && isText(statement.expression))) return undefined;
  }
  const value = exported && bare(exported);
  const named = value && ts.isIdentifier(value) ? constants.get(value.text) : value;
  return named && plainValue(named);
}

function isExport(node: ts.Expression): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && node.left.getText() === "module.exports";
}

function plainValue(expression: ts.Expression): unknown {
  const node = bare(expression);
  if (isText(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return node.kind === ts.SyntaxKind.TrueKeyword;
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(plainValue);
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const entries: [string, unknown][] = [];
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || !(ts.isIdentifier(property.name) || isText(property.name))) return undefined;
    entries.push([property.name.text, plainValue(property.initializer)]);
  }
  return Object.fromEntries(entries);
}
