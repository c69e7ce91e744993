import type { ChunkKind } from "@coder/api/embeddings";

/** A chunk is at most this long, in UTF-8 bytes. */
export const MAX_CHUNK_BYTES = 1_500;

/** A piece of a file, as UTF-16 offsets into its text. Chunks of a file do not overlap and come in its order. */
export interface Chunk {
  /** Qualified, as people would say it: `Cart.total`. Null for what has no name. */
  readonly symbol: string | null;
  /** The names that are declared in it: what somebody would call it by. */
  readonly names: readonly string[];
  readonly kind: ChunkKind;
  readonly start: number;
  readonly end: number;
  /** Where its documentation stands within it: starts and ends in turn. */
  readonly docs: readonly number[];
}

/** UTF-8 bytes of a part of a text; free for ASCII. */
export class TextMeasure {
  readonly text: string;
  readonly #ascii: boolean;

  constructor(text: string) {
    this.text = text;
    // eslint-disable-next-line no-control-regex
    this.#ascii = !/[^\x00-\x7f]/.test(text);
  }

  bytes(start: number, end: number): number {
    const length = end - start;
    // A UTF-16 unit is at most three bytes: what is certainly too long needs no counting.
    if (this.#ascii || length > MAX_CHUNK_BYTES) return length;
    return Buffer.byteLength(this.text.slice(start, end));
  }
}
