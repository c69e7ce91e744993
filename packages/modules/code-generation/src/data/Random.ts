const MULTIPLIER = 6364136223846793005n;
const MASK = (1n << 64n) - 1n;

/** FNV-1a over UTF-16 units, 64 bits. */
function hash(text: string): bigint {
  let value = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) value = ((value ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n) & MASK;
  return value;
}

/** PCG32, seeded by what names the value: the same place in the same table has the same value, whatever else is made. */
export class Random {
  #state: bigint;
  readonly #increment: bigint;

  constructor(...key: readonly (string | number)[]) {
    const seed = hash(key.join("\u001f"));
    this.#increment = ((hash(`${key.length}\u001e${key.at(-1) ?? ""}`) << 1n) | 1n) & MASK;
    this.#state = (seed + this.#increment) & MASK;
    this.next();
    this.next();
  }

  /** 32 bits. */
  next(): number {
    const old = this.#state;
    this.#state = (old * MULTIPLIER + this.#increment) & MASK;
    const shifted = Number((((old >> 18n) ^ old) >> 27n) & 0xffffffffn);
    const rotation = Number(old >> 59n);
    return ((shifted >>> rotation) | (shifted << (-rotation & 31))) >>> 0;
  }

  /** 0 up to, not including, 1: 53 bits. */
  unit(): number {
    return ((this.next() >>> 5) * 67108864 + (this.next() >>> 6)) / 9007199254740992;
  }

  /** Both ends included. */
  integer(min: number, max: number): number {
    const value = min + Math.floor(this.unit() * (max - min + 1));
    return value > max ? max : value;
  }

  chance(share: number): boolean {
    return this.unit() < share;
  }

  pick<Value>(list: readonly Value[]): Value {
    const value = list[this.integer(0, list.length - 1)];
    if (value === undefined) throw new Error("There is nothing to pick from");
    return value;
  }

  text(alphabet: string, length: number): string {
    let made = "";
    for (let index = 0; index < length; index++) made += alphabet[this.integer(0, alphabet.length - 1)] ?? "";
    return made;
  }
}
