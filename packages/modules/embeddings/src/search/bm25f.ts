import { bodyCount, docCount, nameCount } from "../segments/term-counts.ts";
import type { Averages, LiveSegment } from "./LiveChunks.ts";

/** How soon more of the same word stops to count. */
const K1 = 1.2;
const WEIGHTS = { name: 3, doc: 2, body: 1 } as const;
/** How much a field's length counts against it. */
const LENGTH = { name: 0.5, doc: 0.6, body: 0.75 } as const;

/** What each field has in something. */
export interface FieldShares {
  readonly name: number;
  readonly documentation: number;
  readonly body: number;
}

/** How rare a term is among the chunks that count. */
export function idfOf(segments: readonly LiveSegment[], { chunks }: Averages, term: string): number {
  const holding = documentFrequency(segments, term);
  return Math.log(1 + (chunks - holding + 0.5) / (holding + 0.5));
}

/** Adds to each chunk what it gets for a term. */
export function addTerm(scores: Float64Array, segments: readonly LiveSegment[], averages: Averages, term: string, weight: number): void {
  for (const living of segments) {
    const postings = living.segment.postings(term);
    if (!postings) continue;
    for (let at = postings.start; at < postings.end; at++) {
      const chunk = postings.chunks[at] ?? 0;
      const { name, documentation, body } = frequencies(living, chunk, postings.counts[at] ?? 0, averages);
      const to = living.base + chunk;
      scores[to] = (scores[to] ?? 0) + weight * saturated(name + documentation + body);
    }
  }
}

/** What a chunk gets for a term that it holds so often, by field. */
export function termShares(living: LiveSegment, chunk: number, packed: number, averages: Averages, weight: number): FieldShares {
  const { name, documentation, body } = frequencies(living, chunk, packed, averages);
  const sum = name + documentation + body;
  const each = (weight * saturated(sum)) / sum;
  return { name: name * each, documentation: documentation * each, body: body * each };
}

/** What a term of this weight could give at most. */
export function most(weight: number): number {
  return weight * (K1 + 1);
}

function documentFrequency(segments: readonly LiveSegment[], term: string): number {
  let found = 0;
  for (const { segment, live, liveCount } of segments) {
    const postings = segment.postings(term);
    if (!postings) continue;
    if (liveCount === segment.chunkCount) found += postings.end - postings.start;
    else for (let at = postings.start; at < postings.end; at++) found += live[postings.chunks[at] ?? 0] ?? 0;
  }
  return found;
}

/** How often a term comes, weighed by field and length. */
function frequencies({ segment }: LiveSegment, chunk: number, packed: number, averages: Averages): FieldShares {
  return {
    name: weighed(nameCount(packed), WEIGHTS.name, LENGTH.name, segment.nameLengths[chunk], averages.name),
    documentation: weighed(docCount(packed), WEIGHTS.doc, LENGTH.doc, segment.docLengths[chunk], averages.doc),
    body: weighed(bodyCount(packed), WEIGHTS.body, LENGTH.body, segment.bodyLengths[chunk], averages.body),
  };
}

function weighed(count: number, weight: number, b: number, length: number | undefined, average: number): number {
  return count === 0 ? 0 : (weight * count) / (1 - b + (b * (length ?? 0)) / average);
}

function saturated(sum: number): number {
  return (sum * (K1 + 1)) / (sum + K1);
}
