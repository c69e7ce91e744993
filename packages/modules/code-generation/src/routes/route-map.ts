/** One route that is there already. */
export interface Route {
  readonly method: string;
  /** From the root of the server, parameters as `:name`. */
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

/** Something that routes are registered on: an app, a router, a plugin. */
export interface RouteHolder {
  readonly file: string;
  readonly line: number;
  /** Its name in the file. */
  readonly variable: string;
  readonly kind: "app" | "router" | "plugin";
  /** In front of its own paths, without a slash at the end; empty for the root. */
  readonly mount: string;
  /** Paths as they are written in it. */
  readonly own: readonly { readonly method: string; readonly path: string; readonly line: number }[];
}

/** How one holder hangs on another. */
export interface Mount {
  readonly file: string;
  readonly line: number;
  readonly on: string;
  readonly prefix: string;
  /** The file that is mounted; null where it is in the same one. */
  readonly target: string;
  /** Its name in `file`. */
  readonly local: string | null;
}

/** A folder whose plugins are loaded by themselves; a file's own folder is its prefix. */
export interface Autoload {
  readonly file: string;
  readonly line: number;
  readonly folder: string;
  readonly prefix: string;
}

export interface RouteMap {
  readonly holders: readonly RouteHolder[];
  readonly mounts: readonly Mount[];
  readonly routes: readonly Route[];
  readonly autoloads?: readonly Autoload[];
}

export const METHODS = ["get", "post", "put", "patch", "delete", "all"] as const;

/** `/users` and `/:id` → `/users/:id`. */
export function joinPaths(...parts: readonly string[]): string {
  const joined = parts.flatMap((part) => part.split("/")).filter((segment) => segment !== "").join("/");
  return `/${joined}`;
}

/** Without the slash of the root. */
export function prefixOf(...parts: readonly string[]): string {
  const joined = joinPaths(...parts);
  return joined === "/" ? "" : joined;
}

/** Whether two paths take the same requests: names of parameters do not count. */
export function samePath(one: string, other: string): boolean {
  const form = (path: string) => joinPaths(path).replace(/:[A-Za-z_]\w*/g, ":");
  return form(one) === form(other);
}

/** The rest of a path behind a prefix, or null. `/users/:id` behind `/users` is `/:id`. */
export function pathBehind(path: string, prefix: string): string | null {
  const [segments, before] = [path.split("/").filter(Boolean), prefix.split("/").filter(Boolean)];
  const form = (segment: string | undefined) => (segment?.startsWith(":") ? ":" : segment);
  if (before.some((segment, index) => form(segments[index]) !== form(segment))) return null;
  return `/${segments.slice(before.length).join("/")}`;
}
