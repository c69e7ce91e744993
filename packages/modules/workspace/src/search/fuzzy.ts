/** How well a text matches what was typed, and where. Higher is better; positions are UTF-16 offsets in the text. */
export interface FuzzyMatch {
  readonly score: number;
  readonly positions: readonly number[];
}

/** What was typed, made ready once for many texts. Words apart by blanks must all match, in any order. */
export interface FuzzyQuery {
  readonly words: readonly FuzzyWord[];
  readonly mask: number;
}
interface FuzzyWord {
  readonly text: string;
  readonly lower: string;
  /** It names a folder too, so it is matched against whole paths alone. */
  readonly hasSlash: boolean;
}

/** A path made ready for many queries. */
export interface FuzzyTarget {
  readonly path: string;
  readonly lower: string;
  /** Where the file's name begins. */
  readonly nameAt: number;
  readonly mask: number;
}

/** A match in the name alone is better than any that needs the folders. */
const NAME_BONUS = 1 << 20;
const WHOLE_NAME_BONUS = 1 << 19;
const NAME_START_BONUS = 1 << 18;
const MAX_QUERY = 128;

export function fuzzyQuery(typed: string): FuzzyQuery {
  const words = typed
    .slice(0, MAX_QUERY)
    .replaceAll("\\", "/")
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((text) => ({ text, lower: lowered(text), hasSlash: text.includes("/") }));
  return { words, mask: words.reduce((mask, { lower }) => mask | maskOf(lower), 0) };
}

export function fuzzyTarget(path: string): FuzzyTarget {
  const lower = lowered(path);
  return { path, lower, nameAt: path.lastIndexOf("/") + 1, mask: maskOf(lower) };
}

/** Lower case of the same length, so that offsets stay: a letter that would become two keeps its case. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return [...text].map((character) => (character.toLowerCase().length === character.length ? character.toLowerCase() : character)).join("");
}

/** One bit per letter, digit group and so on: a text that lacks a bit of the query cannot match it. */
function maskOf(lower: string): number {
  let mask = 0;
  for (let at = 0; at < lower.length; at += 1) mask |= bitOf(lower.charCodeAt(at));
  return mask;
}

function bitOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return 1 << (code - 0x61);
  if (code >= 0x30 && code <= 0x39) return 1 << 26;
  if (code === 0x2e) return 1 << 27;
  if (code === 0x5f || code === 0x2d) return 1 << 28;
  return code === 0x2f ? 0 : 1 << 29;
}

/** Whether it matches at all, and whether in the name alone. Cheap for what does not, which is nearly everything. */
export function fuzzyTier(query: FuzzyQuery, target: FuzzyTarget): "name" | "path" | null {
  if ((query.mask & target.mask) !== query.mask) return null;
  let tier: "name" | "path" = "name";
  for (const word of query.words) {
    if (inName(word, target)) continue;
    if (!isSubsequence(word.lower, target.lower, 0)) return null;
    tier = "path";
  }
  return tier;
}

/** Of a target that matches. */
export function fuzzyScore(query: FuzzyQuery, target: FuzzyTarget): number {
  return query.words.reduce((total, word) => total + wordScore(word, target), 0);
}

/** A quick guess at the score of a target that matches: letters are taken where they come first, not where they count most. */
export function fuzzyEstimate(query: FuzzyQuery, target: FuzzyTarget): number {
  let total = 0;
  for (const word of query.words) {
    const named = inName(word, target);
    if (named) total += NAME_BONUS;
    let at = (named ? target.nameAt : 0) - 1;
    let run = 0;
    for (let letter = 0; letter < word.lower.length; letter += 1) {
      const next = target.lower.indexOf(word.lower.charAt(letter), at + 1);
      run = next === at + 1 && letter > 0 ? run + 1 : 0;
      total += placeScore(word.text, letter, target.path, next, run);
      at = next;
    }
  }
  return total;
}

/** The same with the places that matched. Null when it does not match. */
export function fuzzyMatch(query: FuzzyQuery, target: FuzzyTarget): FuzzyMatch | null {
  if (fuzzyTier(query, target) === null) return null;
  const score = fuzzyScore(query, target);
  const positions = new Set<number>();
  for (const word of query.words) {
    const from = inName(word, target) ? target.nameAt : 0;
    align(word, target, from);
    for (const at of alignedPositions(word.lower.length, target.path.length - from)) positions.add(at + from);
  }
  return { score, positions: [...positions].sort((one, other) => one - other) };
}

function wordScore(word: FuzzyWord, target: FuzzyTarget): number {
  if (inName(word, target)) {
    const { lower, nameAt } = target;
    const nameLength = lower.length - nameAt;
    const starts = lower.startsWith(word.lower, nameAt);
    return NAME_BONUS + (starts ? (nameLength === word.lower.length ? WHOLE_NAME_BONUS : NAME_START_BONUS) : 0) + align(word, target, nameAt);
  }
  return align(word, target, 0);
}

function inName(word: FuzzyWord, { lower, nameAt }: FuzzyTarget): boolean {
  return !word.hasSlash && isSubsequence(word.lower, lower, nameAt);
}

function isSubsequence(word: string, text: string, from: number): boolean {
  let at = from - 1;
  for (let index = 0; index < word.length; index += 1) {
    at = text.indexOf(word.charAt(index), at + 1);
    if (at < 0) return false;
  }
  return true;
}

// The table of the last alignment, reused: this runs for tens of thousands of texts per key.
let scores = new Int32Array(0);
let runs = new Int32Array(0);

/**
 * The best alignment of a word with the text from an offset on, one row of the table per letter. A cell holds the best sum for the word up to its letter
 * and the text up to its place, and `runs` how many letters in a row end exactly there.
 */
function align({ text, lower }: FuzzyWord, target: FuzzyTarget, from: number): number {
  const width = target.path.length - from;
  const cells = lower.length * width;
  if (scores.length < cells) {
    scores = new Int32Array(cells * 2);
    runs = new Int32Array(cells * 2);
  }
  for (let letter = 0; letter < lower.length; letter += 1) {
    const row = letter * width;
    for (let at = 0; at < width; at += 1) {
      const left = at > 0 ? (scores[row + at - 1] ?? 0) : 0;
      const diagonal = letter > 0 && at > 0 ? (scores[row - width + at - 1] ?? 0) : 0;
      const run = letter > 0 && at > 0 ? (runs[row - width + at - 1] ?? 0) : 0;
      // A letter counts only where all before it found a place.
      const place = lower.charCodeAt(letter) === target.lower.charCodeAt(from + at) && (letter === 0 || diagonal > 0) ? placeScore(text, letter, target.path, from + at, run) : 0;
      if (place > 0 && diagonal + place >= left) {
        scores[row + at] = diagonal + place;
        runs[row + at] = run + 1;
      } else {
        scores[row + at] = left;
        runs[row + at] = 0;
      }
    }
  }
  return scores[cells - 1] ?? 0;
}

function alignedPositions(letters: number, width: number): readonly number[] {
  const positions: number[] = [];
  let letter = letters - 1;
  for (let at = width - 1; at >= 0 && letter >= 0; at -= 1) {
    if ((runs[letter * width + at] ?? 0) === 0) continue;
    positions.push(at);
    letter -= 1;
  }
  return positions;
}

function placeScore(word: string, letter: number, text: string, at: number, run: number): number {
  let score = 1;
  // Beginnings count more when something was skipped to get there; letters in a row count for being in a row.
  if (run > 0) score += Math.min(run, 3) * 6 + Math.max(0, Math.min(run - 3, 10)) * 3;
  if (word.charCodeAt(letter) === text.charCodeAt(at)) score += 1;
  if (at === 0) return score + 8;
  const before = text.charCodeAt(at - 1);
  if (before === 0x2f) return score + 5;
  if (SEPARATORS.has(before)) return score + 4;
  return isUpper(text.charCodeAt(at)) && !isUpper(before) && run === 0 ? score + 2 : score;
}

const SEPARATORS: ReadonlySet<number> = new Set(Array.from("_-. '\":", (character) => character.charCodeAt(0)));

function isUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}
