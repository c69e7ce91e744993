import { deflateRawSync } from "node:zlib";
import { CHUNK_KINDS, type ChunkKind } from "@coder/api/embeddings";
import { gramNorm } from "../ranking/grams.ts";
import { MAX_WORD, termsOfWord, wordEnd, wordStart } from "../ranking/tokenizer.ts";
import { ByteWriter } from "./bytes.ts";
import { packCounts } from "./term-counts.ts";

export const SEGMENT_MAGIC = 0x43;
export const SEGMENT_VERSION = 1;
export const CHUNK_HASH_BYTES = 16;
/** Previews are packed together by so many: one alone packs badly. */
export const PREVIEWS_PER_BLOCK = 64;
/** Words whose terms are remembered; what is rare is split again. */
const KEPT_WORDS = 200_000;

/** What is known of a chunk, besides its words. */
export interface ChunkRecord {
  readonly kind: ChunkKind;
  readonly symbol: string | null;
  /** From 1. */
  readonly startLine: number;
  readonly endLine: number;
  /** Its first lines. */
  readonly preview: string;
  /** Of its text: {@link CHUNK_HASH_BYTES}. */
  readonly hash: Uint8Array;
}

/** A term of a chunk and its packed counts. */
export type CountedTerm = readonly [term: string, packed: number];

const FIELDS = ["symbol", "path", "doc", "body"] as const;
export type Field = (typeof FIELDS)[number];

/**
 * Gathers files and their chunks and makes one immutable segment of them: file by file and chunk by chunk, what a search needs and no more. Words of a chunk are
 * counted between {@link openChunk} and {@link closeChunk}.
 */
export class SegmentBuilder {
  readonly #files = new ByteWriter();
  readonly #chunks = new ByteWriter();
  readonly #previews = new ByteWriter();
  readonly #termIds = new Map<string, number>();
  readonly #terms: string[] = [];
  readonly #words = new Map<string, Int32Array>();
  /** Terms of the chunks in turn, each with its packed counts. */
  #postings = new Uint32Array(1 << 14);
  #postingCount = 0;
  readonly #chunkEnds: number[] = [];
  readonly #block: string[] = [];
  #fileCount = 0;
  #blockCount = 0;
  /** Counts of the open chunk by term. */
  #counts: Record<Field, Uint16Array<ArrayBuffer>> = { symbol: new Uint16Array(1024), path: new Uint16Array(1024), doc: new Uint16Array(1024), body: new Uint16Array(1024) };
  /** Terms of the open chunk, and by term the chunk in which it was seen last. */
  readonly #seen: number[] = [];
  #seenIn = new Uint32Array(1024);
  #chunkNumber = 1;

  get chunkCount(): number {
    return this.#chunkEnds.length;
  }

  get fileCount(): number {
    return this.#fileCount;
  }

  /** Size of the segment so far, roughly. */
  get byteSize(): number {
    return this.#files.length + this.#chunks.length + this.#previews.length + this.#postingCount * 2;
  }

  /** The chunks that follow are this file's. One without chunks still hides what older segments hold of it. */
  addFile(path: string, language: string, chunks: number): void {
    this.#files.text(path);
    this.#files.text(language);
    this.#files.varint(chunks);
    this.#fileCount++;
  }

  /** Counts the words of a part of a text in the open chunk. */
  count(field: Field, text: string, start = 0, end = text.length): void {
    // Most of what a run does besides parsing is done here: no callbacks, no iterators.
    for (let at = wordStart(text, start, end); at < end; ) {
      const wordEndsAt = wordEnd(text, at, end);
      if (wordEndsAt - at <= MAX_WORD) {
        const word = text.slice(at, wordEndsAt);
        const ids = this.#words.get(word) ?? this.#learn(word);
        const counts = this.#counts[field];
        for (let index = 0; index < ids.length; index++) {
          const id = ids[index] ?? 0;
          counts[id] = (counts[id] ?? 0) + 1;
          if (this.#seenIn[id] !== this.#chunkNumber) {
            this.#seenIn[id] = this.#chunkNumber;
            this.#seen.push(id);
          }
        }
      }
      at = wordStart(text, wordEndsAt, end);
    }
  }

  /** Adds a chunk whose words were counted. */
  closeChunk(record: ChunkRecord): void {
    const { symbol, path, doc, body } = this.#counts;
    const lengths = { name: 0, doc: 0, body: 0 };
    const named: [string, number][] = [];
    const from = this.#postingCount;
    this.#reservePostings(this.#seen.length);
    for (const id of this.#seen) {
      const [inSymbol = 0, inPath = 0, inDoc = 0, inBody = 0] = [symbol[id], path[id], doc[id], body[id]];
      symbol[id] = path[id] = doc[id] = body[id] = 0;
      lengths.name += inSymbol + Math.min(inPath, 1);
      lengths.doc += inDoc;
      lengths.body += inBody;
      if (inSymbol > 0) named.push([this.#terms[id] ?? "", Math.min(inSymbol, 7)]);
      this.#postings[this.#postingCount * 2] = id;
      this.#postings[this.#postingCount * 2 + 1] = packCounts(inSymbol, inPath, inDoc, inBody);
      this.#postingCount++;
    }
    this.#seen.length = 0;
    this.#chunkNumber++;
    this.#write(record, [lengths.name, lengths.doc, lengths.body], named.length === 0 ? 0 : gramNorm(named), from);
  }

  /** Adds a chunk of another segment as it is there. */
  copyChunk(record: ChunkRecord, terms: Iterable<CountedTerm>, lengths: readonly [name: number, doc: number, body: number], norm: number): void {
    const from = this.#postingCount;
    for (const [term, packed] of terms) {
      this.#reservePostings(1);
      this.#postings[this.#postingCount * 2] = this.#termId(term);
      this.#postings[this.#postingCount * 2 + 1] = packed;
      this.#postingCount++;
    }
    this.#write(record, lengths, norm, from);
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.#closeBlock();
    // Terms in their order, so that they are found by halving, and so that the same content gives the same bytes.
    const order = this.#terms.map((_term, id) => id).sort((a, b) => compareText(this.#terms[a] ?? "", this.#terms[b] ?? ""));
    const rank = new Uint32Array(order.length);
    order.forEach((id, at) => (rank[id] = at));
    const out = new ByteWriter();
    out.byte(SEGMENT_MAGIC);
    out.byte(SEGMENT_VERSION);
    for (const count of [this.#fileCount, this.chunkCount, order.length, this.#postingCount, this.#blockCount]) out.varint(count);
    out.raw(this.#files.finish());
    for (const id of order) out.text(this.#terms[id] ?? "");
    out.raw(this.#chunks.finish());
    let from = 0;
    for (const to of this.#chunkEnds) {
      this.#writePostings(out, rank, from, to);
      from = to;
    }
    out.raw(this.#previews.finish());
    return out.finish();
  }

  #write(record: ChunkRecord, lengths: readonly number[], norm: number, from: number): void {
    const chunks = this.#chunks;
    chunks.byte(CHUNK_KINDS.indexOf(record.kind));
    chunks.varint(record.startLine);
    chunks.varint(record.endLine - record.startLine);
    chunks.text(record.symbol ?? "");
    for (const length of lengths) chunks.varint(Math.min(length, 0xffff));
    chunks.float(norm);
    chunks.raw(record.hash);
    chunks.varint(this.#postingCount - from);
    this.#chunkEnds.push(this.#postingCount);
    this.#block.push(record.preview);
    if (this.#block.length === PREVIEWS_PER_BLOCK) this.#closeBlock();
  }

  #writePostings(out: ByteWriter, rank: Uint32Array, from: number, to: number): void {
    // Rank and counts in one number, because numbers sort much faster than objects.
    const keys = new Float64Array(to - from);
    for (let index = 0; index < keys.length; index++) {
      const at = (from + index) * 2;
      keys[index] = (rank[this.#postings[at] ?? 0] ?? 0) * 0x10000 + (this.#postings[at + 1] ?? 0);
    }
    let previous = 0;
    for (const key of keys.sort()) {
      const at = Math.floor(key / 0x10000);
      out.varint(at - previous);
      out.varint(key % 0x10000);
      previous = at;
    }
  }

  #closeBlock(): void {
    if (this.#block.length === 0) return;
    const block = new ByteWriter();
    for (const preview of this.#block) block.text(preview);
    const packed = deflateRawSync(block.finish(), { level: 1 });
    this.#previews.varint(packed.length);
    this.#previews.raw(packed);
    this.#block.length = 0;
    this.#blockCount++;
  }

  #learn(word: string): Int32Array {
    const ids = Int32Array.from(termsOfWord(word), (term) => this.#termId(term));
    if (this.#words.size >= KEPT_WORDS) this.#words.clear();
    this.#words.set(word, ids);
    return ids;
  }

  #termId(term: string): number {
    let id = this.#termIds.get(term);
    if (id === undefined) {
      id = this.#terms.length;
      this.#terms.push(term);
      this.#termIds.set(term, id);
      if (id >= this.#counts.body.length) {
        const grow = (counts: Uint16Array) => {
          const grown = new Uint16Array(counts.length * 2);
          grown.set(counts);
          return grown;
        };
        this.#counts = { symbol: grow(this.#counts.symbol), path: grow(this.#counts.path), doc: grow(this.#counts.doc), body: grow(this.#counts.body) };
        const seenIn = new Uint32Array(this.#seenIn.length * 2);
        seenIn.set(this.#seenIn);
        this.#seenIn = seenIn;
      }
    }
    return id;
  }

  #reservePostings(more: number): void {
    const needed = (this.#postingCount + more) * 2;
    if (needed <= this.#postings.length) return;
    const grown = new Uint32Array(Math.max(this.#postings.length * 2, needed));
    grown.set(this.#postings);
    this.#postings = grown;
  }
}

/** By UTF-16 units, the same everywhere. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
