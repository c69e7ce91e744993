import type { PackStore } from "../store/PackStore.ts";
import { readTree, type TreeEntry } from "./tree-object.ts";

/** One entry that is not the same in two trees; a folder is itself, without what is in it. */
export interface TreeDifference {
  readonly path: string;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

/** What is different between two trees, folders before what is in them. Costs what is different, not what is there. */
export function compareTrees(store: PackStore, before: string, after: string): TreeDifference[] {
  const found: TreeDifference[] = [];
  compareFolders(store, "", before, after, found);
  return found;
}

function compareFolders(store: PackStore, path: string, before: string | null, after: string | null, found: TreeDifference[]): void {
  if (before === after) return;
  const old = new Map((before === null ? [] : readTree(store, before)).map((entry) => [entry.name, entry]));
  const now = new Map((after === null ? [] : readTree(store, after)).map((entry) => [entry.name, entry]));
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [one, other] = [old.get(name) ?? null, now.get(name) ?? null];
    const at = path === "" ? name : `${path}/${name}`;
    if (!isSame(one, other)) found.push({ path: at, before: one, after: other });
    compareFolders(store, at, one?.kind === "folder" ? one.hash : null, other?.kind === "folder" ? other.hash : null, found);
  }
}

/** Whether two entries are the same for whoever looks at the entry alone. */
export function isSame(one: TreeEntry | null, other: TreeEntry | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.kind === "file" && other.kind === "file") return one.hash === other.hash && one.mode === other.mode;
  if (one.kind === "link" && other.kind === "link") return one.target === other.target;
  if (one.kind === "folder" && other.kind === "folder") return one.mode === other.mode;
  if (one.kind === "excluded" && other.kind === "excluded") return one.print === other.print;
  return one.kind === other.kind;
}
