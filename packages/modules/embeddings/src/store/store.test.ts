import { CHUNK_KINDS, SKIP_REASONS } from "@coder/api/embeddings";
import { ProjectIdSchema } from "@coder/api/workspace";
import { createMemoryDatabase } from "@coder/db";
import { newId } from "@coder/shared/server";
import { somebody } from "@coder/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SegmentRef } from "../entities.ts";
import { mergePlan } from "../indexing/merge-plan.ts";
import { decodeFiles, encodeFiles, knownFiles, mergeTables, type FileEntry } from "./file-table.ts";
import { SegmentStore } from "./SegmentStore.ts";

const never = new AbortController().signal;

const anyEntry: fc.Arbitrary<FileEntry> = fc.record({
  path: fc.oneof(fc.constantFrom("a", "b", "c/d"), fc.string({ unit: "binary", minLength: 1, maxLength: 20 })), state: fc.constantFrom("indexed", "skipped", "removed", "touched"), fingerprint: fc.string({ maxLength: 30 }),
  hash: fc.constantFrom("", "ab".repeat(32)), language: fc.constantFrom("text", "go"), chunks: fc.nat(1_000), reason: fc.option(fc.constantFrom(...SKIP_REASONS)),
});

describe("a table of files", () => {
  it("gives back what was put in", () => {
    fc.assert(
      fc.property(fc.array(anyEntry), (entries) => {
        expect(decodeFiles(encodeFiles(entries))).toEqual(entries);
      }),
    );
    expect(() => decodeFiles(new Uint8Array([1, 2]))).toThrow(RangeError);
  });

  it("says the same merged as one by one, wherever the cut is", () => {
    const table = fc.uniqueArray(anyEntry, { selector: ({ path }) => path, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(table, { maxLength: 6 }), fc.nat(6), (tables, at) => {
        const cut = Math.min(at, tables.length);
        const merged = mergeTables(tables.slice(cut), { keepRemoved: true });
        const byPath = (known: Map<string, FileEntry>) => [...known.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
        expect(byPath(knownFiles([...tables.slice(0, cut), merged]))).toEqual(byPath(knownFiles(tables)));
        const all = mergeTables(tables, { keepRemoved: false });
        expect(byPath(knownFiles([all]))).toEqual(byPath(knownFiles(tables)));
      }),
    );
  });
});

describe("a segment in the store", () => {
  it("is cut into parts and put together again, whatever its size", async () => {
    const store = new SegmentStore({ database: createMemoryDatabase(), now: () => new Date("2026-01-01T00:00:00.000Z") });
    const caller = somebody();
    const [project, run] = [newId(ProjectIdSchema), newId()];
    for (const size of [1, 768 * 1024, 768 * 1024 + 1, 3_000_000]) {
      const chunks = Uint8Array.from({ length: size }, (_unused, index) => (index * 31) & 0xff);
      const ref = await store.write(caller, project, run, { files: new Uint8Array([1, 2, 3]), chunks, fileCount: 1, chunkCount: 2 }, never);
      expect(ref).toMatchObject({ files: 1, chunks: 2, sizeBytes: size + 3 });
      expect(Buffer.from((await store.read(caller, ref, "chunks")) ?? []).equals(chunks)).toBe(true);
      expect(await store.read(caller, ref, "files")).toEqual(new Uint8Array([1, 2, 3]));
      expect(await store.read(somebody(), ref, "files")).toBeNull();
    }
    expect(await store.ofRun(caller, project, run)).toHaveLength(4);
    expect(await store.ofRun(caller, project, newId())).toEqual([]);
    expect(await store.retain(somebody(), project, [])).toBe(0);
    const [kept] = await store.ofRun(caller, project, run);
    expect(await store.retain(caller, project, kept ? [kept] : [])).toBe(3);
    expect(await store.ofRun(caller, project, run)).toEqual([kept]);
  });

  it("that was not written to its end does not count as one", async () => {
    const store = new SegmentStore({ database: createMemoryDatabase(), now: () => new Date() });
    const caller = somebody();
    const [project, run] = [newId(ProjectIdSchema), newId()];
    const writing = store.write(caller, project, run, { files: new Uint8Array(9), chunks: new Uint8Array(9), fileCount: 1, chunkCount: 1 }, AbortSignal.abort(new Error("stopped")));
    await expect(writing).rejects.toThrow("stopped");
    expect(await store.ofRun(caller, project, run)).toEqual([]);
    expect(await store.retain(caller, project, [])).toBe(1);
  });
});

describe("the plan of merging", () => {
  const ref = (sizeBytes: number, chunks = sizeBytes): SegmentRef => ({ id: newId(), files: 1, chunks, sizeBytes });

  it("keeps segments few and writes each byte a few times only, over any row of edits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000_000 }), fc.array(fc.integer({ min: 100, max: 50_000 }), { minLength: 1, maxLength: 400 }), (first, edits) => {
        let segments = [ref(first)];
        let written = 0;
        for (const size of edits) {
          segments.push(ref(size));
          const from = mergePlan(segments, segments.reduce((sum, { chunks }) => sum + chunks, 0));
          if (from === null) continue;
          const merged = segments.slice(from).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
          written += merged;
          segments = [...segments.slice(0, from), ref(merged)];
        }
        expect(segments.length).toBeLessThan(12);
        const total = edits.reduce((sum, size) => sum + size, 0);
        // The first one is written again when what was added is a quarter of it.
        expect(written).toBeLessThan(12 * total * Math.ceil(Math.log2(edits.length + 2)) + 6 * (first < 4 * total ? first + total : 0));
      }),
    );
  });

  it("writes all anew where most is hidden, and leaves large ones alone", () => {
    expect(mergePlan([ref(1_000, 100), ref(10, 10)], 40)).toBe(0);
    expect(mergePlan([ref(1_000, 100)], 100)).toBeNull();
    expect(mergePlan([ref(1_000, 100)], 10)).toBe(0);
    expect(mergePlan([], 0)).toBeNull();
    expect(mergePlan([ref(60_000_000, 100), ref(50_000_000, 100)], 200)).toBeNull();
  });
});

it("stores kinds and reasons by their place: new ones come last", () => {
  expect(CHUNK_KINDS).toEqual(["function", "method", "class", "interface", "type", "enum", "module", "variable", "text"]);
  expect(SKIP_REASONS).toEqual(["binary", "empty", "generated", "minified", "too_large", "unreadable"]);
});
