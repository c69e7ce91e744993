import { ProjectTree } from "./ProjectTree.ts";

const MAX_KEPT = 1_000;

/** The trees in use, so that each finds out only once where its root really is. */
export class ProjectTrees {
  readonly #trees = new Map<string, ProjectTree>();

  of(directory: string): ProjectTree {
    const tree = this.#trees.get(directory) ?? new ProjectTree(directory);
    // Least recently used first.
    this.#trees.delete(directory);
    this.#trees.set(directory, tree);
    const [oldest] = this.#trees.keys();
    if (this.#trees.size > MAX_KEPT && oldest !== undefined) this.#trees.delete(oldest);
    return tree;
  }
}
