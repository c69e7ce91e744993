import { posix } from "node:path";
import { ts } from "ts-morph";
import { bindingsOf } from "../engine/bindings.ts";
import { bare, isText, requiredModule, type Sources, walk } from "../engine/Sources.ts";
import { isTestFile } from "../target/test-facts.ts";
import { type Autoload, joinPaths, METHODS, type Mount, prefixOf, type RouteHolder, type RouteMap } from "./route-map.ts";

export interface FastifyMap extends RouteMap {
  readonly autoloads: readonly Autoload[];
}

interface FileRoutes {
  readonly file: string;
  readonly holders: { readonly variable: string; readonly kind: "app" | "plugin"; readonly line: number; readonly own: { method: string; path: string; line: number }[] }[];
  readonly mounts: Mount[];
  readonly autoloads: Autoload[];
}

/** Instances and plugins of a Fastify project, how they are registered, and which routes there are. */
export function fastifyRoutes(sources: Sources, paths: readonly string[]): FastifyMap {
  const files = paths.filter((path) => !isTestFile(path) && /fastify|\.register\(|FastifyPlugin|FastifyInstance/i.test(sources.text(path) ?? "")).map((path) => read(sources, path));
  const autoloads = files.flatMap((file) => file.autoloads);
  const holders: RouteHolder[] = [];
  const seen = new Set<string>();
  const enter = (file: FileRoutes, mount: string, depth: number): void => {
    if (depth > 10 || seen.has(`${file.file} ${mount}`)) return;
    seen.add(`${file.file} ${mount}`);
    for (const { variable, kind, line, own } of file.holders) holders.push({ file: file.file, line, variable, kind, mount, own });
    for (const one of file.mounts) {
      const target = files.find(({ file: path }) => path === one.target);
      if (target) enter(target, prefixOf(mount, one.prefix), depth + 1);
    }
    for (const { folder, prefix } of file.autoloads) {
      for (const target of files.filter(({ file: path }) => path.startsWith(`${folder}/`))) {
        const inner = posix.dirname(target.file).slice(folder.length + 1);
        enter(target, prefixOf(mount, prefix, inner), depth + 1);
      }
    }
  };
  const isTarget = (path: string) => files.some(({ file, mounts }) => file !== path && mounts.some(({ target }) => target === path)) || autoloads.some(({ folder, file }) => file !== path && path.startsWith(`${folder}/`));
  for (const file of files) if (file.holders.length > 0 && !isTarget(file.file)) enter(file, "", 0);
  const routes = holders.flatMap(({ file, mount, own }) => own.map(({ method, path, line }) => ({ method, path: joinPaths(mount, path), file, line })));
  return { holders, mounts: files.flatMap(({ mounts }) => mounts), routes, autoloads };
}

function read(sources: Sources, file: string): FileRoutes {
  const tree = sources.tree(file);
  const bindings = bindingsOf(tree);
  const fastifyNames = new Set(bindings.filter(({ module, imported }) => module === "fastify" && ["default", "fastify", "Fastify", "*"].includes(imported)).map(({ local }) => local));
  const autoloadNames = new Set(bindings.filter(({ module }) => module === "@fastify/autoload" || module === "fastify-autoload").map(({ local }) => local));
  const found: FileRoutes = { file, holders: [], mounts: [], autoloads: [] };
  const add = (variable: string, kind: "app" | "plugin", node: ts.Node) => {
    if (!found.holders.some((holder) => holder.variable === variable && holder.kind === kind)) found.holders.push({ variable, kind, line: sources.placeOf(file, node).line, own: [] });
  };
  walk(tree, (node) => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const value = bare(node.initializer);
      const isApp = ts.isCallExpression(value) && ((ts.isIdentifier(value.expression) && fastifyNames.has(value.expression.text)) || requiredModule(value.expression) === "fastify" || (ts.isCallExpression(value.expression) && requiredModule(value.expression) === "fastify"));
      if (isApp) add(node.name.text, "app", node);
    }
    if (isPlugin(node)) {
      const [first] = node.parameters;
      if (first && ts.isIdentifier(first.name)) add(first.name.text, "plugin", node);
    }
  });
  const known = new Set(found.holders.map(({ variable }) => variable));
  walk(tree, (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || !ts.isIdentifier(node.expression.expression) || !known.has(node.expression.expression.text)) return;
    const { text: on } = node.expression.expression;
    const holder = found.holders.find(({ variable }) => variable === on);
    const method = node.expression.name.text;
    const line = sources.placeOf(file, node).line;
    const [first, second] = node.arguments;
    if ((METHODS as readonly string[]).includes(method) && isText(first)) holder?.own.push({ method: method.toUpperCase(), path: first.text, line });
    if (method === "route" && first && ts.isObjectLiteralExpression(first)) {
      const [verb, url] = [propertyText(first, "method"), propertyText(first, "url") ?? propertyText(first, "path")];
      if (verb !== null && url !== null) holder?.own.push({ method: verb.toUpperCase(), path: url, line });
    }
    if (method !== "register" || !first) return;
    const options = second && ts.isObjectLiteralExpression(second) ? second : null;
    const prefix = (options && propertyText(options, "prefix")) ?? "";
    const value = bare(first);
    const required = requiredModule(value) ?? (ts.isCallExpression(value) && value.expression.kind === ts.SyntaxKind.ImportKeyword && isText(value.arguments[0]) ? value.arguments[0].text : null);
    const local = ts.isIdentifier(value) ? value.text : null;
    if ((local !== null && autoloadNames.has(local)) || required === "@fastify/autoload") {
      const folder = options && folderOf(options, file);
      if (folder) found.autoloads.push({ file, line, folder, prefix: prefix || ((options && nestedPrefix(options)) ?? "") });
      return;
    }
    const module = required ?? bindings.find((binding) => binding.local === local)?.module;
    const target = module === undefined ? null : sources.resolve(file, module);
    if (target !== null) found.mounts.push({ file, line, on, prefix, target, local });
  });
  return found;
}

type FunctionNode = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;

/** A function whose first parameter is used like an instance: `async function users(fastify, opts) {…}`. */
function isPlugin(node: ts.Node): node is FunctionNode {
  if (!ts.isFunctionDeclaration(node) && !ts.isFunctionExpression(node) && !ts.isArrowFunction(node)) return false;
  const [first] = node.parameters;
  if (!first || !ts.isIdentifier(first.name) || !node.body || !ts.isBlock(node.body)) return false;
  const { text: name } = first.name;
  return node.body.statements.some((statement) => new RegExp(`\\b${name.replaceAll("$", "\\$")}\\s*\\.\\s*(?:get|post|put|patch|delete|route|register|decorate|addHook|all)\\b`).test(statement.getText()));
}

function propertyText(object: ts.ObjectLiteralExpression, name: string): string | null {
  for (const property of object.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name) || property.name.text !== name) continue;
    if (isText(property.initializer)) return property.initializer.text;
  }
  return null;
}

function nestedPrefix(object: ts.ObjectLiteralExpression): string | null {
  for (const property of object.properties) if (ts.isPropertyAssignment(property) && property.name.getText() === "options" && ts.isObjectLiteralExpression(property.initializer)) return propertyText(property.initializer, "prefix");
  return null;
}

/** `dir: path.join(__dirname, "routes")`. */
function folderOf(options: ts.ObjectLiteralExpression, file: string): string | null {
  for (const property of options.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== "dir") continue;
    const texts: string[] = [];
    walk(property.initializer, (node) => {
      if (isText(node)) texts.push(node.text);
    });
    const folder = posix.join(posix.dirname(file), ...texts.filter((text) => !text.startsWith("file:")));
    return folder.startsWith("..") ? null : folder;
  }
  return null;
}
