import type { Segment, SegmentFile } from "../segments/Segment.ts";

/** Sums over all chunks that count. */
export interface Averages {
  readonly chunks: number;
  readonly name: number;
  readonly doc: number;
  readonly body: number;
}

/** One segment of a project, and which of its chunks are not hidden by newer segments. */
export interface LiveSegment {
  readonly segment: Segment;
  /** Number of its first chunk among those of the project. */
  readonly base: number;
  /** By chunk: 1 where it counts. */
  readonly live: Uint8Array;
  readonly liveCount: number;
}

/** The segments of a project, newest last: a file that a newer one names hides what older ones hold of it. */
export function liveSegments(segments: readonly Segment[]): LiveSegment[] {
  const named = new Set<string>();
  const living: { segment: Segment; live: Uint8Array; liveCount: number }[] = [];
  for (const segment of segments.toReversed()) {
    const live = new Uint8Array(segment.chunkCount);
    let liveCount = 0;
    for (const { path, firstChunk, chunks } of segment.files) {
      if (named.has(path)) continue;
      named.add(path);
      live.fill(1, firstChunk, firstChunk + chunks);
      liveCount += chunks;
    }
    living.unshift({ segment, live, liveCount });
  }
  let base = 0;
  return living.map((one) => {
    const placed = { ...one, base };
    base += one.segment.chunkCount;
    return placed;
  });
}

/** Mean lengths of the fields. Whole numbers are added up, so the order of the segments does not show. */
export function averagesOf(segments: readonly LiveSegment[]): Averages {
  let [chunks, name, doc, body] = [0, 0, 0, 0];
  for (const { segment, live } of segments) {
    for (let chunk = 0; chunk < live.length; chunk++) {
      if (live[chunk] === 0) continue;
      chunks++;
      name += segment.nameLengths[chunk] ?? 0;
      doc += segment.docLengths[chunk] ?? 0;
      body += segment.bodyLengths[chunk] ?? 0;
    }
  }
  const mean = (sum: number) => (sum === 0 ? 1 : sum / chunks);
  return { chunks, name: mean(name), doc: mean(doc), body: mean(body) };
}

/** Which chunks a search may find: 1 where it may. */
export function allowedChunks({ segment, live }: LiveSegment, allows: ((file: SegmentFile) => boolean) | null): Uint8Array {
  if (!allows) return live;
  const allowed = live.slice();
  for (const file of segment.files) if (!allows(file)) allowed.fill(0, file.firstChunk, file.firstChunk + file.chunks);
  return allowed;
}
