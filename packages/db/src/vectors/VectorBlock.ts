import { endianness } from "node:os";
import type { VectorRow } from "./vector-entity.ts";

const BYTES = 4;

/** Some vectors of a collection, side by side in memory. */
export class VectorBlock {
  readonly keys: readonly string[];
  readonly #values: Float32Array;
  readonly #lengths: Float64Array;
  readonly #dimensions: number;

  /** Rows of other dimensions are left out: they were made by another model. */
  constructor(rows: readonly VectorRow[], dimensions: number) {
    const fitting = rows.filter((row) => row.dimensions === dimensions);
    this.keys = fitting.map(({ key }) => key);
    this.#dimensions = dimensions;
    this.#values = new Float32Array(fitting.length * dimensions);
    fitting.forEach(({ vector }, index) => this.#values.set(decodeVector(vector), index * dimensions));
    this.#lengths = Float64Array.from(fitting, (_row, index) => lengthOf(this.#values, index * dimensions, dimensions));
  }

  get byteSize(): number {
    return this.#values.byteLength + this.#lengths.byteLength + this.keys.length * 100;
  }

  /** Cosine of one of them with a vector of length `length`. */
  similarity(index: number, vector: Float32Array, length: number): number {
    const from = index * this.#dimensions;
    let sum = 0;
    for (let at = 0; at < this.#dimensions; at++) sum += (this.#values[from + at] ?? 0) * (vector[at] ?? 0);
    const lengths = (this.#lengths[index] ?? 0) * length;
    return lengths === 0 ? 0 : sum / lengths;
  }
}

export function lengthOf(values: Float32Array, from = 0, count = values.length): number {
  let sum = 0;
  for (let at = from; at < from + count; at++) sum += (values[at] ?? 0) ** 2;
  return Math.sqrt(sum);
}

export function encodeVector(vector: Float32Array): string {
  return littleEndian(Buffer.from(vector.slice().buffer)).toString("base64");
}

export function decodeVector(text: string): Float32Array {
  const bytes = littleEndian(Buffer.from(text, "base64"));
  const whole = bytes.length - (bytes.length % BYTES);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + whole));
}

/** Rows are read on other machines than they were written on. */
function littleEndian(bytes: Buffer): Buffer {
  return endianness() === "LE" ? bytes : bytes.swap32();
}
