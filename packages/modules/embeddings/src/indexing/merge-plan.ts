import type { SegmentRef } from "../entities.ts";

/** A merged segment that becomes larger than this is not worth the memory. */
const MAX_MERGED_BYTES = 64 * 1024 ** 2;
const MAX_REWRITTEN_BYTES = 256 * 1024 ** 2;
/** A segment is merged with what is behind it until it is so many times as large: each byte is then written again a few times only, however many edits there are. */
const FACTOR = 4;
/** Of chunks that count, to all. Below that, all is written anew. */
const MIN_LIVE = 0.6;

/** From which segment on all become one; null where they stay as they are. Oldest first. */
export function mergePlan(segments: readonly SegmentRef[], liveChunks: number): number | null {
  const all = segments.reduce((sum, { chunks }) => sum + chunks, 0);
  const bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (segments.length > 0 && all > 0 && liveChunks / all < MIN_LIVE && bytes <= MAX_REWRITTEN_BYTES) return 0;
  let from = segments.length - 1;
  let merged = segments[from]?.sizeBytes ?? 0;
  while (from > 0) {
    const before = segments[from - 1]?.sizeBytes ?? 0;
    if (before >= merged * FACTOR || before + merged > MAX_MERGED_BYTES) break;
    merged += before;
    from--;
  }
  return segments.length - from > 1 ? from : null;
}
