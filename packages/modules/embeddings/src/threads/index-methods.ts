import { Parsers } from "../chunking/Parsers.ts";
import type { IndexCounts } from "../entities.ts";
import { IndexBuild, type ListedFile, type ReadFile } from "../indexing/IndexBuild.ts";
import type { ChunkText } from "../segments/add-chunks.ts";
import { mergeSegments } from "../segments/merge-segments.ts";
import { Segment } from "../segments/Segment.ts";
import { decodeFiles, encodeFiles, mergeTables } from "../store/file-table.ts";
import type { NewSegment } from "../store/SegmentStore.ts";

export interface BeginInput {
  /** Tables of the segments that count, oldest first. */
  readonly tables: readonly Uint8Array[];
  /** Tables of what this run has stored before it was interrupted. */
  readonly staged: readonly Uint8Array[];
  readonly maxFileBytes: number;
  readonly texts: boolean;
}

export interface Taken {
  readonly pendingBytes: number;
  /** Of the index as it will be. */
  readonly chunks: number;
  /** Files parsed by this run so far. */
  readonly parsed: number;
  readonly texts: readonly ChunkText[];
}

export interface MergeInput {
  /** Oldest first. */
  readonly segments: readonly { readonly files: Uint8Array; readonly chunks: Uint8Array }[];
  /** Whether there are older segments, of which what is gone must stay gone. */
  readonly keepHidden: boolean;
}

/** What an indexing thread can be asked. It works on one run at a time. */
export function indexMethods() {
  const parsers = new Parsers();
  let parsedBefore = 0;
  let build: IndexBuild | null = null;
  const current = (): IndexBuild => {
    if (!build) throw new Error("The run has not begun");
    return build;
  };
  return {
    begin({ tables, staged, maxFileBytes, texts }: BeginInput): void {
      parsedBefore = parsers.parsed;
      build = new IndexBuild({ parsers, maxFileBytes, texts }, tables.map(decodeFiles), staged.map(decodeFiles));
    },
    /** Forgets the run. */
    reset(_nothing: null): void {
      build = null;
    },
    plan(files: readonly ListedFile[]): readonly ListedFile[] {
      return current().plan(files);
    },
    async take(files: readonly ReadFile[]): Promise<Taken> {
      for (const file of files) await current().take(file);
      return { pendingBytes: current().pendingBytes, chunks: current().chunkCount, parsed: parsers.parsed - parsedBefore, texts: current().takeTexts() };
    },
    removeUnseen(_nothing: null): void {
      current().removeUnseen();
    },
    flush(_nothing: null): NewSegment | null {
      return current().flush();
    },
    counts(_nothing: null): IndexCounts {
      return current().counts();
    },
    merge({ segments, keepHidden }: MergeInput): NewSegment {
      const files = mergeTables(segments.map(({ files: bytes }) => decodeFiles(bytes)), { keepRemoved: keepHidden });
      const chunks = mergeSegments(segments.map(({ chunks: bytes }) => new Segment(bytes)), { keepHidden });
      return { files: encodeFiles(files), chunks, fileCount: files.length, chunkCount: new Segment(chunks).chunkCount };
    },
    /** Hashes of all chunks that segments hold. */
    hashes(segments: readonly Uint8Array[]): ReadonlySet<string> {
      const hashes = new Set<string>();
      for (const segment of segments.map((bytes) => new Segment(bytes))) for (let chunk = 0; chunk < segment.chunkCount; chunk++) hashes.add(Buffer.from(segment.hash(chunk)).toString("hex"));
      return hashes;
    },
  };
}
export type IndexMethods = ReturnType<typeof indexMethods>;
