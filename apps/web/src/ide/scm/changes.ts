import type { GitEntry, GitStatus } from "@coder/api/workspace";
import type { Decoration, DecorationTone } from "../decorations.ts";
import { baseName, type EditorInput, folderOf } from "../editors/editor-input.ts";
import type { TreeRow } from "../lists/tree-list.tsx";

export const GROUPS = [
  { id: "conflicts", title: "Conflicts" },
  { id: "staged", title: "Staged changes" },
  { id: "changes", title: "Changes" },
] as const;
export type GroupId = (typeof GROUPS)[number]["id"];

/** One file in one group: what is staged of a file and what is not are two changes. */
export interface Change {
  readonly group: GroupId;
  readonly path: string;
  readonly from: string | null;
  readonly decoration: Decoration;
}

interface Word {
  readonly tone: DecorationTone;
  readonly label: string;
}

const LETTERS: Readonly<Record<string, Word>> = {
  M: { tone: "modified", label: "Modified" },
  T: { tone: "modified", label: "Type changed" },
  A: { tone: "added", label: "Added" },
  D: { tone: "deleted", label: "Deleted" },
  R: { tone: "renamed", label: "Renamed" },
  C: { tone: "added", label: "Copied" },
};
const UNTRACKED: Decoration = { tone: "untracked", badge: "U", label: "Untracked" };
const CONFLICT: Decoration = { tone: "conflict", badge: "!", label: "Conflict" };

function decorationOf(letter: string, { kind }: GitEntry): Decoration {
  if (kind === "submodule") return { tone: "submodule", badge: "S", label: "Submodule changed" };
  const word = LETTERS[letter] ?? { tone: "modified" as const, label: "Changed" };
  return { ...word, badge: letter };
}

/** What changed, by group, in the order of paths. */
export function changesOf({ entries }: Pick<GitStatus, "entries">): readonly Change[] {
  const changes = entries.flatMap((entry): Change[] => {
    const { path, from, index, worktree, kind } = entry;
    if (kind === "conflict") return [{ group: "conflicts", path, from, decoration: CONFLICT }];
    if (kind === "untracked") return [{ group: "changes", path, from, decoration: UNTRACKED }];
    return [
      ...(index === "." ? [] : [{ group: "staged" as const, path, from: index === "R" || index === "C" ? from : null, decoration: decorationOf(index, entry) }]),
      ...(worktree === "." ? [] : [{ group: "changes" as const, path, from: worktree === "R" || worktree === "C" ? from : null, decoration: decorationOf(worktree, entry) }]),
    ];
  });
  return changes.sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
}

/** What the explorer shows beside names. The work tree speaks louder than the index. */
export function decorationsOf(changes: readonly Change[]): ReadonlyMap<string, Decoration> {
  const byPath = new Map<string, Decoration>();
  for (const group of ["staged", "changes", "conflicts"] as const) for (const change of changes) if (change.group === group) byPath.set(change.path, change.decoration);
  return byPath;
}

export type ChangeRow = TreeRow & ({ readonly kind: "group"; readonly id: GroupId; readonly title: string; readonly count: number } | { readonly kind: "change"; readonly change: Change; readonly name: string; readonly folder: string });

export function changeRows(changes: readonly Change[], closed: ReadonlySet<string>): readonly ChangeRow[] {
  return GROUPS.flatMap(({ id, title }): ChangeRow[] => {
    const own = changes.filter(({ group }) => group === id);
    if (own.length === 0) return [];
    const expanded = !closed.has(id);
    const head: ChangeRow = { kind: "group", key: id, level: 1, expanded, id, title, count: own.length, label: `${title}, ${own.length}` };
    if (!expanded) return [head];
    return [
      head,
      ...own.map((change): ChangeRow => {
        const { path, from, decoration } = change;
        const moved = from === null ? "" : `, from ${from}`;
        return { kind: "change", key: `${id}\n${path}`, level: 2, change, name: baseName(path), folder: folderOf(path), label: `${path}, ${decoration.label}${moved}`, tooltip: `${path}\n${decoration.label}${moved}` };
      }),
    ];
  });
}

/** What shows a change best: the two sides, or the file itself where there is only one. */
export function editorOf({ group, path, from, decoration }: Change): EditorInput {
  if (decoration.tone === "untracked" || decoration.tone === "conflict" || decoration.tone === "submodule") return { kind: "file", path };
  const origin = from === null ? {} : { originalPath: from };
  return group === "staged" ? { kind: "git-staged", path, ...origin } : { kind: "git-unstaged", path, ...origin };
}
