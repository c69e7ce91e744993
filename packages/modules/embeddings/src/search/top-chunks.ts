/** A chunk, by its number in the project, and what it got. */
export interface Scored {
  readonly chunk: number;
  readonly score: number;
}

/** The best `limit` of the chunks with a score, best first; `before` orders those with the same score. */
export function topChunks(scores: Float64Array, allowed: (chunk: number) => boolean, limit: number, before: (a: number, b: number) => number): Scored[] {
  // A heap with the worst of the best on top.
  const heap: number[] = [];
  const worse = (a: number, b: number): boolean => {
    const [left, right] = [scores[a] ?? 0, scores[b] ?? 0];
    return left === right ? before(a, b) > 0 : left < right;
  };
  for (let chunk = 0; chunk < scores.length; chunk++) {
    const score = scores[chunk] ?? 0;
    if (score <= 0 || !allowed(chunk)) continue;
    if (heap.length < limit) {
      heap.push(chunk);
      rise(heap, worse);
    } else if (worse(heap[0] ?? 0, chunk)) {
      heap[0] = chunk;
      sink(heap, worse);
    }
  }
  return heap.sort((a, b) => (worse(a, b) ? 1 : -1)).map((chunk) => ({ chunk, score: scores[chunk] ?? 0 }));
}

function rise(heap: number[], worse: (a: number, b: number) => boolean): void {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!worse(heap[at] ?? 0, heap[parent] ?? 0)) return;
    [heap[at], heap[parent]] = [heap[parent] ?? 0, heap[at] ?? 0];
    at = parent;
  }
}

function sink(heap: number[], worse: (a: number, b: number) => boolean): void {
  for (let at = 0; ; ) {
    const [left, right] = [at * 2 + 1, at * 2 + 2];
    let worst = at;
    if (left < heap.length && worse(heap[left] ?? 0, heap[worst] ?? 0)) worst = left;
    if (right < heap.length && worse(heap[right] ?? 0, heap[worst] ?? 0)) worst = right;
    if (worst === at) return;
    [heap[at], heap[worst]] = [heap[worst] ?? 0, heap[at] ?? 0];
    at = worst;
  }
}
