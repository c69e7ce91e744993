import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildSegment } from "../__fixtures__/build-segment.ts";
import { CHUNK_KINDS } from "@coder/api/embeddings";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { mergeSegments } from "./merge-segments.ts";
import { Segment } from "./Segment.ts";
import { SegmentBuilder, type ChunkRecord } from "./SegmentBuilder.ts";
import { bodyCount, docCount, packCounts, pathCount, symbolCount } from "./term-counts.ts";

const hash = (text: string) => createHash("sha256").update(text).digest().subarray(0, 16);
const anyText = fc.string({ unit: "binary", maxLength: 40 });

const anyChunk = fc.record({
  kind: fc.constantFrom(...CHUNK_KINDS), symbol: fc.option(fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 })), startLine: fc.integer({ min: 1, max: 1e6 }), lines: fc.nat(1e4), preview: fc.string({ unit: "grapheme", maxLength: 300 }),
  name: fc.lorem({ maxCount: 3 }), doc: fc.lorem({ maxCount: 8 }), body: fc.lorem({ maxCount: 40 }),
});
type AnyChunk = typeof anyChunk extends fc.Arbitrary<infer Value> ? Value : never;

function build(files: readonly { path: string; chunks: readonly AnyChunk[] }[]): { segment: Segment; records: ChunkRecord[] } {
  const builder = new SegmentBuilder();
  const records: ChunkRecord[] = [];
  for (const { path, chunks } of files) {
    builder.addFile(path, "text", chunks.length);
    for (const { kind, symbol, startLine, lines, preview, name, doc, body } of chunks) {
      const record = { kind, symbol, startLine, endLine: startLine + lines, preview, hash: hash(body) };
      builder.count("symbol", name);
      builder.count("doc", doc);
      builder.count("body", body);
      builder.closeChunk(record);
      records.push(record);
    }
  }
  return { segment: new Segment(builder.finish()), records };
}

/** All that a segment says of its chunks, by file. */
function contentOf(segment: Segment) {
  return segment.files.map(({ path, language, firstChunk, chunks }) => ({
    path, language,
    chunks: Array.from({ length: chunks }, (_unused, index) => firstChunk + index).map((chunk) => ({
      ...segment.record(chunk), hash: Buffer.from(segment.hash(chunk)).toString("hex"), preview: segment.preview(chunk), terms: [...segment.terms(chunk)],
      lengths: [segment.nameLengths[chunk], segment.docLengths[chunk], segment.bodyLengths[chunk], segment.gramNorms[chunk]],
    })),
  }));
}

describe("bytes", () => {
  it("give back what was written, whatever it is", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.record({ text: anyText }), fc.record({ number: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }), fc.record({ float: fc.float({ noNaN: true }) }))), (items) => {
        const writer = new ByteWriter();
        for (const item of items) {
          if ("text" in item) writer.text(item.text);
          else if ("number" in item) writer.varint(item.number);
          else writer.float(item.float);
        }
        const reader = new ByteReader(writer.finish());
        for (const item of items) expect("text" in item ? reader.text() : "number" in item ? reader.varint() : reader.float()).toBe("text" in item ? item.text : "number" in item ? item.number : item.float);
      }),
    );
  });

  it("end where they end", () => {
    expect(() => new ByteReader(new Uint8Array([5, 1])).text()).toThrow(RangeError);
    expect(() => new ByteReader(new Uint8Array([255, 255, 255, 255, 255, 255])).varint()).toThrow(RangeError);
    expect(() => new Segment(new Uint8Array())).toThrow(RangeError);
    expect(() => new Segment(new Uint8Array([1, 2, 3]))).toThrow(RangeError);
  });
});

describe("counts", () => {
  it("fit into 16 bits, and what is more counts as the most", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(3), fc.nat(300), fc.nat(3000), (symbol, path, doc, body) => {
        const packed = packCounts(symbol, path, doc, body);
        expect(packed).toBeLessThan(0x10000);
        expect([symbolCount(packed), pathCount(packed), docCount(packed), bodyCount(packed)]).toEqual([Math.min(symbol, 7), Math.min(path, 1), Math.min(doc, 15), Math.min(body, 255)]);
      }),
    );
  });
});

describe("a segment", () => {
  it("gives back what was put in: chunks, previews, terms, and postings that agree with them", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.record({ path: anyText, chunks: fc.array(anyChunk, { maxLength: 6 }) }), { selector: ({ path }) => path, maxLength: 40 }), (files) => {
        const { segment, records } = build(files);
        expect(segment.files.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
        const byTerm = new Map<string, [number, number][]>();
        records.forEach((record, chunk) => {
          expect({ ...segment.record(chunk), preview: segment.preview(chunk) }).toEqual({ ...record, hash: new Uint8Array(record.hash) });
          for (const [term, packed] of segment.terms(chunk)) byTerm.set(term, [...(byTerm.get(term) ?? []), [chunk, packed]]);
        });
        for (const [term, expected] of byTerm) {
          const postings = segment.postings(term);
          const found = postings ? Array.from({ length: postings.end - postings.start }, (_unused, index) => [postings.chunks[postings.start + index], postings.counts[postings.start + index]]) : [];
          expect(found.sort()).toEqual(expected.sort());
          expect(found.slice(0, (postings?.symbolEnd ?? 0) - (postings?.start ?? 0)).length).toBe(expected.filter(([, packed]) => symbolCount(packed) > 0).length);
        }
        expect(segment.postings("no such term")).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it("is the same bytes for the same files, and the same content as those it was merged from", async () => {
    const [first, second, third] = [["a.ts", "export function one() { return parse(date); }"], ["b.py", "def two(value):\n    \"\"\"Adds two.\"\"\"\n    return value + 2\n"], ["c.md", "# Three\n\nSome text.\n"]] as const;
    const whole = await buildSegment([first, second, third]);
    const merged = mergeSegments([await buildSegment([third]), await buildSegment([second, first])], { keepHidden: false });
    expect(contentOf(new Segment(merged))).toEqual(contentOf(whole));
    expect(Buffer.from(mergeSegments([whole], { keepHidden: false })).equals(merged)).toBe(true);
  });

  it("merged keeps of each file what the newest says, and forgets what is gone when nothing older is left", async () => {
    const [old, newer] = [await buildSegment([["a.ts", "function old() {}"], ["b.ts", "function gone() {}"], ["c.ts", "function kept() {}"]]), await buildSegment([["a.ts", "function fresh() {}"], ["b.ts", null]])];
    const symbols = (bytes: Uint8Array) => contentOf(new Segment(bytes)).map(({ path, chunks }) => [path, ...chunks.map(({ symbol }) => symbol)]);
    expect(symbols(mergeSegments([old, newer], { keepHidden: false }))).toEqual([["a.ts", "fresh"], ["c.ts", "kept"]]);
    expect(symbols(mergeSegments([old, newer], { keepHidden: true }))).toEqual([["a.ts", "fresh"], ["b.ts"], ["c.ts", "kept"]]);
  });

  it("tells lines and previews as an editor shows them", async () => {
    const segment = await buildSegment([["src/cart.ts", "\n\nclass Cart {\n  /**\n   * The sum.\n   */\n  total(prices: number[]): number {\n    // Adds up.\n    return prices.reduce((left, right) => left + right, 0);\n  }\n}\n"]]);
    const [chunk] = Array.from({ length: segment.chunkCount }, (_unused, index) => index).filter((index) => segment.record(index).symbol === "Cart.total");
    expect(chunk).toBeDefined();
    expect(segment.record(chunk ?? 0)).toMatchObject({ kind: "method", startLine: 4, endLine: 10 });
    expect(segment.preview(chunk ?? 0)).toBe("total(prices: number[]): number {\n  // Adds up.\n  return prices.reduce((left, right) => left + right, 0);\n}");
  });
});
