import { inflateRawSync } from "node:zlib";
import { CHUNK_KINDS } from "@coder/api/embeddings";
import { gramsOf } from "../ranking/grams.ts";
import { ByteReader } from "./bytes.ts";
import { CHUNK_HASH_BYTES, compareText, PREVIEWS_PER_BLOCK, SEGMENT_MAGIC, SEGMENT_VERSION, type ChunkRecord, type CountedTerm } from "./SegmentBuilder.ts";
import { symbolCount } from "./term-counts.ts";

export interface SegmentFile {
  readonly path: string;
  readonly language: string;
  readonly firstChunk: number;
  readonly chunks: number;
}

/** Which chunks hold a term, and how often: those that have it in their symbol come first. */
export interface Postings {
  readonly chunks: Uint32Array;
  readonly counts: Uint16Array;
  readonly start: number;
  /** Where those with the term in the symbol end. */
  readonly symbolEnd: number;
  readonly end: number;
}

/** An opened segment. Holds the bytes as they are, and beside them what a search goes through: postings by term, and numbers by chunk. */
export class Segment {
  readonly files: readonly SegmentFile[];
  readonly chunkCount: number;
  readonly fileOf: Uint32Array;
  readonly nameLengths: Uint16Array;
  readonly docLengths: Uint16Array;
  readonly bodyLengths: Uint16Array;
  readonly gramNorms: Float32Array;
  readonly #bytes: Uint8Array;
  readonly #termCount: number;
  /** Where each term's text begins. */
  readonly #termOffsets: Uint32Array;
  readonly #chunkOffsets: Uint32Array;
  readonly #forwardOffsets: Uint32Array;
  readonly #forwardCounts: Uint16Array;
  readonly #postingStarts: Uint32Array;
  readonly #symbolEnds: Uint32Array;
  readonly #postingChunks: Uint32Array;
  readonly #postingCounts: Uint16Array;
  readonly #previewOffsets: Uint32Array;
  #block: { readonly number: number; readonly previews: readonly string[] } | null = null;
  #grams: { readonly buckets: Uint32Array; readonly terms: Uint32Array } | null = null;

  /** Throws `RangeError` for bytes that are no segment of this version. */
  constructor(bytes: Uint8Array) {
    const reader = new ByteReader(bytes);
    if (reader.byte() !== SEGMENT_MAGIC || reader.byte() !== SEGMENT_VERSION) throw new RangeError("This is no segment of this version");
    this.#bytes = bytes;
    const [files, chunks, terms, postings, blocks] = [reader.varint(), reader.varint(), reader.varint(), reader.varint(), reader.varint()];
    this.chunkCount = chunks;
    this.#termCount = terms;
    this.fileOf = new Uint32Array(chunks);
    this.files = this.#readFiles(reader, files);
    this.#termOffsets = new Uint32Array(terms);
    for (let id = 0; id < terms; id++) {
      this.#termOffsets[id] = reader.at;
      reader.skipText();
    }
    [this.nameLengths, this.docLengths, this.bodyLengths, this.gramNorms] = [new Uint16Array(chunks), new Uint16Array(chunks), new Uint16Array(chunks), new Float32Array(chunks)];
    [this.#chunkOffsets, this.#forwardOffsets, this.#forwardCounts] = [new Uint32Array(chunks), new Uint32Array(chunks), new Uint16Array(chunks)];
    this.#readChunks(reader);
    [this.#postingStarts, this.#symbolEnds] = [new Uint32Array(terms + 1), new Uint32Array(terms)];
    [this.#postingChunks, this.#postingCounts] = [new Uint32Array(postings), new Uint16Array(postings)];
    this.#readPostings(reader, postings);
    this.#previewOffsets = new Uint32Array(blocks);
    for (let block = 0; block < blocks; block++) {
      this.#previewOffsets[block] = reader.at;
      reader.raw(reader.varint());
    }
  }

  /** What it takes in memory, in bytes. */
  get byteSize(): number {
    return this.#bytes.length + this.#postingChunks.length * 6 + this.#termCount * 12 + this.chunkCount * 28 + this.files.length * 200;
  }

  /** Null for a term that no chunk holds. */
  postings(term: string): Postings | null {
    const id = this.#find(term);
    return id < 0 ? null : this.#postingsOf(id);
  }

  /** Postings of the terms in symbols that hold a gram, each as often as it holds it. */
  *withGram(bucket: number): Generator<Postings, void, void> {
    const { buckets, terms } = (this.#grams ??= this.#readGrams());
    for (let at = lowerBound(buckets, bucket); buckets[at] === bucket; at++) yield this.#postingsOf(terms[at] ?? 0);
  }

  /** What is known of a chunk, without its preview. */
  record(chunk: number): Omit<ChunkRecord, "preview"> {
    const reader = new ByteReader(this.#bytes, this.#chunkOffsets[chunk]);
    const kind = CHUNK_KINDS[reader.byte()] ?? "text";
    const startLine = reader.varint();
    const endLine = startLine + reader.varint();
    const symbol = reader.text();
    return { kind, symbol: symbol === "" ? null : symbol, startLine, endLine, hash: this.hash(chunk) };
  }

  hash(chunk: number): Uint8Array {
    const reader = new ByteReader(this.#bytes, this.#chunkOffsets[chunk]);
    reader.byte();
    reader.varint();
    reader.varint();
    reader.skipText();
    for (let length = 0; length < 3; length++) reader.varint();
    reader.float();
    return reader.raw(CHUNK_HASH_BYTES);
  }

  preview(chunk: number): string {
    const number = Math.floor(chunk / PREVIEWS_PER_BLOCK);
    // Whoever reads one mostly reads the next one too.
    if (this.#block?.number !== number) this.#block = { number, previews: this.#readBlock(number) };
    return this.#block.previews[chunk % PREVIEWS_PER_BLOCK] ?? "";
  }

  /** The terms of a chunk, in their order. */
  *terms(chunk: number): Generator<CountedTerm, void, void> {
    const reader = new ByteReader(this.#bytes, this.#forwardOffsets[chunk]);
    let id = 0;
    for (let left = this.#forwardCounts[chunk] ?? 0; left > 0; left--) {
      id += reader.varint();
      yield [this.#term(id), reader.varint()];
    }
  }

  #readBlock(number: number): string[] {
    const reader = new ByteReader(this.#bytes, this.#previewOffsets[number]);
    const block = new ByteReader(inflateRawSync(reader.raw(reader.varint())));
    return Array.from({ length: Math.min(PREVIEWS_PER_BLOCK, this.chunkCount - number * PREVIEWS_PER_BLOCK) }, () => block.text());
  }

  #readFiles(reader: ByteReader, count: number): SegmentFile[] {
    const files: SegmentFile[] = [];
    const languages = new Map<string, string>();
    let firstChunk = 0;
    for (let index = 0; index < count; index++) {
      const path = reader.text();
      const named = reader.text();
      const language = languages.get(named) ?? named;
      languages.set(language, language);
      const chunks = reader.varint();
      this.fileOf.fill(index, firstChunk, firstChunk + chunks);
      files.push({ path, language, firstChunk, chunks });
      firstChunk += chunks;
    }
    return files;
  }

  #readChunks(reader: ByteReader): void {
    for (let chunk = 0; chunk < this.chunkCount; chunk++) {
      this.#chunkOffsets[chunk] = reader.at;
      reader.byte();
      reader.varint();
      reader.varint();
      reader.skipText();
      this.nameLengths[chunk] = reader.varint();
      this.docLengths[chunk] = reader.varint();
      this.bodyLengths[chunk] = reader.varint();
      this.gramNorms[chunk] = reader.float();
      reader.raw(CHUNK_HASH_BYTES);
      this.#forwardCounts[chunk] = reader.varint();
    }
  }

  /** By chunk in the bytes, by term in memory. */
  #readPostings(reader: ByteReader, total: number): void {
    const [ids, counts] = [new Uint32Array(total), new Uint16Array(total)];
    const [inSymbol, all] = [this.#symbolEnds, this.#postingStarts];
    let at = 0;
    for (let chunk = 0; chunk < this.chunkCount; chunk++) {
      this.#forwardOffsets[chunk] = reader.at;
      let id = 0;
      for (let left = this.#forwardCounts[chunk] ?? 0; left > 0; left--, at++) {
        id += reader.varint();
        const packed = reader.varint();
        if (id >= this.#termCount) throw new RangeError("A term has no text");
        ids[at] = id;
        counts[at] = packed;
        all[id + 1] = (all[id + 1] ?? 0) + 1;
        if (symbolCount(packed) > 0) inSymbol[id] = (inSymbol[id] ?? 0) + 1;
      }
    }
    for (let id = 0; id < this.#termCount; id++) {
      inSymbol[id] = (inSymbol[id] ?? 0) + (all[id] ?? 0);
      all[id + 1] = (all[id + 1] ?? 0) + (all[id] ?? 0);
    }
    const [nextSymbol, nextOther] = [all.slice(), inSymbol.slice()];
    at = 0;
    for (let chunk = 0; chunk < this.chunkCount; chunk++) {
      for (let left = this.#forwardCounts[chunk] ?? 0; left > 0; left--, at++) {
        const id = ids[at] ?? 0;
        const next = symbolCount(counts[at] ?? 0) > 0 ? nextSymbol : nextOther;
        const to = next[id] ?? 0;
        next[id] = to + 1;
        this.#postingChunks[to] = chunk;
        this.#postingCounts[to] = counts[at] ?? 0;
      }
    }
  }

  #readGrams(): { buckets: Uint32Array; terms: Uint32Array } {
    // Bucket and term in one number, to be sorted together.
    const pairs: number[] = [];
    for (let id = 0; id < this.#termCount; id++) {
      if ((this.#symbolEnds[id] ?? 0) === (this.#postingStarts[id] ?? 0)) continue;
      for (const bucket of gramsOf(this.#term(id))) pairs.push(bucket * this.#termCount + id);
    }
    const sorted = Float64Array.from(pairs).sort();
    return { buckets: Uint32Array.from(sorted, (pair) => Math.floor(pair / this.#termCount)), terms: Uint32Array.from(sorted, (pair) => pair % this.#termCount) };
  }

  #postingsOf(id: number): Postings {
    return {
      chunks: this.#postingChunks, counts: this.#postingCounts,
      start: this.#postingStarts[id] ?? 0, symbolEnd: this.#symbolEnds[id] ?? 0, end: this.#postingStarts[id + 1] ?? 0,
    };
  }

  #find(term: string): number {
    let [low, high] = [0, this.#termCount - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = compareText(this.#term(middle), term);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #term(id: number): string {
    return new ByteReader(this.#bytes, this.#termOffsets[id]).text();
  }
}

/** Where a value, or the first one above it, stands. */
function lowerBound(sorted: Uint32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
