/** Questions that several people ask in the same moment are put to the store once: what a change makes every open page ask. An answer is never kept. */
export class InFlight<Answer> {
  readonly #asked = new Map<string, Promise<Answer>>();

  /** `key` says all that the answer depends on. */
  ask(key: string, question: () => Promise<Answer>): Promise<Answer> {
    const known = this.#asked.get(key);
    if (known) return known;
    const answer = question().finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }
}

/** Keys in one order, whoever wrote them. */
export function keyOf(...parts: readonly object[]): string {
  return JSON.stringify(parts.map((part) => Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1))));
}
