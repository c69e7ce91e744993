import { hash } from "node:crypto";
import type { SkipReason } from "@coder/api/embeddings";
import { chunkFile } from "../chunking/chunk-file.ts";
import type { Parsers } from "../chunking/Parsers.ts";
import { skipReasonOf } from "../chunking/skip-reason.ts";
import type { IndexCounts } from "../entities.ts";
import { detectLanguage } from "../languages/detect-language.ts";
import { addChunks, type ChunkText } from "../segments/add-chunks.ts";
import { SegmentBuilder } from "../segments/SegmentBuilder.ts";
import { encodeFiles, knownFiles, type FileEntry } from "../store/file-table.ts";
import type { NewSegment } from "../store/SegmentStore.ts";

/** A file as its project lists it. */
export interface ListedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly fingerprint: string;
}

/** A file as it was read; without a text where it could not be, for a reason. */
export interface ReadFile extends ListedFile {
  readonly text: string | null;
  readonly reason: SkipReason | "missing" | null;
}

export interface IndexBuildOptions {
  readonly parsers: Parsers;
  /** Larger files are skipped. */
  readonly maxFileBytes: number;
  /** Whether the texts of chunks are wanted. */
  readonly texts: boolean;
}

/**
 * One run over a project's files, without any store: told what is known and what there is, it says what must be read, takes it, and gives the segments that bring the
 * index up to date. What is known is not touched: without the new segments all is as before.
 */
export class IndexBuild {
  readonly #options: IndexBuildOptions;
  /** As of the segments that count, and of those that this run has made. */
  readonly #known: Map<string, FileEntry>;
  /** Paths of `known` that the project has not listed yet. */
  readonly #unseen: Set<string>;
  #builder = new SegmentBuilder();
  #entries: FileEntry[] = [];
  #texts: ChunkText[] = [];
  #chunks: number;

  /** @param tables of the segments that count, oldest first @param staged of those that this run stored before it was interrupted */
  constructor(options: IndexBuildOptions, tables: readonly (readonly FileEntry[])[], staged: readonly (readonly FileEntry[])[] = []) {
    this.#options = options;
    this.#known = knownFiles([...tables, ...staged]);
    this.#unseen = new Set(this.#known.keys());
    this.#chunks = [...this.#known.values()].reduce((sum, { chunks }) => sum + chunks, 0);
  }

  /** Bytes of the segment under way. */
  get pendingBytes(): number {
    return this.#builder.byteSize;
  }

  /** Chunks that count, with what this run has added. */
  get chunkCount(): number {
    return this.#chunks;
  }

  /** Which of the listed files must be read; the others are as they were, or are skipped. */
  plan(files: readonly ListedFile[]): ListedFile[] {
    const wanted: ListedFile[] = [];
    for (const file of files) {
      this.#unseen.delete(file.path);
      if (this.#known.get(file.path)?.fingerprint === file.fingerprint) continue;
      if (file.sizeBytes > this.#options.maxFileBytes) this.#skip(file, "too_large");
      else wanted.push(file);
    }
    return wanted;
  }

  /** Takes what was read. */
  async take(file: ReadFile): Promise<void> {
    const { path, text, reason, fingerprint } = file;
    if (reason === "missing") {
      // Gone since it was listed: as if it had not been.
      if (this.#known.has(path)) this.#unseen.add(path);
      return;
    }
    if (text === null) return this.#skip(file, reason ?? "unreadable");
    const digest = hash("sha256", text, "hex");
    const known = this.#known.get(path);
    if (known?.hash === digest) {
      this.#record({ ...known, state: "touched", fingerprint });
      return;
    }
    if (Buffer.byteLength(text) > this.#options.maxFileBytes) return this.#skip(file, "too_large");
    const skipped = skipReasonOf(path, text);
    if (skipped) return this.#skip(file, skipped, digest);
    const language = detectLanguage(path, text);
    const chunks = await chunkFile(this.#options.parsers, language, text);
    addChunks(this.#builder, { path, language, text }, chunks, this.#options.texts ? (chunk) => this.#texts.push(chunk) : undefined);
    this.#record({ path, state: "indexed", fingerprint, hash: digest, language, chunks: chunks.length, reason: null });
  }

  /** Texts of the chunks that came since the last time. */
  takeTexts(): readonly ChunkText[] {
    const texts = this.#texts;
    this.#texts = [];
    return texts;
  }

  /** The segment so far, and room for the next one. Null where there is nothing to store. */
  flush(): NewSegment | null {
    if (this.#entries.length === 0) return null;
    const [entries, builder] = [this.#entries, this.#builder];
    [this.#entries, this.#builder] = [[], new SegmentBuilder()];
    return { files: encodeFiles(entries), chunks: builder.finish(), fileCount: entries.length, chunkCount: builder.chunkCount };
  }

  /** All files were listed: what was not is gone. */
  removeUnseen(): void {
    for (const path of this.#unseen) {
      const known = this.#known.get(path);
      if (!known) continue;
      this.#builder.addFile(path, known.language, 0);
      this.#record({ ...known, state: "removed", fingerprint: "", hash: "", chunks: 0, reason: null });
      this.#known.delete(path);
    }
    this.#unseen.clear();
  }

  counts(): IndexCounts {
    const languages = new Map<string, { language: string; files: number; chunks: number }>();
    const skipped = new Map<SkipReason, number>();
    for (const { language, chunks, reason } of this.#known.values()) {
      if (reason) {
        skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
        continue;
      }
      const sum = languages.get(language) ?? { language, files: 0, chunks: 0 };
      languages.set(language, { language, files: sum.files + 1, chunks: sum.chunks + chunks });
    }
    const byChunks = [...languages.values()].sort((a, b) => b.chunks - a.chunks || (a.language < b.language ? -1 : 1));
    return {
      files: byChunks.reduce((sum, { files }) => sum + files, 0),
      chunks: byChunks.reduce((sum, { chunks }) => sum + chunks, 0),
      languages: byChunks,
      skipped: Array.from(skipped, ([reason, count]) => ({ reason, count })).sort((a, b) => (a.reason < b.reason ? -1 : 1)),
    };
  }

  #skip({ path, fingerprint }: ListedFile, reason: SkipReason, digest = ""): void {
    const language = detectLanguage(path);
    this.#builder.addFile(path, language, 0);
    this.#record({ path, state: "skipped", fingerprint, hash: digest, language, chunks: 0, reason });
  }

  #record(entry: FileEntry): void {
    const before = this.#known.get(entry.path);
    this.#entries.push(entry);
    if (entry.state !== "removed") this.#known.set(entry.path, entry.state === "touched" ? { ...entry, state: before?.state ?? "indexed" } : entry);
    this.#chunks += entry.chunks - (before?.chunks ?? 0);
  }
}
