import { chunkFile } from "../chunking/chunk-file.ts";
import { Parsers } from "../chunking/Parsers.ts";
import { detectLanguage } from "../languages/detect-language.ts";
import { addChunks } from "../segments/add-chunks.ts";
import { Segment } from "../segments/Segment.ts";
import { SegmentBuilder } from "../segments/SegmentBuilder.ts";

const parsers = new Parsers();

/** A segment of files by their paths; null for one that is gone. */
export async function buildSegment(files: Iterable<readonly [path: string, text: string | null]>): Promise<Segment> {
  const builder = new SegmentBuilder();
  for (const [path, text] of files) {
    const language = detectLanguage(path, text ?? "");
    if (text === null) builder.addFile(path, language, 0);
    else addChunks(builder, { path, language, text }, await chunkFile(parsers, language, text));
  }
  return new Segment(builder.finish());
}
