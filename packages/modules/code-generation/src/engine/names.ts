const PLURALS: ReadonlyMap<string, string> = new Map([
  ["person", "people"], ["child", "children"], ["man", "men"], ["woman", "women"], ["mouse", "mice"], ["goose", "geese"], ["foot", "feet"], ["tooth", "teeth"], ["datum", "data"], ["medium", "media"], ["analysis", "analyses"], ["status", "statuses"], ["address", "addresses"], ["bus", "buses"], ["quiz", "quizzes"], ["leaf", "leaves"], ["life", "lives"], ["shelf", "shelves"],
]);
const SAME = new Set(["series", "species", "news", "equipment", "information", "sheep", "fish"]);
const SINGULARS: ReadonlyMap<string, string> = new Map([...PLURALS].map(([one, many]) => [many, one]));

/** `order item`, `OrderItem`, `order_items` → order, item. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

export function pluralOf(word: string): string {
  const last = wordsOf(word).at(-1) ?? word;
  const plural = pluralWord(last);
  return word.slice(0, word.length - last.length) + (/^[A-Z]/.test(word.slice(-last.length)) ? plural.charAt(0).toUpperCase() + plural.slice(1) : plural);
}

export function singularOf(word: string): string {
  const last = wordsOf(word).at(-1) ?? word;
  const singular = singularWord(last);
  return word.slice(0, word.length - last.length) + (/^[A-Z]/.test(word.slice(-last.length)) ? singular.charAt(0).toUpperCase() + singular.slice(1) : singular);
}

function pluralWord(word: string): string {
  if (SAME.has(word) || SINGULARS.has(word)) return word;
  const irregular = PLURALS.get(word);
  if (irregular !== undefined) return irregular;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

function singularWord(word: string): string {
  if (SAME.has(word)) return word;
  const irregular = SINGULARS.get(word);
  if (irregular !== undefined) return irregular;
  if (PLURALS.has(word)) return word;
  if (/[^aeiou]ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ses|xes|zes|ches|shes)$/.test(word)) return /(?:[^aeiou]ses|uses|[aeiou]ses)$/.test(word) && !/(?:sses|uses)$/.test(word) ? word.slice(0, -1) : word.slice(0, -2);
  return /[^s]s$/.test(word) && !/(?:us|is)$/.test(word) ? word.slice(0, -1) : word;
}

export type Naming = "kebab" | "camel" | "pascal" | "snake";

export function named(words: readonly string[], naming: Naming): string {
  if (naming === "kebab") return words.join("-");
  if (naming === "snake") return words.join("_");
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return naming === "pascal" ? pascal : pascal.charAt(0).toLowerCase() + pascal.slice(1);
}

export interface EntityNames {
  /** `OrderItem` */
  readonly type: string;
  /** `OrderItems` */
  readonly typePlural: string;
  /** `orderItem` */
  readonly one: string;
  /** `orderItems`; another name than `one` even where the words are the same. */
  readonly many: string;
  /** `order item` for sentences. */
  readonly words: string;
  /** order, items */
  readonly manyWords: readonly string[];
}

const RESERVED = new Set(
  "break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield await async of get set request response req res reply app router error body params id values input result next object".split(" "),
);

/** How an entity is called in code. */
export function entityNames(entity: string): EntityNames {
  const words = wordsOf(entity);
  const one = words.map((word, index) => (index === words.length - 1 ? singularOf(word) : word));
  const many = words.map((word, index) => (index === words.length - 1 ? pluralOf(singularOf(word)) : word));
  const type = named(one, "pascal");
  const variable = named(one, "camel");
  const plural = named(many, "camel");
  const safe = RESERVED.has(variable) || variable === plural ? `one${type}` : variable;
  return { type, typePlural: named(many, "pascal"), one: safe, many: RESERVED.has(plural) ? `all${named(many, "pascal")}` : plural, words: one.join(" "), manyWords: many };
}

/** `a user`, `an order`. */
export function withArticle(words: string): string {
  return `${/^(?:[aeio]|u(?!ser|ni|til|sa|se|tf|rl))/i.test(words) ? "an" : "a"} ${words}`;
}
