import { modeOf, NEW_FOLDER_MODE } from "../../file-mode.ts";
import type { PackStore } from "../store/PackStore.ts";
import { encodeTree, readTree, type FileEntry, type TreeEntry } from "./tree-object.ts";

/** A file as some work has left it; null: it is gone. */
export interface MadeFile {
  readonly path: string;
  readonly after: { readonly hash: string; readonly size: number; readonly executable: boolean; readonly mode?: number | undefined } | null;
}

/**
 * A tree with some of its files as they were made: content by its hash alone, which is enough to compare with and no more. Modes are those that whoever makes
 * files here gives them. Reads only the folders on the way.
 */
export function changeTree(store: PackStore, root: string, made: readonly MadeFile[]): string {
  return changeFolder(store, root, made.map(({ path, after }) => ({ names: path.split("/"), after }))) ?? store.put(encodeTree([]));
}

interface Change {
  readonly names: readonly string[];
  readonly after: MadeFile["after"];
}

/** Null for a folder that holds nothing and was made by nobody. */
function changeFolder(store: PackStore, hash: string | null, changes: readonly Change[]): string | null {
  const entries = new Map((hash === null ? [] : readTree(store, hash)).map((entry) => [entry.name, entry]));
  const below = new Map<string, Change[]>();
  for (const { names: [name = "", ...rest], after } of changes) {
    if (rest.length > 0) below.set(name, [...(below.get(name) ?? []), { names: rest, after }]);
    else if (after === null) entries.delete(name);
    else entries.set(name, fileOf(name, entries.get(name), after));
  }
  for (const [name, inside] of below) {
    const before = entries.get(name);
    const folder = before?.kind === "folder" ? before : null;
    const made = changeFolder(store, folder?.hash ?? null, inside);
    if (made !== null) entries.set(name, { kind: "folder", name, mode: folder?.mode ?? NEW_FOLDER_MODE, hash: made });
  }
  return entries.size === 0 && hash === null ? null : store.put(encodeTree([...entries.values()]));
}

function fileOf(name: string, before: TreeEntry | undefined, { hash, size, executable, mode }: NonNullable<MadeFile["after"]>): FileEntry {
  return { kind: "file", name, mode: modeOf(before?.kind === "file" ? before.mode : (mode ?? null), executable), size, hash, chunks: null };
}
