import type { FolderAccess } from "@coder/work-tree";
import { IgnoreStack, type ReadIgnoreFile } from "../files/ignore/IgnoreStack.ts";
import { pathIn, type FolderNode } from "./tree-node.ts";

const MAX_IGNORE_FILE_BYTES = 256 * 1024;

/** What the ignore files of a watched tree hide. Read when they are first needed, and again after one of them changed. */
export class TreeIgnores {
  readonly #deps: { readonly access: FolderAccess; readonly root: () => FolderNode };

  constructor(deps: { readonly access: FolderAccess; readonly root: () => FolderNode }) {
    this.#deps = deps;
  }

  /** Every file that is not hidden. */
  visibleFiles(): readonly string[] {
    const paths: string[] = [];
    const folders: FolderNode[] = [this.#deps.root()];
    for (let folder = folders.pop(); folder; folder = folders.pop()) {
      const ignores = this.#of(folder);
      for (const [name, node] of folder.children) {
        if (ignores.hides(name, node.kind === "folder")) continue;
        if (node.kind === "file") paths.push(pathIn(folder, name));
        else if (node.kind === "folder" && node.mode === "normal") folders.push(node);
      }
    }
    return paths;
  }

  /** Whether a file of this folder is one of them. */
  shows(folder: FolderNode, name: string): boolean {
    return folder.mode === "normal" && !this.#of(folder).hides(name, false);
  }

  forget(): void {
    const folders: FolderNode[] = [this.#deps.root()];
    for (let folder = folders.pop(); folder; folder = folders.pop()) {
      folder.ignores = null;
      for (const node of folder.children.values()) if (node.kind === "folder") folders.push(node);
    }
  }

  #of(folder: FolderNode): IgnoreStack {
    folder.ignores ??= folder.path === "" ? IgnoreStack.root(this.#read) : this.#of(this.parentOf(folder)).enter(lastOf(folder.path), this.#readFrom(folder));
    return folder.ignores;
  }

  readonly #read: ReadIgnoreFile = (path) => this.#deps.access.read(path, MAX_IGNORE_FILE_BYTES);

  /** Opens only what is known to be there. */
  #readFrom(folder: FolderNode): ReadIgnoreFile {
    return (path) => (folder.children.has(lastOf(path)) ? this.#read(path) : null);
  }

  /** The folder in which a folder lies. */
  parentOf({ path }: FolderNode): FolderNode {
    let folder = this.#deps.root();
    for (const segment of path.split("/").slice(0, -1)) {
      const next = folder.children.get(segment);
      if (next?.kind !== "folder") return folder;
      folder = next;
    }
    return folder;
  }
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
