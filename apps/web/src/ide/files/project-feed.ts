/** One thing that happened to the tree, by whomever. */
export interface FileChange {
  readonly path: string;
  readonly kind: "created" | "modified" | "deleted";
}

/**
 * `rescan`: changes may have been missed, or were too many to name: look again at everything. `git`: branch, index or refs
 * changed. `project`: its name or state did.
 */
export type ProjectEvent = { readonly kind: "changed"; readonly changes: readonly FileChange[] } | { readonly kind: "rescan" } | { readonly kind: "git" } | { readonly kind: "project" };

type Listener = (event: ProjectEvent) => void;

/** Hands what happens to a project's files to whoever shows them. */
export class ProjectFeed {
  readonly #listeners = new Set<Listener>();

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: ProjectEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
