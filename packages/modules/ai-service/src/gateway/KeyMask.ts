const MASK = "[key]";
/** A shorter key may be a word of any text. */
const SHORTEST = 8;

/** Takes a key out of a text that comes in pieces. Only what may be the beginning of the key waits for the next piece. */
export class KeyMask {
  readonly #key: string;
  #held = "";

  constructor(key: string | null) {
    this.#key = key !== null && key.length >= SHORTEST ? key : "";
  }

  /** The next piece as it may be handed on. */
  push(piece: string): string {
    if (this.#key === "") return piece;
    const text = this.whole(this.#held + piece);
    let held = Math.min(this.#key.length - 1, text.length);
    while (held > 0 && !this.#key.startsWith(text.slice(-held))) held -= 1;
    this.#held = held === 0 ? "" : text.slice(-held);
    return held === 0 ? text : text.slice(0, -held);
  }

  /** What still waited. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** A text that is all there. */
  whole(text: string): string {
    return this.#key === "" ? text : text.replaceAll(this.#key, MASK);
  }
}
