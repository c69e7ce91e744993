import { ts } from "ts-morph";
import { bindingsOf, exportsOf } from "../engine/bindings.ts";
import { bare, isText, requiredModule, type Sources, walk } from "../engine/Sources.ts";
import { isTestFile } from "../target/test-facts.ts";
import { joinPaths, METHODS, type Mount, prefixOf, type RouteHolder, type RouteMap } from "./route-map.ts";

interface FileRoutes {
  readonly file: string;
  readonly holders: { readonly variable: string; readonly kind: "app" | "router"; readonly line: number; readonly own: { method: string; path: string; line: number }[] }[];
  readonly mounts: Mount[];
}

/** Apps and routers of an Express project, how they hang together, and which routes there are. */
export function expressRoutes(sources: Sources, paths: readonly string[]): RouteMap {
  const files = paths.filter((path) => !isTestFile(path) && /express|Router/.test(sources.text(path) ?? "")).map((path) => read(sources, path));
  const holders: RouteHolder[] = [];
  const seen = new Set<string>();
  const enter = (file: FileRoutes, variable: string, mount: string, depth: number): void => {
    const holder = file.holders.find((one) => one.variable === variable);
    const key = `${file.file} ${variable} ${mount}`;
    if (!holder || depth > 10 || seen.has(key)) return;
    seen.add(key);
    holders.push({ file: file.file, line: holder.line, variable, kind: holder.kind, mount, own: holder.own });
    for (const one of file.mounts.filter(({ on }) => on === variable)) {
      const target = files.find(({ file: path }) => path === one.target);
      if (!target) continue;
      const inSame = one.target === file.file ? one.local : exportedHolder(sources, target);
      if (inSame !== null) enter(target, inSame, prefixOf(mount, one.prefix), depth + 1);
    }
  };
  for (const file of files) for (const { variable, kind } of file.holders) if (kind === "app" && !files.some(({ mounts }) => mounts.some(({ target }) => target === file.file && target !== mounts[0]?.file))) enter(file, variable, "", 0);
  // Routers that nothing mounts: perhaps in a way that is not seen.
  for (const file of files) for (const { variable } of file.holders) if (!holders.some((one) => one.file === file.file && one.variable === variable)) enter(file, variable, "", 0);
  const routes = holders.flatMap(({ file, mount, own }) => own.map(({ method, path, line }) => ({ method, path: joinPaths(mount, path), file, line })));
  return { holders, mounts: files.flatMap(({ mounts }) => mounts), routes };
}

function exportedHolder(sources: Sources, { file, holders }: FileRoutes): string | null {
  const exported = exportsOf(sources.tree(file));
  return holders.find(({ variable }) => exported.some(({ local }) => local === variable))?.variable ?? holders[0]?.variable ?? null;
}

function read(sources: Sources, file: string): FileRoutes {
  const tree = sources.tree(file);
  const bindings = bindingsOf(tree);
  const expressNames = new Set(bindings.filter(({ module, imported }) => module === "express" && (imported === "default" || imported === "*")).map(({ local }) => local));
  const routerNames = new Set(bindings.filter(({ module, imported }) => module === "express" && imported === "Router").map(({ local }) => local));
  const found: FileRoutes = { file, holders: [], mounts: [] };
  const kindOf = (value: ts.Expression): "app" | "router" | null => {
    const node = bare(value);
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return null;
    const { expression } = node;
    if (ts.isCallExpression(node) && ((ts.isIdentifier(expression) && expressNames.has(expression.text)) || requiredModule(expression) === "express")) return "app";
    if (ts.isIdentifier(expression) && routerNames.has(expression.text)) return "router";
    const isRouter = ts.isPropertyAccessExpression(expression) && expression.name.text === "Router" && ((ts.isIdentifier(expression.expression) && expressNames.has(expression.expression.text)) || requiredModule(expression.expression) === "express");
    return isRouter ? "router" : null;
  };
  walk(tree, (node) => {
    if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name) || !node.initializer) return;
    const kind = kindOf(node.initializer);
    if (kind) found.holders.push({ variable: node.name.text, kind, line: sources.placeOf(file, node).line, own: [] });
  });
  walk(tree, (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const { expression: target, name } = node.expression;
    const line = sources.placeOf(file, node).line;
    const holder = ts.isIdentifier(target) ? found.holders.find(({ variable }) => variable === target.text) : undefined;
    const [first] = node.arguments;
    if (holder && (METHODS as readonly string[]).includes(name.text) && isText(first) && node.arguments.length > 1) holder.own.push({ method: name.text.toUpperCase(), path: first.text, line });
    if (!holder && (METHODS as readonly string[]).includes(name.text)) {
      const chained = routeChain(target, found);
      if (chained) chained.holder.own.push({ method: name.text.toUpperCase(), path: chained.path, line });
    }
    if (!holder || name.text !== "use") return;
    const prefix = isText(first) ? first.text : "";
    for (const argument of node.arguments) {
      const value = bare(argument);
      const required = requiredModule(value);
      if (required !== null) {
        const path = sources.resolve(file, required);
        if (path !== null) found.mounts.push({ file, line, on: holder.variable, prefix, target: path, local: null });
      }
      if (!ts.isIdentifier(value)) continue;
      if (found.holders.some(({ variable }) => variable === value.text)) found.mounts.push({ file, line, on: holder.variable, prefix, target: file, local: value.text });
      const binding = bindings.find(({ local }) => local === value.text);
      const path = binding ? sources.resolve(file, binding.module) : null;
      if (path !== null) found.mounts.push({ file, line, on: holder.variable, prefix, target: path, local: value.text });
    }
  });
  return found;
}

/** `router.route("/:id").get(…).put(…)`. */
function routeChain(target: ts.Expression, { holders }: FileRoutes): { readonly holder: FileRoutes["holders"][number]; readonly path: string } | null {
  let node = target;
  while (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { expression, name } = node.expression;
    const [first] = node.arguments;
    if (name.text === "route" && ts.isIdentifier(expression) && isText(first)) {
      const holder = holders.find(({ variable }) => variable === expression.text);
      return holder ? { holder, path: first.text } : null;
    }
    node = expression;
  }
  return null;
}
