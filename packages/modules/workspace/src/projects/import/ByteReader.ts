import { archiveCorrupt } from "./errors.ts";

/** Takes counted bytes off a stream, holding no more than what the stream hands over at a time. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #onBytes: (total: number) => void;
  #chunk: Buffer = Buffer.alloc(0);
  #total = 0;

  /** @param onBytes is told how much the stream has given so far; throwing ends the reading */
  constructor(source: AsyncIterable<Uint8Array>, onBytes: (total: number) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#onBytes = onBytes;
  }

  /** So many bytes, or null where the stream has ended before the first of them. A stream that ends within them is damaged. */
  async take(length: number): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const part = await this.some(missing);
      if (part === null) {
        if (missing === length) return null;
        throw truncated();
      }
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  /** At least one and at most so many bytes; null at the end. */
  async some(most: number): Promise<Buffer | null> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return null;
      this.#chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
      this.#total += this.#chunk.length;
      this.#onBytes(this.#total);
    }
    const part = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0; ) {
      const part = await this.some(missing);
      if (part === null) throw truncated();
      missing -= part.length;
    }
  }
}

export function truncated(): Error {
  return archiveCorrupt("it ends too early");
}
