import { diffLines } from "./diff-lines.ts";
import type { Edit } from "./edit.ts";
import { linesOf } from "./lines.ts";

/** Lines of the base, 0-based, end not included, where both sides changed something and not the same. */
export interface MergeConflict {
  readonly baseStart: number;
  readonly baseEnd: number;
}

export type MergeResult = { readonly text: string } | { readonly conflicts: readonly MergeConflict[] };

interface SidedEdit extends Edit {
  readonly side: "ours" | "theirs";
}

/** Puts two changes of one text together. Changes that touch, and are not the same, are conflicts: nothing is guessed, and no line of either side is lost. */
export function mergeLines(base: string, ours: string, theirs: string): MergeResult {
  if (ours === theirs || theirs === base) return { text: ours };
  if (ours === base) return { text: theirs };
  const [lines, mine, yours] = [linesOf(base), linesOf(ours), linesOf(theirs)];
  const merged: string[] = [];
  const conflicts: MergeConflict[] = [];
  let at = 0;
  for (const group of touchingEdits(diffLines(lines, mine), diffLines(lines, yours))) {
    const [start, end] = [Math.min(...group.map(({ baseStart }) => baseStart)), Math.max(...group.map(({ baseEnd }) => baseEnd))];
    merged.push(...lines.slice(at, start));
    at = end;
    const left = sideOf("ours", group, mine, lines, start, end);
    const right = sideOf("theirs", group, yours, lines, start, end);
    if (left && right && !sameLines(left, right)) conflicts.push({ baseStart: start, baseEnd: end });
    else merged.push(...(left ?? right ?? []));
  }
  if (conflicts.length > 0) return { conflicts };
  merged.push(...lines.slice(at));
  return { text: merged.join("") };
}

/** What one side makes of a range of the base; null when it leaves it alone. */
function sideOf(side: SidedEdit["side"], group: readonly SidedEdit[], changed: readonly string[], lines: readonly string[], start: number, end: number): readonly string[] | null {
  const own = group.filter((edit) => edit.side === side);
  if (own.length === 0) return null;
  const made: string[] = [];
  let at = start;
  for (const edit of own) {
    made.push(...lines.slice(at, edit.baseStart), ...changed.slice(edit.newStart, edit.newEnd));
    at = edit.baseEnd;
  }
  return [...made, ...lines.slice(at, end)];
}

/** Edits of both sides in order, those that overlap or touch together. */
function touchingEdits(ours: readonly Edit[], theirs: readonly Edit[]): readonly (readonly SidedEdit[])[] {
  const all: SidedEdit[] = [...ours.map((edit) => ({ ...edit, side: "ours" as const })), ...theirs.map((edit) => ({ ...edit, side: "theirs" as const }))];
  all.sort((one, other) => one.baseStart - other.baseStart || one.baseEnd - other.baseEnd);
  const groups: SidedEdit[][] = [];
  let end = -1;
  for (const edit of all) {
    const last = groups.at(-1);
    if (last && edit.baseStart <= end) last.push(edit);
    else groups.push([edit]);
    end = Math.max(last && edit.baseStart <= end ? end : -1, edit.baseEnd);
  }
  return groups;
}

function sameLines(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}
