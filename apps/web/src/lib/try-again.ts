const waiting = new Set<() => void>();

/** Calls `again` once, as soon as somebody asks that what failed is tried again. Returns what takes that back. */
export function whenTriedAgain(again: () => void): () => void {
  waiting.add(again);
  return () => void waiting.delete(again);
}

/** Tries everything again that has failed: what failed in one place for want of a network has mostly failed in others, not all of which can ask. */
export function tryAgain(): void {
  const failed = [...waiting];
  waiting.clear();
  for (const again of failed) again();
}
