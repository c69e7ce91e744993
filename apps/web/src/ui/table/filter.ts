/** A word of a filter that the table knows: `outcome:denied`. */
export interface FilterTerm {
  readonly key: string;
  readonly value: string;
}

/** What may stand before the colon. */
export interface FilterKey {
  readonly key: string;
  readonly description: string;
  /** What can stand behind it; absent where anything may. */
  readonly values?: readonly { readonly value: string; readonly description?: string }[];
  /** Whether a value that is not in the list makes sense all the same. */
  readonly open?: boolean;
}

export interface Filter {
  readonly terms: readonly FilterTerm[];
  /** The words that belong to no term. */
  readonly text: string;
}

export const NO_FILTER: Filter = { terms: [], text: "" };

const WORD = /([\w.-]+):("(?:[^"\\]|\\.)*"|\S+)|("(?:[^"\\]|\\.)*"|\S+)/gu;

/** Reads `actor:me action:"sign in" free text`. Words with an unknown key are text like any other. */
export function parseFilter(input: string, keys: readonly FilterKey[]): Filter {
  const terms: FilterTerm[] = [];
  const text: string[] = [];
  for (const [whole, key, value] of input.matchAll(WORD)) {
    if (key !== undefined && value !== undefined && keys.some((known) => known.key === key)) terms.push({ key, value: unquote(value) });
    else text.push(whole);
  }
  return { terms, text: text.join(" ") };
}

export function formatTerm(term: FilterTerm): string {
  const plain = /^[^\s"]+$/u.test(term.value);
  return `${term.key}:${plain ? term.value : `"${term.value.replace(/["\\]/g, "\\$&")}"`}`;
}

/** The inverse of {@link parseFilter}; what the URL holds. */
export function formatFilter(filter: Filter): string {
  return [...filter.terms.map(formatTerm), filter.text].filter(Boolean).join(" ");
}

function unquote(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
}

/** The text without a term that is still being typed: `outcome:de` at its end is no word to search for. */
export function withoutOpenTerm(text: string, keys: readonly FilterKey[]): string {
  const word = /\S*$/u.exec(text)?.[0] ?? "";
  const open = keys.some(({ key }) => word.startsWith(`${key}:`));
  return parseFilter(open ? text.slice(0, -word.length) : text, []).text;
}

/** A value that the key does not know; such a term finds nothing, and the chip says so. */
export function isKnownValue(term: FilterTerm, keys: readonly FilterKey[]): boolean {
  const key = keys.find((known) => known.key === term.key);
  return key !== undefined && (key.values === undefined || key.open === true || key.values.some(({ value }) => value === term.value));
}

export function valuesOf(filter: Filter, key: string): string[] {
  return filter.terms.filter((term) => term.key === key).map((term) => term.value);
}

/** Whether a row's words hold every word of the text, wherever it stands and whatever its case. */
export function matchesText(text: string, ...words: readonly string[]): boolean {
  const haystack = words.join(" ").toLocaleLowerCase();
  return text.toLocaleLowerCase().split(/\s+/u).every((word) => haystack.includes(word.replaceAll('"', "")));
}

export interface Suggestion {
  readonly insert: string;
  readonly description: string;
  /** A whole term, to be made a chip; otherwise the start of one. */
  readonly complete: boolean;
}

/** What could follow the last word of what is typed. */
export function suggest(text: string, keys: readonly FilterKey[]): Suggestion[] {
  const word = /\S*$/u.exec(text)?.[0] ?? "";
  const colon = word.indexOf(":");
  if (colon < 0) {
    return keys.filter(({ key }) => key.startsWith(word.toLowerCase())).map(({ key, description }) => ({ insert: `${key}:`, description, complete: false }));
  }
  const key = keys.find((known) => known.key === word.slice(0, colon));
  const typed = word.slice(colon + 1).toLowerCase();
  return (key?.values ?? [])
    .filter(({ value, description }) => value.toLowerCase().includes(typed) || description?.toLowerCase().includes(typed))
    .slice(0, 12)
    .map(({ value, description }) => ({ insert: formatTerm({ key: key?.key ?? "", value }), description: description ?? "", complete: true }));
}
