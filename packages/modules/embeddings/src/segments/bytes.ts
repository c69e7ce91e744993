const encoder = new TextEncoder();

/** Grows as it is written to. Numbers are little-endian; `varint` is LEB128. */
export class ByteWriter {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2³² − 1. */
  varint(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  float(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Any text, also one with halves of surrogate pairs in it: paths can hold them. */
  text(text: string): void {
    const whole = text.isWellFormed();
    const bytes = whole ? encoder.encode(text) : new Uint8Array(Buffer.from(text, "utf16le"));
    this.varint(bytes.length * 2 + (whole ? 0 : 1));
    this.raw(bytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what a {@link ByteWriter} wrote. Throws `RangeError` past the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  byte(): number {
    const value = this.#bytes[this.at++];
    if (value === undefined) throw new RangeError("The data ends too early");
    return value;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError("A number is longer than any");
  }

  float(): number {
    const value = this.#bytes.readFloatLE(this.at);
    this.at += 4;
    return value;
  }

  raw(length: number): Uint8Array {
    const from = this.#step(length);
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + from, length);
  }

  text(): string {
    const head = this.varint();
    const from = this.#step(head >>> 1);
    return this.#bytes.toString((head & 1) === 0 ? "utf8" : "utf16le", from, this.at);
  }

  /** So many bytes, as hexadecimal digits. */
  hex(length: number): string {
    const from = this.#step(length);
    return this.#bytes.toString("hex", from, this.at);
  }

  /** Steps over a text. */
  skipText(): void {
    this.#step(this.varint() >>> 1);
  }

  /** Moves on; returns from where. */
  #step(length: number): number {
    const from = this.at;
    if (from + length > this.#bytes.length) throw new RangeError("The data ends too early");
    this.at = from + length;
    return from;
  }
}
