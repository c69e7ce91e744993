import { compareText, SegmentBuilder } from "./SegmentBuilder.ts";
import type { Segment, SegmentFile } from "./Segment.ts";

/**
 * One segment in place of several, oldest first: of each file what the newest says. Files come in the order of their paths.
 *
 * @param keepHidden whether files without chunks stay, because there are older segments whose chunks they hide
 */
export function mergeSegments(segments: readonly Segment[], { keepHidden }: { keepHidden: boolean }): Uint8Array<ArrayBuffer> {
  const newest = new Map<string, { segment: Segment; file: SegmentFile }>();
  for (const segment of segments) for (const file of segment.files) newest.set(file.path, { segment, file });
  const builder = new SegmentBuilder();
  for (const { segment, file } of [...newest.values()].sort((a, b) => compareText(a.file.path, b.file.path))) {
    if (file.chunks === 0 && !keepHidden) continue;
    copyFile(builder, segment, file);
  }
  return builder.finish();
}

function copyFile(builder: SegmentBuilder, segment: Segment, file: SegmentFile): void {
  builder.addFile(file.path, file.language, file.chunks);
  for (let chunk = file.firstChunk; chunk < file.firstChunk + file.chunks; chunk++) {
    const record = { ...segment.record(chunk), preview: segment.preview(chunk) };
    const lengths = [segment.nameLengths[chunk] ?? 0, segment.docLengths[chunk] ?? 0, segment.bodyLengths[chunk] ?? 0] as const;
    builder.copyChunk(record, segment.terms(chunk), lengths, segment.gramNorms[chunk] ?? 0);
  }
}
