import type { IgnoreStack } from "../files/ignore/IgnoreStack.ts";

/** A watch of one folder. */
export interface FolderWatch {
  close(): void;
  on(event: "error", listener: () => void): unknown;
}

export type TreeNode = FileNode | FolderNode;

/** Anything that is no folder. */
export interface FileNode {
  readonly kind: "file" | "other";
}

/** `normal`: watched with all in it. `quiet`: only what lies directly in it is watched. `closed`: not looked into at all. */
export type FolderMode = "normal" | "quiet" | "closed" | "git";

export interface FolderNode {
  readonly kind: "folder";
  /** Relative to the tree; `""` is the tree itself. */
  readonly path: string;
  readonly mode: FolderMode;
  readonly children: Map<string, TreeNode>;
  /** Tells the folder apart from another that took its name. Null until it was looked into. */
  inode: bigint | null;
  /** Null: the system watches no more folders for us, so it is looked at from time to time. */
  watcher: FolderWatch | null;
  /** What was seen in an unwatched folder, by name. */
  marks: Map<string, string> | null;
  ignores: IgnoreStack | null;
  /** What is there now under its name is not what is watched. */
  stale: boolean;
  /** It went away: what is still told of it does not count. */
  gone: boolean;
}

export const FILE: FileNode = { kind: "file" };
export const OTHER: FileNode = { kind: "other" };

export function folderNode(path: string, mode: FolderMode): FolderNode {
  return { kind: "folder", path, mode, children: new Map(), inode: null, watcher: null, marks: null, ignores: null, stale: false, gone: false };
}

export function pathIn(folder: FolderNode, name: string): string {
  return folder.path === "" ? name : `${folder.path}/${name}`;
}
