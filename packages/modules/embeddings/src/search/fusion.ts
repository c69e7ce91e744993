import type { Scored } from "./top-chunks.ts";

/** Small, because the first places of each list are right more often than not. */
const K = 10;

/** One way to order chunks, and how much it counts. */
export interface RankedList {
  readonly weight: number;
  readonly chunks: readonly Scored[];
}

/** What each chunk gets for its places: Σ weight ÷ (k + rank). */
export function fuse(lists: readonly RankedList[]): Map<number, number> {
  const fused = new Map<number, number>();
  for (const { weight, chunks } of lists) chunks.forEach(({ chunk }, index) => fused.set(chunk, (fused.get(chunk) ?? 0) + weight / (K + index + 1)));
  return fused;
}

/** What a chunk gets for its place in one list; 0 where it has none. */
export function shareOf({ weight, chunks }: RankedList, chunk: number): number {
  const index = chunks.findIndex((scored) => scored.chunk === chunk);
  return index < 0 ? 0 : weight / (K + index + 1);
}
