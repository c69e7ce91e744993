import type { SearchedFile, SearchMatch, SearchSummary } from "@coder/api/workspace";
import type { Problem } from "#api/problem.ts";
import { baseName, folderOf } from "../editors/editor-input.ts";
import type { TreeRow } from "../lists/tree-list.tsx";

export interface FoundFile {
  readonly path: string;
  readonly matches: readonly SearchMatch[];
}

export interface SearchResults {
  /** `idle`: nothing was asked for. */
  readonly phase: "idle" | "running" | "done" | "failed";
  readonly files: readonly FoundFile[];
  /** At the end; null before. */
  readonly summary: SearchSummary | null;
  readonly problem: Problem | null;
}

export const NO_RESULTS: SearchResults = { phase: "idle", files: [], summary: null, problem: null };

/** Adds a batch in the order of paths. The rest of a file's matches comes under the same path. */
export function withBatch(files: readonly FoundFile[], batch: readonly SearchedFile[]): readonly FoundFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const { path, matches } of batch) byPath.set(path, { path, matches: [...(byPath.get(path)?.matches ?? []), ...matches] });
  return [...byPath.values()].sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
}

/** How many places were found so far: a line can hold several. */
export function countMatches(files: readonly FoundFile[]): number {
  return files.reduce((sum, { matches }) => sum + countInFile(matches), 0);
}

function countInFile(matches: readonly SearchMatch[]): number {
  return matches.reduce((sum, { ranges }) => sum + ranges.length, 0);
}

export type ResultRow = TreeRow &
  ({ readonly kind: "file"; readonly path: string; readonly name: string; readonly folder: string; readonly count: number } | { readonly kind: "match"; readonly path: string; readonly match: SearchMatch });

export type MatchRow = Extract<ResultRow, { readonly kind: "match" }>;

export function resultRows(files: readonly FoundFile[], closed: ReadonlySet<string>): readonly ResultRow[] {
  return files.flatMap(({ path, matches }): ResultRow[] => {
    const expanded = !closed.has(path);
    const count = countInFile(matches);
    const head: ResultRow = {
      kind: "file", key: path, level: 1, expanded, path, name: baseName(path), folder: folderOf(path), count, tooltip: path,
      label: `${path}, ${count === 1 ? "1 match" : `${count} matches`}`,
    };
    if (!expanded) return [head];
    // Lines that only stand around a match have none of their own.
    const lines = matches.filter(({ ranges }) => ranges.length > 0).map((match): ResultRow => ({ kind: "match", key: `${path}\n${match.line}:${match.textStart}`, level: 2, path, match, label: `Line ${match.line}: ${match.text.trim()}` }));
    return [head, ...lines];
  });
}

export interface TextPart {
  readonly text: string;
  readonly hit: boolean;
}

/** In a side bar of usual width a match is still seen behind so much. */
const BEFORE = 24;
const MAX_SHOWN = 250;

/** A line cut into what matched and what stands around it, without its indentation, and from a little before the first match on. */
export function partsOf({ text, textStart, ranges }: SearchMatch): readonly TextPart[] {
  const first = (ranges[0]?.start ?? 0) - textStart;
  const indentation = text.length - text.trimStart().length;
  const from = Math.max(Math.min(indentation, first), first - BEFORE > indentation ? first - BEFORE : 0);
  const until = Math.min(text.length, from + MAX_SHOWN);
  const parts: TextPart[] = [];
  let at = from;
  for (const range of ranges) {
    const start = Math.min(Math.max(range.start - textStart, at), until);
    const end = Math.min(Math.max(range.end - textStart, start), until);
    if (start > at) parts.push({ text: text.slice(at, start), hit: false });
    if (end > start) parts.push({ text: text.slice(start, end), hit: true });
    at = Math.max(at, end);
  }
  if (at < until) parts.push({ text: text.slice(at, until), hit: false });
  return from > indentation ? [{ text: "…", hit: false }, ...parts] : parts;
}
