/** More than these, and nobody reads them: the beginning and the end say where a file lies. */
const MOST = 12;
const LAST = 8;

export interface Crumb {
  /** Where it leads. */
  readonly path: string;
  readonly name: string;
  /** Stands for folders that have no crumb of their own. */
  readonly gap: boolean;
}

/** What of a path is shown; of a very deep one the first folder and the last ones, with one crumb for what is between. */
export function crumbsOf(path: string): readonly Crumb[] {
  const parts = path.split("/");
  const crumbs = parts.map((name, index) => ({ path: parts.slice(0, index + 1).join("/"), name, gap: false }));
  if (crumbs.length <= MOST) return crumbs;
  const between = crumbs.slice(1, -LAST).at(-1);
  return [...crumbs.slice(0, 1), ...(between ? [{ ...between, name: "…", gap: true }] : []), ...crumbs.slice(-LAST)];
}
