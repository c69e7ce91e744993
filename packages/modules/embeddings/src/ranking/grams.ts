/** Buckets that character n-grams are hashed into. */
export const GRAM_BUCKETS = 2 ** 18;
const SIZES = [3, 4, 5] as const;
const KEPT_TERMS = 50_000;

const kept = new Map<string, Int32Array>();

/** The buckets of the character 3- to 5-grams of `#term#`, one per gram: a gram that comes twice is there twice. */
export function gramsOf(term: string): Int32Array {
  let grams = kept.get(term);
  if (!grams) {
    const marked = `#${term}#`;
    const buckets: number[] = [];
    for (const size of SIZES) for (let at = 0; at + size <= marked.length; at++) buckets.push(bucketOf(marked, at, at + size));
    grams = Int32Array.from(buckets);
    if (kept.size >= KEPT_TERMS) kept.clear();
    kept.set(term, grams);
  }
  return grams;
}

/** FNV-1a over the UTF-16 units, with the high bits folded in. The same on every machine, for ever: stored norms depend on it. */
function bucketOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % GRAM_BUCKETS;
}

/** Weight of a gram that comes `count` times. */
export function gramWeight(count: number): number {
  return 1 + Math.log(count);
}

/** Length of the gram vector of some terms, each with how often it comes. */
export function gramNorm(terms: readonly (readonly [term: string, count: number])[]): number {
  const grams = terms.map(([term, count]) => ({ buckets: gramsOf(term), count }));
  const sorted = new Int32Array(grams.reduce((sum, { buckets, count }) => sum + buckets.length * count, 0));
  let filled = 0;
  for (const { buckets, count } of grams) {
    for (let time = 0; time < count; time++) {
      sorted.set(buckets, filled);
      filled += buckets.length;
    }
  }
  // So that equal ones meet, and so that the sum is made in one order: in another one its last bit differs.
  sorted.sort();
  let sum = 0;
  for (let at = 0; at < sorted.length; ) {
    const from = at;
    while (at < sorted.length && sorted[at] === sorted[from]) at++;
    sum += gramWeight(at - from) ** 2;
  }
  return Math.fround(Math.sqrt(sum));
}
