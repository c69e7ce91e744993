import { posix } from "node:path";
import { named, pluralOf, singularOf, wordsOf } from "../engine/names.ts";
import type { EntityNames, Naming } from "../engine/names.ts";
import { joinPaths, type Mount, pathBehind, prefixOf, type RouteHolder, type RouteMap, samePath } from "../routes/route-map.ts";
import { generationConflict } from "../errors.ts";

/** Where a route goes that is registered on an app, a router or a plugin. */
export type RoutePlacement =
  | { readonly kind: "holder"; readonly holder: RouteHolder; readonly routePath: string }
  | {
      readonly kind: "new-file";
      readonly file: string;
      /** How one of its kind is written that is there already. */
      readonly sibling: RouteHolder | null;
      readonly siblingMount: Mount | null;
      readonly on: RouteHolder;
      /** In front of its paths, where it is mounted. */
      readonly mountPath: string;
      readonly routePath: string;
    };

/** `/:a/b` → b; the first part of a path that is no parameter. */
function firstStatic(path: string): string | null {
  return path.split("/").find((segment) => segment !== "" && !segment.startsWith(":")) ?? null;
}

/** @throws `generation_conflict` where there is such a route */
export function refuseExisting(map: RouteMap, method: string, path: string): void {
  const there = map.routes.find((route) => (route.method === method || route.method === "ALL") && samePath(route.path, path));
  if (there) throw generationConflict(there.file, there.line, `${there.method === "ALL" ? "Every method of" : method} ${there.path} is answered already, in ${there.file} line ${there.line}.`);
}

/** What the project does with paths like this one. Null where it has neither app nor router. */
export function placeRoute(map: RouteMap, path: string, names: EntityNames, style: { readonly naming: Naming; readonly extension: string; readonly appTestable: boolean; readonly has: (path: string) => boolean }): RoutePlacement | null {
  const owners = map.holders.flatMap((holder) => {
    const rest = pathBehind(path, holder.mount);
    if (rest === null) return [];
    const first = firstStatic(rest);
    const starts = first !== null && holder.own.some((route) => firstStatic(route.path) === first && pathBehind(rest, `/${first}`) !== null);
    const mounted = holder.kind !== "app" && holder.mount !== "" && (rest === "/" || rest.startsWith("/:")) && !holder.mount.endsWith("/api");
    return starts || mounted ? [{ holder, rest, depth: holder.mount.split("/").length }] : [];
  });
  const testable = owners.filter(({ holder }) => holder.kind !== "app" || style.appTestable);
  const owner = testable.sort((one, other) => other.depth - one.depth || (one.holder.kind === "app" ? 1 : 0) - (other.holder.kind === "app" ? 1 : 0))[0];
  if (owner) return { kind: "holder", holder: owner.holder, routePath: owner.rest };

  const covering = (holder: RouteHolder) => pathBehind(path, holder.mount);
  const shared = map.holders.filter((holder) => holder.kind !== "app" && covering(holder) !== null && new Set(holder.own.map((route) => firstStatic(route.path)).filter((one) => one !== null)).size > 1).sort((one, other) => other.mount.length - one.mount.length)[0];
  if (shared) return { kind: "holder", holder: shared, routePath: covering(shared) ?? "/" };

  // Files of routers that hang on something under which the path lies.
  const siblings = map.mounts.flatMap((mount) => {
    const on = map.holders.find((holder) => holder.file === mount.file && holder.variable === mount.on && covering(holder) !== null);
    const target = on && map.holders.find((holder) => holder.file === mount.target && holder.kind !== "app" && holder.own.length > 0 && holder.mount === prefixOf(on.mount, mount.prefix));
    return on && target && mount.target !== mount.file ? [{ mount, on, target }] : [];
  });
  const last = siblings.sort((one, other) => other.on.mount.length - one.on.mount.length || one.mount.line - other.mount.line).filter(({ on }, _index, all) => on === all[0]?.on).at(-1);
  if (last) {
    const rest = covering(last.on) ?? "/";
    const bare = siblings.every(({ mount }) => mount.prefix === "" || mount.prefix === "/");
    const mountPath = bare ? "" : leading(rest);
    return { kind: "new-file", file: siblingPath(last.target.file, names, style), sibling: last.target, siblingMount: last.mount, on: last.on, mountPath, routePath: pathBehind(rest, mountPath) ?? "/" };
  }
  const loaded = inLoadedFolder(map, path, style);
  if (loaded) return loaded;
  const app = map.holders.find(({ kind }) => kind === "app") ?? map.holders.find((holder) => covering(holder) !== null);
  if (!app) return null;
  const rest = covering(app) ?? path;
  if (app.kind !== "app" || style.appTestable) return { kind: "holder", holder: app, routePath: rest };
  const folder = posix.dirname(app.file);
  const file = free(joined(folder, `routes/${named(names.manyWords, style.naming)}`), style);
  return { kind: "new-file", file, sibling: null, siblingMount: null, on: app, mountPath: leading(rest), routePath: pathBehind(rest, leading(rest)) ?? "/" };
}

/** A file of its own in the folder whose routes are loaded by themselves, like the ones that lie there. */
function inLoadedFolder(map: RouteMap, path: string, style: { readonly extension: string; readonly has: (path: string) => boolean }): RoutePlacement | null {
  for (const { file: loader, folder, prefix } of map.autoloads ?? []) {
    const on = map.holders.find((holder) => holder.file === loader);
    const rest = on && pathBehind(path, prefixOf(on.mount, prefix));
    const beside = map.holders.filter((holder) => holder.file.startsWith(`${folder}/`) && holder.own.length > 0);
    if (!on || !rest || (beside.length === 0 && !/(?:^|\/)(?:routes?|api|endpoints)$/.test(folder))) continue;
    const sibling = beside.find((holder) => posix.dirname(holder.file) !== folder) ?? beside[0] ?? null;
    const mountPath = leading(rest);
    // Its folder gives its name to the path, and beside an index nothing else is loaded: no test either.
    const extension = sibling ? sibling.file.slice(sibling.file.lastIndexOf(".") + 1) : style.extension;
    const file = `${folder}${mountPath === "/" ? "" : mountPath}/index.${extension}`;
    if (style.has(file)) continue;
    return { kind: "new-file", file, sibling, siblingMount: null, on, mountPath: joinPaths(prefix, mountPath), routePath: pathBehind(rest, mountPath) ?? "/" };
  }
  return null;
}

/** `/users/:id/orders` → `/users`. */
function leading(path: string): string {
  const segments = path.split("/").filter(Boolean);
  const end = segments.findIndex((segment) => segment.startsWith(":"));
  return joinPaths((end < 0 ? segments : segments.slice(0, end)).join("/"));
}

/** Called as the ones beside it: `posts.routes.ts` → `users.routes.ts`. */
function siblingPath(sibling: string, names: EntityNames, style: { readonly extension: string; readonly has: (path: string) => boolean }): string {
  const folder = posix.dirname(sibling);
  const extension = sibling.slice(sibling.lastIndexOf("."));
  const stem = posix.basename(sibling, extension);
  if (stem === "index") return free(joined(posix.dirname(folder), `${named(names.manyWords, "kebab")}/index`), { ...style, extension: extension.slice(1) });
  const [, base = "", suffix = ""] = /^(.+?)((?:[.\-_]?(?:routers?|routes?|api|plugin|controller))?)$/i.exec(stem) ?? [];
  const words = wordsOf(base);
  const last = words.at(-1) ?? "";
  const plural = last === pluralOf(singularOf(last)) && last !== singularOf(last);
  const own = plural ? names.manyWords : [...names.manyWords.slice(0, -1), singularOf(names.manyWords.at(-1) ?? "")];
  const naming: Naming = /^[A-Z]/.test(base) ? "pascal" : base.includes("_") ? "snake" : base.includes("-") || suffix.startsWith("-") ? "kebab" : "camel";
  return free(joined(folder, `${named(own, naming)}${suffix}`), { ...style, extension: extension.slice(1) });
}

function free(stem: string, { extension, has }: { readonly extension: string; readonly has: (path: string) => boolean }): string {
  for (let number = 1; ; number++) {
    const path = `${stem}${number === 1 ? "" : number}.${extension}`;
    if (!has(path)) return path;
  }
}

function joined(folder: string, name: string): string {
  return folder === "." || folder === "" ? name : posix.join(folder, name);
}
