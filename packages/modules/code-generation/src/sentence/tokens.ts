/** A word of a sentence, with where it stands. */
export interface Token {
  readonly text: string;
  readonly lower: string;
  readonly start: number;
  readonly end: number;
}

/** Words, numbers and paths; marks at the end of a word are no part of it. */
export function tokensOf(sentence: string): Token[] {
  const tokens: Token[] = [];
  for (const match of sentence.matchAll(/\/[\w:{}[\]\-./~]*|[A-Za-z_][\w]*(?:[-'][A-Za-z]\w*)*(?:\[\])?|\d+(?:[.,]\d+)*k?|[,:;()?!.&+]/g)) {
    const raw = match[0];
    const text = raw.startsWith("/") && raw.length > 1 ? raw.replace(/[.,:;]+$/, "") : raw;
    tokens.push({ text, lower: text.toLowerCase(), start: match.index, end: match.index + text.length });
  }
  return tokens;
}
