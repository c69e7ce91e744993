/** Ranks texts by BM25 over their words: what a search without any knowledge of code gives. Best first. */
export function bm25(texts: readonly string[], wordsOf: (text: string) => readonly string[]): (query: string) => number[] {
  const [k1, b] = [1.2, 0.75];
  const frequencies = texts.map((text) => {
    const counts = new Map<string, number>();
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  });
  const lengths = frequencies.map((counts) => [...counts.values()].reduce((left, right) => left + right, 0));
  const average = lengths.reduce((left, right) => left + right, 0) / texts.length;
  const holding = new Map<string, number[]>();
  frequencies.forEach((counts, index) => {
    for (const word of counts.keys()) holding.set(word, [...(holding.get(word) ?? []), index]);
  });
  return (query) => {
    const scores = new Map<number, number>();
    for (const word of new Set(wordsOf(query))) {
      const found = holding.get(word) ?? [];
      const idf = Math.log(1 + (texts.length - found.length + 0.5) / (found.length + 0.5));
      for (const index of found) {
        const frequency = frequencies[index]?.get(word) ?? 0;
        scores.set(index, (scores.get(index) ?? 0) + (idf * frequency * (k1 + 1)) / (frequency + k1 * (1 - b + (b * (lengths[index] ?? 0)) / average)));
      }
    }
    return [...scores].sort(([left, a], [right, c]) => c - a || left - right).map(([index]) => index);
  };
}

export function wholeWords(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [];
}
