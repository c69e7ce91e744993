import { ts } from "ts-morph";
import { exportsOf } from "../engine/bindings.ts";
import type { Sources } from "../engine/Sources.ts";
import { isTestFile } from "../target/test-facts.ts";
import { joinPaths, type Route, type RouteHolder, type RouteMap } from "./route-map.ts";

export interface NextMap extends RouteMap {
  /** `src/app`, `pages`. */
  readonly root: string;
  /** What its handlers make answers in JSON with. */
  readonly json: "NextResponse" | "Response";
}

const VERBS = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);

/** Route files of a Next project. */
export function nextRoutes(sources: Sources, folder: string, router: "app" | "pages"): NextMap {
  const at = folder === "" ? "" : `${folder}/`;
  const root = sources.snapshot.paths.some((path) => path.startsWith(`${at}src/${router}/`)) || (sources.snapshot.paths.some((path) => path.startsWith(`${at}src/`)) && !sources.snapshot.paths.some((path) => path.startsWith(`${at}${router}/`))) ? `${at}src/${router}` : `${at}${router}`;
  const pattern = router === "app" ? /\/route\.[jt]sx?$/ : /\.[jt]sx?$/;
  const holders: RouteHolder[] = [];
  const routes: Route[] = [];
  for (const path of sources.sourcePaths) {
    if (!path.startsWith(`${root}/${router === "pages" ? "api/" : ""}`) || !pattern.test(path) || isTestFile(path)) continue;
    const inside = path.slice(root.length + 1).replace(/\.[jt]sx?$/, "").replace(router === "app" ? /(?:^|\/)route$/ : /(?:^|\/)index$/, "");
    const url = joinPaths(inside.split("/").filter((segment) => !/^\(.*\)$/.test(segment)).join("/").replace(/\[(?:\.\.\.)?(\w+)\]/g, ":$1"));
    const tree = sources.tree(path);
    const methods = router === "app" ? exportsOf(tree).flatMap(({ name, local }) => (VERBS.has(name) ? [{ method: name, local }] : [])) : [{ method: "ALL", local: null }];
    holders.push({ file: path, line: 1, variable: "", kind: "router", mount: url === "/" ? "" : url, own: methods.map(({ method, local }) => ({ method, path: "/", line: lineOf(sources, path, tree, local) })) });
    for (const { method, local } of methods) routes.push({ method, path: url, file: path, line: lineOf(sources, path, tree, local) });
  }
  const json = holders.some(({ file }) => /\bNextResponse\.json\(/.test(sources.text(file) ?? "")) ? "NextResponse" : "Response";
  return { holders, mounts: [], routes, root, json };
}

function lineOf(sources: Sources, path: string, tree: ts.SourceFile, name: string | null): number {
  const statement = tree.statements.find((one) => (ts.isFunctionDeclaration(one) && one.name?.text === name) || (ts.isVariableStatement(one) && one.declarationList.declarations.some((declaration) => declaration.name.getText() === name)));
  return statement ? sources.placeOf(path, statement).line : 1;
}
