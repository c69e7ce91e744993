import type { Edit } from "./edit.ts";

/** How far a place is looked for: beyond, it makes no difference to a reader. */
const MAX_SLIDE = 100;

/**
 * An edit that only adds or only removes can often stand a few lines further up or down and mean the same. It is put where people would cut: before the
 * line that is indented least, and the lowest such place. Edits stay apart by a line at least.
 */
export function slideEdits(base: readonly string[], next: readonly string[], edits: readonly Edit[]): readonly Edit[] {
  const placed: Edit[] = [];
  for (const [index, edit] of edits.entries()) {
    const before = placed.at(-1);
    const after = edits[index + 1];
    placed.push(isOneSided(edit) ? best(base, next, edit, before ? before.baseEnd + 1 : 0, after ? after.baseStart - 1 : base.length) : edit);
  }
  return placed;
}

function isOneSided({ baseStart, baseEnd, newStart, newEnd }: Edit): boolean {
  return baseStart === baseEnd || newStart === newEnd;
}

/** @param lowest first line of the original where the edit may begin @param highest last place where it may end */
function best(base: readonly string[], next: readonly string[], edit: Edit, lowest: number, highest: number): Edit {
  const isAddition = edit.baseStart === edit.baseEnd;
  const [lines, start, end] = isAddition ? [next, edit.newStart, edit.newEnd] : [base, edit.baseStart, edit.baseEnd];
  let [up, down] = [0, 0];
  while (up < MAX_SLIDE && edit.baseStart - up > lowest && start - up > 0 && lines[start - up - 1] === lines[end - up - 1]) up += 1;
  while (down < MAX_SLIDE && edit.baseEnd + down < highest && end + down < lines.length && lines[start + down] === lines[end + down]) down += 1;
  let [by, indent] = [0, Number.POSITIVE_INFINITY];
  for (let shift = -up; shift <= down; shift += 1) {
    const here = indentOf(lines[start + shift] ?? "");
    if (here <= indent) [by, indent] = [shift, here];
  }
  return { baseStart: edit.baseStart + by, baseEnd: edit.baseEnd + by, newStart: edit.newStart + by, newEnd: edit.newEnd + by };
}

/** Columns before the first character; a blank line counts as deep, so that it ends an edit rather than begins it. A line that only closes something is no place to begin. */
function indentOf(line: string): number {
  const text = line.trimEnd();
  if (text === "") return 1_000;
  const indent = text.length - text.trimStart().length;
  return /^[)\]}]/.test(text.trimStart()) ? indent + 500 : indent;
}
