import type { Edit } from "./edit.ts";
import { shortestEdits } from "./shortest-edits.ts";
import { slideEdits } from "./slide-edits.ts";

/** What makes one list of lines of the other, in order; between two edits at least one line stays. The same lists give the same edits, always. */
export function diffLines(base: readonly string[], next: readonly string[]): readonly Edit[] {
  const numbers = new Map<string, number>();
  const numbered = (lines: readonly string[]) =>
    Int32Array.from(lines, (line) => {
      const number = numbers.get(line) ?? numbers.size;
      numbers.set(line, number);
      return number;
    });
  const [a, b] = [numbered(base), numbered(next)];
  const edits: Edit[] = [];
  compare(a, b, { baseStart: 0, baseEnd: a.length, newStart: 0, newEnd: b.length }, edits);
  return slideEdits(base, next, joined(edits));
}

function compare(a: Int32Array, b: Int32Array, range: Edit, edits: Edit[]): void {
  let { baseStart, baseEnd, newStart, newEnd } = range;
  while (baseStart < baseEnd && newStart < newEnd && a[baseStart] === b[newStart]) {
    baseStart += 1;
    newStart += 1;
  }
  while (baseStart < baseEnd && newStart < newEnd && a[baseEnd - 1] === b[newEnd - 1]) {
    baseEnd -= 1;
    newEnd -= 1;
  }
  const rest = { baseStart, baseEnd, newStart, newEnd };
  if (baseStart === baseEnd && newStart === newEnd) return;
  if (baseStart === baseEnd || newStart === newEnd) return void edits.push(rest);
  const shortest = shortestEdits(a, b, rest);
  if (shortest) return void edits.push(...shortest);
  const anchors = anchorsOf(a, b, rest);
  // Too different to look for what is common line by line.
  if (anchors.length === 0) return void edits.push(rest);
  let from = { base: baseStart, next: newStart };
  for (const anchor of [...anchors, { base: baseEnd, next: newEnd }]) {
    compare(a, b, { baseStart: from.base, baseEnd: anchor.base, newStart: from.next, newEnd: anchor.next }, edits);
    from = { base: anchor.base + 1, next: anchor.next + 1 };
  }
}

interface Anchor {
  readonly base: number;
  readonly next: number;
}

/** Lines that stand once in each of the two ranges, as many as keep their order. */
function anchorsOf(a: Int32Array, b: Int32Array, { baseStart, baseEnd, newStart, newEnd }: Edit): readonly Anchor[] {
  const inBase = singles(a, baseStart, baseEnd);
  const inNext = singles(b, newStart, newEnd);
  const pairs: Anchor[] = [];
  for (const [line, base] of inBase) {
    const next = inNext.get(line);
    if (base !== -1 && next !== undefined && next !== -1) pairs.push({ base, next });
  }
  return longestRising(pairs);
}

/** Where each line stands; -1 for one that stands there more than once. */
function singles(lines: Int32Array, start: number, end: number): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  for (let at = start; at < end; at += 1) {
    const line = lines[at] ?? 0;
    places.set(line, places.has(line) ? -1 : at);
  }
  return places;
}

/** The longest choice of pairs, which come in order of `base`, that is also in order of `next`. */
function longestRising(pairs: readonly Anchor[]): readonly Anchor[] {
  const piles: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (const [index, { next }] of pairs.entries()) {
    let [low, high] = [0, piles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[piles[middle] ?? 0]?.next ?? 0) < next) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? (piles[low - 1] ?? -1) : -1;
    piles[low] = index;
  }
  const chosen: Anchor[] = [];
  for (let at = piles.at(-1) ?? -1; at !== -1; at = before[at] ?? -1) {
    const pair = pairs[at];
    if (pair) chosen.push(pair);
  }
  return chosen.toReversed();
}

/** Edits that touch become one. */
function joined(edits: readonly Edit[]): readonly Edit[] {
  const whole: Edit[] = [];
  for (const edit of edits) {
    const last = whole.at(-1);
    if (last && last.baseEnd === edit.baseStart && last.newEnd === edit.newStart) whole[whole.length - 1] = { ...last, baseEnd: edit.baseEnd, newEnd: edit.newEnd };
    else whole.push(edit);
  }
  return whole;
}
