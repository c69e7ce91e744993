import path from "node:path";
import type { WorkspacePackage } from "./packages.ts";
import type { SourceFile } from "./source.ts";

/** Groups of files that import each other in a loop, for their types too: none of them can be read, or moved, without the others. What is loaded later closes no loop. Sorted. */
export function circlesOf(sources: readonly SourceFile[], packages: readonly Pick<WorkspacePackage, "folder">[]): readonly (readonly string[])[] {
  const known = new Set(sources.map((source) => source.path));
  const folders = packages.map(({ folder }) => folder);
  const imports = new Map(sources.map((source) => [source.path, [...new Set(targetsOf(source, folders))].filter((target) => known.has(target))]));
  return stronglyConnected(imports).filter((circle) => circle.length > 1).map((circle) => circle.toSorted());
}

/** Files of the same package. Pages say `#ui/button.tsx` for `src/ui/button.tsx`. */
function targetsOf({ path: file, imports }: SourceFile, folders: readonly string[]): readonly string[] {
  const home = folders.find((folder) => file.startsWith(`${folder}/`));
  return imports.flatMap(({ specifier, later }) => {
    if (later) return [];
    if (specifier.startsWith(".")) return [path.posix.join(path.posix.dirname(file), specifier)];
    return specifier.startsWith("#") && home !== undefined ? [path.posix.join(home, "src", specifier.slice(1))] : [];
  });
}

/** Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on Computing 1 (1972). */
function stronglyConnected(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (node: string): number => {
    const mine = order.size;
    order.set(node, mine);
    lowest.set(node, mine);
    open.push(node);
    for (const next of graph.get(node) ?? []) {
      const reached = order.has(next) ? (open.includes(next) ? (order.get(next) ?? mine) : mine) : visit(next);
      lowest.set(node, Math.min(lowest.get(node) ?? mine, reached));
    }
    const low = lowest.get(node) ?? mine;
    if (low === mine) found.push(open.splice(open.indexOf(node)));
    return low;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}
