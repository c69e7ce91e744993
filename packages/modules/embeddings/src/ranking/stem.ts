const VOWEL = /[aeiouy]/;

/**
 * Takes the ending off an English word, so that `caches`, `cached`, `caching` and `cache` are one term. Light on purpose: what is left need not be a word,
 * and words that mean different things should stay apart. Anything but lower-case ASCII letters is left as it is.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  return withoutE(withoutDerivation(withoutInflection(withoutPlural(word))));
}

function withoutPlural(word: string): string {
  if (!word.endsWith("s") || word.endsWith("ss") || word.endsWith("us") || word.endsWith("is")) return word;
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

function withoutInflection(word: string): string {
  for (const ending of ["ing", "ed"]) {
    if (!word.endsWith(ending)) continue;
    const rest = word.slice(0, -ending.length);
    if (rest.length < 3 || !VOWEL.test(rest)) return word;
    return undoubled(rest);
  }
  return word;
}

/** `validation`, `validator` and `validate`; `parser` and `parse`; `quickly` and `quick`. */
function withoutDerivation(word: string): string {
  for (const [ending, put, shortest = 3] of DERIVATIONS) {
    if (!word.endsWith(ending)) continue;
    const rest = word.slice(0, -ending.length);
    return rest.length >= shortest && VOWEL.test(rest) ? undoubled(rest) + put : word;
  }
  return word;
}

/** Longest first. What is left must not be shorter than `shortest`: a comment is nothing that coms. */
const DERIVATIONS: readonly (readonly [ending: string, put: string, shortest?: number])[] = [
  ["ization", "iz"], ["fulness", "ful"], ["ication", "icat"], ["ation", "at"], ["ition", "it"], ["ator", "at"], ["ness", "", 4], ["ment", "", 5],
  ["tion", "t"], ["sion", "s"], ["able", ""], ["ible", ""], ["ly", ""], ["er", ""], ["or", ""],
];

function withoutE(word: string): string {
  return word.length > 3 && word.endsWith("e") ? word.slice(0, -1) : word;
}

/** `running` is `run`, but `calling` is `call`. */
function undoubled(word: string): string {
  const last = word.at(-1);
  return last !== undefined && last === word.at(-2) && !"lsz".includes(last) && word.length > 3 ? word.slice(0, -1) : word;
}
