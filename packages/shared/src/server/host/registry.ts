import { AppError } from "../../app-error.ts";
import type { PermissionCatalogue } from "../../permissions.ts";
import { kernelPermissions } from "../../trpc/kernel-router.ts";
import type { NamedTransfer } from "../edge/transfers/transfer-meta.ts";
import type { AnyModule } from "../module.ts";

/** The key of a module's router in `AppRouter`: `user-management` → `userManagement`. */
export function routerKey(moduleName: string): string {
  return moduleName.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** A module's transfers, named like its procedures. */
export function transfersOf({ name, transfers = {} }: Pick<AnyModule, "name" | "transfers">): readonly NamedTransfer[] {
  return Object.entries(transfers).map(([key, definition]) => ({ name: `${routerKey(name)}.${key}`, definition }));
}

/** Which modules run in this process, which elsewhere, and which are needed but not there. */
export interface ModulePlacement {
  readonly here: readonly AnyModule[];
  readonly elsewhere: readonly AnyModule[];
  /** Name of the missing module → who would use it. */
  readonly absent: ReadonlyMap<string, readonly string[]>;
}

/**
 * @param only run just these here; every other module is elsewhere
 * @param remote modules whose address is configured
 */
export function placeModules(modules: readonly AnyModule[], remote: ReadonlySet<string>, only?: readonly string[]): ModulePlacement {
  const names = new Set(modules.map((module) => module.name));
  const unknown = [...(only ?? []), ...remote].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new AppError("invalid", "module_unknown", `There is no module ${unknown.join(", ")}.`, { remedy: `Name one of these: ${[...names].sort().join(", ")}.` });
  }
  refuseTwice(modules.map((module) => module.name), "module");
  refuseTwice(modules.map((module) => String(module.port)), "port");
  refuseTwice(modules.flatMap((module) => [...module.apiBase]), "API base");
  const isHere = (module: AnyModule) => (only ? only.includes(module.name) : !remote.has(module.name));
  const absent = new Map<string, string[]>();
  for (const module of modules) {
    for (const need of module.needs) if (!names.has(need)) absent.set(need, [...(absent.get(need) ?? []), module.name]);
  }
  return { here: modules.filter(isHere), elsewhere: modules.filter((module) => !isHere(module)), absent };
}

/** Every permission of every module. An id declared twice does not start. */
export function permissionCatalogue(modules: readonly AnyModule[]): PermissionCatalogue {
  const all = [kernelPermissions, ...modules.map((module) => module.permissions)].flatMap((catalogue) => Object.entries(catalogue));
  refuseTwice(all.map(([id]) => id), "permission");
  return Object.fromEntries(all);
}

function refuseTwice(values: readonly string[], what: string): void {
  const twice = values.filter((value, index) => values.indexOf(value) !== index);
  if (twice.length > 0) throw new Error(`Two modules claim the same ${what}: ${[...new Set(twice)].join(", ")}`);
}
