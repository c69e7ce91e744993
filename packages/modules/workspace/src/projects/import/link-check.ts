import { escapingLink, tooManyLinks } from "./errors.ts";

/** Target of a symlink by its path; undefined for what is none. */
export type LinkAt = (path: string) => string | undefined;

/** As Linux does: a chain longer than this leads nowhere. */
const MAX_HOPS = 40;
/** Path segments looked at for all links of an import together. */
const MAX_STEPS = 5_000_000;
const LINKS_AT_A_TIME = 500;

/**
 * Refuses the symlinks that lead out of the tree, followed as the kernel would follow them once all of them are there: `a/b/..` is not `a` when `b` is
 * a link. What leads in a circle, or to something that is not there, stays inside and may stay.
 */
export async function checkLinks(links: ReadonlyMap<string, string>, linkAt: LinkAt, signal: AbortSignal): Promise<void> {
  const budget = { steps: MAX_STEPS };
  let checked = 0;
  for (const [path, target] of links) {
    if (escapes(path, target, linkAt, budget)) throw escapingLink(path, target);
    checked += 1;
    if (checked % LINKS_AT_A_TIME !== 0) continue;
    signal.throwIfAborted();
    await new Promise(setImmediate);
  }
}

function escapes(path: string, target: string, linkAt: LinkAt, budget: { steps: number }): boolean {
  const at = path.split("/").slice(0, -1);
  /** What is still to be walked, the next part last. */
  const ahead = target.split("/").reverse();
  let hops = 0;
  if (target.startsWith("/")) return true;
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    budget.steps -= 1 + at.length;
    if (budget.steps < 0) throw tooManyLinks();
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (at.length === 0) return true;
      at.pop();
      continue;
    }
    at.push(part);
    const next = linkAt(at.join("/"));
    if (next === undefined) continue;
    if (next.startsWith("/")) return true;
    hops += 1;
    if (hops > MAX_HOPS) return false;
    at.pop();
    for (const step of next.split("/").reverse()) ahead.push(step);
  }
  return false;
}
