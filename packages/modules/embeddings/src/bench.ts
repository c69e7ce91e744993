import { isParsed, detectLanguage } from "./languages/detect-language.ts";
import { Parsers } from "./chunking/Parsers.ts";
import { IndexBuild, type ListedFile } from "./indexing/IndexBuild.ts";
import { ProjectIndex } from "./search/ProjectIndex.ts";
import { search } from "./search/search.ts";
import { Segment } from "./segments/Segment.ts";
import { decodeFiles } from "./store/file-table.ts";
import type { NewSegment } from "./store/SegmentStore.ts";

/** A file of a project that is measured. */
export interface MeasuredFile extends ListedFile {
  readonly text: string;
}

const parsers = new Parsers();
const MAX_FILE_BYTES = 1024 ** 2;

/** The parser alone, as the index uses it: how many files it read. */
export async function parseAlone(files: readonly MeasuredFile[]): Promise<number> {
  for (const { path, text } of files) {
    const language = detectLanguage(path, text);
    if (isParsed(language)) await parsers.parse(language, text, () => undefined);
  }
  return files.length;
}

/** All that a run does between reading files and storing segments. @param tables what the index knows already, oldest first */
export async function indexFiles(files: readonly MeasuredFile[], tables: readonly Uint8Array[] = []): Promise<{ readonly segment: NewSegment | null; readonly parsed: number }> {
  const before = parsers.parsed;
  const build = new IndexBuild({ parsers, maxFileBytes: MAX_FILE_BYTES, texts: false }, tables.map(decodeFiles));
  const wanted = new Set(build.plan(files).map(({ path }) => path));
  for (const file of files) if (wanted.has(file.path)) await build.take({ ...file, reason: null });
  build.removeUnseen();
  build.counts();
  return { segment: build.flush(), parsed: parsers.parsed - before };
}

/** Opens segments as a search does: asks for the paths of the best hits. */
export function openIndex(segments: readonly Uint8Array[]): (query: string, limit: number) => readonly string[] {
  const index = new ProjectIndex(segments.map((bytes) => new Segment(bytes)));
  return (query, limit) => search(index, { query, limit }).map(({ path }) => path);
}
