import { eachWord, termsOfWord } from "../ranking/tokenizer.ts";

/** More terms than this make a search slower and no better. */
const MAX_TERMS = 200;

/** A term of a query. */
export interface QueryTerm {
  readonly term: string;
  /** The word it came from, as it was written. */
  readonly word: string;
  readonly weight: number;
  /** How often it comes. */
  readonly count: number;
}

/** The terms of a query, in the order in which they come; a term that comes more often weighs more, but less each time. */
export function queryTerms(query: string): readonly QueryTerm[] {
  const words = new Map<string, string>();
  const counts = new Map<string, number>();
  eachWord(query, (word) => {
    const terms = termsOfWord(word);
    for (const term of terms) {
      if (!words.has(term)) words.set(term, terms.length === 1 ? word : term);
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
  });
  return [...counts].slice(0, MAX_TERMS).map(([term, count]) => ({ term, word: words.get(term) ?? term, weight: 1 + Math.log(count), count }));
}
