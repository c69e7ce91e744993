import type { Entry } from "@coder/api/workspace";
import type { Problem } from "#api/problem.ts";
import { compareNames } from "#lib/compare-names.ts";

/** What is known of a folder's content. */
export interface Folder {
  readonly entries: readonly Entry[];
  /** Where the next page begins; null at the end. */
  readonly nextCursor: string | null;
  readonly loading: boolean;
  readonly problem: Problem | null;
}

/** A new file or folder whose name is being typed. */
export interface Draft {
  readonly folder: string;
  readonly kind: "file" | "folder";
}

interface RowPlace {
  readonly id: string;
  readonly depth: number;
}

export interface EntryRow extends RowPlace {
  readonly kind: "entry";
  readonly entry: Entry;
  /** The name, or several where folders hold nothing but each other: `src/main/java`. */
  readonly label: string;
  /** The folders that stand in the row with this one, without it: `src` and `src/main`. */
  readonly covers: readonly string[];
  readonly expandable: boolean;
  readonly expanded: boolean;
  /** The folder's content is on its way. */
  readonly loading: boolean;
  readonly position: number;
  /** How many stand beside it, itself included; -1 while not all are known. */
  readonly siblings: number;
}

export type Row =
  | EntryRow
  | (RowPlace & { readonly kind: "draft"; readonly draft: Draft })
  /** There are more than are loaded. */
  | (RowPlace & { readonly kind: "more"; readonly folder: string })
  | (RowPlace & { readonly kind: "problem"; readonly folder: string; readonly problem: Problem })
  /** An open folder with nothing in it. */
  | (RowPlace & { readonly kind: "empty"; readonly folder: string });

export interface TreeContent {
  readonly folders: ReadonlyMap<string, Folder>;
  readonly expanded: ReadonlySet<string>;
  readonly draft: Draft | null;
  /** Shows what is left out otherwise: see `isExcluded`. */
  readonly showsExcluded: boolean;
}

/** What belongs to version control and not to the person: left out, as VS Code's `files.exclude` does by itself. */
const EXCLUDED: ReadonlySet<string> = new Set([".git", ".svn", ".hg", ".jj", "CVS"]);

export function isExcluded({ name }: Pick<Entry, "name">): boolean {
  return EXCLUDED.has(name);
}

/** The visible rows of the tree from top to bottom. */
export function treeRows(content: TreeContent): Row[] {
  const rows: Row[] = [];
  appendFolder(rows, content, "", 0);
  return rows;
}

function appendFolder(rows: Row[], content: TreeContent, path: string, depth: number): void {
  const folder = content.folders.get(path);
  const draft = content.draft?.folder === path ? content.draft : null;
  const draftRow: Row | null = draft && { kind: "draft", id: `${path}/\0draft`, depth, draft };
  const entries = shownEntries(content, folder);
  // A new folder stands where folders begin, a new file where files do.
  const draftAt = draft?.kind === "file" ? entries.findIndex(({ kind }) => kind !== "folder") : 0;
  const siblings = folder?.nextCursor === null ? entries.length : -1;
  entries.forEach((entry, index) => {
    if (draftRow && index === draftAt) rows.push(draftRow);
    appendEntry(rows, content, entry, { depth, position: index + 1, siblings });
  });
  if (draftRow && (draftAt < 0 || draftAt >= entries.length)) rows.push(draftRow);
  if (!folder) return;
  if (folder.problem) rows.push({ kind: "problem", id: `${path}/\0problem`, depth, folder: path, problem: folder.problem });
  else if (folder.nextCursor !== null) rows.push({ kind: "more", id: `${path}/\0more`, depth, folder: path });
  else if (entries.length === 0 && !folder.loading && !draft && path !== "") rows.push({ kind: "empty", id: `${path}/\0empty`, depth, folder: path });
}

function appendEntry(rows: Row[], content: TreeContent, first: Entry, place: Pick<EntryRow, "depth" | "position" | "siblings">): void {
  const { entry, label, covers } = compacted(content, first);
  const expandable = entry.kind === "folder";
  const expanded = expandable && content.expanded.has(entry.path);
  const loading = expanded && content.folders.get(entry.path)?.loading === true;
  rows.push({ kind: "entry", id: entry.path, entry, label, covers, expandable, expanded, loading, ...place });
  if (expanded) appendFolder(rows, content, entry.path, place.depth + 1);
}

/** A folder that holds one folder and nothing else stands in one row with it. */
function compacted(content: TreeContent, first: Entry): Pick<EntryRow, "entry" | "label" | "covers"> {
  const { draft } = content;
  let [entry, label] = [first, first.name];
  const covers: string[] = [];
  for (let child = onlyFolder(content, entry.path); child && draft?.folder !== entry.path; child = onlyFolder(content, entry.path)) {
    label += `/${child.name}`;
    covers.push(entry.path);
    entry = child;
  }
  return { entry, label, covers };
}

function shownEntries({ showsExcluded }: TreeContent, folder: Folder | undefined): readonly Entry[] {
  const entries = folder?.entries ?? [];
  return showsExcluded || !entries.some(isExcluded) ? entries : entries.filter((entry) => !isExcluded(entry));
}

/** The folder that is all there is to see in another. */
export function onlyFolder(content: TreeContent, path: string): Entry | undefined {
  const folder = content.folders.get(path);
  if (!folder || folder.nextCursor !== null || folder.entries.length > 2) return undefined;
  const entries = shownEntries(content, folder);
  if (entries.length !== 1) return undefined;
  const [only] = entries;
  return only?.kind === "folder" ? only : undefined;
}

/** The order in which the server lists a folder: folders first, then by name, numbers by their value. */
export function compareEntries(a: Entry, b: Entry): number {
  const [first, second] = [a.kind === "folder" ? 0 : 1, b.kind === "folder" ? 0 : 1];
  return first - second || compareNames(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** The entries with one more in its place, or in place of the one with the same path. */
export function withEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const others = entries.filter(({ path }) => path !== entry.path);
  let [low, high] = [0, others.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = others[middle];
    if (other && compareEntries(other, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return [...others.slice(0, low), entry, ...others.slice(low)];
}
