import { ts } from "ts-morph";
import type { FileEdit } from "../code/FileEdit.ts";
import { METHODS, type RouteHolder, samePath } from "../routes/route-map.ts";

/** A statement on an app, router or plugin: `app.use(…)`. */
interface HolderStatement {
  readonly node: ts.Statement;
  readonly block: ts.Node;
  /** `get`, `use`, `register`, `listen`. */
  readonly method: string;
  readonly path: string | null;
  readonly line: number;
  readonly call: ts.CallExpression;
}

/** What is done to a holder, statement by statement, in the block that it belongs to. */
export function statementsOn(edit: FileEdit, holder: RouteHolder): HolderStatement[] {
  const found: HolderStatement[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node)) {
      const one = holderCall(node.expression, holder.variable);
      if (one) found.push({ node, block: node.parent, ...one, line: edit.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(edit.tree);
  const own = new Set(holder.own.map(({ line }) => line));
  const behind = found.filter(({ line }) => line >= holder.line);
  const block = behind.find(({ line }) => own.has(line))?.block ?? behind[0]?.block ?? found[0]?.block;
  return found.filter((one) => one.block === block);
}

function holderCall(expression: ts.Expression, variable: string): { readonly method: string; readonly path: string | null; readonly call: ts.CallExpression } | null {
  let node = ts.isAwaitExpression(expression) ? expression.expression : expression;
  let last: ts.CallExpression | null = null;
  while (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    last = node;
    const { expression: target, name } = node.expression;
    if (ts.isIdentifier(target) && target.text === variable) {
      const [first] = last.arguments;
      return { method: name.text, path: first && ts.isStringLiteralLike(first) ? first.text : null, call: last };
    }
    node = target;
  }
  return null;
}

/** Where a new route goes: behind the last one, but in front of what would take its requests. */
export function routePosition(edit: FileEdit, holder: RouteHolder, method: string, path: string): { readonly node: ts.Node; readonly before: boolean; readonly why: string | null } | null {
  const statements = statementsOn(edit, holder);
  const isRoute = ({ method: verb }: HolderStatement) => (METHODS as readonly string[]).includes(verb) || verb === "route";
  const shadow = statements.find((one) => isRoute(one) && (one.method === method.toLowerCase() || one.method === "all") && one.path !== null && takes(one.path, path));
  if (shadow) return { node: shadow.node, before: true, why: `in front of ${shadow.path ?? ""}, which would take its requests` };
  const last = statements.filter(isRoute).at(-1);
  if (last) return { node: last.node, before: false, why: null };
  const end = statements.find(isFallback) ?? statements.find((one) => one.method === "listen");
  const uses = statements.filter((one) => (one.method === "use" || one.method === "register") && (!end || one.line < end.line));
  const behind = uses.at(-1);
  if (behind) return { node: behind.node, before: false, why: null };
  if (end) return { node: end.node, before: true, why: null };
  const declared = declarationOf(edit, holder);
  return declared ? { node: declared, before: false, why: null } : null;
}

/** Where something is mounted: behind the last mount, in front of what answers the rest. */
export function mountPosition(edit: FileEdit, holder: RouteHolder, after: number | null): { readonly node: ts.Node; readonly before: boolean } | null {
  const statements = statementsOn(edit, holder);
  const sibling = statements.find(({ line }) => line === after);
  if (sibling) return { node: sibling.node, before: false };
  const place = routePosition(edit, holder, "get", "\0");
  return place && { node: place.node, before: place.before };
}

/** An error handler, or what answers everything that is left. */
function isFallback({ method, path, call }: HolderStatement): boolean {
  if (method !== "use" || path !== null) return false;
  const [handler] = call.arguments;
  if (!handler || !(ts.isArrowFunction(handler) || ts.isFunctionExpression(handler))) return handler !== undefined && ts.isIdentifier(handler) && /error|notFound|404/i.test(handler.text);
  return handler.parameters.length === 4 || !/\bnext\s*\(/.test(handler.body.getText());
}

function takes(pattern: string, path: string): boolean {
  if (pattern.includes("*")) return true;
  const [one, other] = [pattern.split("/").filter(Boolean), path.split("/").filter(Boolean)];
  return !samePath(pattern, path) && one.length === other.length && one.every((segment, index) => segment.startsWith(":") || segment === other[index]);
}

function declarationOf(edit: FileEdit, holder: RouteHolder): ts.Node | null {
  let found: ts.Node | null = null;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableStatement(node) && node.declarationList.declarations.some(({ name }) => name.getText() === holder.variable)) found ??= node;
    ts.forEachChild(node, visit);
  };
  visit(edit.tree);
  return found;
}

/** The body of the plugin function that has this parameter. */
export function pluginBody(edit: FileEdit, holder: RouteHolder): ts.Block | null {
  let found: ts.Block | null = null;
  const visit = (node: ts.Node): void => {
    if ((ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node)) && node.body && ts.isBlock(node.body) && node.parameters[0]?.name.getText() === holder.variable) found ??= node.body;
    ts.forEachChild(node, visit);
  };
  visit(edit.tree);
  return found;
}
