import { stem } from "./stem.ts";
import { STOP_WORDS } from "./stop-words.ts";

/** Longer runs of letters are no words: keys, hashes, encoded data. */
export const MAX_WORD = 100;
const MAX_PART = 40;
const MIN_PART = 2;
const ASCII_WORD = Uint8Array.from({ length: 128 }, (_unused, code) => (/\w/.test(String.fromCharCode(code)) ? 1 : 0));
const wordCharacters = new Map<number, boolean>();

/** Where the next word begins: a run of letters, digits and underscores. `end` where there is none. */
export function wordStart(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && !isWordCharacter(text.charCodeAt(at))) at++;
  return at;
}

export function wordEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isWordCharacter(text.charCodeAt(at))) at++;
  return at;
}

/** Calls back with each word of a text, in order, but those that are too long for one. */
export function eachWord(text: string, take: (word: string) => void): void {
  for (let at = wordStart(text, 0, text.length); at < text.length; ) {
    const end = wordEnd(text, at, text.length);
    if (end - at <= MAX_WORD) take(text.slice(at, end));
    at = wordStart(text, end, text.length);
  }
}

/**
 * The terms of a word: split at camelCase, snake_case and other borders, lower-cased and stemmed; stop words and single letters are left out.
 * Scripts without spaces between words give pairs of characters.
 */
export function termsOfWord(word: string): readonly string[] {
  return split(word).flatMap(normalized);
}

export function termsOf(text: string): string[] {
  const terms: string[] = [];
  eachWord(text, (word) => terms.push(...termsOfWord(word)));
  return terms;
}

/** `HTTPServerError2` → HTTP, Server, Error2. */
function split(word: string): readonly string[] {
  // Borders: lower to upper case, the last capital of a run, and the underscore. Digits stay with the letters before them.
  return word.replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1_$2").replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2").split("_");
}

function normalized(part: string): readonly string[] {
  if (part.length < MIN_PART || part.length > MAX_PART) return CJK.test(part) ? pairs(part) : [];
  if (CJK.test(part)) return pairs(part);
  const lower = part.normalize("NFKC").toLowerCase();
  if (STOP_WORDS.has(lower) || /^\d{1,2}$/.test(lower)) return [];
  return [stem(lower)];
}

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

function pairs(text: string): readonly string[] {
  const characters = [...text.normalize("NFKC").toLowerCase()];
  return characters.length < 2 ? characters : characters.slice(1).map((character, index) => (characters[index] ?? "") + character);
}

function isWordCharacter(code: number): boolean {
  if (code < 128) return ASCII_WORD[code] === 1;
  let known = wordCharacters.get(code);
  if (known === undefined) {
    // Halves of surrogate pairs are letters of rare scripts more often than anything else.
    known = (code >= 0xd800 && code <= 0xdfff) || /[\p{L}\p{N}\p{M}]/u.test(String.fromCharCode(code));
    wordCharacters.set(code, known);
  }
  return known;
}
