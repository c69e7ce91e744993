import { compareText } from "../segments/SegmentBuilder.ts";
import { bodyCount, docCount, symbolCount } from "../segments/term-counts.ts";
import type { LiveSegment } from "./LiveChunks.ts";

/** A word that the code itself uses needs no others. */
const MAX_IN_CODE = 2;
const MIN_PAIRS = 3;
const MIN_INFORMATION = 1;
const MAX_RELATED = 6;

/**
 * The terms that code uses where its documentation says `term`, best first: pairs that come together at least three times, by their pointwise mutual
 * information. Learned from this project's own documented chunks. None for a term that code uses itself.
 */
export function relatedTerms(segments: readonly LiveSegment[], term: string): readonly string[] {
  let [documented, inCode] = [0, 0];
  const together = new Map<string, number>();
  for (const { segment, live } of segments) {
    const postings = segment.postings(term);
    if (!postings) continue;
    for (let at = postings.start; at < postings.end; at++) {
      const chunk = postings.chunks[at] ?? 0;
      if (live[chunk] === 0) continue;
      const packed = postings.counts[at] ?? 0;
      if (isCode(packed) && ++inCode > MAX_IN_CODE) return [];
      if (docCount(packed) === 0) continue;
      documented++;
      for (const [other, counts] of segment.terms(chunk)) if (other !== term && isCode(counts)) together.set(other, (together.get(other) ?? 0) + 1);
    }
  }
  if (documented < MIN_PAIRS) return [];
  const total = countDocumented(segments);
  return [...together]
    .filter(([, pairs]) => pairs >= MIN_PAIRS)
    .map(([other, pairs]) => ({ other, information: Math.log2((pairs * total) / (documented * countInCode(segments, other))) }))
    .filter(({ information }) => information > MIN_INFORMATION)
    .sort((a, b) => b.information - a.information || compareText(a.other, b.other))
    .slice(0, MAX_RELATED)
    .map(({ other }) => other);
}

function countDocumented(segments: readonly LiveSegment[]): number {
  let total = 0;
  for (const { segment, live } of segments) for (let chunk = 0; chunk < live.length; chunk++) if (live[chunk] === 1 && (segment.docLengths[chunk] ?? 0) > 0) total++;
  return total;
}

/** In how many documented chunks code uses a term. */
function countInCode(segments: readonly LiveSegment[], term: string): number {
  let found = 0;
  for (const { segment, live } of segments) {
    const postings = segment.postings(term);
    if (!postings) continue;
    for (let at = postings.start; at < postings.end; at++) {
      const chunk = postings.chunks[at] ?? 0;
      if (live[chunk] === 1 && (segment.docLengths[chunk] ?? 0) > 0 && isCode(postings.counts[at] ?? 0)) found++;
    }
  }
  return found;
}

function isCode(packed: number): boolean {
  return symbolCount(packed) > 0 || bodyCount(packed) > 0;
}
