import { walkTree, type ProjectTree } from "@coder/work-tree";

export interface TreeSize {
  /** Regular files and symlinks. */
  readonly files: number;
  /** Of the regular files. */
  readonly bytes: number;
}

/** Counts what is in a tree. One that is not there is empty. */
export async function measureTree(tree: ProjectTree, signal?: AbortSignal): Promise<TreeSize> {
  let files = 0;
  let bytes = 0;
  for await (const { kind, stats } of walkTree(tree, signal ? { signal } : {})) {
    if (kind === "folder" || kind === "other") continue;
    files += 1;
    if (kind === "file") bytes += Number(stats.size);
  }
  return { files, bytes };
}
