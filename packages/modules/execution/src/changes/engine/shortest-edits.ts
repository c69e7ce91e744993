import type { Edit } from "./edit.ts";

/** Beyond so many removed and added lines within one range the search would take too long and too much room: a few milliseconds and 4 MB it may. */
const MAX_STEPS = 1_000;

/** The fewest removed and added lines (Myers 1986) within a range; null when there are too many of them. Edits that touch are one. */
export function shortestEdits(a: Int32Array, b: Int32Array, { baseStart, baseEnd, newStart, newEnd }: Edit): readonly Edit[] | null {
  const [n, m] = [baseEnd - baseStart, newEnd - newStart];
  const most = Math.min(n + m, MAX_STEPS);
  // The furthest base line on each diagonal, around `offset`.
  const offset = most + 1;
  const furthest = new Int32Array(2 * most + 3);
  const trace: Int32Array[] = [];
  for (let steps = 0; steps <= most; steps += 1) {
    trace.push(furthest.slice(offset - steps - 1, offset + steps + 2));
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      const isDown = diagonal === -steps || (diagonal !== steps && at(furthest, offset + diagonal - 1) < at(furthest, offset + diagonal + 1));
      let x = isDown ? at(furthest, offset + diagonal + 1) : at(furthest, offset + diagonal - 1) + 1;
      while (x < n && x - diagonal < m && a[baseStart + x] === b[newStart + x - diagonal]) x += 1;
      furthest[offset + diagonal] = x;
      if (x >= n && x - diagonal >= m) return walkBack(trace, n, m).map((edit) => moved(edit, baseStart, newStart));
    }
  }
  return null;
}

function walkBack(trace: readonly Int32Array[], n: number, m: number): readonly Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [n, m];
  for (let steps = trace.length - 1; steps > 0; steps -= 1) {
    const furthest = trace[steps] ?? new Int32Array();
    // Of diagonal d, `furthest` holds the place steps + 1 + d.
    const of = (diagonal: number) => at(furthest, steps + 1 + diagonal);
    const diagonal = x - y;
    const isDown = diagonal === -steps || (diagonal !== steps && of(diagonal - 1) < of(diagonal + 1));
    const beforeX = of(isDown ? diagonal + 1 : diagonal - 1);
    const beforeY = beforeX - (isDown ? diagonal + 1 : diagonal - 1);
    const edit = isDown
      ? { baseStart: beforeX, baseEnd: beforeX, newStart: beforeY, newEnd: beforeY + 1 }
      : { baseStart: beforeX, baseEnd: beforeX + 1, newStart: beforeY, newEnd: beforeY };
    const later = edits.at(-1);
    if (later && later.baseStart === edit.baseEnd && later.newStart === edit.newEnd) edits[edits.length - 1] = { ...later, baseStart: edit.baseStart, newStart: edit.newStart };
    else edits.push(edit);
    [x, y] = [beforeX, beforeY];
  }
  return edits.toReversed();
}

function moved({ baseStart, baseEnd, newStart, newEnd }: Edit, base: number, next: number): Edit {
  return { baseStart: baseStart + base, baseEnd: baseEnd + base, newStart: newStart + next, newEnd: newEnd + next };
}

function at(numbers: Int32Array, index: number): number {
  return numbers[index] ?? 0;
}
