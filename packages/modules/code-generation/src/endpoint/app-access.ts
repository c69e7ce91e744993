import { ts } from "ts-morph";
import { exportsOf } from "../engine/bindings.ts";
import { bare, type Sources, walk } from "../engine/Sources.ts";
import type { RouteHolder } from "../routes/route-map.ts";

/** How a test gets the project's own app. */
export interface AppAccess {
  readonly file: string;
  /** `default`, `=`, or a name. */
  readonly exported: string;
  readonly as: string;
  readonly kind: "value" | "factory" | "plugin";
  /** A factory that has to be waited for. */
  readonly awaited: boolean;
}

/** Null where the app is not given to others, or begins to listen as soon as it is loaded. */
export function appAccess(sources: Sources, holder: RouteHolder): AppAccess | null {
  const tree = sources.tree(holder.file);
  if (listensAtOnce(tree)) return null;
  const exported = exportsOf(tree);
  const direct = exported.find(({ local }) => local === holder.variable);
  if (direct && isTopLevel(tree, holder.variable)) return { file: holder.file, exported: direct.name, as: "app", kind: "value", awaited: false };
  const factory = factoryOf(tree, holder);
  if (!factory) return null;
  const out = exported.find(({ local }) => local !== null && local === factory.name) ?? (factory.name === null ? exported.find(({ name }) => name === "default" || name === "=") : undefined);
  if (!out) return null;
  return { file: holder.file, exported: out.name, as: factory.name ?? "buildApp", kind: "factory", awaited: factory.awaited };
}

/** `app.listen(…)` that no condition stands before. */
export function listensAtOnce(tree: ts.SourceFile): boolean {
  const inside = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isIfStatement(node)) return false;
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "listen") return true;
    return ts.forEachChild(node, (child) => inside(child) || undefined) ?? false;
  };
  if (tree.statements.some((statement) => !ts.isFunctionDeclaration(statement) && inside(statement))) return true;
  // `start()` at the end, and in it the app listens.
  const called = tree.statements.flatMap((statement) => {
    const node = ts.isExpressionStatement(statement) ? bare(ts.isVoidExpression(statement.expression) ? statement.expression.expression : statement.expression) : null;
    const root = node && ts.isCallExpression(node) ? (ts.isPropertyAccessExpression(node.expression) && ts.isCallExpression(node.expression.expression) ? node.expression.expression.expression : node.expression) : null;
    return root && ts.isIdentifier(root) ? [root.text] : [];
  });
  return tree.statements.some((statement) => {
    const declared = ts.isFunctionDeclaration(statement) ? [statement] : ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
    return declared.some((one) => one.name !== undefined && ts.isIdentifier(one.name) && called.includes(one.name.text) && /\.listen\s*\(/.test(one.getText()));
  });
}

function isTopLevel(tree: ts.SourceFile, variable: string): boolean {
  return tree.statements.some((statement) => ts.isVariableStatement(statement) && statement.declarationList.declarations.some(({ name }) => name.getText() === variable));
}

/** The function that makes the app and gives it back, with nothing that must be given to it. */
function factoryOf(tree: ts.SourceFile, { variable, line }: RouteHolder): { readonly name: string | null; readonly awaited: boolean } | null {
  let found: { name: string | null; awaited: boolean } | null = null;
  walk(tree, (node) => {
    if (!ts.isFunctionDeclaration(node) && !ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return;
    if (!node.body || !ts.isBlock(node.body) || node.parameters.some((parameter) => !parameter.initializer && !parameter.questionToken)) return;
    const begin = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const end = tree.getLineAndCharacterOfPosition(node.end).line + 1;
    if (line < begin || line > end) return;
    const gives = node.body.statements.some((statement) => ts.isReturnStatement(statement) && statement.expression?.getText() === variable);
    if (!gives) return;
    const name = ts.isFunctionDeclaration(node) ? (node.name?.text ?? null) : ts.isVariableDeclaration(node.parent) && ts.isIdentifier(node.parent.name) ? node.parent.name.text : null;
    const awaited = (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
    found = { name, awaited };
  });
  return found;
}
