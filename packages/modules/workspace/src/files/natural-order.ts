const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** As people order names: without regard to case and accents, numbers by their value. Two different names are never equal. */
export function compareNames(one: string, other: string): number {
  return collator.compare(one, other) || (one < other ? -1 : one > other ? 1 : 0);
}

/** How much is sorted in one step. */
const BLOCK = 1_000;

/**
 * The smallest `limit` of many, kept while they stream by: memory for `limit`, and no step that sorts them all.
 */
export class Smallest<Item> {
  readonly #limit: number;
  readonly #compare: (one: Item, other: Item) => number;
  #kept: Item[] = [];
  #added: Item[] = [];

  constructor(limit: number, compare: (one: Item, other: Item) => number) {
    this.#limit = limit;
    this.#compare = compare;
  }

  add(item: Item): void {
    const last = this.#kept.length >= this.#limit ? this.#kept.at(-1) : undefined;
    if (last !== undefined && this.#compare(item, last) >= 0) return;
    this.#added.push(item);
    if (this.#added.length >= BLOCK) this.#settle();
  }

  /** In order. */
  take(): readonly Item[] {
    this.#settle();
    return this.#kept;
  }

  #settle(): void {
    if (this.#added.length === 0) return;
    this.#kept = merged(this.#kept, this.#added.sort(this.#compare), this.#compare, this.#limit);
    this.#added = [];
  }
}

function merged<Item>(one: readonly Item[], other: readonly Item[], compare: (one: Item, other: Item) => number, limit: number): Item[] {
  const result: Item[] = [];
  let [left, right] = [0, 0];
  while (result.length < limit) {
    const [first, second] = [one[left], other[right]];
    if (first === undefined && second === undefined) break;
    const takesFirst = first !== undefined && (second === undefined || compare(first, second) <= 0);
    const next = takesFirst ? first : second;
    if (next !== undefined) result.push(next);
    if (takesFirst) left += 1;
    else right += 1;
  }
  return result;
}
