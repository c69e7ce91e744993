import type { Leaf } from "./leaves.ts";

/** The known keys as a tree, so that a file can be walked beside it. */
export interface KeyTree {
  readonly leaf: Leaf | null;
  readonly children: ReadonlyMap<string, KeyTree>;
}

/** Builds the tree over `pathOf`: the full path for the operator's file, the section's own for a shipped default. */
export function keyTree(leaves: readonly Leaf[], pathOf: (leaf: Leaf) => readonly string[]): KeyTree {
  const branches = new Map<string, { leaf: Leaf; rest: readonly string[] }[]>();
  for (const leaf of leaves) {
    const [name, ...rest] = pathOf(leaf);
    if (name === undefined) return { leaf, children: new Map() };
    branches.set(name, [...(branches.get(name) ?? []), { leaf, rest }]);
  }
  const children = new Map<string, KeyTree>();
  for (const [name, below] of branches) {
    const rests = new Map(below.map(({ leaf, rest }) => [leaf, rest]));
    children.set(name, keyTree(below.map(({ leaf }) => leaf), (leaf) => rests.get(leaf) ?? []));
  }
  return { leaf: null, children };
}

export function fullPath(leaf: Leaf): readonly string[] {
  return leaf.module === null ? leaf.path : [leaf.module, ...leaf.path];
}
