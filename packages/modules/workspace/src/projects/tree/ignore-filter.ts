import type { ProjectPath } from "@coder/api/workspace";
import { isAppError } from "@coder/shared";
import { DEPENDENCY_FOLDERS, readSmallFile, textOfBytes, type ProjectTree, type WalkFilter } from "@coder/work-tree";
import { IGNORE_FILE_NAMES, IgnoreStack } from "../../files/ignore/IgnoreStack.ts";

const EXCLUDE_FILE = ".git/info/exclude";
const MAX_IGNORE_BYTES = 512 * 1024;

/** Hides what the ignore files hide, version control and dependency folders. */
export class IgnoreFilter implements WalkFilter {
  readonly #tree: ProjectTree;
  readonly #stack: IgnoreStack | null;

  constructor(tree: ProjectTree, stack: IgnoreStack | null = null) {
    this.#tree = tree;
    this.#stack = stack;
  }

  async enter(path: ProjectPath, parent: WalkFilter | null): Promise<WalkFilter | null> {
    const prefix = path === "" ? "" : `${path}/`;
    const names = [...IGNORE_FILE_NAMES, ...(path === "" ? [EXCLUDE_FILE] : [])].map((name) => `${prefix}${name}`);
    const texts = new Map(await Promise.all(names.map(async (name) => [name, await this.#read(name)] as const)));
    const read = (name: string) => texts.get(name) ?? null;
    const above = parent instanceof IgnoreFilter ? parent.#stack : null;
    const stack = above === null ? IgnoreStack.root(read) : above.enter(path.slice(path.lastIndexOf("/") + 1), read);
    return stack.ignored ? null : new IgnoreFilter(this.#tree, stack);
  }

  hides(name: string, isFolder: boolean): boolean {
    return (isFolder && DEPENDENCY_FOLDERS.has(name)) || (this.#stack?.hides(name, isFolder) ?? false);
  }

  async #read(path: ProjectPath): Promise<string | null> {
    try {
      const bytes = await this.#tree.at(path, ({ entry }) => readSmallFile(entry, MAX_IGNORE_BYTES));
      return bytes ? textOfBytes(bytes) : null;
    } catch (error) {
      if (isAppError(error)) return null;
      throw error;
    }
  }
}
