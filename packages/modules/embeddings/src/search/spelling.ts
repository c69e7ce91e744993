import { gramsOf, gramWeight } from "../ranking/grams.ts";
import { symbolCount } from "../segments/term-counts.ts";
import type { LiveSegment } from "./LiveChunks.ts";
import type { QueryTerm } from "./query.ts";

/**
 * Likeness of the query's letters to each chunk's symbol: the cosine of hashed character 3- to 5-grams, which finds `authenticate` for "authentification" and parts
 * of compounds. The inverse frequency is on the query's side alone, so that a chunk's length need not be computed anew when others change.
 */
export function addSpelling(scores: Float64Array, segments: readonly LiveSegment[], chunks: number, terms: readonly QueryTerm[]): void {
  const counts = new Map<number, number>();
  for (const { term, count } of terms) for (const bucket of gramsOf(term)) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  const inChunk = new Uint16Array(scores.length);
  let length = 0;
  for (const bucket of [...counts.keys()].sort((a, b) => a - b)) {
    const touched = countGram(inChunk, segments, bucket);
    let frequency = 0;
    for (const chunk of touched) if (isLive(segments, chunk)) frequency++;
    const weight = gramWeight(counts.get(bucket) ?? 1) * Math.log((chunks + 1) / (frequency + 0.5));
    length += weight ** 2;
    for (const chunk of touched) {
      scores[chunk] = (scores[chunk] ?? 0) + weight * gramWeight(inChunk[chunk] ?? 1);
      inChunk[chunk] = 0;
    }
  }
  for (const { segment, base } of segments) {
    for (let chunk = 0; chunk < segment.chunkCount; chunk++) {
      const score = scores[base + chunk] ?? 0;
      if (score !== 0) scores[base + chunk] = score / ((segment.gramNorms[chunk] ?? 0) * Math.sqrt(length));
    }
  }
}

/** How often a gram comes in each symbol; returns the chunks where it does. */
function countGram(inChunk: Uint16Array, segments: readonly LiveSegment[], bucket: number): number[] {
  const touched: number[] = [];
  for (const { segment, base } of segments) {
    for (const postings of segment.withGram(bucket)) {
      for (let at = postings.start; at < postings.symbolEnd; at++) {
        const chunk = base + (postings.chunks[at] ?? 0);
        if (inChunk[chunk] === 0) touched.push(chunk);
        inChunk[chunk] = (inChunk[chunk] ?? 0) + symbolCount(postings.counts[at] ?? 0);
      }
    }
  }
  return touched;
}

function isLive(segments: readonly LiveSegment[], chunk: number): boolean {
  for (const { segment, base, live } of segments) if (chunk < base + segment.chunkCount) return live[chunk - base] === 1;
  return false;
}
